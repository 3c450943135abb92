"""The due moments of a step follow from what was signed, whoever asks and however late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from outreach.campaigns import occasions
from outreach.campaigns.occasions import Calendar, Fired, Wave
from tests.town import ZONE

SUBMITTED = datetime(2026, 11, 20, 1, tzinfo=UTC)
START = datetime(2026, 11, 23, 2, tzinfo=UTC)  # ten o'clock on a Monday in Shanghai
DAY = timedelta(days=1)


def step(number: int = 1, after: int | None = None, at: datetime | None = None, **options: Any) -> dict[str, Any]:  # fmt: skip
    return {"number": number, "after_step": after, "due_at": at, "late_hours": 24, "options": options}  # fmt: skip


def fired(
    due_at: datetime, number: int = 1, wave: int = 0, key: int = 1, *, settled: bool = True
) -> Fired:
    return Fired(key, number, number, due_at, wave, True, due_at if settled else None)


def calendar(*steps: dict[str, Any], gone: list[Fired] | None = None, **more: Any) -> Calendar:
    found: dict[int, list[Fired]] = {}
    for one in gone or []:
        found.setdefault(one.number, []).append(one)
    usual: dict[str, Any] = {"until": date(2026, 12, 31), "zone": ZONE, **more}
    return Calendar(steps, SUBMITTED, fired=found, **usual)


def due(one: dict[str, Any], when: Calendar, now: datetime) -> list[str]:
    return [f"{each.due_at.astimezone(ZONE):%m-%d %H:%M}" for each in occasions.of(one, when, now)]


def test_a_step_without_a_moment_is_due_under_that_of_the_submission() -> None:
    one = step()
    assert [each.due_at for each in occasions.of(one, calendar(one), START)] == [SUBMITTED]
    gone = calendar(one, gone=[fired(SUBMITTED)])
    assert occasions.of(one, gone, START) == []
    assert not occasions.open_ended(gone)


def test_each_wave_has_its_turn_once() -> None:
    waves = [Wave(2, START + 7 * DAY), Wave(1, START), Wave(3, START + 30 * DAY)]
    one, two = step(), step(2, after=1, wait=0)
    when = calendar(one, two, waves=waves)
    assert [each.wave for each in occasions.of(one, when, START + 8 * DAY)] == [1, 2]
    first = fired(START, wave=1)
    when = calendar(one, two, waves=waves, gone=[first])
    assert [each.wave for each in occasions.of(one, when, START + 8 * DAY)] == [2]
    (follows,) = occasions.of(two, when, START)
    assert (follows.due_at, follows.wave, follows.after) == (START, 1, first)
    assert occasions.open_ended(when)


def test_a_wave_that_was_moved_after_its_turn_does_not_come_again() -> None:
    one = step()
    moved = [Wave(1, START + 5 * DAY)]
    when = calendar(one, waves=moved, gone=[fired(START, wave=1)])
    assert occasions.of(one, when, START + 6 * DAY) == []


def test_two_waves_of_one_moment_have_each_a_key_of_their_own() -> None:
    one = step()
    when = calendar(one, waves=[Wave(1, START), Wave(2, START)])
    found = occasions.of(one, when, START)
    assert [each.wave for each in found] == [1, 2]
    assert len({each.due_at for each in found}) == 2
    gone = calendar(one, waves=[Wave(1, START), Wave(2, START)], gone=[fired(found[0].due_at, wave=1)])  # fmt: skip
    assert occasions.of(one, gone, START)[0].due_at == found[1].due_at


def test_who_is_named_has_no_waves() -> None:
    one = step(named=True)
    when = calendar(one, waves=[Wave(1, START), Wave(2, START + DAY)])
    assert [each.wave for each in occasions.of(one, when, START)] == [0]


def test_a_weekly_step_makes_up_for_those_that_were_missed_once() -> None:
    one = step(at=START, every="0 9 * * 1")
    when = calendar(one)
    assert due(one, when, START + 6 * DAY) == []
    assert due(one, when, START + 7 * DAY) == ["11-30 09:00"]
    assert due(one, when, START + 22 * DAY) == ["12-14 09:00"]
    newest = occasions.of(one, when, START + 22 * DAY)[0].due_at
    assert due(one, calendar(one, gone=[fired(newest)]), START + 22 * DAY) == []


def test_a_recurring_step_ends_with_its_texts_or_before() -> None:
    one = step(at=START, every="0 9 * * *", until="2026-11-25")
    assert due(one, calendar(one), START + 30 * DAY) == ["11-25 09:00"]
    last = occasions.of(one, calendar(one), START + 30 * DAY)[0].due_at
    assert not occasions.open_ended(calendar(one, gone=[fired(last)]))
    longer = step(at=START, every="0 9 * * *")
    assert occasions.open_ended(calendar(longer, gone=[fired(last)]))
    assert due(longer, calendar(longer), START + 90 * DAY) == ["12-31 09:00"]


def test_a_recurring_step_waits_until_it_is_known_since_when_it_runs() -> None:
    one = step(every="0 9 * * *")
    assert occasions.of(one, calendar(one), START) == []
    assert occasions.open_ended(calendar(one))
    one = step(every="0 9 * * *", since=START.isoformat())
    assert due(one, calendar(one), START + DAY) == ["11-24 09:00"]


def test_every_day_has_its_own_people_and_none_is_left_out() -> None:
    relative = {"to": "birthday60", "days": 0, "at": "09:00"}
    one = step(since=START.isoformat(), relative=relative)
    assert due(one, calendar(one), START) == ["11-23 09:00"]  # also those whose day has begun
    days = due(one, calendar(one), START + 3 * DAY)
    assert days == ["11-23 09:00", "11-24 09:00", "11-25 09:00", "11-26 09:00"]
    second = occasions.of(one, calendar(one), START + DAY)[1].due_at
    assert due(one, calendar(one, gone=[fired(second)]), START + 2 * DAY) == [
        "11-23 09:00",
        "11-25 09:00",
    ]


def test_the_first_day_is_not_late_because_the_campaign_began_after_its_hour() -> None:
    one = step(since=START.isoformat(), relative={"to": "ends_on", "days": -30, "at": "09:00"})
    first, second = occasions.of(one, calendar(one), START + DAY)
    assert first.late_from == START
    assert second.late_from == second.due_at


def test_what_follows_a_recurring_step_follows_each_of_its_firings() -> None:
    one = step(at=START, every="0 9 * * *")
    two, three = step(2, after=1, wait=0), step(3, after=2, wait=0)
    first, second = fired(START, key=7), fired(START + DAY, key=8)
    when = calendar(one, two, three, gone=[first, second, fired(START, 2, key=9)])
    (follows,) = occasions.of(two, when, START + 2 * DAY)
    assert (follows.due_at, follows.after) == (second.due_at, second)
    assert when.found_by(three, fired(START, 3)) == 7
    assert when.found_by(step(), fired(START)) == 0


def test_what_follows_a_step_that_fires_once_keeps_its_own_moment() -> None:
    at = START + 3 * DAY
    one, two = step(at=START), step(2, after=1, at=at, wait=0)
    when = calendar(one, two, gone=[fired(START)])
    assert occasions.of(two, when, START) == []
    assert [each.due_at for each in occasions.of(two, when, at)] == [at]
    assert [each.late_from for each in occasions.of(two, when, at)] == [at]


CRON: list[tuple[str, list[str]]] = [
    ("0 9 * * 1", ["11-30 09:00", "12-07 09:00"]),
    ("30 8 1 * *", ["12-01 08:30", "01-01 08:30"]),
    ("0 9 * * 0", ["11-29 09:00", "12-06 09:00"]),
    ("0 9 * * 7", ["11-29 09:00", "12-06 09:00"]),
    ("0 9 * * 6-7", ["11-28 09:00", "11-29 09:00"]),
    ("0 9 * * sun,wed", ["11-25 09:00", "11-29 09:00"]),
    ("0 20 * * *", ["11-23 20:00", "11-24 20:00"]),
]


@pytest.mark.parametrize(("line", "expected"), CRON, ids=[one[0] for one in CRON])
def test_a_crontab_line_means_what_it_means_everywhere(line: str, expected: list[str]) -> None:
    trigger = occasions.cron(line, ZONE)
    first = trigger.get_next_fire_time(None, START)
    second = trigger.get_next_fire_time(first, first)
    assert [f"{one:%m-%d %H:%M}" for one in (first, second)] == expected


@pytest.mark.parametrize(
    "line",
    ["", "daily", "* 9 * * *", "*/5 * * * *", "0 25 * * *", "0 9 * * 8", "0 9 * * */2", "0 9 1 * 1", "0 9 32 * *", "0 9 * * 5-2"],
)  # fmt: skip
def test_a_crontab_line_that_nobody_should_sign(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, the document names file and key
        occasions.cron(line, ZONE)
