"""Reading and checking a whole file before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from outreach.errors import Invalid, OutreachError
from outreach.people.intake.duplicates import Repeats, merge
from outreach.people.reading.cells import Context
from outreach.people.reading.columns import SYNONYMS, Columns, find_header
from outreach.people.reading.places import Places
from outreach.people.reading.rows import Checker
from outreach.people.reading.spreadsheet import Sheet, read_sheets
from outreach.people.schemas import ImportReport, PersonRow, Problem

_TOTALS = frozenset({"合计", "总计", "小计", "共计", "合计:", "总计:"})


@dataclass(frozen=True)
class Table:
    """A sheet whose header was recognised."""

    sheet: Sheet
    columns: Columns


@dataclass
class Gathered:
    """The good rows of a file, and for each table the bad ones (row → words) to hand back."""

    tables: list[Table]
    people: list[PersonRow] = field(default_factory=list)
    bad: list[dict[int, str]] = field(default_factory=list)


def find_tables(
    path: Path,
    report: ImportReport,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> list[Table]:
    """Every sheet with a recognisable header; the others are named in the report's warnings.

    Raises what `read_sheets` and `find_header` raise, and Invalid people.no_header when no sheet has one.
    """
    sheets = [one for one in read_sheets(path, sheet) if any(any(row) for row in one.rows)]
    tables: list[Table] = []
    wrong: list[OutreachError] = []
    for one in sheets:
        try:
            columns = find_header(one.rows, mapping)
            if columns is None:
                raise Invalid(
                    "people.no_header", sheet=one.name, columns="、".join(_first_cells(one))
                )
            tables.append(Table(one, columns))
        except Invalid as error:
            wrong.append(error)
            report.warnings.append(Problem.of(1, "", error, one.name if len(sheets) > 1 else ""))
    if not tables:
        raise wrong[0]
    return tables


def _first_cells(sheet: Sheet) -> list[str]:
    row = next((row for row in sheet.rows if any(cell.strip() for cell in row)), [])
    return [cell.strip()[:20] for cell in row if cell.strip()][:12]


@dataclass
class Gatherer:
    """Checks all tables of a file into one report; `region` is where rows belong and where names are looked for."""

    homes: Places
    country: Places
    today: date
    region: str
    report: ImportReport

    def gather(self, tables: Sequence[Table]) -> Gathered:
        """Every row is good, bad (and says why) or a repeat; empty rows and totals are none of them."""
        gathered = Gathered(list(tables))
        repeats = Repeats()
        for index, table in enumerate(tables):
            gathered.bad.append({})
            name = table.sheet.name if len(tables) > 1 else ""
            for header in table.columns.unread:
                self._warn(
                    table.columns.header_row,
                    header,
                    Invalid("people.column_unread", header=header),
                    name,
                )
            context = Context(table.columns, self.homes, self.country, self.today)
            checker = Checker(context, self.region, index)
            for number, cells in enumerate(table.sheet.rows, start=1):
                if number > table.columns.header_row and any(cell.strip() for cell in cells):
                    self._row(checker, number, cells, gathered, repeats, name)
        return gathered

    def _row(
        self,
        checker: Checker,
        number: int,
        cells: list[str],
        gathered: Gathered,
        repeats: Repeats,
        name: str,
    ) -> None:
        columns = checker.context.columns
        if _is_total(columns, cells):
            self._warn(number, "", Invalid("people.totals_row"), name)
            return
        self.report.rows += 1
        person = checker.check(number, cells)
        if person is None:
            self._reject(checker, number, gathered, name)
            return
        for column, remark in checker.remarks:
            self._warn(number, column, remark, name)
        first = repeats.first(person)
        if first is None:
            self.report.accepted += 1
            gathered.people.append(person)
            return
        self.report.duplicates += 1
        self._warn(
            number,
            columns.header("id_card") or columns.header("name"),
            _in_words(merge(first, person)),
            name,
        )

    def _reject(self, checker: Checker, number: int, gathered: Gathered, name: str) -> None:
        self.report.rejected += 1
        problems = [Problem.of(number, column, error, name) for column, error in checker.problems]
        self.report.errors.extend(problems)
        said = [Problem.of(number, column, error) for column, error in checker.problems]
        words = "；".join(
            f"{one.column}：{one.message}" if one.column else one.message for one in said
        )
        gathered.bad[checker.sheet][number] = words

    def _warn(self, row: int, column: str, remark: OutreachError, sheet: str) -> None:
        self.report.warnings.append(Problem.of(row, column, remark, sheet))


def _is_total(columns: Columns, cells: Sequence[str]) -> bool:
    who = [index for name in ("id_card", "birth", "phone") for index in columns.of.get(name, ())]
    return any(cell.strip() in _TOTALS for cell in cells) and not any(
        cells[index].strip() for index in who if index < len(cells)
    )


def _in_words(remark: Invalid) -> Invalid:
    """Field names as the words of the header row."""
    names = remark.params.get("fields")
    if isinstance(names, list):
        words = dict.fromkeys(
            SYNONYMS[_FIELD.get(str(name), str(name))].split()[0] for name in names
        )
        remark.params["fields"] = "、".join(words)
    return remark


_FIELD = {
    "id_number": "id_card",
    "id_last4": "id_card",
    "masked": "id_card",
    "landline": "phone",
    "guardian_id": "guardian",
    "guardian_name": "guardian",
}
