"""The list that a department of the invented county hands in: who receives the old-age allowance already."""

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
_HEADERS = ("序号", "姓名", "身份证号码", "享受时间", "备注")
_STRANGER = ("查无此人", "600101********0000")
"""Somebody who is on the office's list and in nobody's register."""


def write_recipients(people: Iterable[Resident], path: Path, today: date) -> int:
    """Write the list as an office keeps it, with masked numbers; returns how many residents are on it."""
    draw = random.Random(80)  # noqa: S311 - invented people, the same every time
    old = [one for one in people if age_on(one.birth, today) >= 80 and one.hukou]
    drawing = [one for one in old if draw.random() < _SHARE]
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("高龄津贴发放名单")
    sheet.merge_range(0, 0, 0, len(_HEADERS) - 1, "示范县高龄津贴发放名单（演示）")
    for column, header in enumerate(_HEADERS):
        sheet.write_string(1, column, header)
    rows = [(one.name, f"{one.id_card[:6]}********{one.id_card[-4:]}") for one in drawing]
    since = (today - timedelta(days=60)).isoformat()
    for number, (name, masked) in enumerate([*rows, _STRANGER], 1):
        for column, text in enumerate((str(number), name, masked, since, "")):
            sheet.write_string(number + 1, column, text)
    book.close()
    return len(drawing)
