"""Reading a spreadsheet: CSV in the encodings of offices, XLSX and XLS. Cells come out as text, as they look.

Formulas are not run: a workbook gives the value that was saved with the formula, and a text that looks like a
formula stays a text.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from outreach.errors import Invalid, Missing

MAX_UNPACKED = 1 << 30
"""A workbook that unpacks to more than this many bytes is refused."""

_ENCODINGS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_EXACT = 10**15  # a spreadsheet's number keeps 15 digits


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, and its rows from the first, so that row n stands at index n − 1."""

    name: str
    rows: list[list[str]]


def read_sheets(path: Path, only: str | None = None) -> list[Sheet]:
    """All sheets of a file (a CSV file is one sheet), or the one named `only`.

    Raises Missing when there is no such file or sheet, and Invalid (people.file_…) for a file that is no
    spreadsheet, is locked with a password, is empty or is too large.
    """
    if not path.is_file():
        raise Missing("people.file_missing", file=path.name)
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise Invalid("people.file_empty", file=path.name)
    packed = head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    sheets = list(_workbook(path, only) if packed else _text(path, only))
    if not any(any(cell for cell in row) for sheet in sheets for row in sheet.rows):
        raise Invalid("people.file_empty", file=path.name)
    return sheets


def _workbook(path: Path, only: str | None) -> Iterator[Sheet]:
    _refuse_bombs(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            if only is not None and only not in book.sheet_names:
                raise Missing(
                    "people.sheet_missing", sheet=only, sheets="、".join(book.sheet_names)
                )
            for name in book.sheet_names if only is None else [only]:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                yield Sheet(name, [[_as_text(cell) for cell in row] for row in rows])
    except PasswordError:
        raise Invalid("people.file_password", file=path.name) from None
    except CalamineError:
        raise Invalid("people.file_not_spreadsheet", file=path.name) from None


def _refuse_bombs(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise Invalid("people.file_too_large", file=path.name)


def _as_text(cell: object) -> str:
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


def _text(path: Path, only: str | None) -> Iterator[Sheet]:
    if only is not None and only != path.stem:
        raise Missing("people.sheet_missing", sheet=only, sheets=path.stem)
    text = _decode(path)
    first = text[:20_000].splitlines()[:20]
    delimiter = max(",\t;", key=lambda mark: sum(line.count(mark) for line in first))
    try:
        yield Sheet(path.stem, list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error as error:
        raise Invalid("people.file_not_spreadsheet", file=path.name) from error


def _decode(path: Path) -> str:
    data = path.read_bytes()
    marked = [encoding for mark, encoding in _ENCODINGS if data.startswith(mark)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(char < " " and char not in "\t\r\n\x0b\x0c" for char in set(text)):
            break  # a picture, a PDF, a program
        return text
    raise Invalid("people.file_not_spreadsheet", file=path.name)
