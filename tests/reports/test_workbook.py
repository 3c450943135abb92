"""The workbook: numbers are numbers, text stays text, hidden counts are marked, and every sheet can be printed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from outreach.reports import workbook
from outreach.reports.brief.facts import Facts
from outreach.reports.schemas import PlaceCount, ReachFigures
from outreach.store import Store
from outreach.surveys.results import service as results
from tests.reports import briefs
from tests.surveys.results.built import Group, build

AT = datetime(2026, 11, 26, tzinfo=UTC)
NAMES = ["结论", "逐级情况", "各地", "渠道", "没告知到", "知晓率", "每道题", "比较", "方法", "口径"]


def opened(facts: Facts) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook.write(facts, {}, AT)))


def cells(sheet: Worksheet) -> list[tuple[object, ...]]:
    return [
        row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)
    ]


def test_all_sheets_with_numbers_as_numbers() -> None:
    book = opened(briefs.facts(briefs.told(verdicts=briefs.verdicts(6)), demo=True))
    assert book.sheetnames == NAMES
    (row,) = [row for row in cells(book["逐级情况"]) if row[0] == "65岁免费体检"]
    assert row[1:8] == (2400, 1800, 255, 1545, 90, 510, 0.75)
    rate = next(row for row in cells(book["知晓率"]) if row[1] == "全部答了的人（说不清算不知道）")
    assert rate[2:6] == (0.783, 0.741, 0.820, 412)
    towns = [row for row in cells(book["比较"]) if str(row[1]).startswith(briefs.COUNTY)]
    assert [row[1] for row in towns] == sorted(str(row[1]) for row in towns)
    assert [row[-1] for row in towns][:3] == ["落后", "落后", "样本不足"]
    assert towns[2][3] is None, "no percentage from too few people"


@pytest.mark.parametrize("start", list("=+-@"))
def test_text_that_looks_like_a_formula_stays_text(start: str) -> None:
    name = f'{start}HYPERLINK("http://x")'
    book = opened(briefs.facts(briefs.told(name=name), title=name))
    found = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == name
    ]
    assert found
    assert all(cell.data_type == "s" for cell in found)
    assert not any(
        cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row
    )


def test_small_counts_are_marked_and_never_written() -> None:
    places = (PlaceCount("600101101", 47, 0, 20, 24), PlaceCount("600101102", 80, 0, 20, 40))
    lead = briefs.told(reach=ReachFigures(places), untold=(), awareness=None)
    book = opened(briefs.facts(lead, campaigns=(), basis=()))
    first = next(row for row in cells(book["各地"]) if row[1] == "600101101")
    assert "<10" in first
    assert 3 not in first
    assert any("1 到 9 人" in str(row[0]) for row in cells(book["各地"]))


def test_every_sheet_is_set_up_for_paper() -> None:
    for sheet in opened(briefs.facts()):
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0, "one page wide, as long as it takes"
        assert "工作评估" in (sheet.oddFooter.left.text or "")


def test_nothing_at_all_is_said_in_words() -> None:
    book = opened(briefs.facts(policies=(), campaigns=(), basis=()))
    assert ("没有可以报的数字。",) in [row[:1] for row in cells(book["知晓率"])]


def test_every_question_with_its_distribution(store: Store) -> None:
    with store.begin() as connection:
        build(connection, "s", [Group(280, 400, missed=20, more={"channel": "sms"})])
        found = results.everything(connection, "s")
    facts = briefs.facts(replace(briefs.told(), ref="check"))
    book = openpyxl.load_workbook(io.BytesIO(workbook.write(facts, {"check": found}, AT)))
    rows = [row for row in cells(book["每道题"]) if row[2] == "知道"]
    assert rows[0][3] == 0.7
    assert rows[0][6] == 400
    assert rows[0][7] == "可比较"
