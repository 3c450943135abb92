"""Who answers for a child, and whom an adult wants to be told instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Invalid, OutreachError
from outreach.models.people import Person
from outreach.people.ages import ADULT_FROM, GUARDED_UNDER
from outreach.people.queries import consent
from outreach.people.queries import people as queries
from outreach.people.service import get_person
from segments.person import age_on, cutoff_birth


def set_guardian(
    connection: Connection,
    scope: Scope,
    child: int,
    guardian: int | None,
    *,
    today: date,
    by: str,
) -> list[OutreachError]:
    """Set, replace or (None) take away a child's guardian; returns what is worth a look, each with a code and words.

    Both lie inside the scope. Raises Missing people.person, Invalid people.guardian_self, people.guardian_circle.
    """
    ward = _standing(connection, scope, child)
    remarks: list[OutreachError] = []
    if guardian is not None:
        other = _standing(connection, scope, guardian)
        if ward.id == other.id:
            raise Invalid("people.guardian_self")
        if other.guardian_id == ward.id:
            raise Invalid("people.guardian_circle")
        guardian = other.id
        remarks = _remarks(ward, other, today)
    _write(connection, scope, ward.id, {"guardian_id": guardian}, by)
    return remarks


def _remarks(ward: Row[Any], guardian: Row[Any], today: date) -> list[OutreachError]:
    found: list[OutreachError] = []
    if ward.birth is not None and age_on(ward.birth, today) >= ADULT_FROM:
        found.append(Invalid("people.guardian_of_adult", age=age_on(ward.birth, today)))
    if guardian.birth is not None and age_on(guardian.birth, today) < ADULT_FROM:
        found.append(Invalid("people.guardian_is_child", age=age_on(guardian.birth, today)))
    if guardian.status != "active":
        found.append(Invalid("people.guardian_gone"))
    if guardian.phone_closed or guardian.phone_key is None:
        found.append(Invalid("people.guardian_no_phone"))
    return found


def set_contact(
    connection: Connection, scope: Scope, person: int, contact: int | None, *, today: date, by: str
) -> list[OutreachError]:
    """An adult names somebody to be told instead; None takes it back. Raises Missing, Invalid people.contact_self."""
    own = _standing(connection, scope, person)
    remarks: list[OutreachError] = []
    if contact is not None:
        other = _standing(connection, scope, contact)
        if own.id == other.id:
            raise Invalid("people.contact_self")
        contact = other.id
        if own.birth is not None and age_on(own.birth, today) < GUARDED_UNDER:
            remarks.append(Invalid("people.contact_of_child", age=GUARDED_UNDER))
        if other.status != "active":
            remarks.append(Invalid("people.guardian_gone"))
    _write(connection, scope, own.id, {"contact_id": contact}, by)
    return remarks


def _standing(connection: Connection, scope: Scope, person: int) -> Row[Any]:
    """The person, or the one whom they were found to be."""
    row = get_person(connection, scope, person)
    return row if row.merged_into is None else get_person(connection, scope, row.merged_into)


def _write(
    connection: Connection, scope: Scope, person: int, values: dict[str, Any], by: str
) -> None:
    inside = scope.condition(Person.region)
    consent.set_person(connection, inside, person, {**values, "updated_at": clock.now()})
    audit.record(connection, by, Action.PEOPLE_EDIT, f"person:{person}", dict(values))


def children_without_guardian(
    connection: Connection, scope: Scope, today: date, *, after: int = 0, limit: int = 200
) -> Sequence[Row[Any]]:
    """Active children under 14 with no guardian, or one who has died or moved: nobody can be written to for them."""
    born_after = cutoff_birth(GUARDED_UNDER, today)
    return queries.unguarded(connection, scope, born_after, after=after, limit=limit)
