"""One chunk of rows held against the register: who is there already, what is new, what changed. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Row

from outreach.people.intake.sealing import Sealed
from outreach.people.queries import register as queries

_PLAIN = (
    "relation", "hukou_type", "birth", "sex", "income_month", "household_size", "paid_months", "paid_months_running",
    "job_kind", "needs", "language", "status", "synthetic",
)  # fmt: skip
ADDRESS = "household.address"
"""A change of the household, counted for its members."""

Outcome = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True)
class Run:
    """The import that a chunk belongs to. `again`: it was cut off before, and goes on · `above`: the highest number of
    anybody whom an undoing has taken out; the log may name it, so nobody else gets it.
    """

    id: int
    at: datetime
    today: date
    source: str
    listed_on: date
    again: bool = False
    above: int = 0


class Planned(NamedTuple):
    """A row, the person it is (None = new), and the columns that would change."""

    row: Sealed
    old: Row[Any] | None
    changes: dict[str, Any]


@dataclass
class Plan:
    """What a chunk would do. `homes`: the households of its rows that are registered, by key.

    `phones`: numbers of people who are registered already, as far as rows that match nobody have them · `later`: rows
    that are somebody whom an earlier row of the chunk is, as only the register can tell; planned when that is written.
    """

    rows: list[Planned] = field(default_factory=list)
    later: list[Sealed] = field(default_factory=list)
    homes: dict[bytes, Row[Any]] = field(default_factory=dict)
    phones: set[bytes] = field(default_factory=set)

    def outcome(self, one: Planned, run: Run | None = None) -> Outcome:
        """How a row ends; whoever an earlier pass of the same run has written counts as it did then."""
        old = one.old
        if old is None or (run is not None and old.first_import_id == run.id):
            return "new"
        before = run is not None and run.again and old.import_id == run.id
        return "changed" if one.changes or before else "unchanged"

    def count(self, outcome: Outcome, run: Run | None = None) -> int:
        """How many rows end this way."""
        return sum(outcome == self.outcome(one, run) for one in self.rows)


def plan_chunk(connection: Connection, rows: Sequence[Sealed], today: date) -> Plan:
    """Hold a chunk against the register."""
    people = _People(connection, rows)
    pairs = _at_home(connection, [(row, people.match(row)) for row in rows])
    rows = [row for row, _ in pairs]
    homes = queries.households(connection, {row.household_key for row in rows if row.household_key})
    plan = Plan(homes=homes, phones=people.phones)
    taken: set[int] = set()
    for row, old in pairs:
        if old is not None and old.id in taken:
            plan.later.append(row)
            continue
        if old is not None:
            taken.add(old.id)
        home = homes.get(row.household_key) if row.household_key else None
        changes = _changes(row, old, home, today) if old is not None else {}
        plan.rows.append(Planned(row, old, changes))
    return plan


Pair = tuple[Sealed, Row[Any] | None]
"""A row, and the person it is."""


def _at_home(connection: Connection, pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Households keep the key under which they were first registered, although their region has a new code."""
    moved = [row for row, _ in pairs if row.earlier_household_keys]
    if not moved:
        return pairs
    keys = {key for row in moved for key in (row.household_key, *row.earlier_household_keys) if key}
    there = queries.households(connection, keys)
    return [
        (row._replace(household_key=_key_of(row, old, there)), old)
        if row.earlier_household_keys
        else (row, old)
        for row, old in pairs
    ]


def _key_of(row: Sealed, old: Row[Any] | None, there: Mapping[bytes, Row[Any]]) -> bytes | None:
    """Of two villages that became one, each may have a household of this number: whoever lives in one stays there."""
    known = [key for key in (row.household_key, *row.earlier_household_keys) if key in there]
    if old is not None:
        own = next((key for key in known if key and there[key].id == old.household_id), None)
        if own is not None:
            return own
    return known[0] if len(known) == 1 else row.household_key


