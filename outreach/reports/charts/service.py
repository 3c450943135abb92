"""The charts of pages and papers. Each is drawn twice, for a wide and for a narrow page; the table goes under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from outreach.reports.charts import specs
from outreach.reports.charts.drawing import draw
from outreach.reports.charts.schemas import Chart, CountRow, IntervalRow, LevelRow, TrendPoint

WIDE, NARROW, PHONE = 420, 150, 300
"""Pixels of the plotting area; names stand on the left, figures on the right of it, on a PHONE both over it."""


def interval_chart(
    rows: Sequence[IntervalRow], title: str, description: str, whole: IntervalRow | None = None
) -> Chart:
    """Rates of places with their intervals, in the order given; `whole` lies behind them as a line and a band."""

    def spec(width: int) -> dict[str, Any]:
        return specs.intervals(rows, whole, width, beside=width == WIDE)

    return _both(spec, title, description, narrow=PHONE)


def trend_chart(points: Sequence[TrendPoint], title: str, description: str) -> Chart:
    """Rates from wave to wave with their intervals, at most four series."""
    return _both(lambda width: specs.trend(points, width), title, description, wide=560, narrow=210)


def levels_chart(rows: Sequence[LevelRow], title: str, description: str) -> Chart:
    """逐级情况, in persons."""
    return _both(lambda width: specs.levels(rows, width), title, description)


def counts_chart(rows: Sequence[CountRow], title: str, description: str) -> Chart:
    """Counts as bars from zero."""
    return _both(lambda width: specs.counts(rows, width), title, description)


def _both(
    spec: Callable[[int], dict[str, Any]],
    title: str,
    description: str,
    wide: int = WIDE,
    narrow: int = NARROW,
) -> Chart:
    return Chart(
        draw(spec(wide), title, description),
        draw(spec(narrow), title, description),
    )
