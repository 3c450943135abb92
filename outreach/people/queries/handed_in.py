"""Statements on lists that offices hand in: find their people, give and take a circumstance, note the list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from outreach.access.scope import Scope, under
from outreach.models.people import CircumstanceRecord, CompleteList, ImportRun, Person
from outreach.store import chunks


class Keys(NamedTuple):
    """Keyed hashes of documents, of masked documents with names, of phones."""

    ids: Collection[bytes]
    masked: Collection[bytes]
    phones: Collection[bytes]


_FOUND = tuple(
    getattr(Person, name)
    for name in (
        "id", "merged_into", "id_key", "masked_key", "phone_key", "name_key", "birth", "id_last4", "region", "status",
        "circumstances", "circumstances_known",
    )
)  # fmt: skip


def candidates(connection: Connection, scope: Scope, keys: Keys) -> list[tuple[Row[Any], Row[Any]]]:
    """(record that has one of the keys, the person it stands for); the second one lies inside the scope."""
    records: dict[int, Row[Any]] = {}
    for column, wanted in (
        (Person.id_key, keys.ids),
        (Person.masked_key, keys.masked),
        (Person.phone_key, keys.phones),
    ):
        for some in chunks(sorted(wanted)):
            rows = connection.execute(select(*_FOUND).where(column.in_(some)))
            records.update({row.id: row for row in rows})
    standing = {row.merged_into or row.id for row in records.values()}
    people: dict[int, Row[Any]] = {}
    for ids in chunks(sorted(standing)):
        inside = scope.condition(Person.region)
        rows = connection.execute(select(*_FOUND).where(Person.id.in_(ids), inside))
        people.update({row.id: row for row in rows})
    return [
        (record, people[record.merged_into or record.id])
        for _, record in sorted(records.items())
        if (record.merged_into or record.id) in people
    ]


def _below(region: str) -> Any:
    return under(Person.region, region)


def holders(connection: Connection, region: str, bit: int) -> Sequence[Row[Any]]:
    """(id, name_key, circumstances, circumstances_known) of who has a circumstance in a region, whatever status."""
    columns: tuple[Any, ...] = (
        Person.id, Person.name_key, Person.circumstances, Person.circumstances_known,
    )  # fmt: skip
    return connection.execute(
        select(*columns).where(
            _below(region), Person.merged_into.is_(None), Person.circumstances.bitwise_and(bit) != 0
        )
    ).all()


def namesakes(
    connection: Connection, region: str, names: Collection[bytes], ids: Collection[int], bit: int
) -> dict[int, int]:
    """Person → circumstances_known, of who has one of the names (or ids) in a region and not the circumstance."""
    found: dict[int, int] = {}
    columns = (Person.id, Person.circumstances_known)
    asked: tuple[tuple[Any, list[Any]], ...] = (
        (Person.name_key, sorted(names)),
        (Person.id, sorted(ids)),
    )
    for column, wanted in asked:
        for some in chunks(wanted):
            rows = connection.execute(
                select(*columns).where(
                    _below(region),
                    column.in_(some),
                    Person.circumstances.bitwise_and(bit) == 0,
                )
            )
            found.update({row.id: row.circumstances_known for row in rows})
    return found


def set_circumstances(
    connection: Connection, values: dict[int, tuple[int, int]], today: date, at: datetime
) -> None:
    """Person → (circumstances, circumstances_known)."""
    rows = [
        {"b_id": person, "b_true": true, "b_known": known, "b_on": today, "b_at": at}
        for person, (true, known) in values.items()
    ]
    statement = (
        update(Person)
        .where(Person.id == bindparam("b_id"))
        .values(
            circumstances=bindparam("b_true"),
            circumstances_known=bindparam("b_known"),
            facts_on=bindparam("b_on"),
            updated_at=bindparam("b_at"),
        )
    )
    for some in chunks(rows):
        connection.execute(statement, some)


def records_of(
    connection: Connection, people: Collection[int], codes: Collection[str]
) -> list[Row[Any]]:
    """(person_id, code, value, source, listed_on, valid_to) of some people and circumstances, the oldest first."""
    record = CircumstanceRecord
    columns: tuple[Any, ...] = (
        record.person_id, record.code, record.value, record.source, record.listed_on, record.valid_to,
    )  # fmt: skip
    found: list[Row[Any]] = []
    for some in chunks(sorted(people)):
        statement = select(*columns).where(record.person_id.in_(some), record.code.in_(codes))
        found.extend(connection.execute(statement.order_by(record.id)))
    return found


def newer_complete(
    connection: Connection, circumstance: str, region: str, on: date, today: date
) -> date | None:
    """The date of a complete list that is newer than `on`, still holds, and speaks of some of the same places."""
    one = CompleteList
    around = [region[:length] for length in range(len(region) + 1)]
    inside = under(one.region, region)
    newest: date | None = connection.execute(
        select(func.max(one.on)).where(
            one.circumstance == circumstance,
            one.on > on,
            or_(one.expires_on.is_(None), one.expires_on > today),
            or_(one.region.in_(around), inside),
        )
    ).scalar_one()
    return newest


def expired_yes(
    connection: Connection, bits: Mapping[str, int], today: date
) -> dict[int, set[str]]:
    """Person → circumstances that they have, and that a record said whose end has come. `bits`: code → bit."""
    record = CircumstanceRecord
    ended = and_(record.value.is_(True), record.valid_to <= today)
    found: dict[int, set[str]] = {}
    for code in connection.scalars(select(record.code).where(ended).distinct()).all():
        has = Person.circumstances.bitwise_and(bits.get(code, 0)) != 0
        statement = select(record.person_id).join(Person, Person.id == record.person_id)
        for person in connection.scalars(statement.where(ended, record.code == code, has)):
            found.setdefault(person, set()).add(code)
    return found


def bits_of(connection: Connection, people: Collection[int]) -> dict[int, tuple[int, int]]:
    """Person → (circumstances, circumstances_known)."""
    columns = (Person.id, Person.circumstances, Person.circumstances_known)
    found: dict[int, tuple[int, int]] = {}
    for some in chunks(sorted(people)):
        rows = connection.execute(select(*columns).where(Person.id.in_(some)))
        found.update({row.id: (row.circumstances, row.circumstances_known) for row in rows})
    return found


def add_records(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Add to the history of circumstances."""
    for some in chunks(rows):
        connection.execute(insert(CircumstanceRecord), some)


def add_run(connection: Connection, values: dict[str, Any]) -> int:
    """Write down that an office's list was taken in; returns the number of the run."""
    statement = insert(ImportRun).values(values).returning(ImportRun.id)
    return int(connection.execute(statement).scalar_one())


def runs(connection: Connection, by: str | None = None, limit: int = 50) -> Sequence[Row[Any]]:
    """Lists that were handed in, the newest first; of one user, or of everybody."""
    run = ImportRun
    columns: tuple[Any, ...] = (
        run.id, run.list_ref, run.file_name, run.by, run.at, run.purpose, run.options, run.rows, run.accepted,
        run.rejected, run.result,
    )  # fmt: skip
    statement = select(*columns).where(run.list_ref != "").order_by(run.id.desc()).limit(limit)
    return connection.execute(statement if by is None else statement.where(run.by == by)).all()
