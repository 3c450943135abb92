"""`outreach campaign slip`: a file to sign, and what has to go with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.channels.flyer import reading
from tests.cli.conftest import Call


def test_the_slip_of_a_signed_campaign(call: Call, signed: str, tmp_path: Path) -> None:
    out = tmp_path / "new" / "slip.pdf"
    told = call("campaign", "slip", signed, "--out", out, "--as", "zhang", "--json")
    assert told.status == 0, told.err
    pages = reading.words(out.read_bytes())
    assert len(pages) == told.data["pages"] <= 4
    assert told.data["hash"].startswith(told.data["fingerprint"].replace("-", ""))
    assert told.data["texts"] == told.data["shown"] == 1
    assert all(told.data["fingerprint"] in page for page in pages)
    assert "冬季体检" in pages[0]
    assert "zhang" in pages[-1]
    assert "指纹" in call("campaign", "slip", signed, "--out", out).out


@pytest.mark.usefixtures("data")
def test_a_draft_is_refused_and_nothing_is_written(
    call: Call, order: Callable[..., Path], tmp_path: Path
) -> None:
    call("campaign", "create", order(), "--as", "gan")
    out = tmp_path / "slip.pdf"
    told = call("campaign", "slip", "winter", "--out", out, "--json")
    assert (told.status, told.code) == (1, "slip.draft")
    assert not out.exists()
    assert call("campaign", "slip", "nothing", "--out", out, "--json").code == "campaigns.unknown"


def test_somebody_from_elsewhere_takes_none(call: Call, signed: str, tmp_path: Path) -> None:
    told = call("campaign", "slip", signed, "--out", tmp_path / "x.pdf", "--as", "wai", "--json")
    assert (told.status, told.code) == (1, "access.outside_region")