class _People:
    """The candidates of a chunk, by each way of finding them."""

    def __init__(self, connection: Connection, rows: Sequence[Sealed]) -> None:
        by_key = queries.people_by(connection, "id_key", {row.key for row in rows})
        self._by_key = {row.id_key: row for row in by_key}
        others = [row for row in rows if row.key not in self._by_key]
        masked = {row.masked_key for row in others if row.masked_key}
        phones = {row.phone_key for row in others if row.phone_key}
        self._by_masked: dict[bytes, list[Row[Any]]] = {}
        self._by_phone: dict[tuple[Any, ...], list[Row[Any]]] = {}
        for row in queries.people_by(connection, "masked_key", masked):
            self._by_masked.setdefault(row.masked_key, []).append(row)
        for row in queries.people_by(connection, "phone_key", phones):
            self._by_phone.setdefault((row.phone_key, row.name_key, row.birth), []).append(row)
        self.phones: set[bytes] = {key for key, *_ in self._by_phone}
        self._kept = self._follow(connection, by_key)

    def _follow(self, connection: Connection, by_key: Sequence[Row[Any]]) -> dict[int, Row[Any]]:
        """Number of a record that was found to be another's → that other, to the end of the line."""
        rows = [*by_key, *(one for some in self._by_masked.values() for one in some)]
        rows += [one for some in self._by_phone.values() for one in some]
        kept: dict[int, Row[Any]] = {}
        wanted = {row.merged_into for row in rows if row.merged_into is not None}
        while wanted:
            found = queries.people_by(connection, "id", wanted)
            kept.update({row.id: row for row in found})
            wanted = {row.merged_into for row in found if row.merged_into is not None} - kept.keys()
        return kept

    def match(self, row: Sealed) -> Row[Any] | None:
        """The person of a row: by document, by masked document and name, by name, birth date and phone."""
        found = self._by_key.get(row.key) or self._otherwise(row)
        while found is not None and found.merged_into is not None:
            found = self._kept.get(found.merged_into)
        return found

    def _otherwise(self, row: Sealed) -> Row[Any] | None:
        same: list[Row[Any]] = self._by_masked.get(row.masked_key, []) if row.masked_key else []
        if row.phone_key and not same:
            same = self._by_phone.get((row.phone_key, row.name_key, row.facts.get("birth")), [])
        # Two different documents are two people, and so are two birth dates; somebody registered without a document may
        # get it now.
        birth = row.facts.get("birth")
        same = [
            one
            for one in same
            if not (row.numbered and one.id_last4) and one.birth in (None, birth)
        ]
        return same[0] if len(same) == 1 or (same and not row.came_masked) else None


def _changes(row: Sealed, old: Row[Any], home: Row[Any] | None, today: date) -> dict[str, Any]:
    """The columns that this row changes; a blank cell changes nothing, a less exact place neither.

    Nor does a list bring somebody back to life: an older roster may not know yet that they died.
    """
    facts = row.facts
    was = old._mapping
    changes = {name: facts[name] for name in _PLAIN if name in facts and facts[name] != was[name]}
    if is_revival(row, old):
        del changes["status"]
    for name in ("region", "hukou_region"):
        if name in facts and not was[name].startswith(facts[name]):
            changes[name] = facts[name]
    changes.update(_identity(row, old))
    if row.household_key and (home is None or home.id != old.household_id):
        changes["household_id"] = None  # the number is known when the household is written
    elif home is not None and row.household_address and home.address != row.household_address:
        changes[ADDRESS] = row.household_address
    changes.update(_circumstances(row, old.circumstances, old.circumstances_known, today))
    return changes


def is_revival(row: Sealed, old: Row[Any]) -> bool:
    """Whether a list says that somebody lives whom the register knows to have died."""
    return old.status == "deceased" and row.facts.get("status") == "active"


def _identity(row: Sealed, old: Row[Any]) -> dict[str, Any]:
    """Document, name and number; a new number is open again and not yet classed.

    The document of a record that was merged into this one stays with that record.
    """
    changes: dict[str, Any] = {}
    if row.numbered and old.id_key != row.key and not old.id_last4:
        changes.update(id_key=row.key, id_last4=row.facts["id_last4"])
    same_document = row.numbered and old.id_key == row.key
    if row.masked_key and row.masked_key != old.masked_key and (same_document or not old.id_last4):
        changes["masked_key"] = row.masked_key
    if row.name_key != old.name_key:
        changes.update(name=row.facts["name"], name_key=row.name_key)
    if row.phone_key and row.phone_key != old.phone_key:
        changes.update(
            {name: row.facts[name] for name in ("phone", "phone_key", "phone_kind")},
            phone_closed=False,
        )
    return changes


def _circumstances(row: Sealed, true: int, known: int, today: date) -> dict[str, Any]:
    """The newer list wins bit by bit; what it does not speak of stays."""
    now_true = (true & ~row.circumstances_known) | row.circumstances
    now_known = known | row.circumstances_known
    if (now_true, now_known) == (true, known):
        return {}
    return {"circumstances": now_true, "circumstances_known": now_known, "facts_on": today}
