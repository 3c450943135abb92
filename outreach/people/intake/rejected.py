"""The wrong rows of a file as a workbook to correct and send again: the same cells, and why in a last column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import xlsxwriter

from channels.whole import plain
from outreach.people.intake.tables import Table

ERROR = "错误"
_SHEET_NAME = 31  # a spreadsheet allows no more characters
_CELL = 32_767  # nor more in a cell
_ROWS = 1_048_576  # nor more rows in a sheet
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


class RejectedBook:
    """Every recognised sheet with its header and its bad rows, in their order, a row in memory at a time.

    All cells are written as text: long numbers keep their digits, and what looks like a formula is not run. The file
    appears when it is whole; without a path nothing is written.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part") if path else None
        self._book: Any = None
        self._sheet: Any = None
        self._titles: set[str] = set()
        self._kept: list[int] = []
        self._row = 0

    def __enter__(self) -> RejectedBook:
        if self._part is not None:
            # For nobody else (0700), and gone at the end whatever happens.
            self._rows = TemporaryDirectory(dir=self._part.parent, prefix=".rows-")
            options = plain(constant_memory=True, tmpdir=self._rows.name)
            self._book = xlsxwriter.Workbook(str(self._part), options)
            self._text = self._book.add_format({"num_format": "@"})
            self._bold = self._book.add_format({"bold": True, "num_format": "@"})
            self._red = self._book.add_format({"font_color": "#B3261E", "text_wrap": True})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._book is None or self._path is None or self._part is None:
            return
        try:
            self._book.close()
        finally:
            self._rows.cleanup()
        if kind is None:
            self._part.chmod(0o600)
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)

    def begin(self, table: Table) -> None:
        """The next sheet of the file."""
        if self._book is not None:
            self._table = table
            headers = enumerate(table.columns.headers)
            self._kept = [index for index, header in headers if header != ERROR]
            self._add_sheet(table)

    def _add_sheet(self, table: Table) -> None:
        sheet = self._sheet = self._book.add_worksheet(self._title(table.sheet.name))
        sheet.set_column(0, max(len(self._kept) - 1, 0), 18, self._text)
        sheet.set_column(len(self._kept), len(self._kept), 60)
        sheet.freeze_panes(1, 0)
        raw = table.header_cells()
        for column, index in enumerate(self._kept):
            sheet.write_string(0, column, raw[index], self._bold)
        sheet.write_string(0, len(self._kept), ERROR, self._bold)
        self._row = 0

    def _title(self, name: str) -> str:
        """A name that a spreadsheet allows, and that no sheet has yet."""
        clean = name.translate(_FORBIDDEN).strip("'")[:_SHEET_NAME] or "名单"
        title, number = clean, 1
        while title.lower() in self._titles:
            number += 1
            title = f"{clean[: _SHEET_NAME - 5]} ({number})"
        self._titles.add(title.lower())
        return title

    def add(self, rows: Mapping[int, Sequence[str]], bad: Mapping[int, str]) -> None:
        """Bad rows of the present sheet (number → words), in order; `rows` holds their cells."""
        if self._book is None:
            return
        for number in sorted(bad):
            if self._row + 1 >= _ROWS:
                self._add_sheet(self._table)
            self._row += 1
            cells = rows[number]
            for column, index in enumerate(self._kept):
                text = cells[index] if index < len(cells) else ""
                self._sheet.write_string(self._row, column, text[:_CELL], self._text)
            self._sheet.write_string(self._row, len(self._kept), bad[number][:_CELL], self._red)
