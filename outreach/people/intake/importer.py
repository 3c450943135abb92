"""Taking in a list of people. Every row is checked before anything is written; then chunk after chunk.

Whoever repeats an import that was cut off ends with the same register: each chunk is one transaction, people are
found by their keys, and what follows from all rows (heads, guardians, phone classes) is computed at the end again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypedDict, Unpack

from outreach import clock
from outreach.errors import Invalid
from outreach.people import keys
from outreach.people.intake.gather import Gathered, Gatherer, Table, find_tables
from outreach.people.intake.households import class_phones, settle_households
from outreach.people.intake.register import Run, Written, plan_chunk, write_chunk
from outreach.people.intake.rejected import write_rejected
from outreach.people.intake.sealing import Sealed, seal
from outreach.people.queries import register as queries
from outreach.people.queries.regions import all_regions
from outreach.people.reading.places import Places
from outreach.people.schemas import ImportReport, PersonRow, Preview, Problem, SheetPreview
from outreach.store import Begin, refresh_statistics
from outreach.vault import Vault

FIRST_ROWS = 10
"""Rows that a preview shows of each sheet."""


class Options(TypedDict, total=False):
    """How a file is taken in.

    `region`: where rows belong that name no region, and inside which village names are looked for · `dry_run`:
    count only · `strict`: write nothing if any row is bad · `sheet`: only this one · `mapping`: header → field ·
    `rejected`: where to write the bad rows · `by`: user · `source`, `listed_on`: which list of which date (default:
    the file's name, today) · `purpose`: what the list may be used for.
    """

    region: str
    dry_run: bool
    strict: bool
    sheet: str | None
    mapping: Mapping[str, str] | None
    rejected: Path | None
    by: str
    source: str
    listed_on: date | None
    purpose: str


def import_file(
    path: Path, *, begin: Begin, vault: Vault, today: date, **options: Unpack[Options]
) -> ImportReport:
    """Check a spreadsheet and take its good rows into the register.

    Raises Invalid or Missing when the file is no spreadsheet, has no recognisable header or lacks a required column.
    Otherwise the report says everything; `report.failed` is exit status 1.
    """
    path = Path(path)
    report = ImportReport(strict=options.get("strict", False))
    tables = find_tables(path, report, options.get("sheet"), options.get("mapping"))
    gathered = _gather(tables, report, begin, today, options.get("region", ""))
    _refuse_ambiguous(gathered, report, begin, vault)
    rejected = options.get("rejected")
    if rejected is not None:
        write_rejected(Path(rejected), gathered)
    if options.get("dry_run") or report.failed:
        _count(gathered, report, begin, vault, today)
        return report
    _Writing(begin, vault, today, report).write(path, gathered, options)
    return report


def preview_file(
    path: Path, *, begin: Begin, vault: Vault, today: date, **options: Unpack[Options]
) -> Preview:
    """What a file holds and what would become of it: guessed columns, first rows, counts. Nothing is written."""
    options["dry_run"] = True
    report = import_file(path, begin=begin, vault=vault, today=today, **options)
    tables = find_tables(Path(path), ImportReport(), options.get("sheet"), options.get("mapping"))
    return Preview(tuple(_preview(table) for table in tables), report)


def _preview(table: Table) -> SheetPreview:
    below = [
        row
        for row in table.sheet.rows[table.columns.header_row :]
        if any(cell.strip() for cell in row)
    ]
    return SheetPreview(
        name=table.sheet.name,
        header_row=table.columns.header_row,
        headers=table.columns.headers,
        fields=table.columns.fields(),
        first_rows=tuple(tuple(row) for row in below[:FIRST_ROWS]),
        rows=len(below),
    )


def _gather(
    tables: list[Table], report: ImportReport, begin: Begin, today: date, region: str
) -> Gathered:
    with begin() as connection:
        rows = all_regions(connection)
    homes, country = Places.of(rows, region), Places.of(rows)
    return Gatherer(homes, country, today, region, report).gather(tables)


def _refuse_ambiguous(gathered: Gathered, report: ImportReport, begin: Begin, vault: Vault) -> None:
    """A masked number and a name that fit several people are listed, never guessed."""
    masked = {
        keys.masked_key(vault, *person.masked, person.name): person
        for person in gathered.people
        if person.masked
    }
    if not masked:
        return
    with begin() as connection:
        found = [row.masked_key for row in queries.candidates(connection, (), masked.keys(), ())]
    for key, person in masked.items():
        if found.count(key) > 1:
            _reject(person, gathered, report)


def _reject(person: PersonRow, gathered: Gathered, report: ImportReport) -> None:
    table = gathered.tables[person.sheet]
    sheet = table.sheet.name if len(gathered.tables) > 1 else ""
    problem = Problem.of(
        person.row, table.columns.header("id_card"), Invalid("people.masked_ambiguous"), sheet
    )
    gathered.people.remove(person)
    gathered.bad[person.sheet][person.row] = problem.message
    report.errors.append(problem)
    report.accepted -= 1
    report.rejected += 1


def _sealed_chunks(people: list[PersonRow], vault: Vault) -> Iterator[list[Sealed]]:
    """Encryption and hashing happen here, outside of any transaction, one chunk ahead of its writing."""
    waiting = iter(people)
    while some := list(islice(waiting, queries.CHUNK)):
        yield [seal(vault, person) for person in some]


def _count(
    gathered: Gathered, report: ImportReport, begin: Begin, vault: Vault, today: date
) -> None:
    for rows in _sealed_chunks(gathered.people, vault):
        with begin() as connection:
            plan = plan_chunk(connection, rows, today)
        report.new += plan.count("new")
        report.changed += plan.count("changed")
        report.unchanged += plan.count("unchanged")


@dataclass
class _Writing:
    """The part of an import that writes: a run, its chunks, and the passes over all of them."""

    begin: Begin
    vault: Vault
    today: date
    report: ImportReport

    def write(self, path: Path, gathered: Gathered, options: Options) -> None:
        """Write all good rows; the run stays unfinished in the register when this is cut off."""
        run = self._start(path, gathered, options)
        written: list[Written] = []
        for rows in _sealed_chunks(gathered.people, self.vault):
            with self.begin() as connection:
                plan, some = write_chunk(connection, rows, run)
            written.extend(some)
            self.report.new += plan.count("new")
            self.report.changed += plan.count("changed")
            self.report.unchanged += plan.count("unchanged")
        self._name_lost_guardians(settle_households(self.begin, written, self.today), gathered)
        class_phones(self.begin, written)
        with self.begin() as connection:
            queries.finish_run(connection, run.id, {"finished_at": clock.now()})
            refresh_statistics(connection)
        self.report.written, self.report.import_id = True, run.id

    def _start(self, path: Path, gathered: Gathered, options: Options) -> Run:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        mapping = {
            header: name
            for table in gathered.tables
            for header, name in zip(table.columns.headers, table.columns.fields(), strict=True)
            if header
        }
        at = clock.now()
        values = {
            "file_name": path.name,
            "file_hash": digest,
            "by": options.get("by", ""),
            "at": at,
            "purpose": options.get("purpose", ""),
            "mapping": mapping,
            "rows": self.report.rows,
            "accepted": self.report.accepted,
            "rejected": self.report.rejected,
            "duplicates": self.report.duplicates,
        }
        with self.begin() as connection:
            number = queries.start_run(connection, values)
        source = options.get("source") or path.name
        return Run(number, at, self.today, source, options.get("listed_on") or self.today)

    def _name_lost_guardians(self, lost: list[Written], gathered: Gathered) -> None:
        for one in lost:
            table = gathered.tables[one.sheet]
            sheet = table.sheet.name if len(gathered.tables) > 1 else ""
            column = table.columns.header("guardian")
            self.report.warnings.append(
                Problem.of(one.row, column, Invalid("people.guardian_unknown"), sheet)
            )
