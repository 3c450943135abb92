"""The due moments of a step: one, one for each wave, one a week, one a day, or one after each of another step.

Pure: what has fired is told, and nothing is asked of a database. A due moment is the key of its firing. It follows
from what was signed and is never "now", so whoever asks, however often and however late, finds the same key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from outreach.deliveries.planning.orders import BY_PLACE

Step = Mapping[str, Any]

NOTED = ("named", "places", "resend", "since", "asked_at")
"""Keys of a step's options that do not come from its document: who is named, and what the timetable notes."""

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Fired:
    """A firing of a step. settled_at: since when nothing of it is in flight."""

    id: int
    step_id: int
    number: int
    due_at: datetime
    wave: int
    planned: bool
    settled_at: datetime | None


@dataclass(frozen=True)
class Wave:
    """分批推送: a part of the audience, and when it has its turn. personal: no step that speaks to a whole place."""

    number: int
    due_at: datetime
    personal: bool = False


@dataclass(frozen=True)
class Occasion:
    """A step is due once. due_at and wave are the key of its firing.

    opens_at: not before. late_from: what its late rule counts from, None = it is never late. after: the firing of
    another step that must have settled.
    """

    due_at: datetime
    wave: int
    opens_at: datetime
    late_from: datetime | None = None
    after: Fired | None = None


@dataclass(frozen=True)
class Calendar:
    """What the due moments of a campaign follow from. until: the last day on which its texts hold."""

    steps: Sequence[Step]
    submitted_at: datetime
    until: date
    zone: ZoneInfo
    waves: Sequence[Wave] = ()
    fired: Mapping[int, Sequence[Fired]] = field(default_factory=dict)

    def of(self, number: int) -> Sequence[Fired]:
        """What has fired of a step."""
        return self.fired.get(number, ())

    def root(self, step: Step) -> Step:
        """The step that it goes back to, through those that it follows: itself when it follows none."""
        numbered = {one["number"]: one for one in self.steps}
        while step["after_step"] is not None:
            step = numbered[step["after_step"]]
        return step

    def found_by(self, step: Step, firing: Fired) -> int:
        """The firing that found whom this one is for: of a recurring step, and of those that follow it; else 0."""
        root = self.root(step)
        if not recurs(root):
            return 0
        return next(one.id for one in self.of(root["number"]) if one.due_at == firing.due_at)


def recurs(step: Step) -> bool:
    """Whether a step fires again and again, each time for those whom its rule finds then."""
    return "every" in step["options"] or "relative" in step["options"]


def named(step: Step) -> bool:
    """Whether a step is for people who are named (a resend, a correction): it has no waves."""
    return bool(step["options"].get("named"))


def of(step: Step, calendar: Calendar, now: datetime) -> list[Occasion]:
    """The moments up to now at which a step should have fired and has not, the earliest first.

    Of a repeated one only the newest: it is for everybody whom those that were missed would have been for.
    """
    gone = {(one.due_at, one.wave) for one in calendar.of(step["number"])}
    found = [
        one
        for one in _all(step, calendar, now)
        if one.opens_at <= now and (one.due_at, one.wave) not in gone
    ]
    return found[-1:] if "every" in step["options"] else found


def open_ended(calendar: Calendar) -> bool:
    """Whether one of the steps is still to fire, now or later."""
    ahead: set[int] = set()
    for step in calendar.steps:
        gone = {(one.due_at, one.wave) for one in calendar.of(step["number"])}
        waits = recurs(step) and starts_at(step) is None
        follows = step["after_step"] in ahead
        coming = any((one.due_at, one.wave) not in gone for one in _all(step, calendar, _FOREVER))
        if waits or follows or coming:
            ahead.add(step["number"])
    return bool(ahead)


def starts_at(step: Step) -> datetime | None:
    """From when a recurring step counts: its own moment, else when its campaign began to run; None before that."""
    since = step["options"].get("since")
    return step["due_at"] or (datetime.fromisoformat(since) if since else None)


def _all(step: Step, calendar: Calendar, until: datetime) -> Iterator[Occasion]:
    if step["after_step"] is not None:
        return _following(step, calendar)
    if "relative" in step["options"]:
        return _daily(step, calendar, until)
    if "every" in step["options"]:
        return _repeated(step, calendar, until)
    if calendar.waves and not named(step):
        return _in_waves(step, calendar)
    return iter([_once(step, calendar)])


