"""Weeks as offices write them: a number, one day, or a range of days. Pure. A week is kept by its Monday."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from outreach.errors import Invalid
from outreach.people.plain import tidy
from outreach.people.reading.dates import EPOCH_1900

_TO = r"(?:至|到|[-–—―~～－]+)"  # noqa: RUF001 - the dashes and waves that offices type
_NUMBERED = re.compile(r"(?:(\d{4})年?[-/]?)?第?W?(\d{1,2})周?")
_SAYS_WEEK = re.compile(r"第\d{1,2}周|W\d{1,2}|\d周")
_DAY = r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?"
_RANGE = re.compile(rf"{_DAY}{_TO}(?:{_DAY}|(\d{{1,2}})[日号]?)")
_ONE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?(?:00:00:00)?")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:-?(\d{4})(\d{2})(\d{2}))?")
_SERIAL = re.compile(r"[45]\d{4}")  # 2009 to 2064
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """monday: of the week in which it is kept. shifted: its office counts weeks from another day than Monday."""

    monday: date
    shifted: bool = False


def parse_week(text: str, year: int | None = None, epoch: date = EPOCH_1900) -> Week:
    """2026年第47周, 2026-W47, 2026-11-16, 2026年11月16日—22日, 11.16-11.22, or a date as a number.

    year: for what does not say one. A week from another day than Monday is kept in the week that holds most of it.
    Raises Invalid: signals.week, signals.week_year (it is needed and missing), signals.week_length (not seven days).
    """
    value = _plain(text)
    found = _range(text, value, year) or _one(text, value, epoch) or _numbered(text, value, year)
    if found is None:
        raise Invalid("signals.week", value=text)
    return found


def is_week(text: str) -> bool:
    """Whether a cell of a header names a week, whatever year it is in."""
    try:
        parse_week(text, 2026)
    except Invalid as error:
        return error.code == "signals.week_length"
    return True


def week_in(text: str, year: int | None = None) -> Week | None:
    """The week that a title names somewhere: 关于医保的来电（2026年11月16日—11月22日）; None when it names none."""
    value = _plain(text)
    for pattern in (_RANGE, re.compile(r"\d{4}年?第\d{1,2}周")):
        if match := pattern.search(value):
            return parse_week(match[0], year or _year_of(value))
    return None


def _plain(text: str) -> str:
    value = unicodedata.normalize("NFKC", tidy(text)).upper()
    return re.sub(r"\s+|星期.|\((?:周|星期)?[一二三四五六日天]\)", "", value).strip("'\"()")


def _year_of(value: str) -> int | None:
    found = re.search(r"(20\d{2})年?", value)
    return int(found[1]) if found else None


def _range(text: str, value: str, year: int | None) -> Week | None:
    packed = _PACKED.fullmatch(value)
    if packed and packed[4]:
        first, last = packed.groups()[:3], packed.groups()[3:]
        return _of_days(text, _date(text, *first), _date(text, *last))
    match = _RANGE.fullmatch(value)
    if match is None:
        return None
    year1, month1, day1, year2, month2, day2, short = match.groups()
    begins = _date(text, year1 or year2 or _known(text, year), month1, day1)
    ends = _date(text, year2 or begins.year, month2 or begins.month, day2 or short)
    if ends < begins and not year2:
        ends = _date(text, begins.year + 1, ends.month, ends.day)
    if begins > ends and not year1:  # 12.28-2027.1.3: the year stands at the end
        begins = _date(text, ends.year - 1, begins.month, begins.day)
    return _of_days(text, begins, ends)


def _of_days(text: str, begins: date, ends: date) -> Week:
    if (ends - begins).days + 1 != WEEK.days:
        raise Invalid("signals.week_length", value=text, days=(ends - begins).days + 1)
    return _holding(begins)


def _one(text: str, value: str, epoch: date) -> Week | None:
    match = _ONE.fullmatch(value) or _PACKED.fullmatch(value)
    if match:
        day = _date(text, *match.groups()[:3])
        return Week(day - timedelta(days=day.weekday()))
    if _SERIAL.fullmatch(value):
        day = epoch + timedelta(days=int(value))
        return Week(day - timedelta(days=day.weekday()))
    return None


def _numbered(text: str, value: str, year: int | None) -> Week | None:
    match = _NUMBERED.fullmatch(value)
    if match is None or not _SAYS_WEEK.search(value):
        return None
    try:
        return Week(date.fromisocalendar(int(match[1] or _known(text, year)), int(match[2]), 1))
    except ValueError:
        raise Invalid("signals.week", value=text) from None


def _holding(begins: date) -> Week:
    middle = begins + timedelta(days=3)
    monday = middle - timedelta(days=middle.weekday())
    return Week(monday, begins.weekday() != 0)


def _known(text: str, year: int | None) -> int:
    if year is None:
        raise Invalid("signals.week_year", value=text)
    return year


def _date(
    text: str, year: str | int | None, month: str | int | None, day: str | int | None
) -> date:
    try:
        return date(int(year or 0), int(month or 0), int(day or 0))
    except ValueError:
        raise Invalid("signals.week", value=text) from None
