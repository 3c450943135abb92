"""Identity numbers of many rows at once. `identity.parse_id_card` says what is right; a test holds both together.

Only numbers that are in order come out; whatever is not found here is read one by one, which knows the reason.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from outreach.people.identity import IdCard

np: Any
try:
    import numpy as np
except ImportError:  # a machine without it checks one by one
    np = None

FEW = 64
"""Fewer numbers than this are not worth an array."""

_LENGTH = 18
_ZERO = ord("0")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_X = ord("X") - _ZERO
_CHECKS = (1, 0, _X, 9, 8, 7, 6, 5, 4, 3, 2)  # by the remainder


def known_cards(texts: Collection[str], today: date) -> dict[str, IdCard]:
    """Text → what it says, for each text that is a resident identity number in order."""
    if np is None or len(texts) < FEW:
        return {}
    numbers = [text for text in texts if len(text) == _LENGTH and text.isascii()]
    if not numbers:
        return {}
    digits = np.frombuffer("".join(numbers).encode(), np.uint8).reshape(-1, _LENGTH)
    good, births = in_order(digits, today)
    days: dict[int, date] = {}
    found: dict[str, IdCard] = {}
    for index, number in zip(good.nonzero()[0].tolist(), births[good].tolist(), strict=True):
        birth = days.get(number)
        if birth is None:
            birth = days[number] = date(number // 10_000, number // 100 % 100, number % 100)
        text = numbers[index]
        sex = "M" if ord(text[16]) & 1 else "F"
        found[text] = IdCard(birth, sex, text[:6], text[14:].upper())  # type: ignore[arg-type]
    return found


def in_order(texts: Any, today: date) -> tuple[Any, Any]:
    """Of an array (n × 18) of ASCII codes: which numbers are in order, and their birth dates as YYYYMMDD.

    Sums of digits are far below 2 ** 24, so they are exact in the small floats that processors multiply fastest.
    """
    digits = texts - np.uint8(_ZERO)  # whatever is below 0 wraps round to more than 9
    small = digits.astype(np.float32)
    total = (small[:, :17] @ np.array(_WEIGHTS, np.float32)).astype(np.int32)
    year, month, day = (
        (small[:, start : start + len(tens)] @ np.array(tens, np.float32)).astype(np.int32)
        for start, tens in ((6, (1000, 100, 10, 1)), (10, (10, 1)), (12, (10, 1)))
    )
    last = digits[:, 17]
    last = np.where(last == ord("x") - _ZERO, np.uint8(_X), last)
    good = (digits[:, :17] <= 9).all(axis=1)
    good &= (digits[:, 0] >= 1) & (digits[:, 0] <= 7)
    good &= np.array(_CHECKS, np.uint8)[total % 11] == last
    births = year * 10_000 + month * 100 + day
    return good & _are_dates(year, month, day) & (births <= int(f"{today:%Y%m%d}")), births


def _are_dates(year: Any, month: Any, day: Any) -> Any:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    possible = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    most = np.array(_DAYS, np.int32)[np.clip(month, 1, 12) - 1]
    most = np.where((month == 2) & ~leap, 28, most)
    return possible & (day <= most)
