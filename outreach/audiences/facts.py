"""People of the register as the facts that a rule reads: the other half of `predicates`, one person at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import date

from sqlalchemy import Connection, select

from outreach.models.people import Household, Person
from segments.person import Person as Facts

_COLUMNS = tuple(one.name for one in fields(Facts) if one.name not in ("members", "about"))
_CHUNK = 2_000


def facts_of(connection: Connection, ids: Collection[int]) -> dict[int, Facts]:
    """Person → facts, members of the household included; ids that nobody has are left out.

    The caller has already decided that these people may be looked at.
    """
    found: dict[int, Facts] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        some = wanted[start : start + _CHUNK]
        statement = select(
            Person.id, Person.household_id, *(getattr(Person, name) for name in _COLUMNS)
        ).where(Person.id.in_(some))
        rows = connection.execute(statement).all()
        homes = _members(connection, {row.household_id for row in rows if row.household_id})
        for row in rows:
            known = {name: getattr(row, name) for name in _COLUMNS}
            found[row.id] = Facts(**known, members=homes.get(row.household_id))
    return found


def _members(
    connection: Connection, households: Collection[int]
) -> dict[int | None, tuple[date | None, ...]]:
    """Complete household → birth dates of its active members."""
    rows = connection.execute(
        select(Household.id, Person.birth)
        .join(Person, (Person.household_id == Household.id) & (Person.status == "active"))
        .where(Household.id.in_(households), Household.complete)
        .order_by(Household.id, Person.id)
    )
    found: dict[int | None, list[date | None]] = {}
    for home, birth in rows:
        found.setdefault(home, []).append(birth)
    return {home: tuple(births) for home, births in found.items()}
