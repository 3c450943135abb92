"""Rows of a text file: comma, tab, semicolon or bar between the cells, read one by one in constant memory."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from outreach.errors import Invalid
from outreach.people.reading.encoding import Encoding, Opener
from outreach.people.reading.headers import field_of

_DELIMITERS = ",\t;|"
_NO_DELIMITER = dict.fromkeys(map(ord, _DELIMITERS))
_LOOKED_AT = 20_000  # characters that decide what stands between the cells
_QUOTED = re.compile(r'"[^"]*"')
_WIDE_GAP = re.compile(r"[ \u3000]{2,}|\u3000")


@dataclass(frozen=True)
class DelimitedRows:
    """The rows of a text file. Each `iter()` reads it from the start; row n is the n-th that comes out.

    Raises Invalid while it is read: people.csv_quote for quotes that do not match.
    """

    opened: Opener
    encoding: Encoding
    file: str

    def __iter__(self) -> Iterator[list[str]]:
        with io.TextIOWrapper(self.opened(), encoding=self.encoding.codec, newline="") as lines:
            mark = delimiter(lines.read(_LOOKED_AT))
        with io.TextIOWrapper(self.opened(), encoding=self.encoding.codec, newline="") as lines:
            yield from rows_of(_without_mark(lines), mark, self.file)


def _without_mark(lines: Iterable[str]) -> Iterator[str]:
    """A byte order mark that the decoder has left is no part of the first cell."""
    waiting = iter(lines)
    for first in waiting:
        yield first.removeprefix("\ufeff")
        break
    yield from waiting


def delimiter(start: str) -> str:
    """What stands between the cells of a text that begins like this: what makes the most known headers, or occurs most."""
    lines = _QUOTED.sub(lambda found: found[0].translate(_NO_DELIMITER), start).splitlines()[:20]
    return max(
        _DELIMITERS,
        key=lambda mark: (_headers(lines, mark), sum(line.count(mark) for line in lines)),
    )


def _headers(lines: list[str], mark: str) -> int:
    cells = ([cell.strip('" ') for cell in line.split(mark)] for line in lines)
    return max((sum(field_of(cell) is not None for cell in row) for row in cells), default=0)


def rows_of(lines: Iterable[str], mark: str, file: str) -> Iterator[list[str]]:
    """Cells of each row, empty ones at its end left out; an empty line is an empty row."""
    reader = csv.reader(lines, delimiter=mark, strict=True)
    row = 0
    line = 1
    while True:
        row, line = row + 1, reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Invalid("people.csv_quote", file=file, row=row, line=line) from None
        yield trimmed(cells)


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end; offices' tables have thousands of them."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def pasted_rows(text: str) -> list[list[str]]:
    """Rows of a table from the clipboard: tabs as spreadsheets put them, or commas, semicolons, wide gaps.

    A quoted cell may hold tabs and line ends; where quotes do not match they are part of the text.
    """
    text = text.removeprefix("\ufeff").strip("\r\n")
    if "\t" not in text and not any(mark in text for mark in _DELIMITERS):
        return [_WIDE_GAP.split(line.strip()) for line in text.splitlines()]
    mark = "\t" if "\t" in text else delimiter(text)
    try:
        return list(rows_of(io.StringIO(text, newline=""), mark, ""))
    except Invalid:
        return [trimmed(line.split(mark)) for line in text.splitlines()]
