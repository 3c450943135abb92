"""The wrong rows of a file as a workbook to correct and send again: the same cells, and why in a last column."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from outreach.people.intake.gather import Gathered

ERROR = "错误"
_SHEET_NAME = 31  # a spreadsheet allows no more characters
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


def write_rejected(path: Path, gathered: Gathered) -> None:
    """Every recognised sheet with its header and its bad rows, in their order.

    All cells are written as text: long numbers keep their digits, and what looks like a formula is not run.
    """
    with xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "num_format": "@"})
        red = book.add_format({"font_color": "#B3261E", "text_wrap": True})
        for table, bad in zip(gathered.tables, gathered.bad, strict=True):
            sheet = book.add_worksheet(table.sheet.name.translate(_FORBIDDEN)[:_SHEET_NAME])
            kept = [index for index, header in enumerate(table.columns.headers) if header != ERROR]
            raw = table.sheet.rows[table.columns.header_row - 1]
            for column, index in enumerate(kept):
                sheet.write_string(0, column, raw[index], bold)
            sheet.write_string(0, len(kept), ERROR, bold)
            for row, number in enumerate(sorted(bad), start=1):
                cells, words = table.sheet.rows[number - 1], bad[number]
                for column, index in enumerate(kept):
                    sheet.write_string(
                        row, column, cells[index] if index < len(cells) else "", text
                    )
                sheet.write_string(row, len(kept), words, red)
            sheet.set_column(0, max(len(kept) - 1, 0), 18, text)
            sheet.set_column(len(kept), len(kept), 60)
            sheet.freeze_panes(1, 0)
