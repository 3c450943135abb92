"""A sheet as a town office really sends it, from the file to the register."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from outreach.people import regions
from outreach.people.intake.importer import import_file, preview_file
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary
from tests.people.office import TODAY, csv_file, id_number, people

REGIONS = [
    ["代码", "名称"],
    ["430102002", "东屯镇"],
    ["430102002201", "幸福村"],
    ["430102002202", "春明村"],
]
ZHANG = id_number(date(1980, 5, 6), 1)
LI = id_number(date(1982, 7, 8), 2)
ZHAO = id_number(date(1949, 12, 31), 4)
TOP = ["序号", "姓名", "身份证号", "联系电话", "家庭情况", "", "", "", "残疾人证号", "备注"]
BELOW = ["", "", "", "", "户号", "乡镇", "村", "组", "", ""]
HOME = ["H1", "东屯镇", "幸福村"]
ROWS = [
    ["1", "张\u200b三", ZHANG, "138 1234 5678/0731-8123456", *HOME, 3, "", ""],
    ["2", "李四", LI.lower(), "1.3912345678E+10", "", "", "", "", f"{LI}44B1", ""],
    TOP,
    BELOW,
    ["3", "赵六", ZHAO, "1.38E+10", "H2", "东屯镇", "幸福村", "五组", "", ""],
    ["4", "赵六", ZHAO, "", "H2", "东屯镇", "新生村", "五组", "", ""],
    ["5"],
    ["小计", "", "4人"],
    ["填表人：王五", "", "", "审核人：钱七", "", "", "", "填报日期：2026-11-20"],
]  # fmt: skip


def office_file(path: Path) -> Path:
    """A merged title, a header of two rows, a household merged over its members, a second page, a signature."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("残疾人名单")
        sheet.merge_range(0, 0, 1, 9, "东屯镇困难残疾人名单")
        sheet.write(2, 0, "填报单位：东屯镇人民政府")
        for number, row in enumerate([TOP, BELOW, *ROWS], start=3):
            sheet.write_row(number, 0, row)
        sheet.merge_range(3, 4, 3, 7, "家庭情况")
        for column in (0, 1, 2, 3, 8, 9):
            sheet.merge_range(3, column, 4, column, TOP[column])
        for column in (4, 5, 6):
            sheet.merge_range(5, column, 6, column, HOME[column - 4])
        book.add_worksheet("Sheet2")
        book.add_worksheet("旧名单").hide()
    return path


@pytest.fixture
def seeded(store: Store, tmp_path: Path) -> Store:
    regions.seed(store.begin)
    regions.import_csv(csv_file(tmp_path, REGIONS, "地区.csv"), store.begin)
    return store


def test_everybody_goes_in_and_whatever_is_nobody_is_named(
    seeded: Store, vault: Vault, tmp_path: Path
) -> None:
    report = import_file(
        office_file(tmp_path / "名单.xlsx"),
        begin=seeded.begin, vault=vault, today=TODAY, region="430102",
    )  # fmt: skip
    assert [(one.row, one.column, one.code) for one in report.errors] == [
        (10, "联系电话", "people.phone_excel_number")
    ]
    assert (report.rows, report.accepted, report.rejected) == (4, 3, 1)
    told = {(one.row, one.code) for one in report.warnings}
    assert told >= {
        (1, "people.sheet_hidden"),
        (6, "people.phone_second"),
        (7, "people.phone_was_number"),
        (8, "people.header_repeated"),
        (9, "people.header_repeated"),
        (11, "people.region_unlisted_name"),
        (12, "people.number_only"),
        (13, "people.totals_row"),
        (14, "people.signature_row"),
    }
    zhang, li, zhao = people(seeded)
    assert [one.region for one in (zhang, li, zhao)] == [
        "430102002201",
        "430102002201",
        "430102002",
    ]
    assert zhang.household_id == li.household_id != zhao.household_id
    assert {"dis.limb", "dis.g4"} <= set(vocabulary.codes(li.circumstances))
    assert vault.decrypt("name", zhang.name) == "张三"


def test_a_preview_shows_headers_of_two_rows(seeded: Store, vault: Vault, tmp_path: Path) -> None:
    found = preview_file(
        office_file(tmp_path / "名单.xlsx"),
        begin=seeded.read, vault=vault, today=TODAY, region="430102",
    )  # fmt: skip
    (sheet,) = found.sheets
    assert sheet.header_row == 5
    assert sheet.headers[4:9] == (
        "家庭情况/户号",
        "家庭情况/乡镇",
        "家庭情况/村",
        "家庭情况/组",
        "残疾人证号",
    )
    assert sheet.fields == (
        "serial", "name", "id_card", "phone", "household", "town", "region", "group", "disability_card", "ignored",
    )  # fmt: skip
