"""What the page of proposals shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outreach.web.views.common import Link


@dataclass(frozen=True)
class ProposalCard:
    """One proposal: what changed, how many, why, where; what may be done about it.

    `accept`, `dismiss`: where the forms go, '' = not this user's to decide. `decided`: what somebody decided. `when`: which
    days it is about, in words.
    """

    number: int
    title: str
    people: int
    on: date
    when: str
    why: tuple[tuple[str, int], ...]
    places: tuple[tuple[str, int], ...]
    note: str = ""
    accept: str = ""
    accept_label: str = ""
    dismiss: str = ""
    decided: str = ""
    campaign: Link | None = None


@dataclass(frozen=True)
class ProposalsView:
    """变化建议: what waits for a decision, and what was decided."""

    waiting: tuple[ProposalCard, ...]
    decided: tuple[ProposalCard, ...]
    problem: str = ""
    problem_at: int = 0
    typed: str = ""
