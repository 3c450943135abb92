"""Who would read a step, before any delivery is written: one row for each thing that will be handed over.

The same readers, in the same languages, as `plan.write` makes deliveries for; a test holds both together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    SQLColumnExpression,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from outreach.access.scope import under
from outreach.audiences.predicates import child
from outreach.audiences.reaching import own_number, recipient_of, usable_number
from outreach.deliveries.planning.audience import language_at, language_of, meant, members
from outreach.deliveries.planning.orders import BY_DOOR, BY_NUMBER, Plan
from outreach.deliveries.planning.places import places
from outreach.messages.schemas import told_apart
from outreach.models.campaigns import AudienceMember
from outreach.models.people import Person, Region

__all__ = ["BY_DOOR", "BY_NUMBER", "COLUMNS", "by_door", "by_number", "by_place", "speaks_for"]

COLUMNS = ("kind", "id", "language", "region", "village", "policies", "certain", "private")
"""Of a row: what is handed something (person, household, group, region) and its id; language, region and the name of
the village; which policies of the plan, as bits in their order; 1 where every one of them is certain for everybody
it is about; 1 where nobody but the person reads or hears it."""


def speaks_for(subject: Any, recipient: Any, on: date) -> ColumnElement[bool]:
    """Whether what is said about `subject` is said to the very person, or to the guardian of a child."""
    guarded = and_(child(on, subject.birth), subject.guardian_id == recipient.id)
    return or_(subject.id == recipient.id, guarded)


def by_number(connection: Connection, plan: Plan) -> Select[*tuple[Any, ...]]:
    """One row per number that can be written to; the lowest id is the recipient of a shared one."""
    subject, recipient = aliased(Person), aliased(Person)
    alone = and_(own_number(recipient, plan.on), speaks_for(subject, recipient, plan.on))
    served = (
        select(
            recipient.id.label("recipient"),
            recipient.phone_key.label("number"),
            *_said(plan, alone),
        )
        .select_from(AudienceMember)
        .join(subject, subject.id == AudienceMember.person_id)
        .join(recipient, recipient.id == recipient_of(subject, plan.on))
        .where(meant(plan), usable_number(recipient))
        .subquery()
    )
    ways = (
        select(func.min(served.c.recipient).label("reader"), *_summed(served))
        .group_by(served.c.number)
        .subquery()
    )
    return _reading(connection, plan, ways, literal("person"), Person.id)


def by_door(connection: Connection, plan: Plan) -> Select[*tuple[Any, ...]]:
    """One row per household with somebody to tell, and per person without a household."""
    alone = true() if told_apart(plan.channel, plan.form) else false()
    served = (
        select(Person.household_id.label("household"), Person.id.label("person"), *_said(plan, alone))
        .select_from(AudienceMember)
        .join(Person, Person.id == AudienceMember.person_id)
        .where(meant(plan))
        .subquery()
    )  # fmt: skip
    household = served.c.household
    ways = (
        select(
            household.label("household"), func.min(served.c.person).label("reader"), *_summed(served)
        )
        .group_by(household, case((household.is_(None), served.c.person), else_=0))
        .subquery()
    )  # fmt: skip
    kind = case((ways.c.household.is_(None), "person"), else_="household")
    door = func.coalesce(ways.c.household, cast(ways.c.reader, BigInteger))
    return _reading(connection, plan, ways, kind, door)


def by_place(connection: Connection, plan: Plan) -> list[tuple[Any, ...]]:
    """One row per group or village where somebody of the audience lives, in the order of COLUMNS."""
    villages = select(Region.code, Region.name).where(Region.level == "village")
    names = {row.code: row.name for row in connection.execute(villages)}
    rows = []
    for place in places(connection, plan):
        language = language_at(connection, plan, place.code)
        told = (
            select(func.sum(_bits(plan.policy_ids, AudienceMember.policy_id).distinct()))
            .join(Person, Person.id == AudienceMember.person_id)
            .where(members(plan), under(Person.region, place.code))
        )
        bits = int(connection.scalar(told) or 0)
        village = names.get(place.code[:12]) or place.name
        rows.append((place.kind, place.id, language, place.code, village, bits, 0, 0))
    return rows


def _said(plan: Plan, alone: ColumnElement[bool]) -> tuple[ColumnElement[Any], ...]:
    return (
        _bits(plan.policy_ids, AudienceMember.policy_id).label("bit"),
        case((AudienceMember.certainty == "yes", 1), else_=0).label("certain"),
        case((alone, 1), else_=0).label("private"),
    )


def _summed(served: Any) -> tuple[ColumnElement[Any], ...]:
    return (
        cast(func.sum(served.c.bit.distinct()), BigInteger).label("policies"),
        func.min(served.c.certain).label("certain"),
        func.min(served.c.private).label("private"),
    )


def _bits(policy_ids: Sequence[int], column: SQLColumnExpression[int]) -> ColumnElement[int]:
    """The bit of a policy: a set of them is one number, that two databases add up and group by alike."""
    known = [
        (column == key, literal(1 << place, BigInteger)) for place, key in enumerate(policy_ids)
    ]
    return case(*known, else_=literal(0, BigInteger))


def _reading(
    connection: Connection,
    plan: Plan,
    ways: Any,
    kind: ColumnElement[str],
    key: SQLColumnExpression[int],
) -> Select[*tuple[Any, ...]]:
    village = Region.code == func.substr(Person.region, 1, 12)
    return (
        select(
            kind.label("kind"), key.label("id"),
            language_of(connection, plan, Person.region, Person.language).label("language"),
            Person.region.label("region"), func.coalesce(Region.name, "").label("village"),
            ways.c.policies, ways.c.certain, ways.c.private,
        )
        .select_from(ways)
        .join(Person, Person.id == ways.c.reader)
        .outerjoin(Region, village)
    )  # fmt: skip
