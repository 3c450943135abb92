"""The legal retirement age, which moves with the month of birth (渐进式延迟法定退休年龄).

Source: decision of 13 September 2024, in force since 1 January 2025. Mark [K]: general knowledge, the text was not
read; check it before a figure of this module is printed as a fact.

Men retired at 60 until the schedule, women at 55 (`cadre`, 女干部) or 50 (`worker`, 女工人). From a month of birth
on, the age grows by one month for every four (women of 50: every two) months of birth, until 63, 58 and 55.
"""

from __future__ import annotations

import calendar
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

JOB_KINDS = ("worker", "cadre")


@dataclass(frozen=True)
class Schedule:
    """Base age and cap in months, the first month of birth that is delayed, months of birth per month of delay."""

    base: int
    starts: tuple[int, int]
    every: int
    most: int

    def age_months(self, birth: date) -> int:
        """The legal retirement age of someone born on `birth`, in months."""
        since = (birth.year - self.starts[0]) * 12 + birth.month - self.starts[1]
        return self.base + (0 if since < 0 else min(self.most, since // self.every + 1))


MEN = Schedule(60 * 12, (1965, 1), 4, 36)
WOMEN_CADRE = Schedule(55 * 12, (1970, 1), 4, 36)
WOMEN_WORKER = Schedule(50 * 12, (1975, 1), 2, 60)
_WOMEN = {"cadre": WOMEN_CADRE, "worker": WOMEN_WORKER}


def schedule_for(sex: str, job_kind: str) -> Schedule | None:
    """The schedule that holds for a person; None when sex, or for a woman the kind of job, is not known."""
    return MEN if sex == "M" else _WOMEN.get(job_kind) if sex == "F" else None


def add_months(day: date, months: int) -> date:
    """The same day `months` later (or earlier), the last of the month where it has no such day.

    Beyond the calendar the answer is its first or last day.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_until(day: date, on: date) -> int:
    """Months from `on` to a later day, a begun month counting whole; 0 = reached."""
    if day <= on:
        return 0
    whole = (day.year - on.year) * 12 + day.month - on.month
    return whole if add_months(on, whole) >= day else whole + 1


def retirement_day(birth: date, sex: str, job_kind: str) -> date | None:
    """The first day on which the legal retirement age is reached; None when it cannot be known.

    The schedule goes by months of birth, so the month must come out as its table says: someone born on
    31 January 1965 reaches 60 years and 1 month on 28 February 2025, not on 1 March. (Years of age, which
    `person.age_on` counts, are completed on 1 March by who was born on 29 February.)
    """
    schedule = schedule_for(sex, job_kind)
    return None if schedule is None else add_months(birth, schedule.age_months(birth))


def months_to_retirement(birth: date, sex: str, job_kind: str, on: date) -> int | None:
    """Months from `on` to the retirement day, a begun month counting whole; 0 = reached; None = not known.

    Exactly: the smallest n >= 0 with add_months(on, n) >= retirement day.
    """
    reached = retirement_day(birth, sex, job_kind)
    return None if reached is None else months_until(reached, on)


def cutoff_birth_for(months: int, sex: str, job_kind: str, on: date) -> date:
    """The latest birth date with which at most `months` are left: birth <= cutoff ⇔ months_to_retirement <= months.

    Raises ValueError when no schedule holds, or for fewer than 0 months.
    """
    schedule = schedule_for(sex, job_kind)
    if schedule is None or months < 0:
        raise ValueError(f"no retirement age for sex {sex!r}, job {job_kind!r}, {months} months")
    limit = add_months(on, months)
    oldest = add_months(limit, -(schedule.base + schedule.most + 1)).toordinal()
    days = range(oldest, limit.toordinal() + 1)
    later = bisect_right(
        days, limit, key=lambda day: _reached(schedule, date.fromordinal(day))
    )  # a later birth never retires earlier
    return date.fromordinal(max(oldest + later - 1, date.min.toordinal()))


def first_day_within(months: int, birth: date, sex: str, job_kind: str) -> date | None:
    """The first day on which at most `months` are left to retirement; None when it cannot be known."""
    reached = retirement_day(birth, sex, job_kind)
    if reached is None:
        return None
    earlier = add_months(reached, -months)
    if earlier.day == reached.day or earlier == date.min:
        return earlier
    return date.fromordinal(
        earlier.toordinal() + 1
    )  # that month is too short: the next one's first


def _reached(schedule: Schedule, birth: date) -> date:
    return add_months(birth, schedule.age_months(birth))
