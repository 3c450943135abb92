"""What is said about one policy, and why: pure rules, the first that holds decides.

No policy is called behind on a bare percentage: 落后 needs an interval that lies wholly below what it is compared with,
and 快截止 needs a day in a calendar and people who were counted one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from outreach.surveys.estimation import Use

LATE_DAYS = 30
"""Days before the last day of a window from which whoever is not told yet is pressing."""

TOLD_ENOUGH = 0.9
"""The share of 应知 above which a closing window is no longer pressing."""

Judgement = Literal["dropped", "towns", "late", "few", "unasked", "same"]
"""dropped 比上次低 · towns 有乡镇落后 · late 快截止 · few 样本不足 · unasked 没有调查 · same 没有看出落后."""


@dataclass(frozen=True)
class State:
    """What is known about a policy at a place on a day.

    `told` and `eligible` are persons; `use` of the newest survey's figure, None without a survey; `behind` towns of which
    it is certain, of `compared`; `change`: interval of the difference to the wave before, None without one.
    """

    eligible: int
    told: int
    closes: date | None = None
    use: Use | None = None
    behind: int = 0
    compared: int = 0
    change: tuple[float, float] | None = None

    @property
    def untold(self) -> int:
        """Persons who certainly fit and were not told."""
        return max(self.eligible - self.told, 0)

    @property
    def told_share(self) -> float | None:
        """Of 应知, 0 to 1; None when nobody fits."""
        return self.told / self.eligible if self.eligible else None


def judge(state: State, on: date) -> Judgement:
    """The judgement about a policy on a day."""
    if state.change is not None and state.change[1] < 0:
        return "dropped"
    if state.behind:
        return "towns"
    if late(state, on):
        return "late"
    if state.use is None:
        return "unasked"
    return "few" if state.use == "none" else "same"


def late(state: State, on: date) -> bool:
    """Whether the window closes soon and too many have not been told."""
    if state.closes is None or state.told_share is None:
        return False
    soon = on <= state.closes <= on + timedelta(days=LATE_DAYS)
    return soon and state.told_share < TOLD_ENOUGH
