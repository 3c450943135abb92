"""A list of who has a circumstance: who is on it has it; of a complete one, who is not on it has it not.

The newest list decides. An unmatched row names somebody who may be in the register under another number, so people
of that name are not turned into a no by it: they stay as they were.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, and_, not_

from outreach import clock
from outreach.errors import Invalid
from outreach.people.handed_in.report import Desk, ListReport
from outreach.people.handed_in.returned import write_returned
from outreach.people.handed_in.rows import ListRow
from outreach.people.handed_in.taking import (
    Taken,
    Terms,
    look_up,
    read_file,
    settle_errors,
    write_run,
)
from outreach.people.lists import ListFacts, declare_list
from outreach.people.queries import consent
from outreach.people.queries import handed_in as queries
from outreach.store import refresh_statistics
from segments import vocabulary
from segments.errors import FactsError

PART = 20_000
"""People in one transaction when a complete list says no to everybody else: others write in between."""


def take_circumstances(
    path: Path,
    circumstance: str,
    terms: Terms,
    desk: Desk,
    *,
    dry_run: bool = False,
    returned: Path | None = None,
) -> ListReport:
    """Take in a list of who has a circumstance, in one transaction; what a complete list denies follows in parts.

    `returned`: where the rows that fit nobody go, with why. Raises Invalid for a file that cannot be read, an unknown
    circumstance, dates or ground that are missing, and people.list_older when a newer complete list holds there;
    Refused outside the scope. Nobody found: nothing is written, `report.failed`.
    """
    known(circumstance)
    terms.check(desk)
    handed = read_file(path, desk)
    with desk.begin() as connection:
        newer = queries.newer_complete(connection, circumstance, terms.region, terms.on, desk.today)
        if newer is not None:
            raise Invalid("people.list_older", on=terms.on.isoformat(), newer=newer.isoformat())
        taken = look_up(connection, handed, desk, circumstance)
        plan = _plan(connection, taken, circumstance, terms, desk.today)
        settle_errors(taken)
        if not dry_run and not taken.report.failed:
            _write(connection, path, plan, terms, desk)
    if plan.last:
        taken.report.known = _say_no(plan, terms, desk)
    if returned is not None and handed.bad:
        write_returned(returned, handed)
    return taken.report


def known(circumstance: str) -> vocabulary.Circumstance:
    """The circumstance of a code; Invalid people.circumstance_unknown."""
    try:
        return vocabulary.by_code(circumstance)
    except KeyError:
        raise Invalid("people.circumstance_unknown", value=circumstance) from None


@dataclass
class _Plan:
    """What a list does: new bits of people, what is added to their history, who is spared."""

    taken: Taken
    circumstance: str
    bits: dict[int, tuple[int, int]] = field(default_factory=dict)
    said: list[tuple[int, str, bool, date | None]] = field(default_factory=list)
    spared: dict[int, int] = field(default_factory=dict)
    last: int = 0  # the person registered last when the list was written

    @property
    def bit(self) -> int:
        """The circumstance as a bit."""
        return vocabulary.by_code(self.circumstance).mask

    @property
    def closure(self) -> int:
        """The bits that are false where it is false."""
        return vocabulary.settle((), (self.circumstance,))[1]


def _plan(
    connection: Connection, taken: Taken, circumstance: str, terms: Terms, today: date
) -> _Plan:
    plan = _Plan(taken, circumstance)
    people = taken.matching.people
    newer = _said_later(connection, people, circumstance, terms.on)
    for person, rows in _rows_of(taken, today).items():
        _give(plan, people[person], rows, terms, keep=person in newer)
    if terms.complete and not taken.report.failed:
        _take_away(connection, plan, terms)
    return plan


def _rows_of(taken: Taken, today: date) -> dict[int, list[ListRow]]:
    """Person → their rows; one whose own validity is over says nothing, and is handed back."""
    found: dict[int, list[ListRow]] = {}
    for row, person in taken.matching.found:
        if row.valid_to is not None and row.valid_to <= today:
            ended = Invalid("people.list_row_ended", on=row.valid_to.isoformat())
            taken.handed.problem(row.place, "", ended)
        else:
            found.setdefault(person.id, []).append(row)
    return found


def _said_later(connection: Connection, people: Any, circumstance: str, on: date) -> set[int]:
    """People of whom something newer than this list has said whether they have it."""
    records = queries.records_of(connection, list(people), [circumstance])
    return {one.person_id for one in records if one.listed_on is not None and one.listed_on > on}


@cache
def _settled(codes: tuple[str, ...]) -> tuple[int, int]:
    return vocabulary.settle(codes)


def _give(plan: _Plan, person: Row[Any], rows: list[ListRow], terms: Terms, *, keep: bool) -> None:
    report, codes = plan.taken.report, [plan.circumstance]
    ends = [row.valid_to or terms.expires_on for row in rows]
    for row in rows:
        try:
            _settled((*codes, *row.present))
        except FactsError as error:
            plan.taken.handed.problem(row.place, "", Invalid(error.code, **error.params))
        else:
            codes.extend(code for code in row.present if code not in codes)
    had = bool(person.circumstances & plan.bit)
    report.kept += had
    report.gained += not had and not keep
    until = None if None in ends else max(end for end in ends if end)
    plan.said.extend((person.id, code, True, until) for code in codes)
    true, known = _settled(tuple(codes))
    now = (person.circumstances & ~known) | true, person.circumstances_known | known
    if not keep and now != (person.circumstances, person.circumstances_known):
        plan.bits[person.id] = now


def _take_away(connection: Connection, plan: _Plan, terms: Terms) -> None:
    """Whoever had it and is not on a complete list has it no more, unless an unmatched row may be them."""
    matching, on_list = plan.taken.matching, plan.taken.matching.people
    names = {row.name_key for row in matching.unmatched} | plan.taken.handed.names_of_bad
    maybe = {person for _, several in matching.ambiguous for person in several}
    holders = [
        one for one in queries.holders(connection, terms.region, plan.bit) if one.id not in on_list
    ]
    later = _said_later(connection, {one.id for one in holders}, plan.circumstance, terms.on)
    for one in holders:
        if one.id in maybe or one.name_key in names:
            plan.taken.report.spared += 1
        elif one.id not in later:
            now = one.circumstances & ~plan.closure, one.circumstances_known | plan.closure
            plan.bits[one.id] = now
            plan.said.append((one.id, plan.circumstance, False, terms.expires_on))
            plan.taken.report.lost += 1
    ids = maybe - set(on_list)
    plan.spared = queries.namesakes(connection, terms.region, names, ids, plan.bit)
    plan.spared = {
        one: known
        for one, known in plan.spared.items()
        if one not in plan.bits and known & plan.closure != plan.closure
    }
    plan.taken.report.spared += len(plan.spared)
    news = consent.not_known(terms.region, terms.on, plan.bit, plan.closure)
    others = consent.count_people(connection, news, {*plan.bits, *plan.spared})
    plan.taken.report.known = consent.count_people(connection, news) - others


def _write(connection: Connection, path: Path, plan: _Plan, terms: Terms, desk: Desk) -> None:
    report, at = plan.taken.report, clock.now()
    report.run = write_run(connection, path, desk, plan.taken, terms)
    queries.set_circumstances(connection, plan.bits, desk.today, at)
    _write_records(connection, plan, terms, report.run)
    if terms.complete:
        facts = ListFacts(
            plan.circumstance, terms.region, terms.on, terms.expires_on, terms.source, terms.legal_basis,
            terms.purpose, terms.keep_until, report.run,
        )  # fmt: skip
        declare_list(connection, desk.scope, facts)
        plan.last = consent.last_person(connection)
    report.written = True


def _say_no(plan: _Plan, terms: Terms, desk: Desk) -> int:
    """Who is not on a complete list has it not: for everybody there, a part at a time. Returns for how many.

    Cut off in between, the rest stays unknown until the list is taken in again.
    """
    of_whom = consent.not_known(terms.region, terms.on, plan.bit, plan.closure)
    known = 0
    for low in range(0, plan.last, PART):
        high = min(low + PART, plan.last)
        others = not_(consent.numbered(one for one in plan.spared if low < one <= high))
        with desk.begin() as connection:
            news = and_(of_whom, others)
            known += consent.make_known_between(connection, news, plan.closure, low, high)
    with desk.begin() as connection:
        refresh_statistics(connection)
    return known


def _write_records(connection: Connection, plan: _Plan, terms: Terms, run: int) -> None:
    """The same list read again says nothing new."""
    people, codes = {one[0] for one in plan.said}, {one[1] for one in plan.said}
    before = {
        (one.person_id, one.code, one.value, one.source, one.listed_on, one.valid_to)
        for one in queries.records_of(connection, people, codes)
    }
    queries.add_records(
        connection,
        [
            {
                "person_id": person, "code": code, "value": value, "source": terms.source, "listed_on": terms.on,
                "valid_to": until, "confidence": "list", "import_id": run, "at": clock.now(),
            }
            for person, code, value, until in plan.said
            if (person, code, value, terms.source, terms.on, until) not in before
        ],
    )  # fmt: skip
