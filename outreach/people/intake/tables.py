"""The sheets of a file that hold people, and their rows in bundles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from outreach.errors import Invalid, OutreachError
from outreach.people.intake.workers import BUNDLE, Bundle
from outreach.people.masking import mask_numbers
from outreach.people.reading.columns import Columns, columns_of
from outreach.people.reading.spreadsheet import Book, OpenSheet
from outreach.people.schemas import ImportReport, Problem, SheetPreview

FIRST_ROWS = 10
"""Rows that a preview shows of each sheet."""

_SHOWN_CELLS = 12
_READ = 1 << 20


@dataclass(frozen=True)
class Table:
    """A sheet whose header was recognised. `title` is its name where the file has several, else ''."""

    sheet: OpenSheet
    columns: Columns
    title: str

    def header_cells(self) -> Sequence[str]:
        """The header row as it stands in the file; of a header of two rows what both mean together."""
        columns = self.columns
        rows = self.sheet.head(columns.header_row)
        raw = rows[-1] if len(rows) == columns.header_row else []
        same = tuple(cell.strip() for cell in raw) == columns.headers
        return raw if same else columns.headers

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The filled rows below the header, each with its number."""
        header = self.columns.header_row
        for number, cells in enumerate(self.sheet.rows, start=1):
            if number > header and any(cells) and any(map(str.strip, cells)):
                yield number, cells


def find_tables(
    book: Book, report: ImportReport, mapping: Mapping[str, str] | None = None
) -> list[Table]:
    """Every sheet with a recognisable header; the others are named in the report's warnings.

    Raises what `find_header` raises, and Invalid people.no_header when no sheet has one.
    """
    sheets = [one for one in book.sheets if not one.is_empty()]
    several = len(sheets) > 1
    found: list[tuple[OpenSheet, Columns]] = []
    wrong: list[OutreachError] = []
    for one in sheets:
        try:
            columns = columns_of(one, mapping)
            if columns is None:
                raise Invalid(
                    "people.no_header", sheet=one.name, columns="、".join(_first_cells(one))
                )
            found.append((one, columns))
        except Invalid as error:
            wrong.append(error)
            report.warn(Problem.of(1, "", error, one.name if several else ""))
    if not found:
        raise wrong[0]
    for note in book.notes:
        report.warn(Problem.of(1, "", note))
    return [Table(sheet, columns, sheet.name if several else "") for sheet, columns in found]


def _first_cells(sheet: OpenSheet) -> list[str]:
    row = next((row for row in sheet.rows if any(cell.strip() for cell in row)), [])
    return [mask_numbers(cell.strip()[:20]) for cell in row if cell.strip()][:_SHOWN_CELLS]


def bundles(sheet: int, table: Table) -> Iterator[Bundle]:
    """The rows of a table, some at a time."""
    rows: list[tuple[int, list[str]]] = []
    for one in table.rows():
        rows.append(one)
        if len(rows) == BUNDLE:
            yield Bundle(sheet, rows)
            rows = []
    if rows:
        yield Bundle(sheet, rows)


def preview_of(table: Table, rows: int) -> SheetPreview:
    """Header, guessed fields and the first rows of a table that has so many."""
    first: list[tuple[str, ...]] = []
    for _, cells in table.rows():
        first.append(tuple(cells))
        if len(first) == FIRST_ROWS:
            break
    columns = table.columns
    return SheetPreview(
        name=table.sheet.name,
        header_row=columns.header_row,
        headers=columns.headers,
        fields=columns.fields(),
        first_rows=tuple(first),
        rows=rows,
    )


def about_rows(path: Path, tables: Sequence[Table]) -> int:
    """About how many rows there are: the lines of a text file, the height of a workbook's sheets; 0 = no idea."""
    heights = [_height(table.sheet) for table in tables]
    if all(heights):
        return sum(heights)
    with path.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(_READ), b""))
    return max(lines - tables[0].columns.header_row, 0)


def _height(sheet: OpenSheet) -> int:
    return int(getattr(getattr(sheet.rows, "sheet", None), "height", 0) or 0)
