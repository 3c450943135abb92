"""Statements of the import: look up a chunk of people, insert, update, and what follows from them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    select,
    update,
)

from outreach.models.people import CircumstanceRecord, Household, Person
from outreach.store import chunks

CHUNK = 2_000
CLERK_HOUSEHOLDS = 5
"""A number on at least so many households is a clerk's own."""

COMPARED = (
    "id", "household_id", "relation", "region", "hukou_region", "hukou_type", "birth", "sex", "circumstances",
    "circumstances_known", "income_month", "household_size", "paid_months", "paid_months_running", "job_kind", "needs",
    "language", "status", "synthetic", "facts_on", "name", "phone", "phone_kind", "phone_closed", "id_last4", "id_key",
    "phone_key", "name_key", "masked_key", "merged_into", "import_id", "first_import_id", "updated_at",
)  # fmt: skip


_HOMES = select(
    Household.id, Household.key, Household.region, Household.address, Household.head_id, Household.first_import_id
).where(Household.key.in_(bindparam("keys", expanding=True)))  # fmt: skip


_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)


@cache
def _by(sign: str) -> Select[Any]:
    """Built once: two thousand keys are bound, not compiled."""
    columns = [getattr(Person, name) for name in COMPARED]
    return select(*columns).where(getattr(Person, sign).in_(_KEYS)).order_by(Person.id)


def people_by(
    connection: Connection,
    sign: Literal["id", "id_key", "masked_key", "phone_key"],
    values: Collection[Any],
) -> list[Row[Any]]:
    """People of a chunk by their number, their document, their masked document and name, or their phone."""
    found: list[Row[Any]] = []
    for some in chunks(sorted(values)):
        found.extend(connection.execute(_by(sign), {"keys": some}))
    return found


def masked_births(
    connection: Connection, keys: Collection[bytes]
) -> dict[bytes, list[date | None]]:
    """Masked key → the birth date of each person whom it fits."""
    found: dict[bytes, list[date | None]] = {}
    for some in chunks(sorted(keys)):
        statement = select(Person.masked_key, Person.birth).where(
            Person.masked_key.in_(some), Person.merged_into.is_(None)
        )
        for key, birth in connection.execute(statement):
            if key is not None:
                found.setdefault(key, []).append(birth)
    return found


