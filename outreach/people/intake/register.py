"""One chunk of rows into the register: who is there already, what is new, what changed. Inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row

from outreach.people.intake.sealing import Sealed
from outreach.people.queries import register as queries

_EMPTY: dict[str, Any] = {
    "relation": "", "region": "", "hukou_region": "", "hukou_type": "", "birth": None, "sex": "", "income_month": None,
    "household_size": None, "language": "", "status": "active", "synthetic": False, "name": "", "name_key": None,
    "phone": "", "phone_key": None, "phone_kind": "", "phone_closed": False, "id_last4": "", "masked_key": None,
}  # fmt: skip
_PLAIN = (
    "relation", "hukou_type", "birth", "sex", "income_month", "household_size", "language", "status", "synthetic",
)  # fmt: skip
_ADDRESS = "household.address"
"""A change of the household, counted for its members."""


@dataclass(frozen=True)
class Run:
    """The import that a chunk belongs to."""

    id: int
    at: datetime
    today: date
    source: str
    listed_on: date


@dataclass(frozen=True)
class Written:
    """One row after the writing: what the passes over households, guardians and phones need."""

    sheet: int
    row: int
    person_id: int
    household_id: int | None
    relation: str
    birth: date | None
    is_head: bool
    phone_keys: tuple[bytes, ...]  # the present number, and the one before if it changed
    guardian_key: bytes | None
    guardian_name_key: bytes | None


@dataclass
class Plan:
    """What a chunk would do: rows with the person they are (None = new) and the columns that would change."""

    rows: list[tuple[Sealed, Row[Any] | None, dict[str, Any]]] = field(default_factory=list)

    def count(self, outcome: Literal["new", "changed", "unchanged"]) -> int:
        """How many rows end this way."""
        return sum(outcome == _outcome(old, changes) for _, old, changes in self.rows)


def _outcome(old: Row[Any] | None, changes: dict[str, Any]) -> str:
    if old is None:
        return "new"
    return "changed" if changes else "unchanged"


def plan_chunk(connection: Connection, rows: Sequence[Sealed], today: date) -> Plan:
    """Hold a chunk against the register; nothing is written."""
    rows = _known_homes(connection, rows)
    found = queries.candidates(
        connection,
        {row.key for row in rows},
        {row.masked_key for row in rows if row.masked_key},
        {row.phone_key for row in rows if row.phone_key},
    )
    homes = queries.households(connection, {row.household_key for row in rows if row.household_key})
    people = _People(found)
    plan = Plan()
    for row in rows:
        old = people.match(row)
        home = homes.get(row.household_key) if row.household_key else None
        plan.rows.append((row, old, _changes(row, old, home, today) if old is not None else {}))
    return plan


def _known_homes(connection: Connection, rows: Sequence[Sealed]) -> list[Sealed]:
    """Households keep the key under which they were first registered, although their region has a new code."""
    earlier = {key for row in rows for key in row.earlier_household_keys}
    if not earlier:
        return list(rows)
    there = queries.households(connection, earlier)
    known = []
    for row in rows:
        key = next((key for key in row.earlier_household_keys if key in there), row.household_key)
        known.append(row if key == row.household_key else replace(row, household_key=key))
    return known


class _People:
    """The candidates of a chunk, by each way of finding them; nobody is found twice."""

    def __init__(self, rows: Sequence[Row[Any]]) -> None:
        self._by_key = {row.id_key: row for row in rows}
        self._by_masked: dict[bytes, list[Row[Any]]] = {}
        self._by_phone: dict[tuple[Any, ...], list[Row[Any]]] = {}
        self._taken: set[int] = set()
        for row in rows:
            self._by_masked.setdefault(row.masked_key, []).append(row)
            self._by_phone.setdefault((row.phone_key, row.name_key, row.birth), []).append(row)

    def match(self, row: Sealed) -> Row[Any] | None:
        """The person of a row: by document, by masked document and name, by name, birth date and phone."""
        found = self._by_key.get(row.key) or self._otherwise(row)
        if found is None or found.id in self._taken:
            return None
        self._taken.add(found.id)
        return found

    def _otherwise(self, row: Sealed) -> Row[Any] | None:
        same: list[Row[Any]] = self._by_masked.get(row.masked_key, []) if row.masked_key else []
        if row.phone_key and not same:
            same = self._by_phone.get((row.phone_key, row.name_key, row.facts.get("birth")), [])
        # Two different documents are two people; somebody registered without one may get it now.
        same = [one for one in same if not (row.numbered and one.id_last4)]
        return same[0] if len(same) == 1 or (same and not row.came_masked) else None


def _changes(row: Sealed, old: Row[Any], home: Row[Any] | None, today: date) -> dict[str, Any]:
    """The columns that this row changes; a blank cell changes nothing, a less exact place neither."""
    facts = row.facts
    changes = {
        name: facts[name] for name in _PLAIN if name in facts and facts[name] != getattr(old, name)
    }
    for name in ("region", "hukou_region"):
        if name in facts and not getattr(old, name).startswith(facts[name]):
            changes[name] = facts[name]
    changes.update(_identity(row, old))
    if row.household_key and (home is None or home.id != old.household_id):
        changes["household_id"] = None  # the number is known when the household is written
    elif home is not None and row.household_address and home.address != row.household_address:
        changes[_ADDRESS] = row.household_address
    changes.update(_circumstances(row, old.circumstances, old.circumstances_known, today))
    return changes


def _identity(row: Sealed, old: Row[Any]) -> dict[str, Any]:
    """Document, name and number; a new number is open again and not yet classed."""
    changes: dict[str, Any] = {}
    if row.numbered and old.id_key != row.key:
        changes.update(id_key=row.key, id_last4=row.facts["id_last4"])
    if row.masked_key and row.masked_key != old.masked_key:
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


def write_chunk(
    connection: Connection, rows: Sequence[Sealed], run: Run
) -> tuple[Plan, list[Written]]:
    """Write a chunk: households, people, and the history of their circumstances."""
    plan = plan_chunk(connection, rows, run.today)
    rows = [row for row, _, _ in plan.rows]
    homes = _write_households(connection, rows)
    queries.insert_people(
        connection, [_fresh(row, homes, run) for row, old, _ in plan.rows if old is None]
    )
    _update(connection, plan, homes, run)
    ids = queries.person_ids(connection, {row.key for row, old, _ in plan.rows if old is None})
    written = []
    for row, old, changes in plan.rows:
        person = ids[row.key] if old is None else old.id
        written.append(_written(row, old, changes, person, homes))
    _write_records(connection, list(zip(rows, written, strict=True)), run)
    return plan, written


def _write_households(connection: Connection, rows: Sequence[Sealed]) -> dict[bytes, int]:
    wanted: dict[bytes, dict[str, Any]] = {}
    for row in rows:
        if row.household_key:
            home = wanted.setdefault(
                row.household_key,
                {"key": row.household_key, "region": row.household_region, "address": ""},
            )
            home["address"] = home["address"] or row.household_address
    there = queries.households(connection, wanted.keys())
    queries.put_households(
        connection,
        [
            home
            for key, home in wanted.items()
            if key not in there or _home_differs(home, there[key])
        ],
    )
    return {key: row.id for key, row in queries.households(connection, wanted.keys()).items()}


def _home_differs(home: dict[str, Any], there: Row[Any]) -> bool:
    return any(home[name] and home[name] != getattr(there, name) for name in ("region", "address"))


def _fresh(row: Sealed, homes: dict[bytes, int], run: Run) -> dict[str, Any]:
    return {
        **_EMPTY,
        **row.facts,
        "id_key": row.key,
        "household_id": homes[row.household_key] if row.household_key else None,
        "circumstances": row.circumstances,
        "circumstances_known": row.circumstances_known,
        "facts_on": run.today,
        "import_id": run.id,
        "created_at": run.at,
        "updated_at": run.at,
    }


def _update(connection: Connection, plan: Plan, homes: dict[bytes, int], run: Run) -> None:
    """One statement for each set of columns, so that only what changed is written."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row, old, changes in plan.rows:
        if old is None or not changes:
            continue
        values = {**changes, "id": old.id, "import_id": run.id, "updated_at": run.at}
        values.pop(_ADDRESS, None)
        if "household_id" in values and row.household_key:
            values["household_id"] = homes[row.household_key]
        groups.setdefault(tuple(sorted(values)), []).append(values)
    for group in groups.values():
        queries.update_people(connection, group)


