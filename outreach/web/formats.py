"""Numbers, dates and names as office people read them. Jinja2 filters, and used by the view-models."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_WEEKDAYS = "一二三四五六日"


def thousands(n: int | float) -> str:
    """8214 → 8,214."""
    return f"{n:,.0f}"


def percent(share: float, places: int = 1) -> str:
    """0.783 → 78.3 % (with a narrow no-break space)."""
    return f"{share * 100:.{places}f}\u202f%"


def interval(low: float, high: float, places: int = 1) -> str:
    """0.741, 0.82 → 74.1–82.0 %."""
    return f"{low * 100:.{places}f}–{high * 100:.{places}f}\u202f%"


def yuan(fen: int) -> str:
    """65640 (1/100 yuan) → ¥656."""
    return f"¥{fen / 100:,.0f}" if fen >= 10_000 else f"¥{fen / 100:,.2f}"


def exact_yuan(fen: int) -> str:
    """6020 (1/100 yuan) → ¥60.20, to the last fen."""
    return f"¥{fen // 100:,}.{fen % 100:02}"


def day(on: date) -> str:
    """2026-11-23 → 11月23日."""
    return f"{on.month}月{on.day}日"


def long_day(on: date) -> str:
    """2026-11-23 → 2026年11月23日."""
    return f"{on.year}年{day(on)}"


def weekday(on: date) -> str:
    """2026-11-23 → 星期一."""
    return f"星期{_WEEKDAYS[on.weekday()]}"


def clock_time(moment: datetime, zone: ZoneInfo) -> str:
    """A moment → 10:42 at the installation."""
    return f"{moment.astimezone(zone):%H:%M}".removeprefix("0")


def when(moment: datetime, zone: ZoneInfo, today: date) -> str:
    """A moment → 今天 10:42, 明天 9:00, 11月27日 9:00."""
    local = moment.astimezone(zone)
    named = {today - timedelta(days=1): "昨天", today: "今天", today + timedelta(days=1): "明天"}
    return f"{named.get(local.date(), day(local.date()))} {clock_time(moment, zone)}"


def duration(seconds: float) -> str:
    """90 → 2 分; 4000 → 1 小时 7 分."""
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} 分"
    return f"{hours} 小时 {rest} 分" if rest else f"{hours} 小时"


def mask_name(name: str) -> str:
    """欧阳修 → 欧**; an empty name stays empty."""
    return name[:1] + "*" * (len(name) - 1 or 1) if name else ""


def mask_phone(phone: str) -> str:
    """+8613812341234 → 138****1234; what is too short to be a mobile is hidden altogether."""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else "****"


FILTERS = {
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
