"""简报: who finds what to take, and takes it; the log knows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import docx
import openpyxl
import pytest
from sqlalchemy import select

from outreach.models.access import AuditEntry
from outreach.policies import service as policies
from tests.channels.flyer import reading
from tests.surveys.results.built import MOMENT, Group, build
from tests.web.conftest import Installation
from tests.web.office import Office, open_office, send

BRIEF = "/reports/file?subject=campaign:winter"


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    """A submitted campaign, one closed survey about a policy of it and one in the field."""
    with open_office(installation) as opened:
        opened.write()
        send(opened.enter("zhou"), "/campaigns/winter/submit")
        with opened.store.begin() as connection:
            key = policies.get(connection, "check").id
            groups = [Group(140, 200, missed=20, weight=20.0)]
            build(connection, "done", groups, policy_id=key, closed_at=MOMENT, title="体检调查")
            build(connection, "open", groups, policy_id=key, title="还在问的调查")
        yield opened


def log(office: Office) -> list[tuple[str, str, str]]:
    with office.store.read() as connection:
        rows = connection.execute(select(AuditEntry).order_by(AuditEntry.id)).mappings()
        return [(row["by"], row["action"], row["thing"]) for row in rows]


@pytest.mark.parametrize(
    ("name", "forms", "rows"),
    [("zhou", ("pdf", "docx", "xlsx"), True), ("chen", ("pdf", "docx"), False), ("he", ("pdf", "docx", "xlsx"), True)],
)  # fmt: skip
def test_everybody_finds_what_they_may_take(
    office: Office, name: str, forms: tuple[str, ...], rows: bool
) -> None:
    text = office.enter(name).get("/reports").text
    assert tuple(form for form in ("pdf", "docx", "xlsx", "zip") if f'value="{form}"' in text) == forms  # fmt: skip
    assert 'value="campaign:winter"' in text
    assert 'value="survey:done"' in text
    assert ("subject=survey%3Adone&amp;form=zip" in text) == rows
    assert "subject=survey%3Aopen" not in text
    assert ("还在进行" in text) == rows


@pytest.mark.parametrize("name", ["wu", "ke"])
def test_others_find_nothing(office: Office, name: str) -> None:
    browser = office.enter(name)
    assert browser.get("/reports").status_code == 403
    assert browser.get(BRIEF).status_code == 403


def test_a_manager_takes_two_pages_and_the_same_to_edit(office: Office) -> None:
    chen = office.enter("chen")
    answer = chen.get(BRIEF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline; filename*=UTF-8''")
    pages = reading.words(answer.content)
    assert len(pages) <= 2
    assert "演示数据" in pages[0]
    assert "zhou某" in "".join(pages)
    word = docx.Document(io.BytesIO(chen.get(f"{BRIEF}&form=docx").content))
    assert any("做了什么" in paragraph.text for paragraph in word.paragraphs)
    assert chen.get(f"{BRIEF}&form=xlsx").status_code == 403
    assert chen.get("/reports/file?subject=survey:done&form=zip").status_code == 403
    assert log(office)[-2:] == [("chen", "reports.make", "report:winter")] * 2


def test_an_evaluator_takes_rows_and_sees_no_names_of_the_office(office: Office) -> None:
    he = office.enter("he")
    answer = he.get("/reports/file?subject=survey:done&form=zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert {"rows.csv", "codebook.csv", "evaluate.R"} <= set(found.namelist())
    assert log(office)[-1] == ("he", "reports.evaluate", "survey:done")
    assert "zhou某" not in "".join(reading.words(he.get(BRIEF).content))
    book = openpyxl.load_workbook(io.BytesIO(he.get(f"{BRIEF}&form=xlsx").content))
    assert book.sheetnames[0] == "结论"
    refused = he.get("/reports/file?subject=survey:open&form=zip")
    assert refused.status_code == 403
    assert "还在进行" in refused.text


def test_a_town_gets_its_own_brief_and_no_other(office: Office) -> None:
    dong = office.enter("dong")
    pages = reading.words(dong.get(BRIEF).content)
    assert "城关镇东村" in pages[0]
    assert dong.get(f"{BRIEF}&region=600101101002").status_code == 403
    assert dong.get("/reports/file?subject=survey:done&form=zip").status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [("/reports/file?subject=none", 404), (f"{BRIEF}&form=exe", 422), ("/reports/file", 422)],
)
def test_what_is_not_there_is_said(office: Office, path: str, status: int) -> None:
    assert office.enter("chen").get(path).status_code == status