def update_people(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Set the columns of each row on the person `id`; all rows have the same columns."""
    if rows:
        names = [name for name in rows[0] if name != "id"]
        statement = update(Person).where(Person.id == bindparam("b_id"))
        values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in names}
        connection.execute(
            statement.values(values),
            [{f"b_{name}": value for name, value in row.items()} for row in rows],
        )


def person_ids(connection: Connection, keys: Collection[bytes]) -> dict[bytes, int]:
    """Document key → id."""
    found: dict[bytes, int] = {}
    for some in chunks(sorted(keys)):
        rows = connection.execute(select(Person.id_key, Person.id).where(Person.id_key.in_(some)))
        found.update({key: number for key, number in rows if key is not None})
    return found


def households(connection: Connection, keys: Collection[bytes]) -> dict[bytes, Row[Any]]:
    """Key → (id, key, region, address, head_id, first_import_id)."""
    found: dict[bytes, Row[Any]] = {}
    for some in chunks(sorted(keys)):
        rows = connection.execute(_HOMES, {"keys": some})
        found.update({row.key: row for row in rows})
    return found


def update_households(connection: Connection, changes: dict[int, dict[str, Any]]) -> None:
    """Household id → the columns that change."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for number, values in changes.items():
        row = {"b_id": number, **{f"b_{name}": value for name, value in values.items()}}
        groups.setdefault(tuple(sorted(values)), []).append(row)
    for names, rows in groups.items():
        statement = update(Household).where(Household.id == bindparam("b_id"))
        connection.execute(statement.values({name: bindparam(f"b_{name}") for name in names}), rows)


def members_by_name(
    connection: Connection, households: Collection[int]
) -> dict[tuple[int, bytes], int]:
    """(household, name key) → person, for everybody active in some households."""
    rows = connection.execute(
        select(Person.household_id, Person.name_key, Person.id)
        .where(Person.household_id.in_(households), Person.status == "active")
        .order_by(Person.id.desc())
    )
    return {
        (home, name): person for home, name, person in rows if home is not None and name is not None
    }


def heads_of(connection: Connection, households: Collection[int]) -> dict[int, int]:
    """Household id → id of its head, where one is known."""
    rows = connection.execute(
        select(Household.id, Household.head_id).where(
            Household.id.in_(households), Household.head_id.is_not(None)
        )
    )
    return {household: head for household, head in rows if head is not None}


def set_complete(connection: Connection, households: Collection[int]) -> None:
    """A household is complete when its stated size equals the number of its active members here."""
    for some in chunks(sorted(households)):
        found = connection.execute(
            select(Person.household_id, func.count(), func.max(Person.household_size))
            .where(Person.household_id.in_(some), Person.status == "active")
            .group_by(Person.household_id)
        )
        complete = {home for home, count, stated in found if home is not None and count == stated}
        for value in (True, False):
            homes = [home for home in some if (home in complete) is value]
            connection.execute(
                update(Household)
                .where(Household.id.in_(homes), Household.complete != value)
                .values(complete=value)
                .execution_options(synchronize_session=False)
            )


def guardians_of(
    connection: Connection, people: Collection[int]
) -> dict[int, tuple[int | None, int | None]]:
    """Person → (guardian, the import that added the person)."""
    rows = connection.execute(
        select(Person.id, Person.guardian_id, Person.first_import_id).where(Person.id.in_(people))
    )
    return {number: (guardian, run) for number, guardian, run in rows}


def set_guardians(connection: Connection, guardians: dict[int, int]) -> None:
    """Child id → guardian id."""
    rows = [{"b_id": child, "b_guardian": guardian} for child, guardian in guardians.items()]
    statement = update(Person).where(
        Person.id == bindparam("b_id"), Person.guardian_id.is_distinct_from(bindparam("b_guardian"))
    )
    if rows:
        connection.execute(statement.values(guardian_id=bindparam("b_guardian")), rows)


def class_phones(connection: Connection, keys: Collection[bytes]) -> None:
    """Class each number by the people who have it; fixed lines stay what they are.

    A number of one person is their own, of one household the family's, of several (or of nobody who is here) unknown,
    of many a clerk's.
    """
    homes = func.count(func.distinct(func.coalesce(Person.household_id, -Person.id)))
    kind = case(
        (homes >= CLERK_HOUSEHOLDS, "clerk"),
        (homes > 1, "unknown"),
        (func.count() > 1, "family"),
        else_="own",
    )
    if not keys:
        return
    mobile = and_(Person.phone_key.in_(keys), Person.phone_kind != "landline")
    rows = connection.execute(
        select(Person.phone_key, kind)
        .where(mobile, Person.status == "active")
        .group_by(Person.phone_key)
    )
    groups: dict[str, list[bytes]] = {}
    for key, name in rows:
        groups.setdefault(name, []).append(key)
    known = {key for some in groups.values() for key in some}
    groups.setdefault("unknown", []).extend(key for key in keys if key not in known)
    for name, some in groups.items():
        connection.execute(
            update(Person)
            .where(Person.phone_key.in_(some), Person.phone_kind.not_in([name, "landline"]))
            .values(phone_kind=name)
        )


def recorded(
    connection: Connection, people: Collection[int], source: str
) -> set[tuple[int, str, bool, date | None]]:
    """(person, code, value, list date) of what this source has said about some people before."""
    record = CircumstanceRecord
    rows = connection.execute(
        select(record.person_id, record.code, record.value, record.listed_on).where(
            record.person_id.in_(people), record.source == source
        )
    )
    return {(person, code, value, listed_on) for person, code, value, listed_on in rows}
