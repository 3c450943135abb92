"""How fast a campaign goes: what was really handed over in the last minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from outreach.models.campaigns import Firing, Step
from outreach.models.deliveries import Account, Attempt

WINDOW = timedelta(minutes=3)
"""Over how long the rate is taken: longer than any pause between two chunks, short enough to notice a stop."""

BY_ITSELF = ("sms", "group")
"""Channels that a machine sends; the others wait for hands."""

_LEAST = timedelta(seconds=5)


@dataclass(frozen=True)
class Rate:
    """Messages handed over in the last `seconds`; newest: when the last of them was."""

    sent: int
    seconds: float
    newest: datetime | None

    @property
    def per_minute(self) -> float:
        """0 when nothing went out in the window."""
        return self.sent * 60 / self.seconds


def rate(connection: Connection, campaign: int, now: datetime) -> Rate:
    """The rate of one campaign over the window, or since it first fired when that is shorter.

    Found by the deadlines of attempts, which lie after the attempts themselves and have an index: the page never
    walks over what was sent before.
    """
    began = connection.scalar(
        select(func.min(Firing.fired_at))
        .join(Step, Step.id == Firing.step_id)
        .where(Step.campaign_id == campaign, Step.channel.in_(BY_ITSELF))
    )
    since = now - WINDOW if began is None else max(now - WINDOW, began)
    accounts = list(connection.scalars(select(Account.id).where(Account.channel.in_(BY_ITSELF))))
    row = connection.execute(
        select(func.count(), func.max(Attempt.at)).where(
            Attempt.account_id.in_(accounts),
            Attempt.deadline >= since,
            Attempt.at >= since,
            Attempt.campaign_id == campaign,
        )
    ).one()
    return Rate(int(row[0]), max(_LEAST, now - since).total_seconds(), row[1])
