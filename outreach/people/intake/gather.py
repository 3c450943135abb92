"""Reading and checking a whole file before anything is written: good rows into the spool, bad ones handed back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from outreach.errors import Invalid
from outreach.people.intake.checking import Checked, Setup
from outreach.people.intake.duplicates import Registered, Repeats
from outreach.people.intake.rejected import RejectedBook
from outreach.people.intake.sealing import Sealed
from outreach.people.intake.tables import Table, bundles
from outreach.people.intake.watch import Watch
from outreach.people.intake.workers import Bundle, checked
from outreach.people.reading.columns import SYNONYMS
from outreach.people.schemas import ImportReport, Problem

Look = Callable[[Collection[bytes]], Registered]
"""Whom some masked keys fit in the register."""

_ONCE = frozenset({"people.region_unlisted"})
"""Remarks that each place of a sheet gets once, although several processes may each find it first."""


@dataclass
class Gatherer:
    """Checks all tables of a file into one report. `workers`: see `workers.checked` · `outside`: rows that name
    somebody whom the user may not name.
    """

    setup: Setup
    report: ImportReport
    repeats: Repeats
    rejected: RejectedBook
    watch: Watch
    registered: Look
    workers: int | None = None
    outside: Callable[[Sequence[Sealed]], Collection[int]] | None = None
    rows_of: list[int] = field(default_factory=list)  # rows of each table
    _said: set[tuple[int, str]] = field(default_factory=set)

    def gather(self, tables: Sequence[Table]) -> None:
        """Every row is good, bad (and says why) or a repeat; empty rows and totals are none of them."""
        self.rows_of = [0] * len(tables)
        begun = -1
        for bundle, result in checked(self.setup, self._bundles(tables), self.workers):
            while begun < bundle.sheet:
                begun += 1
                self._begin(tables[begun])
            self._take(tables[bundle.sheet], bundle, result)
            self.watch.checked(len(bundle.rows))
        for table in tables[begun + 1 :]:
            self._begin(table)
        if not self.report.rows:
            header = tables[0].columns.header_row
            self.report.warn(Problem.of(header, "", Invalid("people.no_rows")))

    def _bundles(self, tables: Sequence[Table]) -> Iterator[Bundle]:
        for sheet, table in enumerate(tables):
            yield from bundles(sheet, table)

    def _begin(self, table: Table) -> None:
        self.rejected.begin(table)
        row = table.columns.header_row
        for header in table.columns.unread:
            error = Invalid("people.column_unread", header=header)
            self.report.warn(Problem.of(row, header, error, table.title))

    def _take(self, table: Table, bundle: Bundle, result: Checked) -> None:
        report, rows = self.report, result.rows
        report.rows += rows
        self.rows_of[bundle.sheet] += rows
        fits = self.registered(set(result.masked.values())) if result.masked else {}
        barred = self._bar(result)
        taken = self.repeats.take(result, fits)
        report.accepted += taken.accepted
        bad = {one.row: one.words for one in result.bad}
        problems = [(one.row, problem) for one in result.bad for problem in one.problems]
        for row, error in (*barred, *taken.ambiguous):
            column = table.columns.header("id_card")
            problem = Problem.of(row, column, error, table.title)
            problems.append((row, problem))
            bad[row] = f"{column}：{Problem.of(row, column, error).message}"
        report.rejected += len(bad)
        for _, problem in sorted(problems, key=lambda one: one[0]):
            report.error(problem)
        self._remark(table, result, taken.repeats)
        if bad:
            wanted = bad.keys()
            self.rejected.add({row: cells for row, cells in bundle.rows if row in wanted}, bad)

    def _bar(self, result: Checked) -> list[tuple[int, Invalid]]:
        """Leave out the rows that name somebody outside; they are bad ones."""
        if self.outside is None or not result.records:
            return []
        outside = self.outside([Sealed.unpack(record) for record in result.records])
        result.leave_out(outside)
        return [(row, Invalid("people.row_outside")) for row in outside]

    def _remark(
        self, table: Table, result: Checked, repeats: Sequence[tuple[int, Invalid]]
    ) -> None:
        """All that is worth a look, in the order of the rows."""
        self.report.duplicates += len(repeats)
        column = table.columns.header("id_card") or table.columns.header("name")
        remarks = [*result.remarks, *((one.row, one) for one in result.notes)]
        remarks += [
            (row, Problem.of(row, column, self._in_words(remark, result.sheet), table.title))
            for row, remark in repeats
        ]
        for _, problem in sorted(remarks, key=lambda one: one[0]):
            if problem.code in _ONCE:
                key = (result.sheet, problem.message)
                if key in self._said:
                    continue
                self._said.add(key)
            self.report.warn(problem)

    def _in_words(self, remark: Invalid, sheet: int) -> Invalid:
        """Field names as the words of the header row; the first row with its sheet where that is another one."""
        params = remark.params
        at = int(str(params.pop("sheet")))
        if at != sheet:
            params["first"] = f"{params['first']}（工作表“{self.setup.tables[at][1]}”）"
        names = params.get("fields")
        if isinstance(names, list):
            words = dict.fromkeys(SYNONYMS[str(name)].split()[0] for name in names)
            params["fields"] = "、".join(words)
        return remark
