"""Reading a spreadsheet: text files in the encodings of offices, XLSX, XLS, XLSB, ODS, and a pasted table.

Cells come out as text, as they look; a text that looks like a formula stays a text. Rows keep the number that an
office worker counts: the first row of a sheet is 1, whatever stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from outreach.errors import Invalid, Missing, OutreachError
from outreach.people.reading.delimited import DelimitedRows, pasted_rows
from outreach.people.reading.encoding import Encoding, Opener, detect
from outreach.people.reading.words import EPOCH_1900
from outreach.people.reading.workbook import Range, open_workbook

_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OTHER = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


@dataclass(frozen=True)
class OpenSheet:
    """One sheet of an open file. `rows` may be iterated again and again, each time from the first row.

    `merged`: cells that are merged · `epoch`: the day before day 1 of date numbers in this file.
    """

    name: str
    rows: Iterable[list[str]]
    merged: Sequence[Range] = ()
    epoch: date = EPOCH_1900

    def head(self, most: int) -> list[list[str]]:
        """The first rows, at most so many."""
        return list(islice(self.rows, most))

    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not any(any(row) for row in self.rows)


@dataclass(frozen=True)
class Sheet(OpenSheet):
    """One sheet in memory: row n stands at index n − 1."""

    rows: list[list[str]]


@dataclass(frozen=True)
class Book:
    """An open file. `encoding` is None for a workbook; `notes` say what was not opened or is doubtful."""

    sheets: Sequence[OpenSheet]
    encoding: Encoding | None = None
    notes: list[OutreachError] = field(default_factory=list)


@contextmanager
def open_sheets(
    path: Path, only: str | None = None, encoding: str | None = None, password: str | None = None
) -> Iterator[Book]:
    """The sheets of a file (a text file is one sheet), or the one named `only`; rows are read when they are asked for.

    A text file is read in constant memory; a workbook holds its sheets. Hidden sheets are opened only by name.
    Raises Missing when there is no such file or sheet, and Invalid (people.file_…, people.encoding_…) for a file that
    is no spreadsheet, is locked, is empty or too large, or whose bytes do not fit its encoding.
    """
    if not path.is_file():
        raise Missing("people.file_missing", file=path.name)
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        raise Invalid("people.file_empty", file=path.name)
    opened = _open_packed(path, only, password) if head.startswith(_PACKED) else None
    if opened is None:
        book = _text(path, only, encoding, head)
        _refuse_empty(book, path)
        yield book
        return
    with opened as book:
        _refuse_empty(book, path)
        yield book


def _refuse_empty(book: Book, path: Path) -> None:
    if all(sheet.is_empty() for sheet in book.sheets):
        raise Invalid("people.file_empty", file=path.name)


@contextmanager
def _open_packed(path: Path, only: str | None, password: str | None) -> Iterator[Book]:
    with open_workbook(path, password) as workbook:
        names = [one.name for one in workbook.sheets]
        if only is not None and only not in names:
            raise Missing("people.sheet_missing", sheet=only, sheets="、".join(names))
        shown = [one for one in workbook.sheets if not one.hidden] or workbook.sheets
        seen = [one for one in workbook.sheets if one.name == only] if only else shown
        notes: list[OutreachError] = [
            Invalid("people.sheet_hidden", sheet=one.name)
            for one in workbook.sheets
            if one not in shown and not only
        ]
        sheets = [OpenSheet(one.name, one.rows, one.rows.merged, workbook.epoch) for one in seen]
        yield Book(sheets, None, notes)


def _text(path: Path, only: str | None, encoding: str | None, head: bytes) -> Book:
    if only is not None and only != path.stem:
        raise Missing("people.sheet_missing", sheet=only, sheets=path.stem)
    if head.startswith(_OTHER):
        raise Invalid("people.file_not_spreadsheet", file=path.name)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<", b"{\\rtf")):
        raise Invalid("people.file_markup", file=path.name)
    opened = _opener(path)
    found = detect(opened, path.name, encoding)
    notes: list[OutreachError] = [found.remark()] if found.rival else []
    rows = DelimitedRows(opened, found, path.name)
    return Book([OpenSheet(path.stem, rows)], found, notes)


def encoding_of(path: Path, encoding: str | None = None) -> Encoding | None:
    """In which encoding a text file is read and why, None for a workbook; raises what `open_sheets` raises of it."""
    with path.open("rb") as file:
        if file.read(8).startswith(_PACKED):
            return None
    return detect(_opener(path), path.name, encoding)


def _opener(path: Path) -> Opener:
    return lambda: path.open("rb")


def read_sheets(
    path: Path, only: str | None = None, encoding: str | None = None, password: str | None = None
) -> list[Sheet]:
    """All sheets of a small file in memory; raises what `open_sheets` raises."""
    with open_sheets(path, only, encoding, password) as book:
        return [Sheet(one.name, list(one.rows), one.merged, one.epoch) for one in book.sheets]


def read_text_table(text: str, name: str = "粘贴的表格") -> Sheet:
    """A table as Excel, WPS or a chat puts it into the clipboard; Invalid people.paste_empty when nothing is there."""
    rows = pasted_rows(text)
    if not any(any(cell.strip() for cell in row) for row in rows):
        raise Invalid("people.paste_empty")
    return Sheet(name, rows)
