"""Who of an earlier list is still registered as living here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from outreach.access.scope import Scope
from outreach.models.people import Person


def active_people(
    connection: Connection, scope: Scope, people: Collection[int]
) -> Sequence[Row[Any]]:
    """(id, name, id_last4, region) of those who are active, not merged into another, and inside the scope."""
    columns: tuple[Any, ...] = (Person.id, Person.name, Person.id_last4, Person.region)
    statement = select(*columns).where(
        scope.condition(Person.region),
        Person.id.in_(people),
        Person.status == "active",
        Person.merged_into.is_(None),
    )
    return connection.execute(statement.order_by(Person.id)).all()
