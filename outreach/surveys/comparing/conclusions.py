"""Which sentence follows from a difference, and what has to stand beside two surveys. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from outreach import clock
from outreach.surveys.comparing.schemas import Comparison, ComparisonKind, Side
from outreach.surveys.dispositions import response
from outreach.surveys.intervals import Difference
from outreach.surveys.results.notes import Note
from outreach.surveys.results.service import Read
from outreach.surveys.results.shares import Share
from outreach.wording import say

SEASON = 2  # months by which two askings may lie apart in the year


def concluded(
    kind: ComparisonKind,
    sides: tuple[Side, ...],
    difference: Difference,
    cautions: list[Note],
    **more: object,
) -> Comparison:
    """A comparison with its sentence. Where lots decided who was told first, the campaign may be named as the cause.

    `more`: people of a panel, its pairs, the method.
    """
    value, low, high = difference
    way = "up" if low > 0 else "down" if high < 0 else "zero"
    params = {**spoken(difference), "people": more.get("people", "")}
    by_lot = kind in ("staggered", "differences")
    pairs = more.get("pairs")
    return Comparison(
        kind=kind,
        sides=sides,
        difference=value,
        low=low,
        high=high,
        conclusion=Note(f"comparing.{kind}_{way}", params),
        may_claim=way != "zero",
        by_campaign=by_lot and way == "up",
        cautions=tuple(cautions),
        pairs=pairs if isinstance(pairs, tuple) else None,
        method=str(more.get("method", "")),
    )


def nothing(
    kind: ComparisonKind, sides: tuple[Side, ...], why: Note, cautions: list[Note] | None = None
) -> Comparison:
    """No comparison, and the reason."""
    return Comparison(kind, sides, None, None, None, why, cautions=tuple(cautions or ()))


def spoken(difference: Difference) -> dict[str, object]:
    """Percentage points and their interval as they are said: without a sign where the sentence has the direction."""
    value, low, high = difference
    if high < 0:
        value, low, high = -value, -high, -low
    signed = low <= 0
    return {
        "points": _points(value, signed=signed),
        "span": f"{_points(low, signed=signed)}–{_points(high, signed=signed)}",
    }


def _points(share: float, *, signed: bool) -> str:
    points = round(share * 100, 1) + 0.0  # no minus before a nought
    return (f"{points:+.1f}" if signed and points else f"{points:.1f}").replace("-", "−")


def side(found: Read, label: str, share: Share) -> Side:
    """One side of a comparison by the code of its label."""
    days = found.days
    return Side(
        label=say(f"comparing.side.{label}"),
        survey=found.survey["ref"],
        share=share,
        first=min(days, default=None),
        last=max(days, default=None),
        mode="、".join(modes(found)),
    )


def modes(found: Read) -> list[str]:
    """How people were asked."""
    return sorted({one.mode or str(found.survey["mode"]) for one in found.measured.asked})


def cautions(now: Read, before: Read, began: datetime | None) -> list[Note]:
    """What makes two surveys less alike than their figures look."""
    return [*_asking(now, before), *_time(now, before, began)]


def _asking(now: Read, before: Read) -> Iterator[Note]:
    if modes(now) != modes(before):
        said = {"before": "、".join(modes(before)), "after": "、".join(modes(now))}
        yield Note("comparing.mode", said)
    if _base(now) != _base(before):
        said = {"before": before.survey["base"], "after": now.survey["base"]}
        yield Note("comparing.base", said)
    if now.survey["instrument_hash"] != before.survey["instrument_hash"]:
        yield Note("comparing.order")
    yield from doubts(before, now)


def doubts(*surveys: Read) -> Iterator[Note]:
    """What makes any of these surveys itself less sure than its intervals say."""
    for found in surveys:
        told = response(one.disposition for one in found.interviews)
        if told.low:
            said = {"survey": found.survey["ref"], "rate": f"{told.rate or 0:.0%}"}
            yield Note("comparing.low_response", said)
    if any(found.survey["generated"] for found in surveys):
        yield Note("comparing.generated")


def _base(found: Read) -> tuple[str, str]:
    """Who could be drawn, and where."""
    design = found.survey["design"] or {}
    return str(design.get("base", "likely")), str(found.survey["region"])


def _time(now: Read, before: Read, began: datetime | None) -> Iterator[Note]:
    if not now.days or not before.days:
        return
    months = before.days[-1].month, now.days[-1].month
    apart = abs(months[0] - months[1])
    if min(apart, 12 - apart) > SEASON:
        yield Note("comparing.season", {"before": months[0], "after": months[1]})
    if now.days[0] <= before.days[-1]:
        said = {"before": _span(before.days), "after": _span(now.days)}
        yield Note("comparing.overlap", said)
    start = clock.here(began).date() if began else None
    if start is not None and before.days[-1] >= start:
        said = {"asked": before.days[-1].isoformat(), "began": start.isoformat()}
        yield Note("comparing.late_baseline", said)


def _span(days: list[date]) -> str:
    return f"{days[0].isoformat()}–{days[-1].isoformat()}" if len(days) > 1 else f"{days[0]}"
