"""Statements on regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from outreach.access import scope
from outreach.models.access import User
from outreach.models.people import CompleteList, Household, Person, Region
from outreach.models.policies import PolicyList
from outreach.store import chunks, upsert
from segments.regions import ancestors

_KEYED: tuple[Any, ...] = (
    Person.region, Person.hukou_region, Household.region, CompleteList.region, PolicyList.region, User.region,
)  # fmt: skip
"""What is kept by a region's code and follows it; facts of policies that somebody signed stay as they were signed."""

_FIELDS = ("code", "name", "level", "parent", "dialect", "valid_from", "valid_to", "successor")
_COLUMNS = tuple(getattr(Region, name) for name in _FIELDS)


def put(connection: Connection, rows: Sequence[dict[str, Any]], *, keep_dialect: bool) -> None:
    """Insert regions, or bring those of the same code up to date; a dialect set here before may be kept."""
    for some in chunks(rows):
        statement = upsert(connection, Region)
        given = statement.excluded
        fresh = {
            name: given[name]
            for name in _FIELDS
            if name != "code" and not (keep_dialect and name == "dialect")
        }
        connection.execute(
            statement.on_conflict_do_update(index_elements=["code"], set_=fresh),
            some,
        )


def all_regions(connection: Connection, under: str = "") -> Sequence[Row[Any]]:
    """(code, name, level, parent, dialect, valid_from, valid_to, successor) of a region and all below, by code."""
    inside = scope.under(Region.code, under)
    return connection.execute(select(*_COLUMNS).where(inside).order_by(Region.code)).all()


def children(connection: Connection, code: str, on: date | None = None) -> Sequence[Row[Any]]:
    """The regions directly below one that are still in use ('' gives the provinces), by code; valid on a day."""
    statement = select(*_COLUMNS).where(Region.parent == code, Region.successor == "")
    if on is not None:
        statement = statement.where(
            or_(Region.valid_from.is_(None), Region.valid_from <= on),
            or_(Region.valid_to.is_(None), Region.valid_to > on),
        )
    return connection.execute(statement.order_by(Region.code)).all()


def by_codes(connection: Connection, codes: Iterable[str]) -> dict[str, Row[Any]]:
    """code → region, for those that are registered."""
    found: dict[str, Row[Any]] = {}
    for some in chunks(sorted(set(codes))):
        rows = connection.execute(select(*_COLUMNS).where(Region.code.in_(some)))
        found.update({row.code: row for row in rows})
    return found


def full_names(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """Code → name with the regions above it from the town down: 城关镇前进社区第一网格; an unknown code says itself."""
    wanted = set(codes)
    around = {code[:length] for code in wanted for length in (9, 12)} | wanted
    known = {code: row.name for code, row in by_codes(connection, around).items()}
    return {code: _full_name(code, known) for code in wanted}


def _full_name(code: str, known: Mapping[str, str]) -> str:
    if not code:
        return "地方不详"
    line_ = [code[:9], code[:12], code] if len(code) > 9 else [code]
    named = [known[part] for part in dict.fromkeys(line_) if part in known]
    return "".join(named) or code


def line(connection: Connection, code: str) -> Sequence[Row[Any]]:
    """The registered regions around a place and the place itself, the province first."""
    return connection.execute(
        select(*_COLUMNS)
        .where(Region.code.in_([*ancestors(code), code]))
        .order_by(func.length(Region.code))
    ).all()


def codes_in_use(connection: Connection, old: str) -> list[str]:
    """The codes at and below one at which somebody or something is registered, lists and accounts included."""
    found: set[str] = set()
    for column in _KEYED:
        inside = scope.under(column, old)
        found.update(connection.scalars(select(column).where(inside).distinct()))
    return sorted(found)


def move_to_successor(connection: Connection, old: str, new: str) -> int:
    """Give everything registered at exactly `old` the new code; returns the number of people."""
    people = (Person.region == old) | (Person.hukou_region == old)
    moved = connection.scalar(select(func.count()).select_from(Person).where(people)) or 0
    for column in _KEYED:
        connection.execute(
            update(column.class_).where(column == old).values({column.key: new})
        )  # fmt: skip
    return moved


def set_dialect(connection: Connection, code: str, tag: str) -> int:
    """Set what is spoken at a place; returns 0 when there is no such place."""
    statement = update(Region).where(Region.code == code).values(dialect=tag)
    return connection.execute(statement).rowcount
