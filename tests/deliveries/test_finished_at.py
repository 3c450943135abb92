"""When work is done that stands still in quiet hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.deliveries.hours import QUIET, finished_at, next_allowed

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = 3600


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


CASES = [
    pytest.param("sms", at(23, 9), 2 * HOUR, at(23, 11), id="done before noon"),
    pytest.param("sms", at(23, 11), HOUR, at(23, 12), id="done as noon begins"),
    pytest.param("sms", at(23, 11), 2 * HOUR, at(23, 15), id="noon lies between"),
    pytest.param("sms", at(23, 20), 2 * HOUR, at(24, 9), id="the night lies between"),
    pytest.param("sms", at(23, 22), 0, at(24, 8), id="begins in the night"),
    pytest.param("sms", at(23, 8), 24 * HOUR, at(25, 10), id="two days and a bit"),
    pytest.param("group", at(23, 11), 2 * HOUR, at(23, 13), id="groups have no noon"),
    pytest.param("flyer", at(23, 23), 2 * HOUR, at(24, 1), id="paper has no quiet hours"),
]


@pytest.mark.parametrize(("channel", "begins", "seconds", "ends"), CASES)
def test_quiet_hours_are_added(
    channel: str, begins: datetime, seconds: float, ends: datetime
) -> None:
    assert finished_at(channel, begins, seconds, ZONE) == ends


@settings(deadline=None)
@given(
    st.sampled_from(sorted(QUIET)),
    st.integers(0, 365 * 24 * 60),
    st.integers(0, 3 * 24 * 60),
)
def test_it_is_what_a_minute_by_minute_walk_says(channel: str, begins: int, minutes: int) -> None:
    now = at(1, 0) + timedelta(minutes=begins)
    walked = next_allowed(channel, now, ZONE)
    for _ in range(minutes):
        walked = next_allowed(channel, walked, ZONE) + timedelta(minutes=1)
    assert finished_at(channel, now, minutes * 60, ZONE) == walked
