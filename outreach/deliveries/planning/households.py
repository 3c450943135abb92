"""Sheets and visits: one per household with somebody to tell; people without a household stand alone."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Connection,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from outreach.audiences.predicates import age_band
from outreach.deliveries.planning.audience import (
    add_deliveries,
    add_subjects,
    language_of,
    meant,
    mine,
)
from outreach.deliveries.planning.orders import Plan
from outreach.models.base import Key
from outreach.models.campaigns import AudienceMember
from outreach.models.deliveries import Delivery
from outreach.models.people import Person


def plan_households(connection: Connection, plan: Plan, low: int, high: int) -> None:
    """Write what goes to the homes of a range of the audience; it is about those alone for whom the step is."""
    wanted = (
        select(Person.household_id.label("household"), func.min(Person.id).label("person"))
        .join(AudienceMember, AudienceMember.person_id == Person.id)
        .where(meant(plan, low, high))
        .group_by(Person.household_id, case((Person.household_id.is_(None), Person.id), else_=0))
        .subquery()
    )
    language = language_of(connection, plan, Person.region, Person.language)
    kind = case((wanted.c.household.is_(None), "person"), else_="household")
    rows = select(
        literal(plan.campaign_id), literal(plan.step_id), literal(plan.firing_id), kind,
        func.coalesce(wanted.c.household, cast(wanted.c.person, BigInteger)), cast(null(), Key), language,
        func.substr(Person.region, 1, 12), age_band(plan.on),
    ).join(wanted, wanted.c.person == Person.id).where(true())  # fmt: skip
    add_deliveries(connection, rows)
    at_home = or_(
        and_(Delivery.kind == "household", Delivery.addressee == Person.household_id),
        and_(Delivery.kind == "person", Delivery.addressee == Person.id),
    )
    add_subjects(
        connection,
        select(Delivery.id, AudienceMember.person_id, AudienceMember.policy_id)
        .select_from(AudienceMember)
        .join(Person, Person.id == AudienceMember.person_id)
        .join(Delivery, and_(*mine(plan), at_home))
        .where(meant(plan, low, high)),
    )
