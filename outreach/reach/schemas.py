"""What the slice hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from outreach.people.handed_in.report import ESTIMATE_ABOVE

FRESH_DAYS = 35
"""How long a list of who applied or received says no: offices hand one in each month, and are some days late."""


@dataclass(frozen=True)
class Listed:
    """A list of who applied or received, complete for a region up to its cut-off date."""

    id: int
    policy_id: int
    fact: str
    region: str
    cut_off: date
    rows: int
    unmatched: int
    source: str
    by: str
    at: datetime

    @property
    def share(self) -> float:
        """The share of rows that fit nobody, 0 to 1."""
        return self.unmatched / self.rows if self.rows else 0.0

    @property
    def estimate(self) -> bool:
        """Above 5 % unmatched, who is not on the list may be one of the unmatched: 估计名单 (product §8)."""
        return self.share > ESTIMATE_ABOVE

    @property
    def fresh_until(self) -> date:
        """The last day on which it still says no."""
        return self.cut_off + timedelta(days=FRESH_DAYS)

    def says_no(self, on: date) -> bool:
        """Whether somebody who is not on it had not applied (received), as far as is known on a day."""
        return not self.estimate and self.cut_off <= on <= self.fresh_until


@dataclass(frozen=True)
class Subject:
    """A policy as reach needs it: its number, and by which place of a person its lists are cut."""

    id: int
    basis: Literal["hukou", "residence"]


@dataclass(frozen=True)
class Standing:
    """The newest list of a policy and fact at a place, on a day; None when there is none."""

    fact: str
    newest: Listed | None
    on: date

    @property
    def word(self) -> Literal["none", "old", "estimate", "good"]:
        """none: nobody knows who did not · old: past its freshness · estimate: too many unmatched · good."""
        if self.newest is None:
            return "none"
        if not self.newest.cut_off <= self.on <= self.newest.fresh_until:
            return "old"
        return "estimate" if self.newest.estimate else "good"
