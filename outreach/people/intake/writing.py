"""One chunk of rows into the register, inside one transaction, with all that follows from them at once.

Heads, completeness and whose number a number is are settled with each chunk, so a register is whole after any of them;
only guardians wait for the end, because a child may stand before its parents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table

from outreach.models.people import CircumstanceRecord, Household, Person
from outreach.people.intake.changes import written_down
from outreach.people.intake.phones import class_new
from outreach.people.intake.register import ADDRESS, Plan, Planned, Run, plan_chunk
from outreach.people.intake.sealing import Sealed
from outreach.people.queries import imports
from outreach.people.queries import register as queries
from outreach.people.queries.bulk import add_rows, reserve

_PEOPLE: Table = Person.__table__  # type: ignore[assignment]
_HOMES: Table = Household.__table__  # type: ignore[assignment]
_RECORDS: Table = CircumstanceRecord.__table__  # type: ignore[assignment]

_FACTS: dict[str, Any] = {
    "relation": "", "region": "", "hukou_region": "", "hukou_type": "", "birth": None, "sex": "", "income_month": None,
    "household_size": None, "paid_months": None, "paid_months_running": None, "job_kind": "", "needs": "",
    "language": "", "status": "active", "synthetic": False, "name": "", "name_key": None, "phone": "",
    "phone_key": None, "phone_kind": "", "id_last4": "", "masked_key": None,
}  # fmt: skip
_PERSON = (
    "id", "id_key", "household_id", "circumstances", "circumstances_known", "facts_on", "import_id",
    "first_import_id", "created_at", "updated_at", "phone_closed", *_FACTS,
)  # fmt: skip
_HOUSEHOLD = ("id", "key", "region", "address", "head_id", "complete", "stopped", "first_import_id")
_RECORD = (
    "person_id", "code", "value", "source", "listed_on", "valid_to", "confidence", "import_id", "at",
)  # fmt: skip
_RECLASSED = frozenset({"phone_key", "household_id", "status"})


class Child(NamedTuple):
    """What the search for a guardian needs of a row."""

    sheet: int
    row: int
    person_id: int
    household_id: int | None
    relation: str
    birth: int  # day number
    guardian_key: bytes | None
    guardian_name_key: bytes | None


class Written(NamedTuple):
    """A planned row with the numbers of its person and household."""

    planned: Planned
    person_id: int
    household_id: int | None


def write_chunk(
    connection: Connection, rows: Sequence[Sealed], run: Run
) -> tuple[Plan, list[Written]]:
    """Write a chunk: households, people, the history of their circumstances, and what follows.

    IntegrityError when another import has added one of them meanwhile: then the chunk is planned again.
    """
    plan = plan_chunk(connection, rows, run.today)
    new = [one for one in plan.rows if one.old is None]
    numbers = dict(
        zip(
            (id(one) for one in new), reserve(connection, _PEOPLE, len(new), run.above), strict=True
        )
    )
    people = [numbers[id(one)] if one.old is None else int(one.old.id) for one in plan.rows]
    homes, new_homes = _write_households(connection, plan, people, run)
    written = [
        Written(one, person, homes[one.row.household_key] if one.row.household_key else None)
        if one.row.household_key or one.old is None
        else Written(one, person, one.old.household_id)
        for one, person in zip(plan.rows, people, strict=True)
    ]
    kinds, unclear = class_new(plan, written)
    add_rows(
        connection,
        _PEOPLE,
        _PERSON,
        [_fresh(one, kinds, run) for one in written if one.planned.old is None],
    )
    _update(connection, written, run)
    _write_records(connection, written, run)
    _settle(connection, plan, written, new_homes, unclear)
    return plan, written


def _write_households(
    connection: Connection, plan: Plan, people: Sequence[int], run: Run
) -> tuple[dict[bytes, int], set[int]]:
    """Key → number of every household of the chunk, and the numbers of those that are new and settled already."""
    wanted: dict[bytes, dict[str, Any]] = {}
    for one, person in zip(plan.rows, people, strict=True):
        row = one.row
        if row.household_key:
            home = wanted.get(row.household_key)
            if home is None:
                home = wanted[row.household_key] = {
                    "region": row.household_region, "address": "", "head_id": None, "members": [],
                }  # fmt: skip
            home["address"] = home["address"] or row.household_address
            home["members"].append(one)
            if row.is_head:
                home["head_id"] = person
    fresh = [key for key in wanted if key not in plan.homes]
    numbers = dict(zip(fresh, reserve(connection, _HOMES, len(fresh)), strict=True))
    settled = {key for key in fresh if all(one.old is None for one in wanted[key]["members"])}
    rows = []
    for key, number in numbers.items():
        home = wanted[key]
        complete = key in settled and _is_complete(home["members"])
        rows.append(
            (number, key, home["region"], home["address"], home["head_id"], complete, False, run.id)
        )
    add_rows(connection, _HOMES, _HOUSEHOLD, rows)
    _change_households(connection, plan, wanted, run)
    known = {key: int(home.id) for key, home in plan.homes.items()}
    return {**known, **numbers}, {numbers[key] for key in settled}


def _is_complete(members: Sequence[Planned]) -> bool:
    active = [one.row for one in members if one.row.facts.get("status", "active") == "active"]
    stated = [size for row in active if (size := row.facts.get("household_size")) is not None]
    return bool(stated) and max(stated) == len(active)


def _change_households(
    connection: Connection, plan: Plan, wanted: dict[bytes, dict[str, Any]], run: Run
) -> None:
    """Place, address and head as the list gives them; what stood there is written down."""
    changes: dict[int, dict[str, Any]] = {}
    before: dict[int, dict[str, Any]] = {}
    for key, there in plan.homes.items():
        given = {name: wanted[key][name] for name in ("region", "address", "head_id")}
        differs = {
            name: value for name, value in given.items() if value and value != getattr(there, name)
        }
        if differs:
            changes[there.id] = differs
            if there.first_import_id != run.id:
                before[there.id] = {name: getattr(there, name) for name in differs}
    queries.update_households(connection, changes)
    imports.add_changes(connection, run.id, "household", before, run.at)


def _fresh(one: Written, kinds: dict[bytes, str], run: Run) -> tuple[Any, ...]:
    """A new person, in the order of _PERSON."""
    row = one.planned.row
    facts = _FACTS | row.facts  # in the order of _FACTS
    kind = kinds.get(row.phone_key) if row.phone_key else None
    if kind and facts["phone_kind"] != "landline":
        facts["phone_kind"] = kind
    return (
        one.person_id, row.key, one.household_id, row.circumstances, row.circumstances_known, run.today, run.id,
        run.id, run.at, run.at, False, *facts.values(),
    )  # fmt: skip


def _update(connection: Connection, written: Sequence[Written], run: Run) -> None:
    """One statement for each set of columns, so that only what changed is written."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    before: dict[int, dict[str, Any]] = {}
    for one in written:
        old, changes = one.planned.old, one.planned.changes
        if old is None or not changes:
            continue
        values = {**changes, "import_id": run.id, "updated_at": run.at}
        values.pop(ADDRESS, None)
        if "household_id" in values:
            values["household_id"] = one.household_id
        if old.first_import_id != run.id:
            before[old.id] = written_down({name: getattr(old, name) for name in values})
            if "circumstances" in values:
                before[old.id][imports.SPOKEN] = one.planned.row.circumstances_known
        values["id"] = old.id
        groups.setdefault(tuple(sorted(values)), []).append(values)
    for group in groups.values():
        queries.update_people(connection, group)
    imports.add_changes(connection, run.id, "person", before, run.at)


