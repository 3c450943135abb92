"""Numbers, dates and names as office people read them. Jinja2 filters, and used by the view-models."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from outreach.wording.figures import (
    clock_time,
    day,
    duration,
    exact_yuan,
    interval,
    long_day,
    percent,
    thousands,
    yuan,
)

__all__ = [
    "FILTERS",
    "clock_time",
    "day",
    "drawing",
    "duration",
    "exact_yuan",
    "interval",
    "long_day",
    "mask_name",
    "mask_phone",
    "percent",
    "thousands",
    "weekday",
    "when",
    "yuan",
]

_WEEKDAYS = "一二三四五六日"


def weekday(on: date) -> str:
    """2026-11-23 → 星期一."""
    return f"星期{_WEEKDAYS[on.weekday()]}"


def when(moment: datetime, zone: ZoneInfo, today: date) -> str:
    """A moment → 今天 10:42, 明天 9:00, 11月27日 9:00."""
    local = moment.astimezone(zone)
    named = {today - timedelta(days=1): "昨天", today: "今天", today + timedelta(days=1): "明天"}
    return f"{named.get(local.date(), day(local.date()))} {clock_time(moment, zone)}"


def mask_name(name: str) -> str:
    """欧阳修 → 欧**; an empty name stays empty."""
    return name[:1] + "*" * (len(name) - 1 or 1) if name else ""


def mask_phone(phone: str) -> str:
    """+8613812341234 → 138****1234; what is too short to be a mobile is hidden altogether."""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else "****"


def drawing(svg: str) -> Markup:
    """A chart that `reports.charts` drew: names in it were escaped there, and it holds no script and no style."""
    return Markup(svg)  # noqa: S704 - drawn here, see reports.charts.drawing


FILTERS = {
    "drawing": drawing,
    "thousands": thousands,
    "percent": percent,
    "interval": interval,
    "yuan": yuan,
    "exact_yuan": exact_yuan,
    "day": day,
    "long_day": long_day,
    "weekday": weekday,
    "duration": duration,
    "mask_name": mask_name,
    "mask_phone": mask_phone,
}
