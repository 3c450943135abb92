"""What all lists share: read the file, find the people, say which rows fit nobody, write down that it came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from outreach import clock
from outreach.errors import Invalid
from outreach.people.handed_in.matching import Matching, match_rows
from outreach.people.handed_in.report import Desk, ListReport
from outreach.people.handed_in.rows import HandedIn, ListRow, read_list
from outreach.people.queries import handed_in as queries


@dataclass(frozen=True)
class Terms:
    """What goes with every list: its date, its office, on which legal ground, what for, how long it is kept."""

    on: date
    source: str
    legal_basis: str
    purpose: str
    region: str = ""
    expires_on: date | None = None
    keep_until: date | None = None
    complete: bool = False

    def check(self, desk: Desk) -> None:
        """Raises Invalid (people.list_future, _dates, _basis) and Refused outside the scope."""
        desk.scope.require(self.region)
        if self.on > desk.today:
            raise Invalid("people.list_future", on=self.on.isoformat())
        if self.expires_on is not None and self.expires_on <= self.on:
            raise Invalid(
                "people.list_dates", on=self.on.isoformat(), expires_on=self.expires_on.isoformat()
            )
        if not self.legal_basis.strip() or not self.purpose.strip():
            raise Invalid("people.list_basis")

    def as_options(self) -> dict[str, object]:
        """As it is written down beside the run."""
        plain = {name: value for name, value in vars(self).items() if name != "purpose"}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in plain.items()
        }


@dataclass
class Taken:
    """A list that was read and held against the register."""

    handed: HandedIn
    matching: Matching
    report: ListReport


def read_file(path: Path, desk: Desk, sheet: str | None = None) -> HandedIn:
    """Read a list outside of any transaction."""
    return read_list(path, desk.vault, desk.today, sheet)


def look_up(connection: Connection, handed: HandedIn, desk: Desk, list_ref: str) -> Taken:
    """Find the people of a list; what fits nobody, or several, is noted as a problem of its row."""
    matching = match_rows(connection, desk.scope, handed.rows)
    report = ListReport(list_ref, rows=handed.count, rejected=len(handed.bad))
    for row in matching.unmatched:
        handed.problem(row.place, "", Invalid(_why(row)))
    for row, _ in matching.ambiguous:
        handed.problem(row.place, "", Invalid("people.list_ambiguous"))
    report.matched, report.people = len(matching.found), len(matching.people)
    report.unmatched, report.ambiguous = len(matching.unmatched), len(matching.ambiguous)
    report.inactive = sum(one.status != "active" for one in matching.people.values())
    report.columns = _columns(handed)
    return Taken(handed, matching, report)


def _why(row: ListRow) -> str:
    findable = row.id_key or row.masked_key or (row.phone_key and row.birth)
    return "people.list_unmatched" if findable else "people.list_too_little"


def _columns(handed: HandedIn) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for table in handed.tables:
        for header, name in zip(table.headers, table.taken_for, strict=True):
            if header:
                found.setdefault(header, name)
    return list(found.items())


def settle_errors(taken: Taken) -> None:
    """The problems of all rows into the report, in the order of the file."""
    bad = taken.handed.bad
    taken.report.errors = [problem for place in sorted(bad) for problem in bad[place]]


def write_run(connection: Connection, path: Path, desk: Desk, taken: Taken, terms: Terms) -> int:
    """Write down that the list came, from whom and on which ground; the file itself is not kept."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    report, at = taken.report, clock.now()
    return queries.add_run(
        connection,
        {
            "file_name": path.name, "file_hash": digest, "by": desk.by, "at": at, "purpose": terms.purpose,
            "mapping": {}, "rows": report.rows, "accepted": report.matched, "rejected": report.missed,
            "duplicates": report.matched - report.people, "finished_at": at, "state": "finished",
            "options": terms.as_options(), "total": report.rows, "done": report.rows, "list_ref": report.list_ref,
            "result": report.counts(),
        },
    )  # fmt: skip
