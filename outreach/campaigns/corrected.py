"""Who got a text version, or may have: the subjects of every attempt that carried it and did not certainly fail.

An attempt that was deferred, refused or skipped reached nobody; one that is unknown, or ended undelivered, may have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    distinct,
    func,
    literal,
    or_,
    select,
    true,
)

from outreach.audiences import queries as audience_queries
from outreach.campaigns import queries
from outreach.deliveries.planning.orders import BY_PLACE
from outreach.models.campaigns import AudienceMember, Campaign, Step, StepTarget
from outreach.models.deliveries import Attempt, Delivery, DeliverySubject, Outcome
from outreach.models.policies import Policy
from outreach.store import upsert

_Row = Mapping[str, Any]

MAYBE = ("unknown", "accepted", "delivered", "undelivered")
"""Outcomes after which somebody may have read it."""


@dataclass(frozen=True)
class Way:
    """A step of the campaign by which a text went out: to how many people, about which policies."""

    step: int
    channel: str
    people: int
    policies: tuple[str, ...]


def ways(connection: Connection, campaign: int, texts: Sequence[int]) -> list[Way]:
    """The steps by which some text versions (row numbers) went out, in order."""
    if not texts:
        return []
    rows = connection.execute(
        select(
            Step.number, Step.channel, Policy.ref, func.count(distinct(DeliverySubject.person_id))
        )
        .select_from(_carried(texts))
        .join(Step, Step.id == Delivery.step_id)
        .join(Policy, Policy.id == DeliverySubject.policy_id)
        .where(_counts(campaign))
        .group_by(Step.number, Step.channel, Policy.ref)
        .order_by(Step.number, Policy.ref)
    ).all()
    each = connection.execute(
        select(Step.number, func.count(distinct(DeliverySubject.person_id)))
        .select_from(_carried(texts))
        .join(Step, Step.id == Delivery.step_id)
        .where(_counts(campaign))
        .group_by(Step.number)
    )
    people = {row[0]: int(row[1]) for row in each}
    steps = {row[0]: row[1] for row in rows}
    return [
        Way(number, channel, people[number], tuple(row[2] for row in rows if row[0] == number))
        for number, channel in steps.items()
    ]


def _carried(texts: Sequence[int]) -> Any:
    """Subjects, their deliveries and the attempts that carried one of the texts, with their outcomes."""
    return (
        DeliverySubject.__table__.join(
            Delivery.__table__, Delivery.id == DeliverySubject.delivery_id
        )
        .join(
            Attempt.__table__,
            and_(Attempt.delivery_id == Delivery.id, Attempt.variant_id.in_(texts)),
        )
        .outerjoin(
            Outcome.__table__,
            and_(Outcome.delivery_id == Attempt.delivery_id, Outcome.no == Attempt.no),
        )
    )


def _counts(campaign: int) -> ColumnElement[bool]:
    """Of this campaign, not certainly failed; whoever was left out of what went to others read nothing."""
    return and_(
        Delivery.campaign_id == campaign,
        or_(Outcome.state.is_(None), Outcome.state.in_(MAYBE)),
        DeliverySubject.reason == "",
    )


def _subjects(source: int, texts: Sequence[int], channel: str) -> Select[*tuple[Any, ...]]:
    return (
        select(DeliverySubject.person_id, DeliverySubject.policy_id)
        .select_from(_carried(texts))
        .join(Step, Step.id == Delivery.step_id)
        .where(_counts(source), Step.channel == channel if channel else true())
        .distinct()
    )


def source_of(connection: Connection, campaign: _Row) -> tuple[int, list[int]]:
    """(campaign, text versions) that a correction is about."""
    said = campaign["options"]["correction"]
    source = connection.scalars(select(Campaign.id).where(Campaign.ref == said["campaign"])).one()
    return source, list(said["texts"])


def freeze(connection: Connection, campaign: _Row) -> str:
    """Write the audience of a correction, and who of it each step is for; returns the hash of the list.

    Certainty is what it was then; the texts of a correction speak to everybody alike.
    """
    source, texts = source_of(connection, campaign)
    audience_queries.unfreeze(connection, campaign["id"])
    got = _subjects(source, texts, "").subquery()
    then = and_(
        AudienceMember.campaign_id == source,
        AudienceMember.person_id == got.c.person_id,
        AudienceMember.policy_id == got.c.policy_id,
    )
    certainty = func.coalesce(AudienceMember.certainty, "unknown")
    rows = select(
        literal(campaign["id"]), got.c.person_id, got.c.policy_id, certainty, literal(0)
    ).select_from(got.outerjoin(AudienceMember.__table__, then))
    names = ["campaign_id", "person_id", "policy_id", "certainty", "wave"]
    connection.execute(upsert(connection, AudienceMember).from_select(names, rows))
    for step in queries.steps(connection, campaign["id"]):
        _name(connection, step, source, texts)
    return audience_queries.list_hash(connection, campaign["id"])


def _name(connection: Connection, step: _Row, source: int, texts: Sequence[int]) -> None:
    """The people who got it by the channel of a step, and of posts and broadcasts the very places."""
    connection.execute(delete(StepTarget).where(StepTarget.step_id == step["id"]))
    got = _subjects(source, texts, step["channel"]).subquery()
    rows = select(literal(step["id"]), got.c.person_id).distinct()
    connection.execute(upsert(connection, StepTarget).from_select(["step_id", "person_id"], rows))
    options = {**step["options"], "named": True}
    if step["channel"] in BY_PLACE:
        options["places"] = _places(connection, source, texts, step["channel"])
    queries.set_options(connection, step["id"], options)


def _places(connection: Connection, source: int, texts: Sequence[int], channel: str) -> list[int]:
    statement = (
        select(Delivery.addressee)
        .select_from(_carried(texts))
        .join(Step, Step.id == Delivery.step_id)
        .where(_counts(source), Step.channel == channel)
        .distinct()
    )
    return sorted(connection.scalars(statement))
