"""Who of those whom a delivery is about had to be left out of it, so that they are not taken for told.

One message goes to a phone that several people share. Who of them refuses the channel is left out of it when it is
sent; the message still arrives for the others. The same holds for who died, applied or no longer fits, and for one of
several policies. Such a person was told nothing about it: they get the next step's paper or visit, and no reach is
written for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import (
    ColumnElement,
    Connection,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)

from outreach.models.campaigns import Campaign, Step
from outreach.models.deliveries import Attempt, Delivery, DeliverySubject
from outreach.models.people import Refusal


def left_out(
    person: SQLColumnExpression[int], delivery: SQLColumnExpression[int]
) -> ColumnElement[bool]:
    """Whether a subject refused the channel when the newest attempt of the delivery went."""
    went = select(func.max(Attempt.at)).where(Attempt.delivery_id == delivery).scalar_subquery()
    return exists(
        select(Refusal.id)
        .join(Delivery, Delivery.id == delivery)
        .join(Step, Step.id == Delivery.step_id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .where(
            Refusal.person_id == person,
            Refusal.channel == Step.channel,
            Refusal.message_class == Campaign.message_class,
            Refusal.at <= went,
            or_(Refusal.ended_at.is_(None), Refusal.ended_at > went),
        )
        .correlate_except(Refusal, Delivery, Step, Campaign)
    )


def served() -> ColumnElement[bool]:
    """Whether a row of `delivery_subject` was in what was handed over."""
    refused = left_out(DeliverySubject.person_id, DeliverySubject.delivery_id)
    return and_(DeliverySubject.reason == "", not_(refused))


Row = tuple[int, int, int, str]
"""(delivery, person, policy, reason)"""


def note(connection: Connection, rows: Iterable[Row], again: Collection[int] = ()) -> None:
    """Write down of whom the newest attempt says nothing, and why. again: deliveries that were tried before, of which
    somebody may be in now who was out then."""
    mine = DeliverySubject.delivery_id.in_(again)
    if again:
        connection.execute(
            update(DeliverySubject).where(mine, DeliverySubject.reason != "").values(reason="")
        )
    values = [
        {"of": delivery, "who": person, "what": policy, "why": reason}
        for delivery, person, policy, reason in rows
    ]
    if values:
        connection.execute(
            update(DeliverySubject)
            .where(
                DeliverySubject.delivery_id == bindparam("of"),
                DeliverySubject.person_id == bindparam("who"),
                DeliverySubject.policy_id == bindparam("what"),
            )
            .values(reason=bindparam("why")),
            values,
        )
