"""What of a campaign has not begun, and when it will: a wave whose turn comes, a step that waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.campaigns import queries
from outreach.reports.schemas import StepCount
from outreach.web.formats import when
from outreach.web.services import Services
from outreach.wording import say


def to_come(
    services: Services,
    connection: Connection,
    campaign: Mapping[str, Any],
    steps: Sequence[StepCount],
) -> str:
    """What of a running campaign is still to begin, in words; '' = everything has begun."""
    if campaign["status"] not in ("scheduled", "running"):
        return ""
    now, zone = clock.now(), services.settings.zone
    turns = [at for _, at, _ in queries.waves(connection, campaign["id"]) if at > now]
    waiting = [step for step in steps if not step.fired]
    dated = [step.due_at for step in waiting if step.due_at is not None and step.due_at > now]
    if turns or dated:
        at = when(min([*turns, *dated]), zone, clock.today(zone))
        return say(
            "live.next_wave" if turns and min(turns) == min([*turns, *dated]) else "live.next_step",
            at=at,
        )
    if waiting:
        return say("live.step_waits", step=waiting[0].number)
    return ""
