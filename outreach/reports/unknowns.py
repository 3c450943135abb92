"""Messages of which nobody knows whether they arrived: those that a person must look at, and those still asked about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from outreach.access.scope import Scope
from outreach.deliveries.states import Why
from outreach.models.campaigns import Campaign, Step
from outreach.models.deliveries import Attempt, Delivery, DeliveryAgain, Outcome

ASKING = (Why.IN_FLIGHT, Why.LOOK_UP, Why.RESEND)
"""In doubt, and settled without anybody: the sender may be dead, the carrier is asked, or it goes out once more."""


@dataclass(frozen=True)
class Doubt:
    """One of them, by its newest attempt. address and body are encrypted; error and reason say what happened."""

    id: int
    campaign_id: int
    ref: str
    title: str
    channel: str
    kind: str
    addressee: int
    village: str
    at: datetime
    address: str
    body: str
    error: str
    reason: str
    looks: int


def _inside(scope: Scope) -> ColumnElement[bool]:
    """What lies in a scope; of whole campaigns inside it also what has no known place."""
    nowhere = and_(Delivery.village == "", scope.condition(Campaign.region))
    return or_(scope.condition(Delivery.village), nowhere)


def _of(campaign: int) -> ColumnElement[bool]:
    """Of one campaign. Found from the short list of doubts: with the bare column a database would rather walk over all
    deliveries of the campaign (110 ms against 1 at 400,000)."""
    return Delivery.campaign_id + 0 == campaign


def _newest() -> Any:
    last = select(func.max(Attempt.no)).where(Attempt.delivery_id == Delivery.id)
    return last.correlate(Delivery).scalar_subquery()


def doubts(
    connection: Connection, scope: Scope, campaign: int | None = None, limit: int = 100
) -> list[Doubt]:
    """Those that wait for a person, by campaign, channel and what happened, the oldest first."""
    error = func.coalesce(Outcome.error, "").label("error")
    reason = func.coalesce(Outcome.reason, "").label("reason")
    columns: tuple[Any, ...] = (
        Delivery.id, Delivery.campaign_id, Campaign.ref, Campaign.title, Step.channel, Delivery.kind, Delivery.addressee,
        Delivery.village, Attempt.at, Attempt.address, Attempt.body, error, reason, DeliveryAgain.looks,
    )  # fmt: skip
    statement = (
        select(*columns)
        .select_from(DeliveryAgain)
        .join(Delivery, Delivery.id == DeliveryAgain.delivery_id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .join(Step, Step.id == Delivery.step_id)
        .join(Attempt, and_(Attempt.delivery_id == Delivery.id, Attempt.no == _newest()))
        .outerjoin(
            Outcome, and_(Outcome.delivery_id == Attempt.delivery_id, Outcome.no == Attempt.no)
        )
        .where(DeliveryAgain.reason == Why.ASK.value, _inside(scope))
        .order_by(Campaign.id, Step.channel, error, reason, Delivery.id)
        .limit(limit)
    )
    if campaign is not None:
        statement = statement.where(_of(campaign))
    return [Doubt(**row) for row in connection.execute(statement).mappings()]


def count(
    connection: Connection,
    scope: Scope,
    campaign: int | None = None,
    whys: Collection[Why] = (Why.ASK,),
) -> int:
    """How many there are; `whys` says of which kind."""
    statement = (
        select(func.count())
        .select_from(DeliveryAgain)
        .join(Delivery, Delivery.id == DeliveryAgain.delivery_id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .where(DeliveryAgain.reason.in_([why.value for why in whys]), _inside(scope))
    )
    if campaign is not None:
        statement = statement.where(_of(campaign))
    return connection.scalar(statement) or 0


def waits(connection: Connection, scope: Scope, delivery: int) -> int | None:
    """The campaign of a delivery that waits for a person inside a scope; None otherwise."""
    return connection.scalar(
        select(Delivery.campaign_id)
        .join(DeliveryAgain, DeliveryAgain.delivery_id == Delivery.id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .where(Delivery.id == delivery, DeliveryAgain.reason == Why.ASK.value, _inside(scope))
    )
