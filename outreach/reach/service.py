"""Told, aware, applied, received: what each means, for everybody in SQL and for one person. The two must agree.

told      当面告知 or 已送达. What a relative passed on is a mark of its own, and what was published counts for nobody.
          Our own ledger is whole, so there is no "unknown": who is not in it was not told.
aware     a survey or a worker says so; else nobody knows.
applied   on a list of who applied, or of who received: nobody is asked to apply for what they have. Who is not on
          a list that is complete for their place had not applied by its cut-off date, while the list is fresh.
received  the same with lists of who received.

A list speaks of those who were registered there when it was taken in and were born by its date. With more than 5 %
of its rows unmatched it says no to nobody: who is missing on it may be among the unmatched.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, not_, or_, true

from outreach.access.scope import under
from outreach.errors import Missing
from outreach.models.people import Person
from outreach.reach import queries
from outreach.reach.schemas import Listed, Standing, Subject

FACTS = ("told", "aware", "applied", "received")

ROWS: Mapping[str, tuple[str, ...]] = {
    "told": ("in_person", "delivered"),
    "aware": ("aware",),
    "applied": ("applied", "received"),
    "received": ("received",),
}
"""Fact → the rows of the table that mean it."""

Sql = ColumnElement[bool]
AboutSql = Callable[[str, str, date], tuple[Sql, Sql]]
AboutOne = Callable[[str, str, date], bool | None]


@dataclass(frozen=True)
class Ledger:
    """Policies and lists, read once; then any number of questions."""

    subjects: Mapping[str, Subject]
    lists: Sequence[Listed]

    @classmethod
    def read(cls, connection: Connection) -> Ledger:
        """As things stand now."""
        return cls(queries.subjects(connection), queries.lists(connection))

    def subject(self, ref: str) -> Subject:
        """Missing policies.unknown when the catalogue has no such policy."""
        if ref not in self.subjects:
            raise Missing("policies.unknown", policy=ref)
        return self.subjects[ref]

    def saying_no(self, fact: str, policy: int, on: date) -> list[Listed]:
        """The lists that answer for who is not on them."""
        return [
            one
            for one in self.lists
            if one.policy_id == policy and one.fact == fact and one.says_no(on)
        ]

    def sql(self, fact: str, ref: str, on: date) -> tuple[Sql, Sql]:
        """(certain, possible) over the columns of models.people.Person; neither is ever NULL."""
        subject = self.subject(ref)
        noted = Person.id.in_(queries.having(subject.id, ROWS[fact], on))
        if fact == "told":
            return noted, noted
        if fact == "aware":
            return noted, true()
        column = Person.hukou_region if subject.basis == "hukou" else Person.region
        no = or_(false(), *(_covers(one, column) for one in self.saying_no(fact, subject.id, on)))
        return noted, or_(noted, not_(no))

    def of(self, connection: Connection, person: int) -> AboutOne:
        """The same for one person. Missing people.person when there is none."""
        place = place_of(connection, person)
        noted = queries.noted(connection, person)

        def known(fact: str, ref: str, on: date) -> bool | None:
            subject = self.subject(ref)
            if any(
                policy == subject.id and kind in ROWS[fact] and day <= on
                for policy, kind, day, _ in noted
            ):
                return True
            if fact in ("told", "aware"):
                return False if fact == "told" else None
            code = place.hukou_region if subject.basis == "hukou" else place.region
            no = self.saying_no(fact, subject.id, on)
            return False if any(_speaks_of(one, code, place) for one in no) else None

        return known


def place_of(connection: Connection, person: int) -> Any:
    """(region, hukou_region, birth, created_at) of somebody. Missing people.person when there is none."""
    place = queries.place_of(connection, person)
    if place is None:
        raise Missing("people.person", person=person)
    return place


def _covers(one: Listed, column: Any) -> Sql:
    inside = under(column, one.region)
    born = or_(Person.birth.is_(None), Person.birth <= one.cut_off)
    return and_(inside, born, Person.created_at <= one.at)


def _speaks_of(one: Listed, code: str, place: Any) -> bool:
    born = place.birth is None or place.birth <= one.cut_off
    return bool(code.startswith(one.region) and born and place.created_at <= one.at)


def about(connection: Connection) -> AboutSql:
    """For `segments.compile.compile_rule(about=…)`: told, aware, applied, received of everybody."""
    return Ledger.read(connection).sql


def known_about(connection: Connection, person: int) -> AboutOne:
    """For `segments.person.Person.about`: the same of one person."""
    return Ledger.read(connection).of(connection, person)


def standing(connection: Connection, ref: str, on: date, region: str = "") -> list[Standing]:
    """How far the newest lists of a policy carry at a place on a day: what a page says beside figures."""
    ledger = Ledger.read(connection)
    subject = ledger.subject(ref)
    return [
        Standing(fact, next((one for one in ledger.lists if _is(one, subject, fact, region)), None), on)
        for fact in ("applied", "received")
    ]  # fmt: skip


def list_date(connection: Connection, refs: Collection[str], region: str = "") -> date | None:
    """Up to which day it is known of all these policies who has applied or received; None when of one it is not."""
    ledger = Ledger.read(connection)
    days = []
    for ref in refs:
        subject = ledger.subject(ref)
        newest = [
            one.cut_off
            for one in ledger.lists
            if any(_is(one, subject, fact, region) for fact in ROWS["applied"])
        ]
        if not newest:
            return None
        days.append(max(newest))
    return min(days, default=None)


def _is(one: Listed, subject: Subject, fact: str, region: str) -> bool:
    return one.policy_id == subject.id and one.fact == fact and region.startswith(one.region)
