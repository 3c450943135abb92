"""What the room hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from outreach.audiences.changes.schemas import WHY

KINDS = ("eligible", "rule", "ending", "ended")
"""eligible: now fits, by time, list, move or entry · rule: now fits, because the policy changed · ending: the last
days, and not known to have applied · ended: was told of a policy that has ended."""

REASONS = (*WHY, "ending", "ending-unlisted", "told")
"""Why a person is in a proposal: WHY, and of those about to lose the right whether a list says that they have not
applied (ending) or nobody knows (ending-unlisted); told: was told of what has ended."""

AHEAD_DAYS = 30
"""Somebody is about to lose a right when the last day is at most so many days away."""


@dataclass(frozen=True)
class ProposalView:
    """A proposal with the policy that it is about, and how many people for which reason.

    `campaign` is the draft that was made of it, '' = none.
    """

    id: int
    policy: str
    policy_id: int
    plain_name: str
    version: int
    kind: str
    since: date
    on: date
    people: int
    state: str
    campaign: str
    note: str
    by: str
    at: datetime
    decided_at: datetime | None
    why: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Looked:
    """What one look at one policy found: kind → (person, reason). `since` None = the first look, nothing to compare.

    `ended`: whether nobody could claim it any more.
    """

    policy_id: int
    policy: str
    version_id: int
    since: date | None
    on: date
    found: Mapping[str, list[tuple[int, str]]] = field(default_factory=dict)
    ended: bool = False
