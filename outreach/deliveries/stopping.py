"""What a carrier finds wrong only on the way: content that is filtered, a sender that is closed. Then the campaign waits."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select, update

from outreach.access import audit
from outreach.access.roles import Action
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import Attempt


def pause_after(connection: Connection, deliveries: Collection[int], code: str) -> None:
    """Pause the campaigns of these deliveries, whose receipts name a fault of ours.

    Not for what was handed over before such a pause: its receipts still trickle in after a person has looked and
    resumed, and would stop the campaign again and again.
    """
    newest = connection.execute(
        select(Attempt.campaign_id, func.max(Attempt.at))
        .where(Attempt.delivery_id.in_(deliveries))
        .group_by(Attempt.campaign_id)
    ).all()
    for campaign, at in newest:
        paused = connection.scalar(
            select(func.max(AuditEntry.at)).where(
                AuditEntry.thing == f"campaign:{campaign}", AuditEntry.by == audit.SYSTEM
            )
        )
        if paused is None or paused < at:
            pause_for_fault(connection, campaign, code, "")


def pause_for_fault(connection: Connection, campaign: int, code: str, said: str) -> None:
    """Stop a campaign whose every further message would fail; a person has to look."""
    paused = connection.execute(
        update(Campaign)
        .where(Campaign.id == campaign, Campaign.status == "running")
        .values(status="paused")
    )
    if paused.rowcount:
        detail = {"move": "pause", "code": code, "said": said}
        audit.record(connection, audit.SYSTEM, Action.CAMPAIGNS_RUN, f"campaign:{campaign}", detail)
