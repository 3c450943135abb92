"""What a planner is told about one firing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

BY_NUMBER = ("sms", "call")
"""Channels that reach a person by a number."""
BY_DOOR = ("flyer", "visit")
"""Channels that reach a household, or a person who belongs to none."""
BY_PLACE = ("group", "broadcast")
"""Channels that speak to a place, whoever lives there."""


@dataclass(frozen=True)
class Plan:
    """One firing of one step, as the planner needs it.

    only: look at these of the audience; empty is everybody. wave: of a staggered campaign, 0 is everybody.
    targeted: the step is for those whom `step_target` names (a resend, a correction). found: the firing whose
    `firing_member` rows say whom it is for, 0 where the whole audience is meant. places: the groups or regions that
    are spoken to, empty where somebody of the audience lives.
    """

    campaign_id: int
    step_id: int
    step_number: int
    firing_id: int
    channel: str
    condition: str
    policy_ids: tuple[int, ...]
    account_id: int
    on: date
    due_at: datetime
    default_language: str = "zh-Hans"
    form: str = ""
    only: tuple[int, ...] = ()
    wave: int = 0
    targeted: bool = False
    found: int = 0
    places: tuple[int, ...] = ()
