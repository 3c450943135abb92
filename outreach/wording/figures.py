"""Numbers, money, days and moments as office people read them: the same on pages and on paper."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def thousands(n: int | float) -> str:
    """8214 → 8,214."""
    return f"{n:,.0f}"


def yuan(fen: int) -> str:
    """65640 (1/100 yuan) → ¥656."""
    return f"¥{fen / 100:,.0f}" if fen >= 10_000 else f"¥{fen / 100:,.2f}"


def whole_yuan(fen: int) -> str:
    """6020 (1/100 yuan) → 60.20, to the last fen."""
    return f"{fen // 100:,}.{fen % 100:02}"


def exact_yuan(fen: int) -> str:
    """6020 (1/100 yuan) → ¥60.20, to the last fen."""
    return f"¥{whole_yuan(fen)}"


def percent(share: float, places: int = 1) -> str:
    """0.783 → 78.3 % (with a narrow no-break space)."""
    return f"{share * 100:.{places}f}\u202f%"


def interval(low: float, high: float, places: int = 1) -> str:
    """0.741, 0.82 → 74.1–82.0 %."""
    return f"{low * 100:.{places}f}–{high * 100:.{places}f}\u202f%"


def day(on: date) -> str:
    """2026-11-23 → 11月23日."""
    return f"{on.month}月{on.day}日"


def long_day(on: date) -> str:
    """2026-11-23 → 2026年11月23日."""
    return f"{on.year}年{day(on)}"


def clock_time(moment: datetime, zone: ZoneInfo) -> str:
    """A moment → 10:42 at the installation."""
    return f"{moment.astimezone(zone):%H:%M}".removeprefix("0")


def exact_moment(moment: datetime, zone: ZoneInfo) -> str:
    """A moment → 2026-11-23 10:42, for paper that is filed: there no day is 今天."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def duration(seconds: float) -> str:
    """90 → 2 分; 4000 → 1 小时 7 分."""
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} 分"
    return f"{hours} 小时 {rest} 分" if rest else f"{hours} 小时"


def fingerprint(digest: str) -> str:
    """The hash that signatures are bound to, as people compare it: three groups of four, to be read aloud."""
    head = digest[:12]
    return "-".join(head[at : at + 4] for at in range(0, len(head), 4))
