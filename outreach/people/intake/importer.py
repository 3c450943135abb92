"""Taking in a list of people. Every row is checked before anything is written; then chunk after chunk.

Whoever repeats an import that was cut off ends with the same register: each chunk is one transaction with all that
follows from it, people are found by their keys, and guardians are looked for at the end again. Memory does not grow
with the file: rows are read one by one, and what is good waits sealed on disk.
"""

from __future__ import annotations

import gc
import hashlib
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Unpack

from psycopg.errors import UniqueViolation  # COPY is the driver's own, and so are its errors
from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from outreach import clock
from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid
from outreach.people.intake import members
from outreach.people.intake.checking import Region, Setup
from outreach.people.intake.duplicates import Registered, Repeats
from outreach.people.intake.gather import Gatherer
from outreach.people.intake.households import Children, settle_guardians
from outreach.people.intake.options import Options
from outreach.people.intake.register import Plan, Run, is_revival, plan_chunk
from outreach.people.intake.rejected import RejectedBook
from outreach.people.intake.sealing import Sealed
from outreach.people.intake.spool import Spool
from outreach.people.intake.tables import Table, about_rows, find_tables, preview_of
from outreach.people.intake.watch import Stopped, Watch
from outreach.people.intake.writing import Written, write_chunk
from outreach.people.queries import imports
from outreach.people.queries import register as queries
from outreach.people.queries.bulk import roomy
from outreach.people.queries.regions import all_regions
from outreach.people.reading.spreadsheet import open_sheets
from outreach.people.schemas import ImportReport, Preview, Problem
from outreach.store import Begin, refresh_statistics
from outreach.vault import Vault

_TRIES = 3
"""How often a chunk is planned, when another import adds the same people at the same time."""


def import_file(
    path: Path, *, begin: Begin, vault: Vault, today: date, **options: Unpack[Options]
) -> ImportReport:
    """Check a spreadsheet and take its good rows into the register.

    Raises Invalid or Missing when the file is no spreadsheet, has no recognisable header or lacks a required column.
    Otherwise the report says everything; `report.failed` is exit status 1.
    """
    return Intake(Path(path), begin, vault, today, options).run().report


def preview_file(
    path: Path, *, begin: Begin, vault: Vault, today: date, **options: Unpack[Options]
) -> Preview:
    """What a file holds and what would become of it: guessed columns, first rows, counts. Nothing is written."""
    options["dry_run"] = True
    done = Intake(Path(path), begin, vault, today, options).run()
    return done.preview


def peek_file(path: Path, **options: Unpack[Options]) -> Preview:
    """The columns and first rows of a long file, and about how many rows it has; no row is checked."""
    report = ImportReport()
    sheets = open_sheets(
        path, options.get("sheet"), options.get("encoding"), options.get("password")
    )
    with sheets as book:
        tables = find_tables(book, report, options.get("mapping"))
        report.rows = about_rows(path, tables)
        return Preview(tuple(preview_of(table, 0) for table in tables), report)


Look = Callable[[Plan], None]
"""Sees each planned chunk of a dry run."""


