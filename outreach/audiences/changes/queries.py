"""All SQL of what changed since a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    and_,
    case,
    exists,
    not_,
    or_,
    select,
    union,
)
from sqlalchemy.orm import aliased

from outreach.access.scope import under
from outreach.audiences.changes.schemas import Span
from outreach.models.people import (
    CircumstanceRecord,
    CompleteList,
    Household,
    ImportChange,
    ImportRun,
    Person,
)
from outreach.store import chunks
from segments import vocabulary

CHUNK = 1_000


def touched(span: Span, *, members: bool) -> CompoundSelect[int]:
    """Whose facts may have changed in a span; with `members` also whose household may have."""
    record = CircumstanceRecord
    ended = and_(record.valid_to > span.since, record.valid_to <= span.on)
    alone: list[Select[int]] = [
        select(ImportChange.row_id).where(
            ImportChange.kind == "person", ImportChange.at >= span.moment
        ),
        select(record.person_id).where(or_(record.at >= span.moment, ended)),
    ]
    if not members:
        return union(*alone)
    someone = aliased(Person)
    came = select(someone.household_id).where(
        someone.household_id.is_not(None),
        or_(someone.created_at >= span.moment, someone.id.in_(union(*alone))),
    )
    homes = union(came, _changed_homes(span), _left_homes(span))
    return union(*alone, select(Person.id).where(Person.household_id.in_(homes)))


def _changed_homes(span: Span) -> Select[int]:
    return select(ImportChange.row_id).where(
        ImportChange.kind == "household", ImportChange.at >= span.moment
    )


def _left_homes(span: Span) -> Select[Any]:
    """The households that people were in before."""
    before = ImportChange.before["household_id"].as_integer()
    return select(before).where(
        ImportChange.kind == "person", ImportChange.at >= span.moment, before.is_not(None)
    )


def people(
    connection: Connection, condition: ColumnElement[bool], why: ColumnElement[str]
) -> list[tuple[int, str]]:
    """(person, why) of the active people for whom a condition holds, in order."""
    statement = (
        select(Person.id, why).where(Person.status == "active", condition).order_by(Person.id)
    )
    return [(row[0], row[1]) for row in connection.execute(statement)]


def changes(connection: Connection, ids: Collection[int], span: Span) -> list[Row[Any]]:
    """(row_id, before, at) of what imports changed of some people in a span, the newest first."""
    return _changes(connection, "person", ids, span)


def home_changes(connection: Connection, ids: Collection[int], span: Span) -> list[Row[Any]]:
    """The same of households."""
    return _changes(connection, "household", ids, span)


def _changes(connection: Connection, kind: str, ids: Collection[int], span: Span) -> list[Row[Any]]:
    one = ImportChange
    found: list[Row[Any]] = []
    for some in chunks(ids, CHUNK):
        statement = select(one.row_id, one.before, one.at).where(
            one.kind == kind, one.at >= span.moment, one.row_id.in_(some)
        )
        found += connection.execute(statement.order_by(one.id.desc())).all()
    return found


def records(connection: Connection, ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """Person → (person_id, code, value, valid_to, at) of everything said of their circumstances, the oldest first."""
    one = CircumstanceRecord
    found: dict[int, list[Row[Any]]] = {}
    for some in chunks(ids, CHUNK):
        columns: tuple[Any, ...] = (one.person_id, one.code, one.value, one.valid_to, one.at)
        statement = select(*columns).where(one.person_id.in_(some)).order_by(one.id)
        for row in connection.execute(statement):
            found.setdefault(row.person_id, []).append(row)
    return found


def homes_of(connection: Connection, ids: Collection[int]) -> dict[int, tuple[int | None, str]]:
    """Person → (household, status) as they are now."""
    found: dict[int, tuple[int | None, str]] = {}
    for some in chunks(ids, CHUNK):
        columns = (Person.id, Person.household_id, Person.status)
        for row in connection.execute(select(*columns).where(Person.id.in_(some))):
            found[row.id] = (row.household_id, row.status)
    return found


def complete_homes(connection: Connection, homes: Collection[int]) -> set[int]:
    """Those of some households that are complete now."""
    found: set[int] = set()
    for some in chunks(homes, CHUNK):
        statement = select(Household.id).where(Household.id.in_(some), Household.complete)
        found.update(connection.scalars(statement))
    return found


def housemates(connection: Connection, homes: Collection[int], span: Span) -> list[Row[Any]]:
    """(id, household_id, birth, status) of who is in some households, or was, and was in the register by then."""
    found: dict[int, Row[Any]] = {}
    columns = (Person.id, Person.household_id, Person.birth, Person.status)
    before = ImportChange.before["household_id"].as_integer()
    for some in chunks(homes, CHUNK):
        was_here = select(ImportChange.row_id).where(
            ImportChange.kind == "person", ImportChange.at >= span.moment, before.in_(some)
        )
        here = or_(Person.household_id.in_(some), Person.id.in_(was_here))
        statement = select(*columns).where(Person.created_at < span.moment, here)
        found.update({row.id: row for row in connection.execute(statement)})
    return [found[key] for key in sorted(found)]


def lists(connection: Connection) -> list[Row[Any]]:
    """(circumstance, region, on, expires_on, at) of every complete list; at: when it was taken in, None unknown."""
    columns: tuple[Any, ...] = (
        CompleteList.circumstance, CompleteList.region, CompleteList.on, CompleteList.expires_on,
        ImportRun.at.label("at"),
    )  # fmt: skip
    statement = select(*columns).outerjoin(ImportRun, ImportRun.id == CompleteList.import_id)
    return list(connection.execute(statement.order_by(CompleteList.id)))


def known_then(listed: Sequence[Row[Any]], span: Span) -> ColumnElement[int] | None:
    """`circumstances_known` as it was, where only complete lists made something known since; None = as now.

    A list that came in the span made its circumstance known for who is not on it, unless an earlier list that still
    held, or something said of the person, had done so before.
    """
    fresh = [one for one in listed if came(one, span)]
    if not fresh:
        return None
    known: ColumnElement[int] = Person.circumstances_known  # type: ignore[assignment]
    for one in fresh:
        closure = _closure(one.circumstance)
        here = and_(
            under(Person.region, one.region),
            Person.circumstances.bitwise_and(closure) == 0,
            not_(_denied(one.circumstance, span)),
        )
        known = case((here, known.bitwise_and(_ALL & ~closure)), else_=known)
    for one in listed:
        if came(one, span) or (one.expires_on is not None and one.expires_on <= span.since):
            continue
        still = Person.circumstances_known.bitwise_and(_closure(one.circumstance))
        known = case((under(Person.region, one.region), known.bitwise_or(still)), else_=known)
    return known.bitwise_or(Person.circumstances)


_ALL = (1 << 63) - 1


def _closure(code: str) -> int:
    """The bits that are false where a circumstance is."""
    return vocabulary.settle((), (code,))[1]


def came(one: Row[Any], span: Span) -> bool:
    """Whether a list was taken in within the span; by its own date when nobody wrote down when."""
    return bool(one.at >= span.moment if one.at is not None else one.on >= span.since)


def _denied(code: str, span: Span) -> ColumnElement[bool]:
    record = CircumstanceRecord
    return exists().where(
        record.person_id == Person.id,
        record.code == code,
        record.value.is_(False),
        record.at < span.moment,
        or_(record.valid_to.is_(None), record.valid_to > span.since),
    )


def mapping_with(known: ColumnElement[int] | None, names: Collection[str]) -> Mapping[str, Any]:
    """The columns of a person by name, with what was known of circumstances then."""
    columns: dict[str, Any] = {name: getattr(Person, name) for name in names}
    return columns if known is None else {**columns, "circumstances_known": known}
