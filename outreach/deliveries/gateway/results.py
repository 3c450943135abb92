"""The result file of a console: from whatever it calls its columns to one statement per row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from channels.base import Verdict
from channels.gateway_words import COLUMNS, Column, Said, folded, is_code, read
from outreach.deliveries.states import RANK
from outreach.errors import Invalid
from outreach.people.reading.columns import column_letter
from outreach.people.reading.spreadsheet import OpenSheet, open_sheets

_HEADER_WITHIN = 20  # rows of titles that a console may put above its table
_STATUS: tuple[Column, ...] = ("report", "code", "result", "submit", "why")


@dataclass(frozen=True)
class Result:
    """What one row says. row: as the office counts. said: None = nothing yet. code: the console's own, or its words."""

    sheet: str
    row: int
    reference: str
    phone: str
    said: Said | None
    code: str
    verdict: Verdict | None


@dataclass(frozen=True)
class Read:
    """A file: its rows in order, and what could not be understood, each with its place."""

    results: Sequence[Result]
    bad: Sequence[Invalid]


@dataclass(frozen=True)
class _Table:
    sheet: str
    header: int
    columns: Mapping[Column, Sequence[int]]
    titles: Mapping[int, str]

    def cells(self, column: Column, row: Sequence[str]) -> list[tuple[int, str]]:
        """(index, text) of the filled cells of a column in a row."""
        return [
            (index, row[index].strip())
            for index in self.columns.get(column, ())
            if index < len(row) and row[index].strip()
        ]

    def first(self, column: Column, row: Sequence[str]) -> str:
        return next((text for _, text in self.cells(column, row)), "")

    def place(self, number: int, index: int) -> dict[str, object]:
        """Where a cell stands, for whoever has to mend it."""
        column = f"{column_letter(index)}（{self.titles[index]}）"
        return {"sheet": self.sheet, "row": number, "column": column}


def read_results(path: Path) -> Read:
    """All sheets that have a table of results. Invalid when none has; raises what `open_sheets` raises."""
    results: list[Result] = []
    bad: list[Invalid] = []
    found = False
    with open_sheets(path) as book:
        for sheet in book.sheets:
            table = _table(sheet)
            if table is None:
                continue
            found = True
            for number, cells in enumerate(
                islice(sheet.rows, table.header, None), table.header + 1
            ):
                if not any(cell.strip() for cell in cells):
                    continue
                one = _row(table, number, cells)
                if isinstance(one, Invalid):
                    bad.append(one)
                else:
                    results.append(one)
    if not found:
        raise Invalid("gateway.no_result_columns", file=path.name)
    return Read(results, bad)


def _table(sheet: OpenSheet) -> _Table | None:
    """The header row, the first that names whose row it is and what became of it."""
    for number, cells in enumerate(sheet.head(_HEADER_WITHIN), 1):
        columns: dict[Column, list[int]] = {}
        for index, cell in enumerate(cells):
            column = COLUMNS.get(folded(cell))
            if column is not None:
                columns.setdefault(column, []).append(index)
        who = "reference" in columns or "phone" in columns
        if who and any(column in columns for column in _STATUS[:-1]):
            titles = {index: cell.strip() for index, cell in enumerate(cells)}
            return _Table(sheet.name, number, columns, titles)
    return None


def _row(table: _Table, number: int, row: Sequence[str]) -> Result | Invalid:
    reference, phone = table.first("reference", row), table.first("phone", row)
    if not reference and not phone:
        return Invalid("gateway.row_without_number", sheet=table.sheet, row=number)
    cells = [(column, *cell) for column in _STATUS for cell in table.cells(column, row)]
    words = [(column, index, text, read(column, text)) for column, index, text in cells]
    said: Said | None = None
    for *_, word in words:
        if word.said in RANK and (said is None or RANK[word.said] > RANK[said]):
            said = word.said
    verdict = next((word.verdict for *_, word in words if word.verdict is not None), None)
    strange = [
        (index, text)
        for column, index, text, word in words
        if word.said is None and column != "why" and not (column == "code" and said is not None)
    ]
    if strange:
        index, text = strange[0]
        code = "gateway.code_unknown" if is_code(text) else "gateway.word_unknown"
        return Invalid(code, value=text, **table.place(number, index))
    states = {word.said for *_, word in words}
    if {"delivered", "undelivered"} <= states or {"delivered", "refused"} <= states:
        index = words[0][1]
        return Invalid("gateway.says_both", **table.place(number, index))
    return Result(table.sheet, number, reference, phone, said, _code(words), verdict)


def _code(words: Sequence[tuple[Column, int, str, object]]) -> str:
    """The console's code, else its own words, for whoever reads why."""
    by_column = {column: text for column, _, text, _ in words}
    return next((by_column[one] for one in ("code", "why", *_STATUS) if one in by_column), "")[:200]
