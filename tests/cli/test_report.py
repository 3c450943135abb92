"""`outreach report`: the ending of the file says what it becomes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest

from outreach.bootstrap import open_installation
from outreach.settings import load
from tests.channels.flyer import reading
from tests.cli.conftest import Call
from tests.surveys.results.built import MOMENT, Group, build


@pytest.fixture
def surveyed(data: Path, signed: str) -> str:
    """The signed campaign, and a closed survey about one of its policies."""
    office = open_installation(settings=load(data))
    with office.store.begin() as connection:
        from outreach.campaigns import queries, service

        campaign = service.get(connection, signed)
        from outreach.policies import service as policies

        ref = queries.policy_refs(connection, campaign["id"])[0]
        key = policies.get(connection, ref).id
        build(connection, "wave-1", [Group(140, 200, missed=20, weight=20.0)], policy_id=key, closed_at=MOMENT)  # fmt: skip
    office.close()
    return signed


def test_two_pages_and_the_same_to_edit(call: Call, signed: str, tmp_path: Path) -> None:
    pdf, word = tmp_path / "new" / "a.pdf", tmp_path / "a.docx"
    told = call("report", signed, "--out", pdf, "--json")
    assert told.status == 0, told.err
    assert told.data["pages"] == len(reading.words(pdf.read_bytes())) <= 2
    assert call("report", signed, "--out", word).status == 0
    assert docx.Document(str(word)).paragraphs[0].text == told.data["title"]


def test_the_workbook_and_the_rows_behind_it(call: Call, surveyed: str, tmp_path: Path) -> None:
    book, archive = tmp_path / "a.xlsx", tmp_path / "a.zip"
    assert call("report", "wave-1", "--out", book).status == 0
    assert openpyxl.load_workbook(book).sheetnames[-1] == "口径"
    told = call("report", "survey:wave-1", "--out", archive, "--json")
    assert told.status == 0, told.err
    assert told.data["rows"] == 220
    with zipfile.ZipFile(io.BytesIO(archive.read_bytes())) as found:
        assert "evaluate.R" in found.namelist()


def test_what_cannot_be_made_is_said_and_nothing_is_written(
    call: Call, signed: str, tmp_path: Path
) -> None:
    out = tmp_path / "a.odt"
    told = call("report", signed, "--out", out, "--json")
    assert (told.status, told.code) == (1, "brief.format")
    told = call("report", "nothing", "--out", tmp_path / "a.pdf", "--json")
    assert (told.status, told.code) == (1, "brief.unknown")
    assert list(tmp_path.glob("a.*")) == []


def test_somebody_from_elsewhere_takes_none(call: Call, signed: str, tmp_path: Path) -> None:
    told = call("report", signed, "--out", tmp_path / "x.pdf", "--as", "wai", "--json")
    assert (told.status, told.code) == (1, "access.outside_region")


def test_whose_role_may_not_takes_none(
    call: Call, signed: str, tmp_path: Path, order: Callable[..., Path]
) -> None:
    told = call("report", signed, "--out", tmp_path / "x.xlsx", "--as", "zhang", "--json")
    assert (told.status, told.code) == (1, "access.not_allowed")
