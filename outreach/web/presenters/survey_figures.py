"""Figures of surveys as pages show them: lines, places, comparisons. A rate is never alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from outreach.reports.charts import service as charts
from outreach.reports.charts.schemas import Chart, IntervalRow, Tone, TrendPoint
from outreach.surveys.comparing.schemas import Comparison, Side, TownFigure, WavePoint
from outreach.surveys.results.shares import Share
from outreach.web.views.common import Rate
from outreach.web.views.survey_results import ComparisonShown, Line, PlaceLine, PlacesShown
from outreach.wording import say
from outreach.wording.figures import thousands

_TAGS = {"behind": "bad", "ahead": "yes", "same": "no", "few": "ask"}
_LEAST_TO_DRAW = 2


def line(label: str, share: Share, on: date | None = None, mode: str = "", note: str = "") -> Line:
    """A share with its interval; without a rate where the people are too few or were only counted."""
    return Line(
        label,
        rate_of(share, on, mode),
        share.aware,
        share.n,
        note,
        counted=share.method == "none" and share.rate is None and share.n > 0,
    )


def rate_of(share: Share, on: date | None, mode: str) -> Rate | None:
    """A rate for a page; None where no percentage may stand."""
    if not share.shown or share.rate is None or share.low is None or share.high is None:
        return None
    return Rate(share.rate, share.low, share.high, share.n, share.use, on, mode)


def when(on: date | None, mode: str) -> str:
    """2026-11 入户."""
    return f"{on:%Y-%m} {mode}".strip() if on else mode


def lines_chart(lines: Sequence[Line], title: str, description: str) -> Chart | None:
    """Rates under each other; None where fewer than two have one."""
    if sum(one.rate is not None for one in lines) < _LEAST_TO_DRAW:
        return None
    return charts.interval_chart([_row(one) for one in lines], title, description)


def _row(shown: Line) -> IntervalRow:
    if shown.rate is None:
        return IntervalRow(shown.label, None, tone="few", note=shown.words)
    rate = shown.rate
    return IntervalRow(shown.label, rate.rate, rate.low, rate.high)


def places_shown(
    level: str, figures: Sequence[TownFigure], names: Mapping[str, str], whole: Rate | None
) -> PlacesShown | None:
    """Towns or villages in office order; None where there is nothing to set beside each other.

    With `whole`, the rate of the county, they are drawn; without it there is only the table."""
    if len(figures) < _LEAST_TO_DRAW:
        return None
    rows = tuple(_place(names[one.code], one, whole) for one in figures)
    chart = None
    if whole is not None and any(row.line.rate for row in rows):
        county = IntervalRow("全县", whole.rate, whole.low, whole.high)
        drawn = [_drawn(names[one.code], one) for one in figures]
        about = f"各{level}的比率和区间，按行政区划排序，不排名"
        chart = charts.interval_chart(drawn, f"各{level}的比率", about, county)
    compared = sum(one.verdict != "few" for one in figures)
    code = "results.places" if compared else "results.places_few"
    return PlacesShown(level, rows, chart, say(code, level=level, n=compared))


def _drawn(name: str, one: TownFigure) -> IntervalRow:
    tone: Tone = "bad" if one.verdict == "behind" else "few" if one.rate is None else "plain"
    return IntervalRow(name, one.rate, one.low, one.high, tone, one.word())


def _place(name: str, one: TownFigure, whole: Rate | None) -> PlaceLine:
    rate = None
    if one.rate is not None and one.low is not None and one.high is not None:
        on, mode = (whole.on, whole.mode) if whole else (None, "")
        rate = Rate(one.rate, one.low, one.high, one.n, one.use, on, mode)
    difference = ""
    if one.difference is not None and one.diff_low is not None and one.diff_high is not None:
        span = f"{points(one.diff_low)} 到 {points(one.diff_high)}"
        difference = f"{points(one.difference)}（{span}）"
    return PlaceLine(Line(name, rate, one.aware, one.n), difference, _TAGS[one.verdict], one.word())


def points(share: float) -> str:
    """A difference in percentage points with its sign."""
    value = round(share * 100, 1) + 0.0
    return (f"{value:+.1f}" if value else "0.0").replace("-", "−")


def comparison_shown(one: Comparison) -> ComparisonShown:
    """A comparison with its sentence as the title of its sides."""
    tag, word = verdict_of(one)
    return ComparisonShown(
        title=say(f"results.comparison.{one.kind}"),
        sentence=one.sentence(),
        tag=tag,
        word=word,
        sides=tuple(_side(side) for side in one.sides),
        warnings=one.warnings(),
    )


def verdict_of(one: Comparison) -> tuple[str, str]:
    """Tag and word of what may be said."""
    if one.kind == "none":
        return "ask", say("results.verdict.none")
    if one.difference is None:
        return "ask", say("results.verdict.not_compared")
    if not one.may_claim:
        return "no", say("results.verdict.zero")
    return ("yes", say("results.verdict.up")) if one.rose else ("bad", say("results.verdict.down"))


def _side(side: Side) -> tuple[str, str, Line]:
    shown = line(side.label, side.share, side.last, side.mode)
    return side.label, when(side.last, side.mode), shown


def trend_chart(waves: Sequence[WavePoint], name: str) -> Chart | None:
    """From wave to wave, of those that may be compared; None where there is only one."""
    known = [one for one in waves if one.comparable]
    if sum(one.share.shown for one in known) < _LEAST_TO_DRAW:
        return None
    drawn = [_wave(one, [each.on for each in known[: at + 1]]) for at, one in enumerate(known)]
    about = say("results.trend_about", policy=name)
    return charts.trend_chart(drawn, f"{name}：历次调查", about)


def _wave(one: WavePoint, days: Sequence[date]) -> TrendPoint:
    """A second survey of one day says that it is one."""
    which = days.count(one.on)
    named = f"{one.on:%Y-%m-%d}" + (f"（{which}）" if which > 1 else "")
    if not one.share.shown:
        return TrendPoint(named, None)
    return TrendPoint(named, one.share.rate, one.share.low, one.share.high)


def people(n: int) -> str:
    """1,204 人."""
    return f"{thousands(n)} 人"
