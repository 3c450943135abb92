"""What is left to do: for campaigns that wait to go on, and for commands that wait to end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from channels.gateway import PROVIDER as GATEWAY
from outreach import clock
from outreach.deliveries.leases import OPEN
from outreach.deliveries.states import Why
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import (
    Account,
    Delivery,
    DeliveryAgain,
    DeliveryBatch,
)


def in_flight_past(connection: Connection, moment: datetime) -> list[int]:
    """Deliveries whose sender must be dead: attempted, no answer, and past every deadline."""
    statement = select(DeliveryAgain.delivery_id).where(
        DeliveryAgain.reason == Why.IN_FLIGHT.value, DeliveryAgain.due_at <= moment
    )
    return list(connection.scalars(statement.limit(1000)))


def open_work(
    connection: Connection,
    campaign: int,
    firing: int | None = None,
    *,
    retries: bool = False,
) -> int:
    """Batches and single deliveries that still move by themselves; those that wait for a person do not count.

    firing: of this one alone. retries: count also those that are tried again in half an hour because a phone was off.
    """
    batches = (
        select(func.count())
        .select_from(DeliveryBatch)
        .where(DeliveryBatch.campaign_id == campaign, DeliveryBatch.state == OPEN)
    )
    moving = [
        Why.IN_FLIGHT,
        Why.DEFERRED,
        Why.LOOK_UP,
        Why.RESEND,
        *([Why.TEMPORARY] if retries else []),
    ]
    singles = (
        select(func.count())
        .select_from(DeliveryAgain)
        .join(Delivery, Delivery.id == DeliveryAgain.delivery_id)
        .where(
            Delivery.campaign_id == campaign,
            DeliveryAgain.reason.in_([why.value for why in moving]),
        )
    )
    if firing is not None:
        batches = batches.where(DeliveryBatch.firing_id == firing)
        singles = singles.where(Delivery.firing_id == firing)
    return (connection.scalar(batches) or 0) + (connection.scalar(singles) or 0)


def moving_now(connection: Connection, campaign: int) -> int:
    """Single deliveries in flight, to be looked up or deferred, and batches that may be claimed now.

    What waits for the end of quiet hours, for a printer, for a file or for a person does not move now.
    """
    moment = clock.now()
    soon = moment + timedelta(hours=1)
    shortly = moment + timedelta(
        seconds=10
    )  # a carrier that stays down is waited for by the senders, not here
    batches = (
        select(func.count())
        .select_from(DeliveryBatch)
        .join(Account, Account.id == DeliveryBatch.account_id)
        .join(Campaign, Campaign.id == DeliveryBatch.campaign_id)
        .where(
            DeliveryBatch.campaign_id == campaign, DeliveryBatch.state == OPEN, DeliveryBatch.due_at <= moment,
            Account.channel != "flyer", Account.provider != GATEWAY, Campaign.status == "running",
        )
    )  # fmt: skip
    in_doubt = [why.value for why in (Why.IN_FLIGHT, Why.LOOK_UP, Why.RESEND)]
    due = or_(
        DeliveryAgain.reason.in_(in_doubt) & (DeliveryAgain.due_at <= soon),
        (DeliveryAgain.reason == Why.DEFERRED.value) & (DeliveryAgain.due_at <= shortly),
    )
    singles = (
        select(func.count())
        .select_from(DeliveryAgain)
        .join(Delivery, Delivery.id == DeliveryAgain.delivery_id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .join(Account, Account.id == DeliveryAgain.account_id)
        .where(
            Delivery.campaign_id == campaign, due, Account.provider != GATEWAY, Campaign.status == "running",
        )
    )  # fmt: skip
    return (connection.scalar(batches) or 0) + (connection.scalar(singles) or 0)


def accounts_of(connection: Connection, campaign: int) -> set[int]:
    """The accounts that have something of a campaign in hand."""
    open_batches = select(DeliveryBatch.account_id).where(
        DeliveryBatch.campaign_id == campaign, DeliveryBatch.state == OPEN
    )
    singles = (
        select(DeliveryAgain.account_id)
        .join(Delivery, Delivery.id == DeliveryAgain.delivery_id)
        .where(Delivery.campaign_id == campaign)
    )
    return set(connection.scalars(open_batches.union(singles)))
