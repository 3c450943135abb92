"""What a chart is drawn from: plain numbers and the words beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "bad", "few"]
"""plain: not told apart from the rest · bad: behind for sure, another shape too · few: no figure, only the words."""


@dataclass(frozen=True)
class IntervalRow:
    """A rate between 0 and 1 with its interval; `rate` None where there is too little to show. `note`: 落后, 样本不足."""

    label: str
    rate: float | None
    low: float | None = None
    high: float | None = None
    tone: Tone = "plain"
    note: str = ""


@dataclass(frozen=True)
class TrendPoint:
    """One wave: `when` as people say it (2026-11), rate and interval between 0 and 1, and the series that it belongs to."""

    when: str
    rate: float | None
    low: float | None = None
    high: float | None = None
    series: str = ""


@dataclass(frozen=True)
class LevelRow:
    """One row of 逐级情况, in persons: counted solid, estimated outlined with its interval, 待核实 hatched beside."""

    label: str
    n: int | None  # None: there is no list to count from
    low: int | None = None
    high: int | None = None
    unknown: int = 0

    @property
    def estimated(self) -> bool:
        """Whether it comes from a sample."""
        return self.low is not None


@dataclass(frozen=True)
class CountRow:
    """One bar from zero: a week of calls, the people of a channel. `words` stand at its end."""

    label: str
    n: float
    words: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart in two widths, for a page of 1366 and of 360 px; a page shows one of them. Both are complete SVG."""

    wide: str
    narrow: str


Rows = Sequence[IntervalRow]
