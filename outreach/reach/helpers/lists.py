"""A sheet that says who looks after what: helper, region or grid, building; taken whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from outreach.errors import Invalid, OutreachError
from outreach.people.reading.spreadsheet import read_sheets
from outreach.reach.helpers.schemas import Assigned
from outreach.reach.helpers.service import Decrypt, Desk, Lot, assign
from outreach.wording import say

_HEADERS: Mapping[str, Sequence[str]] = {
    "helper": ("政策明白人", "明白人", "负责人", "网格员", "账号", "helper"),
    "region": ("地区代码", "网格代码", "村代码", "代码", "region"),
    "place": ("楼栋", "楼栋单元", "地址", "place"),
}
_SEARCHED = 10
"""Rows among which the header is looked for, below titles."""


@dataclass(frozen=True)
class Line:
    """One row of the sheet, as an office counts rows."""

    row: int
    helper: str
    region: str
    place: str


@dataclass(frozen=True)
class Taken:
    """What a sheet did: assignments in its order, or what is wrong with which row and then nothing."""

    assigned: tuple[Assigned, ...]
    errors: tuple[tuple[int, str], ...]


def read(path: Path) -> list[Line]:
    """The rows of the first sheet with a header. Invalid helpers.no_header, and what reading a sheet raises."""
    for sheet in read_sheets(path):
        rows = [tuple(cell.strip() for cell in row) for row in sheet.rows]
        for at, row in enumerate(rows[:_SEARCHED]):
            columns = _columns(row)
            if {"helper", "region"} <= set(columns):
                return _lines(rows, at, columns)
    known = "、".join(words[0] for words in _HEADERS.values())
    raise Invalid("helpers.no_header", file=path.name, known=known)


def _columns(row: Sequence[str]) -> dict[str, int]:
    return {
        name: at
        for name, words in _HEADERS.items()
        for at, cell in enumerate(row)
        if cell.lower() in words
    }


def _lines(rows: Sequence[Sequence[str]], header: int, columns: Mapping[str, int]) -> list[Line]:
    def cell(row: Sequence[str], name: str) -> str:
        at = columns.get(name, len(row))
        return row[at] if at < len(row) else ""

    return [
        Line(number, cell(row, "helper"), cell(row, "region"), cell(row, "place"))
        for number, row in enumerate(rows[header + 1 :], header + 2)
        if any(row)
    ]


def take(connection: Connection, desk: Desk, lines: Sequence[Line], decrypt: Decrypt) -> Taken:
    """Give out what the rows say; with one bad row nothing is given, and the caller rolls back."""
    done: list[Assigned] = []
    errors: list[tuple[int, str]] = []
    for line in lines:
        try:
            if not line.helper or not line.region:
                raise Invalid("helpers.row_empty")
            lot = Lot(line.region, line.place)
            done.append(assign(connection, desk, line.helper, lot, decrypt))
        except OutreachError as error:
            errors.append((line.row, say(error.code, **error.params)))
    return Taken((), tuple(errors)) if errors else Taken(tuple(done), ())
