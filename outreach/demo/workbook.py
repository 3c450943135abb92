"""The town office's spreadsheet: invented people, and a few rows that are wrong in the ways real ones are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

from channels.whole import plain
from outreach.demo.residents import Resident, check_digit

HEADERS = (
    "序号", "姓名", "身份证号码", "性别", "出生年月日", "联系电话", "详细地址", "行政区划代码", "户号", "与户主关系",
    "户主身份证号", "监护人身份证号", "户籍地", "户口性质", "人员类别", "家庭人口数", "演示数据", "备注",
)  # fmt: skip


def _cells(number: int, one: Resident) -> list[str]:
    return [
        str(number), one.name, one.id_card, one.sex, one.birth.isoformat(), one.phone, one.address, one.grid,
        one.household, one.relation, one.head_id, one.guardian_id, one.hukou, one.hukou_type, one.circumstances,
        str(one.size), "是", "",
    ]  # fmt: skip


def _wrong_rows(good: list[str]) -> list[list[str]]:
    """Rows like those that come back from a town: each a copy of a neighbour's with one thing wrong."""

    def other(order: int, **changes: str) -> list[str]:
        row = list(good)
        body = good[2][:14] + f"{order:03d}"
        row[2] = body + check_digit(body)
        row[3] = "男" if order % 2 else "女"
        for header, value in changes.items():
            row[HEADERS.index(header)] = value
        return row

    last = "0" if other(901)[2][-1] != "0" else "1"
    return [
        other(901, 身份证号码=other(901)[2][:17] + last),
        other(903, 身份证号码="6.00101E+17"),
        other(905, 性别="女"),
        other(907, 出生年月日="1999-02-30"),
        other(909, 联系电话="1.99E+10"),
        other(911, 人员类别="贫困户兼特长户"),
        other(913, 姓名=""),
    ]


def write(people: Iterable[Resident], path: Path) -> int:
    """Write the sheet; returns how many rows are meant to be refused."""
    book = xlsxwriter.Workbook(str(path), plain(constant_memory=True))
    sheet = book.add_worksheet("常住人口台账")
    bold = book.add_format({"bold": True})
    for column, header in enumerate(HEADERS):
        sheet.write_string(0, column, header, bold)
    row, wrong = 0, []
    for row, one in enumerate(people, 1):
        cells = _cells(row, one)
        if row == 1:
            wrong = _wrong_rows(cells)
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text)
    for extra, cells in enumerate(wrong, 1):
        for column, text in enumerate(cells):
            sheet.write_string(row + extra, column, text)
    book.close()
    return len(wrong)
