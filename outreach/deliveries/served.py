"""Who of those whom a delivery is about had to be left out of it, so that they are not taken for told.

One message goes to a phone that several people share. Who of them refuses the channel is left out of it when it is
sent; the message still arrives for the others. Such a person was told nothing: they get the next step's paper or visit,
and no reach is written for them.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, func, or_, select

from outreach.models.campaigns import Campaign, Step
from outreach.models.deliveries import Attempt, Delivery
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
