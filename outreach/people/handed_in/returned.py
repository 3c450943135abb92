"""Rows of a list that nobody could be found for, as a workbook to correct: the same cells, and why at the end."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from channels.whole import plain
from outreach.people.handed_in.rows import HandedIn, ListTable

ERROR = "错误"
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_SHEET_NAME = 31  # a spreadsheet allows no more characters


def write_returned(path: Path, handed: HandedIn) -> None:
    """Every recognised sheet with its header and the rows of `handed.bad`, in their order.

    All cells are text: long numbers keep their digits, and what looks like a formula is not run.
    """
    with xlsxwriter.Workbook(str(path), plain()) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "num_format": "@"})
        red = book.add_format({"font_color": "#B3261E", "text_wrap": True})
        for index, table in enumerate(handed.tables):
            sheet = book.add_worksheet(table.sheet.name.translate(_FORBIDDEN)[:_SHEET_NAME])
            kept = [column for column, header in enumerate(table.headers) if header != ERROR]
            for column, source in enumerate(kept):
                sheet.write_string(0, column, table.headers[source], bold)
            sheet.write_string(0, len(kept), ERROR, bold)
            for line, (number, words) in enumerate(_bad(handed, index), start=1):
                for column, cell in enumerate(_cells(table, number, kept)):
                    sheet.write_string(line, column, cell, text)
                sheet.write_string(line, len(kept), words, red)
            sheet.set_column(0, max(len(kept) - 1, 0), 18, text)
            sheet.set_column(len(kept), len(kept), 60)
            sheet.freeze_panes(1, 0)


def _bad(handed: HandedIn, index: int) -> list[tuple[int, str]]:
    return [
        (row, "；".join(f"{one.column}：{one.message}" if one.column else one.message for one in problems))
        for (sheet, row), problems in sorted(handed.bad.items())
        if sheet == index
    ]  # fmt: skip


def _cells(table: ListTable, number: int, kept: list[int]) -> list[str]:
    cells = table.sheet.rows[number - 1]
    return [cells[index] if index < len(cells) else "" for index in kept]
