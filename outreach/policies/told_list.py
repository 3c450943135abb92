"""Who was told of a policy that ends, as a workbook for the 停办告知: masked names, by place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import Connection

from channels.whole import becoming, plain
from outreach.access.scope import Scope
from outreach.people.masking import mask_name
from outreach.people.queries import regions
from outreach.policies.queries import exits
from outreach.policies.schemas import PolicyView
from outreach.vault import Vault

GRADES: Mapping[str, str] = {
    "in_person": "当面告知",
    "delivered": "已送达",
    "relayed": "家人转告",
    "published": "已发布",
}
"""Grade of having been told → its word, the strongest first."""
_STATUS = {"deceased": "已故", "moved": "已搬走"}
_HEADERS = (
    ("编号", 10), ("村（社区）", 18), ("姓名", 14), ("以前怎么告知的", 16), ("第一次告知", 14), ("现在", 10),
    ("停办已告知（打钩）", 20), ("备注", 24),
)  # fmt: skip


def rows(
    connection: Connection, scope: Scope, vault: Vault, view: PolicyView
) -> list[tuple[int, str, str, str, date, str]]:
    """(number, village, masked name, grade, first day, status) of everybody who was told, by place.

    Who was only reached by something published in the place stands there too: they may have read it.
    """
    found = exits.told_people(connection, scope, view.id)
    villages = regions.by_codes(connection, {row["region"][:12] for row in found})
    names = {code: row.name for code, row in villages.items()}
    return [_row(row, vault, names) for row in found]


def _row(
    row: Mapping[str, Any], vault: Vault, names: Mapping[str, str]
) -> tuple[int, str, str, str, date, str]:
    code = row["region"][:12]
    name = mask_name(vault.decrypt("name", row["name"])) if row["name"] else ""
    grade = GRADES[exits.TOLD[row["grade"]]]
    return row["id"], names.get(code, code), name, grade, row["on"], _STATUS.get(row["status"], "")


def write(
    lines: list[tuple[int, str, str, str, date, str]], view: PolicyView, out: Path, on: date
) -> None:
    """The list as a workbook; nothing is left behind when it cannot be written whole."""
    with becoming(out) as file, xlsxwriter.Workbook(file, plain()) as book:
        sheet = book.add_worksheet("告知过的人")
        head = book.add_format({"bold": True, "border": 1, "text_wrap": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        ends = f"，{view.withdrawn_on} 起停办" if view.withdrawn_on else ""
        sheet.write_string(0, 0, f"告知过“{view.plain_name}”的人{ends}")
        note = view.exit_note or "还没有写停办告知"
        sheet.write_string(1, 0, f"制表 {on}，共 {len(lines)} 人。停办告知：{note}")
        for column, (title, width) in enumerate(_HEADERS):
            sheet.set_column(column, column, width)
            sheet.write_string(3, column, title, head)
        for number, line in enumerate(lines, 4):
            sheet.write_number(number, 0, line[0])
            for column, text in enumerate(line[1:4], 1):
                sheet.write_string(number, column, str(text))
            sheet.write_datetime(number, 4, line[4], day)
            sheet.write_string(number, 5, line[5])
        sheet.freeze_panes(4, 0)
