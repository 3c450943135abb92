"""The list that a department of the invented county hands in: who has applied for the old-age allowance."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from outreach.demo.residents import Resident
from segments.person import age_on

POLICY = "elder-80"
_SHARE = 0.7
_HEADERS = ("序号", "姓名", "身份证号码", "申请日期", "备注")
_STRANGER = ("查无此人", "600101********0000")
"""Somebody who is on the office's list and in nobody's register."""


def write_applicants(people: Iterable[Resident], path: Path, today: date) -> int:
    """Write the list as an office keeps it, some numbers masked; returns how many residents are on it."""
    draw = random.Random(80)  # noqa: S311 - invented people, the same every time
    old = [one for one in people if age_on(one.birth, today) >= 80 and one.hukou]
    applied = [one for one in old if draw.random() < _SHARE]
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("高龄津贴申请登记名单")
    sheet.merge_range(0, 0, 0, len(_HEADERS) - 1, "示范县高龄津贴申请登记名单（演示）")
    for column, header in enumerate(_HEADERS):
        sheet.write_string(1, column, header)
    rows = [(one.name, _number(one, order)) for order, one in enumerate(applied)]
    since = (today - timedelta(days=60)).isoformat()
    for number, (name, shown) in enumerate([*rows, _STRANGER], 1):
        for column, text in enumerate((str(number), name, shown, since, "")):
            sheet.write_string(number + 1, column, text)
    book.close()
    return len(applied)


def _number(one: Resident, order: int) -> str:
    """One town of twenty masks its numbers."""
    return f"{one.id_card[:6]}********{one.id_card[-4:]}" if order % 20 == 19 else one.id_card
