"""All SQL of saved segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from outreach import clock
from outreach.models.audiences import Segment
from outreach.models.campaigns import Campaign
from outreach.models.people import Region


def by_ref(connection: Connection, ref: str) -> Mapping[str, Any] | None:
    """A segment by its name or row number."""
    row = connection.execute(select(Segment).where(Segment.ref == ref)).mappings().first()
    if row is None and ref.isdecimal() and len(ref) < 18:
        row = connection.execute(select(Segment).where(Segment.id == int(ref))).mappings().first()
    return None if row is None else dict(row)


def everything(connection: Connection) -> list[Mapping[str, Any]]:
    """All segments by name."""
    statement = select(Segment).order_by(Segment.name, Segment.ref)
    return [dict(row) for row in connection.execute(statement).mappings()]


def add(connection: Connection, values: Mapping[str, Any]) -> int:
    """Write a new one; its row number."""
    now = clock.now()
    statement = insert(Segment).values(**values, created_at=now, updated_at=now)
    return int(connection.execute(statement.returning(Segment.id)).scalar_one())


def change(connection: Connection, key: int, values: Mapping[str, Any]) -> None:
    """Write over one."""
    statement = update(Segment).where(Segment.id == key)
    connection.execute(statement.values(**values, updated_at=clock.now()))


def remove(connection: Connection, key: int) -> None:
    """Take one away."""
    connection.execute(delete(Segment).where(Segment.id == key))


def campaign_options(connection: Connection) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(name, options) of every campaign that may still be frozen or sent."""
    open_ = Campaign.status.not_in(("finished", "cancelled"))
    rows = connection.execute(select(Campaign.ref, Campaign.options).where(open_))
    yield from ((ref, options) for ref, options in rows)


def region_names(connection: Connection, codes: list[str]) -> dict[str, str]:
    """Code → name, of those that are registered."""
    rows = connection.execute(select(Region.code, Region.name).where(Region.code.in_(codes)))
    return {row.code: row.name for row in rows}


def free_ref(connection: Connection) -> str:
    """A name that no segment has: s1, s2, …"""
    taken = set(connection.scalars(select(Segment.ref)))
    number = len(taken) + 1
    while f"s{number}" in taken:
        number += 1
    return f"s{number}"
