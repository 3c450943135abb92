"""The match matrix of one place as a workbook: households × policies, and whom no channel reaches.

People stand in it by their number in the register, never by name. A policy whose rule reads a sensitive circumstance
tells something about whom it fits, so its column is left out unless the sheet is to be kept sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from sqlalchemy import Connection

from channels.whole import plain
from outreach import wording
from outreach.audiences import reaching
from outreach.audiences.matrix import Home, homes
from outreach.audiences.segments.schemas import Asked
from outreach.policies.schemas import PolicyView

_FIXED = ("户号", "地区", "登记号")


def write(
    connection: Connection,
    views: Sequence[PolicyView],
    asked: Asked,
    path: Path,
    *,
    sealed: bool = False,
) -> tuple[int, int]:
    """Write the workbook; returns (households, policies that were left out). OSError when it cannot be written."""
    shown = [
        view for view in views if sealed or view.sensitivity(asked.scope or asked.home) == "open"
    ]
    listed = homes(connection, shown, asked)
    lost = reaching.unreached(connection, asked.on, asked.scope)
    with xlsxwriter.Workbook(str(path), plain()) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("一户一单")
        sheet.write_row(0, 0, _heading(asked, len(views) - len(shown)))
        sheet.write_row(1, 0, [*_FIXED, *(view.plain_name for view in shown), "合计"], bold)
        sheet.set_column(0, len(_FIXED) - 1, 14)
        sheet.freeze_panes(2, len(_FIXED))
        row = 2
        for home in listed:
            for line in _lines(home, shown):
                sheet.write_row(row, 0, line)
                row += 1
        other = book.add_worksheet("没有渠道")
        other.write_row(0, 0, ("登记号", "地区", "原因"), bold)
        for place, (person, region, reason) in enumerate(lost, 1):
            other.write_row(
                place, 0, (str(person), region, wording.say(f"matrix.no_channel_{reason}"))
            )
    return len(listed), len(views) - len(shown)


def _heading(asked: Asked, left_out: int) -> list[str]:
    said = [f"截至{asked.on}，以受理部门审核为准"]
    return [*said, f"另有{left_out}项涉及敏感情况的政策不在本表"] if left_out else said


def _lines(home: Home, shown: Sequence[PolicyView]) -> list[list[str]]:
    number = "" if home.household is None else str(home.household)
    lines = []
    for person, refs in home.members.items():
        marks = ["✓" if view.ref in refs else "" for view in shown]
        lines.append([number, home.region, str(person), *marks, str(len(refs))])
    return lines
