"""Statements of the import: look up a chunk of people, insert, update, and what follows from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    case,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from outreach.models.people import CircumstanceRecord, Household, ImportRun, Person
from outreach.store import upsert

CHUNK = 2_000
CLERK_HOUSEHOLDS = 5
"""A number on at least so many households is a clerk's own."""

COMPARED = (
    "id", "household_id", "relation", "region", "hukou_region", "hukou_type", "birth", "sex", "circumstances",
    "circumstances_known", "income_month", "household_size", "language", "status", "synthetic", "id_last4", "id_key",
    "phone_key", "phone_kind", "name_key", "masked_key",
)  # fmt: skip


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Lists of at most CHUNK."""
    every = list(items)
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]


def candidates(
    connection: Connection,
    ids: Collection[bytes],
    masked: Collection[bytes],
    phones: Collection[bytes],
) -> Sequence[Row[Any]]:
    """People who may be those of a chunk: by document key, by masked key, or by phone key."""
    columns = [getattr(Person, name) for name in COMPARED]
    found: dict[int, Row[Any]] = {}
    for column, keys in (
        (Person.id_key, ids),
        (Person.masked_key, masked),
        (Person.phone_key, phones),
    ):
        for some in chunks(sorted(keys)):
            found.update(
                {
                    row.id: row
                    for row in connection.execute(select(*columns).where(column.in_(some)))
                }
            )
    return [found[number] for number in sorted(found)]


def insert_people(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add people; one whom another import has added meanwhile stays as it is."""
    if rows:
        connection.execute(
            upsert(connection, Person).on_conflict_do_nothing(index_elements=["id_key"]), list(rows)
        )


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
    """Key → (id, key, region, address)."""
    found: dict[bytes, Row[Any]] = {}
    columns = (Household.id, Household.key, Household.region, Household.address)
    for some in chunks(sorted(keys)):
        rows = connection.execute(select(*columns).where(Household.key.in_(some)))
        found.update({row.key: row for row in rows})
    return found


def put_households(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add households, or set their region and address where the list gives one."""
    if not rows:
        return
    statement = upsert(connection, Household)
    given = statement.excluded
    fresh = {
        name: case((given[name] != "", given[name]), else_=getattr(Household, name))
        for name in ("region", "address")
    }
    connection.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_=fresh), list(rows)
    )


def set_heads(connection: Connection, heads: dict[int, int]) -> None:
    """Household id → id of its head."""
    rows = [{"b_id": household, "b_head": person} for household, person in heads.items()]
    statement = update(Household).where(
        Household.id == bindparam("b_id"), Household.head_id.is_distinct_from(bindparam("b_head"))
    )
    if rows:
        connection.execute(statement.values(head_id=bindparam("b_head")), rows)


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
    inside = and_(Person.household_id == Household.id, Person.status == "active")
    count = select(func.count()).select_from(Person).where(inside).scalar_subquery()
    stated = select(func.max(Person.household_size)).where(inside).scalar_subquery()
    complete = func.coalesce(count == stated, False)
    connection.execute(
        update(Household)
        .where(Household.id.in_(households), Household.complete != complete)
        .values(complete=complete)
        .execution_options(synchronize_session=False)
    )


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

    A number of one person is their own, of one household the family's, of several unknown, of many a clerk's.
    """
    homes = func.count(func.distinct(func.coalesce(Person.household_id, -Person.id)))
    kind = case(
        (homes >= CLERK_HOUSEHOLDS, "clerk"),
        (homes > 1, "unknown"),
        (func.count() > 1, "family"),
        else_="own",
    )
    mobile = and_(Person.phone_key.in_(keys), Person.phone_kind != "landline")
    rows = connection.execute(
        select(Person.phone_key, kind)
        .where(mobile, Person.status == "active")
        .group_by(Person.phone_key)
    )
    groups: dict[str, list[bytes]] = {}
    for key, name in rows:
        groups.setdefault(name, []).append(key)
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


def add_records(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add to the history of circumstances."""
    if rows:
        connection.execute(insert(CircumstanceRecord), list(rows))


def start_run(connection: Connection, values: dict[str, Any]) -> int:
    """Write down that a file is being taken in; returns the number of the run."""
    return int(
        connection.execute(insert(ImportRun).values(values).returning(ImportRun.id)).scalar_one()
    )


def finish_run(connection: Connection, run: int, values: dict[str, Any]) -> None:
    """Write down how it ended."""
    connection.execute(update(ImportRun).where(ImportRun.id == run).values(values))


def last_mapping(connection: Connection, headers: Sequence[str]) -> dict[str, str]:
    """What the newest finished import chose for these very headers; {} when none did."""
    rows = connection.execute(
        select(ImportRun.mapping)
        .where(not_(or_(ImportRun.finished_at.is_(None), ImportRun.rows == 0)))
        .order_by(ImportRun.id.desc())
        .limit(20)
    )
    for (mapping,) in rows:
        if set(headers) <= set(mapping):
            return {header: str(mapping[header]) for header in headers}
    return {}
