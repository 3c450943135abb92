"""Birth dates as offices write them. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from outreach.errors import Invalid
from outreach.people.plain import tidy

EPOCH_1900 = date(1899, 12, 30)
"""The day before day 1 of date numbers, counted as if 1900 had a February 29."""

EPOCH_1904 = date(1904, 1, 1)
"""Day 0 in workbooks from old Macintosh computers."""

_EARLIEST = date(1880, 1, 1)
_BETWEEN = r"\s*[-/.年、\s]\s*"
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DATE = re.compile(
    rf"(\d{{4}}){_BETWEEN}(\d{{1,2}})\s*[-/.月、\s]\s*(\d{{1,2}})\s*[日号]?{_TIME}|(\d{{4}})(\d{{2}})(\d{{2}})"
)
_SERIAL = re.compile(r"[1-9]\d{3,4}")
_FLOAT = re.compile(r"(\d+)\.0+")
_MONTH = re.compile(rf"(\d{{4}})(?:{_BETWEEN}(\d{{1,2}})\s*月?|年|(\d{{2}}))?")
_YEAR_LAST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_SHORT_YEAR = re.compile(r"\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{6}")


def parse_date(text: str, today: date, epoch: date = EPOCH_1900) -> date:
    """A birth date: 1990-1-2, 1990/1/2, 1990.1.2, 19900102, 1990年1月2日, or the number of days since `epoch`.

    Raises Invalid: people.birth_incomplete, _impossible, _swapped, _year_last, _short_year, _future.
    """
    value = _plain(text)
    written = _DATE.fullmatch(value)
    if written:
        found = _day(value, *(int(part) for part in written.groups() if part))
    elif _SERIAL.fullmatch(value) and not 1880 <= int(value) <= 2100:
        found = epoch + timedelta(days=int(value))
    else:
        raise Invalid(_why_no_date(value), value=value)
    if found > today:
        raise Invalid("people.birth_future", value=value)
    if found < _EARLIEST:
        raise Invalid("people.birth_impossible", value=value)
    return found


def parse_month(text: str) -> tuple[int, int] | None:
    """(year, month) of a cell that gives no more than that, month 0 where there is none; None for anything else."""
    found = _MONTH.fullmatch(_plain(text))
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or found[3] or 0)
    return (year, month) if 1880 <= year <= 2100 and 0 <= month <= 12 else None


def _plain(text: str) -> str:
    value = unicodedata.normalize("NFKC", tidy(text)).strip("'‘’\"` ")
    value = value.replace("。", ".").replace("—", "-").replace("–", "-").replace("\u2212", "-")
    return _FLOAT.sub(r"\1", value) if _FLOAT.fullmatch(value) else value


def _day(value: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        swapped = 1 <= day <= 12 < month <= 31
        raise Invalid(
            "people.birth_swapped" if swapped else "people.birth_impossible", value=value
        ) from None


def _why_no_date(value: str) -> str:
    if parse_month(value) is not None:
        return "people.birth_incomplete"
    if _YEAR_LAST.fullmatch(value):
        return "people.birth_year_last"
    return "people.birth_short_year" if _SHORT_YEAR.fullmatch(value) else "people.birth_incomplete"
