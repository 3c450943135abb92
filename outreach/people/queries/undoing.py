"""Statements that take an import back: whom it added, who stands in the way, what stood there before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Row,
    Table,
    and_,
    delete,
    func,
    not_,
    or_,
    select,
    update,
)

from outreach.models import Base
from outreach.models.people import CircumstanceRecord, Household, ImportChange, ImportRun, Person
from outreach.store import chunks

_OWN = frozenset({"person", "circumstance_record"})
"""Tables whose references the undoing itself looks after."""


def references() -> list[tuple[str, Column[Any]]]:
    """(table, column) of every other table that names people: audiences, deliveries, reach, refusals, samples, …"""
    return [
        (table.name, column)
        for table in Base.metadata.sorted_tables
        if table.name not in _OWN
        for column in table.c
        if any(key.column is Person.__table__.c.id for key in column.foreign_keys)
    ]


def added_people(connection: Connection, run: int, after: int, most: int) -> Sequence[Row[Any]]:
    """The next people whom a run has added, by number."""
    columns: tuple[Any, ...] = (
        Person.id, Person.import_id, Person.updated_at, Person.household_id, Person.phone_key, Person.guardian_id,
    )  # fmt: skip
    statement = select(*columns).where(Person.first_import_id == run, Person.id > after)
    return connection.execute(statement.order_by(Person.id).limit(most)).all()


def used_people(connection: Connection, people: Collection[int]) -> set[int]:
    """Who of these stands in another table."""
    found: set[int] = set()
    for _, column in references():
        found.update(connection.scalars(select(column).where(column.in_(people)).distinct()))
    return found


def known_from_elsewhere(connection: Connection, people: Collection[int], run: int) -> set[int]:
    """Of whom another source than the run has said something."""
    record = CircumstanceRecord
    other = or_(record.import_id.is_(None), record.import_id != run)
    return set(
        connection.scalars(
            select(record.person_id).where(record.person_id.in_(people), other).distinct()
        )
    )


def needed_by_others(connection: Connection, run: int) -> set[int]:
    """Whom the run has added and somebody else has as guardian, as contact, or as the record that was kept."""
    found: set[int] = set()
    other = Person.__table__.alias("other")
    for name in ("guardian_id", "contact_id", "merged_into"):
        column = other.c[name]
        outside = or_(other.c.first_import_id.is_(None), other.c.first_import_id != run)
        joined = other.join(Person.__table__, column == Person.id)
        found.update(
            connection.scalars(
                select(column)
                .select_from(joined)
                .where(outside, Person.first_import_id == run)
                .distinct()
            )
        )
    return found


def changes_of(
    connection: Connection, run: int, kind: str, after: int, most: int
) -> Sequence[Row[Any]]:
    """The next rows that a run has changed: (id, row_id, before)."""
    change = ImportChange
    statement = select(change.id, change.row_id, change.before).where(
        change.import_id == run, change.kind == kind, change.id > after
    )
    return connection.execute(statement.order_by(change.id).limit(most)).all()


def changed_later(
    connection: Connection, run: int, kind: str, rows: Collection[int]
) -> dict[int, int]:
    """Row → the next import that has changed it too, of those that were not undone."""
    change = ImportChange
    statement = (
        select(change.row_id, func.min(change.import_id))
        .join(ImportRun, ImportRun.id == change.import_id)
        .where(
            change.kind == kind,
            change.row_id.in_(rows),
            change.import_id > run,
            ImportRun.undone_at.is_(None),
        )
        .group_by(change.row_id)
    )
    return {found[0]: found[1] for found in connection.execute(statement)}


def rows_of(connection: Connection, table: Table, numbers: Collection[int]) -> dict[int, Row[Any]]:
    """The present rows of a table by their numbers."""
    found = connection.execute(select(table).where(table.c.id.in_(numbers)))
    return {row.id: row for row in found}


def put_back(connection: Connection, table: Table, values: dict[int, dict[str, Any]]) -> None:
    """Row → its columns as they were."""
    for number, columns in values.items():
        if columns:
            connection.execute(update(table).where(table.c.id == number).values(columns))


def forget_changes(connection: Connection, changes: Collection[int]) -> None:
    """What was put back need not be written down any more."""
    for some in chunks(changes):
        connection.execute(delete(ImportChange).where(ImportChange.id.in_(some)))


def delete_records(connection: Connection, run: int, kept: Collection[int]) -> None:
    """What the run has said about circumstances, but of those whose facts stay as the run left them."""
    record = CircumstanceRecord
    for some in chunks(_records(connection, run, set(kept))):
        connection.execute(delete(record).where(record.id.in_(some)))


def _records(connection: Connection, run: int, kept: set[int]) -> Iterable[int]:
    record = CircumstanceRecord
    statement = select(record.id, record.person_id).where(record.import_id == run)
    return [number for number, person in connection.execute(statement) if person not in kept]


def let_go(connection: Connection, people: Collection[int]) -> None:
    """Nobody of these is anybody's ward any more, so that they can be deleted in any order."""
    connection.execute(
        update(Person)
        .where(
            Person.id.in_(people),
            or_(Person.guardian_id.is_not(None), Person.contact_id.is_not(None)),
        )
        .values(guardian_id=None, contact_id=None)
    )


def delete_people(connection: Connection, people: Collection[int], run: int) -> None:
    """Take people out, with what the run has said about them."""
    record = CircumstanceRecord
    connection.execute(delete(record).where(record.person_id.in_(people), record.import_id == run))
    connection.execute(
        update(Household)
        .where(
            Household.head_id.in_(people),
            Household.id.in_(select(Person.household_id).where(Person.id.in_(people))),
        )
        .values(head_id=None)
    )
    connection.execute(delete(Person).where(Person.id.in_(people)))


def delete_empty_households(connection: Connection, run: int) -> int:
    """Households that the run has added and in which nobody lives; returns how many."""
    used = select(Person.household_id).where(Person.household_id == Household.id).exists()
    empty = and_(Household.first_import_id == run, not_(used))
    return connection.execute(delete(Household).where(empty)).rowcount
