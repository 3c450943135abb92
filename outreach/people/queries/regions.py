"""Statements on regions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from outreach.models.people import Household, Person, Region
from outreach.store import upsert
from segments.regions import ancestors, next_code

CHUNK = 2_000
_FIELDS = ("code", "name", "level", "parent", "dialect", "valid_from", "valid_to", "successor")
_COLUMNS = tuple(getattr(Region, name) for name in _FIELDS)


def put(connection: Connection, rows: Sequence[dict[str, Any]], *, keep_dialect: bool) -> None:
    """Insert regions, or bring those of the same code up to date; a dialect set here before may be kept."""
    for start in range(0, len(rows), CHUNK):
        statement = upsert(connection, Region)
        given = statement.excluded
        fresh = {
            name: given[name]
            for name in _FIELDS
            if name != "code" and not (keep_dialect and name == "dialect")
        }
        connection.execute(
            statement.on_conflict_do_update(index_elements=["code"], set_=fresh),
            list(rows[start : start + CHUNK]),
        )


def all_regions(connection: Connection, under: str = "") -> Sequence[Row[Any]]:
    """(code, name, level, parent, dialect, valid_from, valid_to, successor) of a region and all below, by code."""
    statement = select(*_COLUMNS).order_by(Region.code)
    if under:
        statement = statement.where(Region.code >= under, Region.code < next_code(under))
    return connection.execute(statement).all()


def children(connection: Connection, code: str) -> Sequence[Row[Any]]:
    """The regions directly below one that are still in use ('' gives the provinces), by code."""
    return connection.execute(
        select(*_COLUMNS).where(Region.parent == code, Region.successor == "").order_by(Region.code)
    ).all()


def by_codes(connection: Connection, codes: Iterable[str]) -> dict[str, Row[Any]]:
    """code → region, for those that are registered."""
    wanted = sorted(set(codes))
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = connection.execute(
            select(*_COLUMNS).where(Region.code.in_(wanted[start : start + CHUNK]))
        )
        found.update({row.code: row for row in rows})
    return found


def line(connection: Connection, code: str) -> Sequence[Row[Any]]:
    """The registered regions around a place and the place itself, the province first."""
    return connection.execute(
        select(*_COLUMNS)
        .where(Region.code.in_([*ancestors(code), code]))
        .order_by(func.length(Region.code))
    ).all()


def move_to_successor(connection: Connection, old: str, new: str) -> int:
    """Give everybody and every household registered at exactly `old` the new code; returns the number of people."""
    moved = 0
    for column in (Person.region, Person.hukou_region):
        moved += connection.execute(
            update(Person).where(column == old).values({column: new})
        ).rowcount
    connection.execute(update(Household).where(Household.region == old).values(region=new))
    return moved
