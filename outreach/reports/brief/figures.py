"""How figures are said in a report: a rate never alone, a hidden count as its mark. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.flyer.single.brief import Span
from outreach.reports.brief.facts import Verdict
from outreach.reports.suppression import Suppressed
from outreach.wording import say
from outreach.wording.figures import interval, percent, thousands

NONE = "—"


def rate(figure: Mapping[str, Any]) -> str:
    """78.3 %（74.1–82.0 %，n = 412，2026-11 入户）, or 样本不足 with its n."""
    n = thousands(figure["n"])
    if figure["use"] == "none" or figure["rate"] is None:
        return say("brief.few", n=n)
    when = " ".join(part for part in (figure.get("date", "")[:7], figure.get("mode", "")) if part)
    inside = "，".join(part for part in (interval(figure["low"], figure["high"]), f"n\u00a0=\u00a0{n}", when) if part)  # fmt: skip
    only = say("brief.indicative") if figure["use"] == "indicative" else ""
    return f"{percent(figure['rate'])}（{inside}{only}）"


def share(shown: Suppressed, row: str, part: str, whole: str) -> str:
    """A share of printed counts; — where one of them is hidden, or nobody is in the whole."""
    top, bottom = shown.shown(row, part), shown.shown(row, whole)
    return percent(top / bottom) if top is not None and bottom else NONE


def town_rate(one: Verdict | None) -> str:
    """A town's own rate and interval; 样本不足 under 30 effective people; — where nobody was asked."""
    if one is None:
        return NONE
    if one.use == "none" or one.rate is None or one.low is None or one.high is None:
        return say("brief.few_short")
    only = say("brief.indicative") if one.use == "indicative" else ""
    return f"{percent(one.rate, 0)}（{interval(one.low, one.high, 0)}，n\u00a0=\u00a0{thousands(one.n)}{only}）"


def span(one: Verdict | None) -> Span | None:
    """The same to be drawn."""
    if one is None or one.use == "none" or one.rate is None or one.low is None or one.high is None:
        return None
    return Span(low=one.low, rate=one.rate, high=one.high)
