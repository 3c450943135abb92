"""Rows of a workbook (XLSX, XLS, XLSB, ODS) as texts that look as in the sheet. Formulas are not run.

A value merged over several rows counts for each of them that holds anything else. The password of a locked workbook is
used once and forgotten, and what it unlocks stays in memory.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msoffcrypto
from msoffcrypto.exceptions import FileFormatError
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from outreach.errors import Invalid
from outreach.people.reading.delimited import trimmed
from outreach.people.reading.words import EPOCH_1900, EPOCH_1904

MAX_UNPACKED = 1 << 30
"""A workbook that unpacks to more than this many bytes is refused."""

MAX_CELLS = 40_000_000
"""A sheet from A1 to its last filled cell is held in memory: more cells than this are refused."""

_ROWS = 1 << 20  # a spreadsheet has no more
_EXACT = 10**15  # a spreadsheet's number keeps 15 digits
_OLD = b"\xd0\xcf\x11\xe0"
_NO_PASSWORD = "VelvetSweatshop"  # noqa: S105 - what Excel itself uses when only the structure is protected
_FAR_RIGHT = re.compile(rb'r="([A-Z]{2,3})[0-9]+"[^>]*(?<!/)>')
_FILLED = re.compile(rb'r="([A-Z]{1,3})([0-9]+)"[^>]*(?<!/)>')
_CHUNK = 1 << 20
_OVERLAP = 256


class Range(NamedTuple):
    """Cells that are merged; rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class SheetRows:
    """The rows of one sheet from A1. Each `iter()` begins at the first."""

    sheet: CalamineSheet

    def __iter__(self) -> Iterator[list[str]]:
        before = [""] * (self.sheet.start or (0, 0))[1]
        tall = sorted(one for one in self.merged if one.bottom > one.top)
        open_ones: dict[int, tuple[int, str]] = {}
        for number, row in enumerate(self.sheet.iter_rows()):
            cells = before + [cell if type(cell) is str else as_text(cell) for cell in row]
            if tall or open_ones:
                _fill_down(number, cells, tall, open_ones)
            yield trimmed(cells)

    @cached_property
    def merged(self) -> Sequence[Range]:
        """All merged cells of the sheet."""
        return [Range(*start, *end) for start, end in self.sheet.merged_cell_ranges or ()]


def _fill_down(
    number: int, cells: list[str], tall: list[Range], open_ones: dict[int, tuple[int, str]]
) -> None:
    """Give the row what is merged into it from above; begin the merged cells that start here."""
    if any(cells):
        for column, (last, text) in list(open_ones.items()):
            if number > last:
                del open_ones[column]
            elif column < len(cells):
                cells[column] = cells[column] or text
    while tall and tall[0].top <= number:
        one = tall.pop(0)
        if one.left < len(cells) and cells[one.left]:
            open_ones[one.left] = (one.bottom, cells[one.left])


@dataclass(frozen=True)
class Worksheet:
    """A sheet of a workbook that was opened."""

    name: str
    rows: SheetRows
    hidden: bool


@dataclass(frozen=True)
class Workbook:
    """The worksheets of a workbook, and the day from which it counts days."""

    sheets: Sequence[Worksheet]
    epoch: date


@contextmanager
def open_workbook(path: Path, password: str | None = None) -> Iterator[Workbook]:
    """The worksheets of a file; they can be read until the block ends.

    Raises Invalid: people.file_not_spreadsheet, _password (asks for one), _password_wrong, _too_large, _sparse.
    """
    with _told(path.name):
        source = _unlocked(path, password) or path.open("rb")
    with source:
        with _told(path.name):
            epoch = _refuse_too_large(source, path.name)
            source.seek(0)
            book = CalamineWorkbook.from_filelike(source)
            sheets = [
                Worksheet(
                    one.name,
                    SheetRows(book.get_sheet_by_name(one.name)),
                    one.visible is not SheetVisibleEnum.Visible,
                )
                for one in book.sheets_metadata
                if one.typ is SheetTypeEnum.WorkSheet
            ]
        with book:
            yield Workbook(sheets, epoch)


@contextmanager
def _told(file: str) -> Iterator[None]:
    """Whatever a damaged file does to its reader, people are told that it is damaged."""
    try:
        yield
    except (Invalid, MemoryError):
        raise
    except PasswordError:
        raise Invalid("people.file_password", file=file) from None
    except (CalamineError, FileFormatError, Exception) as error:
        raise Invalid("people.file_not_spreadsheet", file=file) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader's own end of the world
            raise
        raise Invalid("people.file_not_spreadsheet", file=file) from None


def unlock(path: Path, password: str) -> bytes | None:
    """What a locked workbook holds; None for a file that has no lock. Raises Invalid people.file_password_wrong."""
    with _told(path.name):
        source = _unlocked(path, password)
    return None if source is None else source.read()


def _unlocked(path: Path, password: str | None) -> BinaryIO | None:
    """The bytes of a locked workbook without its lock; None for one that has none."""
    with path.open("rb") as raw:
        if raw.read(len(_OLD)) != _OLD:
            return None
        raw.seek(0)
        book = msoffcrypto.OfficeFile(raw)
        if not book.is_encrypted():
            return None
        plain = io.BytesIO()
        try:
            book.load_key(password=password or _NO_PASSWORD)
            book.decrypt(plain)
        except Exception:
            code = "people.file_password_wrong" if password else "people.file_password"
            raise Invalid(code, file=path.name) from None
        plain.seek(0)
        return plain


def _refuse_too_large(source: BinaryIO, file: str) -> date:
    """Measure what is packed before anything is unpacked into memory; the epoch stands beside it."""
    if not zipfile.is_zipfile(source):
        return EPOCH_1900
    with zipfile.ZipFile(source) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise Invalid("people.file_too_large", file=file)
        for entry in entries:
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry.filename):
                _refuse_sparse(archive, entry.filename, file)
        if "xl/workbook.xml" not in archive.namelist():
            return EPOCH_1900
        book = archive.read("xl/workbook.xml")
    return EPOCH_1904 if re.search(rb'date1904="(1|true)"', book) else EPOCH_1900


def _refuse_sparse(archive: zipfile.ZipFile, entry: str, file: str) -> None:
    """One forgotten cell at the far end of a sheet would fill the machine's memory."""
    far = {match[0] for match in _found(archive, entry, _FAR_RIGHT)}
    if max(map(_column, far), default=26) * _ROWS <= MAX_CELLS:
        return
    column = row = 1
    for letters, number in _found(archive, entry, _FILLED):
        column, row = max(column, _column(letters)), max(row, int(number))
    if column * row > MAX_CELLS:
        raise Invalid("people.file_sparse", file=file, row=row, column=column)


def _found(archive: zipfile.ZipFile, entry: str, what: re.Pattern[bytes]) -> Iterator[list[bytes]]:
    kept = b""
    with archive.open(entry) as xml:
        while chunk := xml.read(_CHUNK):
            for match in what.finditer(kept + chunk):
                yield list(match.groups())
            kept = chunk[-_OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def as_text(cell: object) -> str:
    """A cell as it looks; numbers with more digits than a spreadsheet keeps show that they are damaged."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        if abs(cell) >= _EXACT:
            return f"{cell:.5E}"
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