def _written(
    row: Sealed, old: Row[Any] | None, changes: dict[str, Any], person: int, homes: dict[bytes, int]
) -> Written:
    before = old.phone_key if old is not None and "phone_key" in changes else None
    household: int | None = old.household_id if old is not None else None
    if row.household_key:
        household = homes[row.household_key]
    return Written(
        sheet=row.sheet,
        row=row.row,
        person_id=person,
        household_id=household,
        relation=row.facts.get("relation", ""),
        birth=row.facts.get("birth") or (old.birth if old is not None else None),
        is_head=row.is_head,
        phone_keys=tuple(key for key in (row.phone_key, before) if key),
        guardian_key=row.guardian_key,
        guardian_name_key=row.guardian_name_key,
    )


def _write_records(
    connection: Connection, rows: Sequence[tuple[Sealed, Written]], run: Run
) -> None:
    """Which list said what; the same list read again says nothing new."""
    said = [
        (written.person_id, code, value, run.listed_on)
        for row, written in rows
        for value, codes in ((True, row.present), (False, row.absent))
        for code in codes
    ]
    before = queries.recorded(connection, {person for person, *_ in said}, run.source)
    queries.add_records(
        connection,
        [
            {
                "person_id": person, "code": code, "value": value, "source": run.source, "listed_on": listed_on,
                "valid_to": None, "import_id": run.id, "at": run.at,
            }
            for person, code, value, listed_on in said
            if (person, code, value, listed_on) not in before
        ],
    )  # fmt: skip
