"""How long an answer may take: working days. Holidays that are not weekends are not known here and count as worked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WORKING_DAYS = 5
"""Days within which an opinion is to be answered, where an office has not said otherwise."""

_SATURDAY = 5


def working_days_before(on: date, days: int) -> date:
    """The first of the last so many working days before a day; the day itself is not over and does not count."""
    day = on
    for _ in range(days):
        day -= timedelta(days=1)
        while day.weekday() >= _SATURDAY:
            day -= timedelta(days=1)
    return day


def overdue_before(on: date, days: int, zone: ZoneInfo) -> datetime:
    """What was said before this moment should have been answered by the evening before `on`.

    What is said on a Monday and may take five working days is overdue on the Tuesday of the week after.
    """
    return datetime.combine(working_days_before(on, days), time.min, tzinfo=zone).astimezone(UTC)