def _once(step: Step, calendar: Calendar, after: Fired | None = None) -> Occasion:
    due_at = step["due_at"] or calendar.submitted_at
    return Occasion(due_at, 0, due_at, step["due_at"], after)


def _in_waves(step: Step, calendar: Calendar) -> Iterator[Occasion]:
    """Once for each wave, also when its turn was moved after it fired, or falls on that of another one."""
    fired = {one.wave: one for one in calendar.of(step["number"])}
    taken = {one.due_at for one in fired.values()}
    for wave in sorted(calendar.waves, key=lambda one: (one.due_at, one.number)):
        if wave.number in fired or (wave.personal and step["channel"] in BY_PLACE):
            continue
        key = wave.due_at
        while key in taken:
            key += timedelta(microseconds=1)
        taken.add(key)
        opens_at = max(wave.due_at, step["due_at"] or wave.due_at)
        yield Occasion(key, wave.number, opens_at, opens_at)


def _following(step: Step, calendar: Calendar) -> Iterator[Occasion]:
    """Once after each firing of the step before, under that one's key; after one that fires once under its own."""
    again = recurs(calendar.root(step))
    apart = {wave.number for wave in calendar.waves if wave.personal}
    for before in calendar.of(step["after_step"]):
        if before.wave in apart and step["channel"] in BY_PLACE:
            continue
        if not again and not before.wave:
            yield _once(step, calendar, before)
            return
        opens_at = max(before.due_at, step["due_at"] or before.due_at)
        yield Occasion(before.due_at, before.wave, opens_at, None, before)


def _daily(step: Step, calendar: Calendar, until: datetime) -> Iterator[Occasion]:
    """Every day at the same time of the clock, from the day on which it begins: that day's people are not left out."""
    start = starts_at(step)
    if start is None:
        return
    at = time.fromisoformat(step["options"]["relative"]["at"])
    day, last = start.astimezone(calendar.zone).date(), last_day(step, calendar)
    while day <= last:
        due_at = datetime.combine(day, at, calendar.zone)
        if due_at > until:
            return
        yield Occasion(due_at, 0, due_at, max(due_at, start))
        day += timedelta(days=1)


def _repeated(step: Step, calendar: Calendar, until: datetime) -> Iterator[Occasion]:
    """Those after the newest that has fired: the ones before it are made up for."""
    start = starts_at(step)
    if start is None:
        return
    last = last_day(step, calendar)
    trigger = cron(step["options"]["every"], calendar.zone)
    before = max((one.due_at for one in calendar.of(step["number"])), default=None)
    from_ = before + timedelta(microseconds=1) if before else start
    due_at = trigger.get_next_fire_time(None, from_)
    while due_at is not None and due_at <= until and due_at.date() <= last:
        yield Occasion(due_at, 0, due_at, due_at)
        due_at = trigger.get_next_fire_time(due_at, due_at)


def last_day(step: Step, calendar: Calendar) -> date:
    """The last day on which a recurring step fires: its own, and never one on which its texts hold no more."""
    own = step["options"].get("until")
    return min(calendar.until, date.fromisoformat(own)) if own else calendar.until


def cron(text: str, zone: ZoneInfo) -> CronTrigger:
    """The trigger of a crontab line: minute, hour, day, month, weekday (0 and 7 are Sunday, as everywhere else).

    ValueError for what is none, and for one that fires more than once an hour.
    """
    fields = text.split()
    if len(fields) != 5:
        raise ValueError("five fields")
    if not fields[0].isdecimal():
        raise ValueError("one minute of the hour")
    minute, hour, day, month, weekday = fields
    if "/" in weekday or (day != "*" and weekday != "*"):
        raise ValueError("a day of the month or days of the week")
    # the library counts weekdays from Monday; names mean the same everywhere
    named_days = ",".join(_weekdays(part) for part in weekday.lower().split(","))
    return CronTrigger(
        minute=minute, hour=hour, day=day, month=month, day_of_week=named_days, timezone=zone
    )


def _weekdays(part: str) -> str:
    """Numbers as names; a span from Sunday on is written out, for which the library has no word."""
    first, dash, last = part.partition("-")
    if not first.isdecimal():
        return part
    numbers = range(int(first), int(last) + 1) if dash else [int(first)]
    if not numbers or numbers[-1] > 7:
        raise ValueError("a day of the week is 0 to 7")
    return ",".join(_WEEKDAYS[number] for number in numbers)
