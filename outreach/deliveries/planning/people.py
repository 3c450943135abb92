"""Messages and calls: one per number, and whoever shares the number is served by it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, and_, case, cast, func, literal, null, select, true
from sqlalchemy.orm import aliased

from outreach import clock
from outreach.audiences.predicates import age_band, child
from outreach.audiences.reaching import recipient_of, usable_number
from outreach.deliveries.planning.audience import (
    add_deliveries,
    add_subjects,
    language_of,
    meant,
    mine,
)
from outreach.deliveries.planning.orders import Plan
from outreach.deliveries.states import RANK, Reason
from outreach.models.base import Key
from outreach.models.campaigns import AudienceMember
from outreach.models.deliveries import Delivery, Outcome
from outreach.models.people import Person
from outreach.store import upsert


def plan_people(connection: Connection, plan: Plan, low: int, high: int) -> None:
    """Write what goes to a range of the audience."""
    served = _served(plan, low, high).subquery()
    # One row per number, and one per person without a number; the lowest id is the recipient of a shared one.
    ways = (
        select(func.min(served.c.recipient).label("recipient"), served.c.address_key)
        .where(served.c.address_key.is_not(None))
        .group_by(served.c.address_key)
        .union_all(
            select(served.c.recipient, cast(null(), Key))
            .where(served.c.address_key.is_(None))
            .distinct()
        )
        .subquery()
    )
    language = language_of(connection, plan, Person.region, Person.language)
    rows = select(
        literal(plan.campaign_id), literal(plan.step_id), literal(plan.firing_id), literal("person"),
        Person.id, ways.c.address_key, language, func.substr(Person.region, 1, 12), age_band(plan.on),
    ).join(ways, ways.c.recipient == Person.id).where(true())  # fmt: skip
    add_deliveries(connection, rows)
    unaddressed = and_(
        served.c.address_key.is_(None),
        Delivery.address_key.is_(None),
        Delivery.addressee == served.c.recipient,
    )
    # two statements, each with its own index, instead of one that may use neither
    for found in (Delivery.address_key == served.c.address_key, unaddressed):
        add_subjects(
            connection,
            select(Delivery.id, served.c.subject, served.c.policy_id)
            .select_from(served)
            .join(Delivery, and_(*mine(plan), Delivery.kind == "person", found)),
        )


def _served(plan: Plan, low: int, high: int) -> Select[*tuple[Any, ...]]:
    """(subject, policy_id, recipient, address_key) for personal messages; address_key NULL = no usable number."""
    subject, recipient = aliased(Person), aliased(Person)
    return (
        select(
            subject.id.label("subject"),
            AudienceMember.policy_id.label("policy_id"),
            func.coalesce(recipient.id, subject.id).label("recipient"),
            case((usable_number(recipient), recipient.phone_key), else_=cast(null(), Key)).label(
                "address_key"
            ),
        )
        .select_from(AudienceMember)
        .join(subject, subject.id == AudienceMember.person_id)
        .outerjoin(recipient, recipient.id == recipient_of(subject, plan.on))
        .where(meant(plan, low, high))
    )


def skip_unaddressed(connection: Connection, plan: Plan) -> None:
    """Nobody is dropped: who cannot be written to is a delivery with its reason."""
    reason = case((child(plan.on), Reason.NO_GUARDIAN.value), else_=Reason.NO_ADDRESS.value)
    rows = (
        select(
            Delivery.id, literal(0), literal("skipped"), literal(RANK["skipped"]),
            literal(clock.now(), type_=Outcome.__table__.c.at.type), reason, literal(""),
        )
        .join(Person, Person.id == Delivery.addressee)
        .where(*mine(plan), Delivery.kind == "person", Delivery.address_key.is_(None))
    )  # fmt: skip
    names = ["delivery_id", "no", "state", "rank", "at", "reason", "error"]
    connection.execute(
        upsert(connection, Outcome).from_select(names, rows).on_conflict_do_nothing()
    )
