"""What was printed counts as handed over to the printer, once; printing the same sheets again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select, update

from outreach import clock
from outreach.deliveries import served, settle
from outreach.deliveries.printing.schemas import Made
from outreach.models.campaigns import Step
from outreach.models.deliveries import Attempt, Delivery, DeliveryBatch, delivery_state
from outreach.store import chunks


def hand_over(connection: Connection, campaign: int, made: Made) -> None:
    """What was printed counts as accepted, what failed as refused with the code of the reason.

    Whoever was refused before and could be printed now (a name put right) counts as accepted from now on. Whom a sheet
    says nothing of is not taken for told by it; a later print of the same sheet does not take back what the first said.
    """
    failed = made.failed
    for ids in chunks([*made.printed, *failed], 500):
        begun = set(
            connection.scalars(select(Attempt.delivery_id).where(Attempt.delivery_id.in_(ids)))
        )
        fresh = [key for key in ids if key not in begun]
        if fresh:
            rows = _attempts(connection, campaign, fresh, made.texts)
            settle.record_attempts(connection, rows, clock.now())
        refused = _refused(connection, [key for key in begun if key not in failed])
        settle.apply(
            connection,
            [
                settle.Change(key, 1, "refused", error=failed[key])
                if key in failed
                else settle.Change(key, 1, "accepted", reason="printed")
                for key in (*fresh, *refused)
            ],
        )
        counted = {*fresh, *refused}
        served.note(connection, [row for row in made.left_out if row[0] in counted], refused)
    _close_batches(connection, campaign)


def _refused(connection: Connection, ids: Sequence[int]) -> list[int]:
    view = delivery_state.c
    statement = select(view.delivery_id).where(view.delivery_id.in_(ids), view.state == "refused")
    return list(connection.scalars(statement)) if ids else []


def _attempts(
    connection: Connection, campaign: int, ids: Sequence[int], texts: Mapping[int, int]
) -> list[dict[str, object]]:
    account = connection.scalar(
        select(DeliveryBatch.account_id)
        .join(Delivery, Delivery.firing_id == DeliveryBatch.firing_id)
        .where(Delivery.id == ids[0])
        .limit(1)
    )
    moment = clock.now()
    return [
        {
            "delivery_id": key, "no": 1, "campaign_id": campaign, "account_id": account, "at": moment,
            "deadline": moment, "address": "", "body": "", "parts": 0, "cost_fen": 0, "resent": False,
            "variant_id": texts.get(key, 0),
        }
        for key in ids
    ]  # fmt: skip


def _close_batches(connection: Connection, campaign: int) -> None:
    """A paper batch is done when nothing in it waits for the printer any more."""
    view = delivery_state.c
    waiting = (
        select(view.delivery_id)
        .join(Delivery, Delivery.id == view.delivery_id)
        .where(
            Delivery.firing_id == DeliveryBatch.firing_id,
            Delivery.id.between(DeliveryBatch.lo, DeliveryBatch.hi),
            view.state == "planned",
        )
    )
    paper = select(Step.id).where(Step.campaign_id == campaign, Step.channel == "flyer")
    connection.execute(
        update(DeliveryBatch)
        .where(DeliveryBatch.step_id.in_(paper), DeliveryBatch.state == "open", ~waiting.exists())
        .values(state="done", lease_until=None, next=DeliveryBatch.hi + 1)
    )