@dataclass
class Intake:
    """One file on its way into the register."""

    path: Path
    begin: Begin
    vault: Vault
    today: date
    options: Options
    look: Look | None = None
    report: ImportReport = field(default_factory=ImportReport)
    preview: Preview = field(init=False)
    tables: list[Table] = field(default_factory=list)

    def run(self) -> Intake:
        """Check all, then write all that is good (or count it)."""
        given = self.options
        self.report.strict = given.get("strict", False)
        watch = self._watch = Watch(self.begin, given.get("run"), given.get("watch"))
        folder, rejected = given.get("work_dir"), given.get("rejected")
        sheets = open_sheets(
            self.path, given.get("sheet"), given.get("encoding"), given.get("password")
        )
        try:
            with sheets as book, Spool(folder) as spool, _rare_collection():
                self.tables = find_tables(book, self.report, given.get("mapping"))
                watch.enter("checking", about_rows(self.path, self.tables))
                with RejectedBook(Path(rejected) if rejected else None) as back:
                    self._check(spool, back)
                if given.get("dry_run") or self.report.failed:
                    self._count(spool)
                else:
                    self._write(spool)
        except Stopped:
            self.report.cancelled = True
            if given.get("run") is None:  # of a job, its own process tells the end
                self._end_early()
        return self

    def _check(self, spool: Spool, back: RejectedBook) -> None:
        with self.begin() as connection:
            regions = tuple(Region(*row) for row in _regions(all_regions(connection)))
        tables = tuple((table.columns, table.title) for table in self.tables)
        setup = Setup(tables, regions, self.options.get("region", ""), self.today, self.vault)
        gatherer = Gatherer(
            setup, self.report, Repeats(spool), back, self._watch, self._registered,
            self.options.get("workers"), self._outside if self._scope.region else None,
        )  # fmt: skip
        gatherer.gather(self.tables)
        sheets = zip(self.tables, gatherer.rows_of, strict=True)
        self.preview = Preview(
            tuple(preview_of(table, rows) for table, rows in sheets), self.report
        )

    def _registered(self, keys: Collection[bytes]) -> Registered:
        """Whom a masked number and a name fit: several, or one born on another day, are listed and never guessed."""
        with self.begin() as connection:
            return queries.masked_births(connection, keys)

    @property
    def _scope(self) -> Scope:
        return self.options.get("scope") or Scope()

    def _outside(self, rows: Sequence[Sealed]) -> Collection[int]:
        """The rows that name somebody of another place, as the register tells."""
        found: set[int] = set()
        while rows:
            with self.begin() as connection:
                plan = plan_chunk(connection, rows, self.today)
            found.update(row.row for row, old, _ in plan.rows if old and not self._may_name(old))
            rows = plan.later
        return found

    def _may_name(self, person: Row[Any]) -> bool:
        """Who lives inside, or is known only to a higher level and may live there, or has the hukou there."""
        scope = self._scope
        return scope.region.startswith(person.region) or any(
            map(scope.covers, (person.region, person.hukou_region))
        )

    def _end_early(self) -> None:
        values = {"state": "cancelled", "finished_at": clock.now(), "result": self.result()}
        with self.begin() as connection:
            imports.update_run(connection, self.report.import_id or 0, values)

    def _count(self, spool: Spool) -> None:
        for chunk in _chunks(spool):
            rows: Sequence[Sealed] = chunk
            while rows:
                with self.begin() as connection:
                    plan = plan_chunk(connection, rows, self.today)
                self._add_up(plan, None)
                if self.look is not None:
                    self.look(plan)
                rows = plan.later

    def _add_up(self, plan: Plan, run: Run | None) -> None:
        self.report.new += plan.count("new", run)
        self.report.changed += plan.count("changed", run)
        self.report.unchanged += plan.count("unchanged", run)
        for row, old, _ in plan.rows:
            if old is not None and is_revival(row, old):
                self._remark(row.sheet, row.row, "status", Invalid("people.still_deceased"))

    def _remark(self, sheet: int, row: int, field: str, error: Invalid) -> None:
        table = self.tables[sheet]
        self.report.warn(Problem.of(row, table.columns.header(field), error, table.title))

    def _write(self, spool: Spool) -> None:
        """Write all good rows; the run stays unfinished in the register when this is cut off."""
        run = self._start()
        self._watch.run = run.id
        self._watch.enter("writing", len(spool))
        self.report.written, self.report.import_id = True, run.id
        people = array("q")
        with Spool(self.options.get("work_dir")) as kept, roomy(self.begin):
            children = Children(kept, self.today)
            for rows in _chunks(spool):
                self._write_chunk(rows, run, children, people)
            for child in settle_guardians(self.begin, children, run):
                self._remark(child.sheet, child.row, "guardian", Invalid("people.guardian_unknown"))
        with self.begin() as connection:
            values = {
                "finished_at": clock.now(), "state": "finished", "members": members.packed(people),
                "result": self.result(),
            }  # fmt: skip
            imports.update_run(connection, run.id, values)
            refresh_statistics(connection)

    def _write_chunk(
        self, rows: Sequence[Sealed], run: Run, children: Children, people: array[int]
    ) -> None:
        stop = False
        while rows:
            plan, written, asked = self._try(rows, run)
            children.note(written)
            people.extend(one.person_id for one in written)
            self._add_up(plan, run)
            rows, stop = plan.later, stop or asked
        if stop:
            raise Stopped

    def _try(self, rows: Sequence[Sealed], run: Run) -> tuple[Plan, list[Written], bool]:
        """One transaction; planned again when another import has added one of these people meanwhile."""
        for _ in range(_TRIES):
            try:
                with self.begin() as connection:
                    plan, written = write_chunk(connection, rows, run)
                    return plan, written, self._watch.wrote(connection, len(written))
            except (IntegrityError, UniqueViolation):
                continue
        raise Conflict("people.import_raced")

    def result(self) -> dict[str, Any]:
        """What the run remembers of the report: figures, no text of any cell."""
        told = self.report
        codes: dict[str, int] = {}
        for problem in told.errors:
            codes[problem.code] = codes.get(problem.code, 0) + 1
        names = ("new", "changed", "unchanged", "errors_total", "warnings_total", "cancelled")
        return {**{name: getattr(told, name) for name in names}, "codes": codes}

    def _start(self) -> Run:
        given, report, at = self.options, self.report, clock.now()
        with self.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        counts = {name: getattr(report, name) for name in ("rows", "accepted", "rejected")}
        values = {
            "file_hash": digest,
            "mapping": self.mapping(),
            "duplicates": report.duplicates,
            **counts,
        }
        number, again = given.get("run"), False
        with self.begin() as connection:
            if number is None:
                values |= {
                    "file_name": self.path.name, "by": given.get("by", ""), "at": at, "state": "writing",
                    "purpose": given.get("purpose", ""), "options": stored(self.path, given),
                }  # fmt: skip
                number = imports.start_run(connection, values)
            else:
                there = imports.get_run(connection, number)
                at, again = there.at, there.accepted > 0
                imports.update_run(connection, number, values)
            above = imports.highest_taken_out(connection)
        source = given.get("source") or self.path.name
        return Run(
            number, at, self.today, source, given.get("listed_on") or self.today, again, above
        )

    def mapping(self) -> dict[str, str]:
        """Header → field of all tables, as it was read."""
        return {
            header: name
            for table in self.tables
            for header, name in zip(table.columns.headers, table.columns.fields(), strict=True)
            if header
        }


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Millions of rows come and go without a circle among them: looking for circles is put off."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _regions(rows: Sequence[Any]) -> Iterator[tuple[str, str, str, str]]:
    return ((row.code, row.name, row.parent, row.successor) for row in rows)


def _chunks(spool: Spool) -> Iterator[list[Sealed]]:
    waiting = iter(spool)
    while some := [Sealed.unpack(record) for record in islice(waiting, queries.CHUNK)]:
        yield some


def stored(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a run must know to be started again; never a password."""
    names = ("region", "strict", "sheet", "mapping", "encoding", "source", "purpose")
    kept = {name: options[name] for name in names if options.get(name)}
    listed_on, scope = options.get("listed_on"), options.get("scope")
    if scope is not None and scope.region:
        kept["scope"] = scope.region
    return {**kept, "path": str(path.absolute()), "listed_on": listed_on and listed_on.isoformat()}
