"""Write the sheets as XLSX: numbers as numbers, text as text, ready to be printed."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from channels.whole import plain
from outreach.reports.brief.facts import Facts
from outreach.reports.suppression import COVER, SMALL
from outreach.reports.workbook.schemas import Cell, Share, Sheet
from outreach.reports.workbook.sheets import sheets
from outreach.surveys.results.schemas import SurveyResults
from outreach.wording import say

_PLAIN = plain(in_memory=True, nan_inf_to_errors=False)
_A4 = 9
_WRAPPED = 40  # wider columns hold sentences


def write(facts: Facts, found: Mapping[str, SurveyResults], made_at: datetime) -> bytes:
    """The workbook; `made_at` stands in its properties."""
    marking = next((one.awareness["notice"] for one in facts.policies if one.awareness), "")
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _PLAIN) as book:
        book.set_properties(
            {"title": say("brief.document", title=facts.title, place=facts.place), "created": made_at.replace(tzinfo=None)}
        )  # fmt: skip
        formats = _Formats(book)
        for sheet in sheets(facts, found):
            _Page(book.add_worksheet(sheet.name), formats).fill(sheet, marking, demo=facts.demo)
    return target.getvalue()


class _Formats:
    """The looks of cells, grey-safe."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "宋体", "font_size": 10.5, "valign": "top"}
        line = {**base, "border": 1, "border_color": "#999999"}
        self.title = book.add_format({**base, "font_name": "黑体", "font_size": 14, "bold": True})
        self.line = book.add_format({**base, "text_wrap": True})
        self.head = book.add_format(
            {**line, "bold": True, "text_wrap": True, "bg_color": "#E6E6E6"}
        )
        self.text = book.add_format({**line, "text_wrap": True})
        self.whole = book.add_format({**line, "num_format": "#,##0"})
        self.decimal = book.add_format({**line, "num_format": "#,##0.0##"})
        self.share = book.add_format({**line, "num_format": "0.0%"})
        self.hidden = book.add_format({**line, "align": "right", "italic": True})

    def of(self, cell: Cell) -> Any:
        """The look of a cell."""
        if isinstance(cell, Share):
            return self.share
        if isinstance(cell, str):
            return self.hidden if cell in (SMALL, COVER) else self.text
        return self.decimal if isinstance(cell, float) else self.whole


class _Page:
    def __init__(self, sheet: Any, formats: _Formats) -> None:
        self.sheet, self.formats, self.at = sheet, formats, 0

    def fill(self, page: Sheet, marking: str, *, demo: bool) -> None:
        for column, width in enumerate(page.widths):
            self.sheet.set_column(column, column, width)
        self._text(page.title, self.formats.title)
        for line in page.lines:
            self._wide(line, page.widths)
        head = self.at
        if page.head:
            self._row(page.head, [self.formats.head] * len(page.head))
            self.sheet.freeze_panes(self.at, 0)
            self.sheet.repeat_rows(head)
        for row in page.rows:
            self._row(row, [self.formats.of(cell) for cell in row])
        for line in page.notes:
            self._wide(line, page.widths)
        self._print(marking, demo=demo)

    def _text(self, text: str, look: Any) -> None:
        self.sheet.write_string(self.at, 0, text, look)
        self.at += 1

    def _wide(self, text: str, widths: Sequence[int]) -> None:
        """A sentence over all columns, as high as it needs."""
        room = max(sum(widths), 20)
        self.sheet.set_row(self.at, 15 * (1 + 2 * len(text) // room))
        if len(widths) > 1:
            self.sheet.merge_range(self.at, 0, self.at, len(widths) - 1, "", self.formats.line)
        self._text(text, self.formats.line)

    def _row(self, cells: Sequence[Cell], looks: Sequence[Any]) -> None:
        for column, (cell, look) in enumerate(zip(cells, looks, strict=True)):
            if cell is None:
                self.sheet.write_blank(self.at, column, None, look)
            elif isinstance(cell, str):
                self.sheet.write_string(self.at, column, cell, look)
            else:
                number = cell.value if isinstance(cell, Share) else cell
                self.sheet.write_number(self.at, column, number, look)
        self.at += 1

    def _print(self, marking: str, *, demo: bool) -> None:
        self.sheet.set_paper(_A4)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
        said = "　".join(part for part in (marking, say("brief.mark.demo") if demo else "") if part)
        self.sheet.set_footer(f"&L&9{said}&R&9&P / &N")
