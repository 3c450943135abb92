"""When a channel may speak."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from outreach.deliveries.hours import next_allowed, parse_window

SHANGHAI = ZoneInfo("Asia/Shanghai")

CASES = [
    ("sms", "07:59", "08:00"),
    ("sms", "08:00", "08:00"),
    ("sms", "11:59", "11:59"),
    ("sms", "12:00", "14:00"),
    ("sms", "13:59", "14:00"),
    ("sms", "14:00", "14:00"),
    ("sms", "20:59", "20:59"),
    ("sms", "21:00", "08:00+1"),
    ("sms", "23:59", "08:00+1"),
    ("sms", "00:00", "08:00"),
    ("group", "12:00", "12:00"),
    ("group", "07:59", "08:00"),
    ("group", "21:00", "08:00+1"),
    ("call", "12:30", "14:00"),
    ("broadcast", "13:00", "14:00"),
    ("visit", "13:00", "13:00"),
    ("visit", "22:00", "08:00+1"),
    ("flyer", "03:00", "03:00"),
]


def moment(text: str, zone: ZoneInfo) -> datetime:
    clock, _, days = text.partition("+")
    day = date(2026, 11, 23 + int(days or 0))
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=zone)


@pytest.mark.parametrize(("channel", "at", "then"), CASES)
@pytest.mark.parametrize("zone", [SHANGHAI, ZoneInfo("Asia/Urumqi")], ids=str)
def test_a_channel_speaks_at(channel: str, at: str, then: str, zone: ZoneInfo) -> None:
    allowed = next_allowed(channel, moment(at, zone), zone)
    assert allowed == moment(then, zone)
    assert allowed.tzinfo is UTC


def test_one_moment_is_night_in_one_zone_and_day_in_another() -> None:
    at = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # 07:30 in Shanghai
    assert next_allowed("sms", at, SHANGHAI) == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert next_allowed("sms", at, ZoneInfo("Australia/Perth")) == datetime(
        2026, 11, 24, 0, 0, tzinfo=UTC
    )
    assert next_allowed("sms", at, ZoneInfo("Asia/Tokyo")) == at


def test_a_second_before_the_night_ends_is_still_night() -> None:
    at = datetime(2026, 11, 23, 7, 59, 59, 999_999, tzinfo=SHANGHAI)
    assert next_allowed("sms", at, SHANGHAI) == datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI)


def test_windows_that_touch_are_one() -> None:
    quiet = {"sms": (parse_window("21:00-08:00"), parse_window("08:00-09:30"))}
    assert next_allowed("sms", moment("22:00", SHANGHAI), SHANGHAI, quiet) == moment(
        "09:30+1", SHANGHAI
    )


def test_windows_that_cover_the_day_are_an_error_and_no_endless_search() -> None:
    quiet = {"sms": (parse_window("08:00-21:00"), parse_window("21:00-08:00"))}
    with pytest.raises(ValueError, match="never end"):
        next_allowed("sms", moment("10:00", SHANGHAI), SHANGHAI, quiet)


def test_a_morning_that_summer_time_moved_comes_by_the_clock_on_the_wall() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = datetime(2026, 3, 29, 1, 30, tzinfo=berlin)  # the clocks go forward at two
    assert next_allowed("sms", night, berlin) == datetime(2026, 3, 29, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["08:00-08:00", "8-9", "25:00-08:00", ""])
def test_a_window_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        parse_window(text)
