"""People of the register as the facts that a rule reads of them alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields

from sqlalchemy import Connection, select

from outreach.models.people import Person
from outreach.store import chunks
from segments.person import Person as Facts

_COLUMNS = tuple(one.name for one in fields(Facts) if one.name not in ("members", "about"))


def facts_of(connection: Connection, people: Collection[int]) -> dict[int, Facts]:
    """Person → facts, the household left unknown; numbers that nobody has are left out.

    The caller has already decided that these people may be looked at.
    """
    found: dict[int, Facts] = {}
    columns = [Person.id, *(getattr(Person, name) for name in _COLUMNS)]
    for some in chunks(sorted(people)):
        for row in connection.execute(select(*columns).where(Person.id.in_(some))):
            found[row.id] = Facts(**{name: getattr(row, name) for name in _COLUMNS})
    return found
