"""The end of a campaign that was stopped for good: everybody who was not sent to gets their reason.

Several transactions, each of which may be the last one of a process: whoever comes next, a person or the sweep, goes on
where it stopped, because the batches stay open until all is done.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from outreach.deliveries import settle
from outreach.deliveries.leases import OPEN
from outreach.deliveries.retry import Next
from outreach.deliveries.states import Reason, Why
from outreach.models.campaigns import Campaign, Firing, Step
from outreach.models.deliveries import (
    Delivery,
    DeliveryAgain,
    DeliveryBatch,
    Outcome,
    delivery_state,
)
from outreach.store import Begin

CANCELLED = "cancelled"


def cancel_rest(begin: Begin, campaign: int, reason: Reason = Reason.CANCELLED) -> int:
    """Everybody who was not sent to gets their reason; what is with the carrier keeps its own end. Returns how many."""
    open_batches = (DeliveryBatch.campaign_id == campaign, DeliveryBatch.state == "open")
    with begin() as connection:
        # Whoever holds a batch holds it no more, and a planner in the middle of its work finds it done.
        revoked = {"lease_no": DeliveryBatch.lease_no + 1, "lease_until": None}
        connection.execute(update(DeliveryBatch).where(*open_batches).values(**revoked))
        steps = select(Step.id).where(Step.campaign_id == campaign)
        connection.execute(
            update(Firing).where(Firing.step_id.in_(steps), ~Firing.planned).values(planned=True)
        )
    ended, last = 0, 0
    while True:
        with begin() as connection:
            ids = _unsent(connection, campaign, last)
            settle.skip(connection, dict.fromkeys(ids, reason.value))
        if not ids:
            break
        ended, last = ended + len(ids), ids[-1]
    with begin() as connection:
        connection.execute(update(DeliveryBatch).where(*open_batches).values(state="done"))
        _send_no_more(connection)
    return ended


def _unsent(connection: Connection, campaign: int, after: int) -> list[int]:
    """Deliveries past a number that certainly are with nobody: not begun, or deferred and nothing newer."""
    view = delivery_state.c
    # of the newest attempt: an older one may have been deferred while a newer one is on its way
    last = (
        select(Outcome.state)
        .where(Outcome.delivery_id == view.delivery_id, Outcome.no == view.attempts)
        .scalar_subquery()
    )
    deferred = (view.state == "waiting") & (last == "deferred")
    statement = select(view.delivery_id).where(
        view.campaign_id == campaign, view.delivery_id > after, (view.state == "planned") | deferred
    )
    return list(connection.scalars(statement.order_by(view.delivery_id).limit(2000)))


def sweep(begin: Begin) -> int:
    """Finish what was cut off, and put before a person what nobody knows of campaigns that send no more. Returns news."""
    with begin() as connection:
        news = _send_no_more(connection)
        cut_off = list(
            connection.scalars(
                select(DeliveryBatch.campaign_id)
                .distinct()
                .join(Campaign, Campaign.id == DeliveryBatch.campaign_id)
                .where(DeliveryBatch.state == OPEN, Campaign.status == CANCELLED)
            )
        )
    return news + sum(cancel_rest(begin, campaign) for campaign in cut_off)


def _send_no_more(connection: Connection) -> int:
    """No retry and no second copy of cancelled campaigns: what failed has failed, what is in doubt a person looks at."""
    rows = connection.execute(
        select(DeliveryAgain.delivery_id, DeliveryAgain.reason)
        .join(Delivery, Delivery.id == DeliveryAgain.delivery_id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .where(
            DeliveryAgain.reason.in_((Why.TEMPORARY.value, Why.RESEND.value)),
            Campaign.status == CANCELLED,
        )
        .order_by(DeliveryAgain.delivery_id)
        .limit(1000)
    ).all()
    settle.lock(connection, [row.delivery_id for row in rows])
    for key, why in rows:
        if why == Why.RESEND:
            settle.again(connection, key, Next(Why.ASK, 0))
        else:
            stale = (DeliveryAgain.delivery_id == key) & (DeliveryAgain.reason == why)
            connection.execute(delete(DeliveryAgain).where(stale))
    return len(rows)


def is_cancelled(connection: Connection, delivery_id: int) -> bool:
    """Whether a delivery's campaign was stopped for good."""
    statement = (
        select(Campaign.status)
        .join(Delivery, Delivery.campaign_id == Campaign.id)
        .where(Delivery.id == delivery_id)
    )
    return connection.scalar(statement) == CANCELLED
