"""Statements that return people; each takes a Scope first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select
from sqlalchemy.orm import aliased

from outreach.access.scope import Scope
from outreach.models.base import HIGHEST_ID
from outreach.models.people import CircumstanceRecord, Household, Person

LISTED: tuple[Any, ...] = (
    Person.id, Person.household_id, Person.relation, Person.region, Person.hukou_region, Person.hukou_type,
    Person.birth, Person.sex, Person.circumstances, Person.circumstances_known, Person.income_month,
    Person.household_size, Person.facts_on, Person.language, Person.status, Person.synthetic, Person.name,
    Person.phone, Person.phone_kind, Person.phone_closed, Person.id_last4, Person.guardian_id, Person.contact_id,
    Person.phone_key, Person.needs, Person.merged_into, Household.address, Household.stopped, Household.head_id,
)  # fmt: skip
"""Columns of a person as `people_of` gives them; name, phone and address are encrypted."""


_STANDING = Person.merged_into.is_(None)
"""Records that were found to be somebody else are no people."""


def _select(scope: Scope) -> Select[Any]:
    joined = Person.__table__.outerjoin(Household.__table__, Person.household_id == Household.id)
    return select(*LISTED).select_from(joined).where(scope.condition(Person.region))


def people_of(
    connection: Connection,
    scope: Scope,
    *,
    region: str = "",
    after: int = 0,
    limit: int = 50,
    keys: Collection[bytes] | None = None,
    having: int = 0,
) -> Sequence[Row[Any]]:
    """People of a region in the order of their registration, `limit` after the person `after`.

    `keys`: only those whose name, phone or document has one of these keyed hashes (a search); a record that was merged
    into another leads to that one. `having`: only those who have all these circumstances (bits). Refused when `region`
    lies outside the scope.
    """
    statement = _select(scope.narrowed(region)).where(Person.id > after, _STANDING)
    if keys is not None:
        named = or_(Person.name_key.in_(keys), Person.phone_key.in_(keys), Person.id_key.in_(keys))
        whom = select(func.coalesce(Person.merged_into, Person.id)).where(named)
        statement = statement.where(Person.id.in_(whom))
    if having:
        statement = statement.where(Person.circumstances.bitwise_and(having) == having)
    page = statement.order_by(Person.id).limit(limit)
    if keys is None:
        # In a large region they are close by. Without the end a database would rather sort everybody of the region.
        near = connection.execute(page.where(Person.id <= after + _NEAR)).all()
        if len(near) == limit:
            return near
    return connection.execute(page).all()


_NEAR = 5_000
"""Row numbers that are looked through first for a page of people."""


def person(connection: Connection, scope: Scope, person_id: int) -> Row[Any] | None:
    """One person, None when there is none inside the scope."""
    if person_id > HIGHEST_ID:
        return None
    return connection.execute(_select(scope).where(Person.id == person_id)).one_or_none()


def people_by_id(connection: Connection, scope: Scope, ids: Collection[int]) -> Sequence[Row[Any]]:
    """Some people, at most some thousands; those outside the scope are left out."""
    return connection.execute(_select(scope).where(Person.id.in_(ids)).order_by(Person.id)).all()


def household_members(connection: Connection, scope: Scope, household: int) -> Sequence[Row[Any]]:
    """Everybody of a household, the head first, then by age."""
    mine = min(household, HIGHEST_ID)
    statement = _select(scope).where(Person.household_id == mine, _STANDING)
    return connection.execute(
        statement.order_by(Household.head_id != Person.id, Person.birth, Person.id)
    ).all()


def households_of(
    connection: Connection, scope: Scope, *, region: str = "", after: int = 0, limit: int = 500
) -> Sequence[Row[Any]]:
    """(id, region, head_id, address, complete, stopped) of the households of a region; addresses are encrypted."""
    columns: tuple[Any, ...] = (
        Household.id, Household.region, Household.head_id, Household.address, Household.complete, Household.stopped,
    )  # fmt: skip
    inside = scope.narrowed(region).condition(Household.region)
    statement = (
        select(*columns).where(inside, Household.id > after).order_by(Household.id).limit(limit)
    )
    return connection.execute(statement).all()


def count_people(connection: Connection, scope: Scope, region: str = "") -> int:
    """How many people are registered in a region, whatever their status."""
    inside = scope.narrowed(region).condition(Person.region)
    statement = select(func.count()).select_from(Person).where(inside, _STANDING)
    return connection.execute(statement).scalar_one()


def unguarded(
    connection: Connection, scope: Scope, born_after: date, *, after: int = 0, limit: int = 200
) -> Sequence[Row[Any]]:
    """Active people born after a day who have no guardian that is active."""
    guardian = aliased(Person)
    active = select(guardian.id).where(
        guardian.id == Person.guardian_id, guardian.status == "active"
    )
    statement = _select(scope).where(
        Person.status == "active", Person.birth > born_after, ~active.exists(), Person.id > after
    )
    return connection.execute(statement.order_by(Person.id).limit(limit)).all()


def circumstance_history(
    connection: Connection, scope: Scope, person_id: int
) -> Sequence[Row[Any]]:
    """(code, value, source, listed_on, valid_to, confidence, at) of a person, the newest first."""
    record = CircumstanceRecord
    columns: tuple[Any, ...] = (
        record.code, record.value, record.source, record.listed_on, record.valid_to, record.confidence, record.at,
    )  # fmt: skip
    return connection.execute(
        select(*columns)
        .join(Person, Person.id == record.person_id)
        .where(record.person_id == person_id, scope.condition(Person.region))
        .order_by(record.id.desc())
    ).all()
