"""Where a sender would find something now: for machines that wake each other."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, or_, select

from outreach import clock
from outreach.deliveries.leases import OPEN
from outreach.deliveries.states import SENDING, Why
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import Account, Delivery, DeliveryAgain, DeliveryBatch
from outreach.store import database_now


def by_account(connection: Connection) -> dict[int, int]:
    """Account → how many senders would find something now: one for each free batch, one for all single deliveries.

    An account of which nothing is due, or everything is in somebody's hand, does not stand in it.
    """
    held_until = database_now(connection)

    def free(table: type[DeliveryBatch] | type[DeliveryAgain]) -> ColumnElement[bool]:
        return or_(table.lease_until.is_(None), table.lease_until < held_until)

    running = select(Campaign.id).where(Campaign.status == "running")
    batches = (
        select(DeliveryBatch.account_id, func.count())
        .where(
            DeliveryBatch.state == OPEN, DeliveryBatch.due_at <= clock.now(), free(DeliveryBatch),
            DeliveryBatch.campaign_id.in_(running),
        )
        .group_by(DeliveryBatch.account_id)
    )  # fmt: skip
    to_send = DeliveryAgain.reason.in_([why.value for why in SENDING])
    single = (
        select(DeliveryAgain.delivery_id)
        .join(Delivery, Delivery.id == DeliveryAgain.delivery_id)
        .where(
            DeliveryAgain.account_id == Account.id, DeliveryAgain.due_at <= clock.now(), free(DeliveryAgain),
            or_(DeliveryAgain.reason == Why.LOOK_UP.value, to_send & Delivery.campaign_id.in_(running)),
        )
    )  # fmt: skip
    found = {row[0]: row[1] for row in connection.execute(batches)}
    for account in connection.scalars(select(Account.id).where(single.exists())):
        found[account] = found.get(account, 0) + 1
    return found