def _write_records(connection: Connection, written: Sequence[Written], run: Run) -> None:
    """Which list said what; the same list read again says nothing new."""
    said = [
        (one.person_id, code, value, run.listed_on)
        for one in written
        for value, codes in ((True, one.planned.row.present), (False, one.planned.row.absent))
        for code in codes
    ]
    known = {one.person_id for one in written if one.planned.old is not None}
    asked = known & {person for person, *_ in said}
    before = queries.recorded(connection, asked, run.source) if asked else set()
    rows = [
        (person, code, value, run.source, listed_on, None, "list", run.id, run.at)
        for person, code, value, listed_on in said
        if (person, code, value, listed_on) not in before
    ]
    add_rows(connection, _RECORDS, _RECORD, rows)


def _settle(
    connection: Connection,
    plan: Plan,
    written: Sequence[Written],
    settled: set[int],
    unclear: set[bytes],
) -> None:
    """Completeness of households whose members changed, and the class of numbers that several may have."""
    homes: set[int] = set()
    phones = set(unclear)
    for one in written:
        old, changes = one.planned.old, one.planned.changes
        if old is None or changes:
            homes |= {one.household_id} if one.household_id is not None else set()
        if old is None or not changes:
            continue
        homes |= {old.household_id} if old.household_id is not None else set()
        if _RECLASSED & changes.keys():
            phones |= {key for key in (old.phone_key, one.planned.row.phone_key) if key}
    queries.set_complete(connection, homes - settled)
    queries.class_phones(connection, phones)


def child_of(one: Written) -> Child | None:
    """The row as a search for a guardian needs it; None where it names none and is nobody's child."""
    row, old = one.planned.row, one.planned.old
    birth = row.facts.get("birth") or (old.birth if old is not None else None)
    relation = row.facts.get("relation", "")
    named = row.guardian_key or row.guardian_name_key
    if birth is None or not (named or relation):
        return None
    return Child(
        row.sheet, row.row, one.person_id, one.household_id, relation, birth.toordinal(), row.guardian_key,
        row.guardian_name_key,
    )  # fmt: skip
