"""People of the register as the facts that a rule reads: the other half of `predicates`, one person at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, select

from outreach.models.people import Household, Person
from outreach.people.queries import facts as people
from outreach.store import chunks
from segments.person import Person as Facts


def facts_of(connection: Connection, ids: Collection[int]) -> dict[int, Facts]:
    """Person → facts, members of the household included; ids that nobody has are left out.

    The caller has already decided that these people may be looked at.
    """
    found = people.facts_of(connection, ids)
    for some in chunks(sorted(found)):
        rows = connection.execute(
            select(Person.id, Person.household_id).where(Person.id.in_(some))
        ).all()
        homes = _members(connection, {home for _, home in rows if home})
        found.update({one: replace(found[one], members=homes.get(home)) for one, home in rows})
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
