"""The shapes of validity and window in a policy's document: days that exist, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from outreach.errors import Invalid

_KEYS = ("text", "from", "to", "yearly")


def check_validity(document: Mapping[str, object], file: str) -> None:
    """`valid_from` and `valid_to` are days, the first not after the second. Invalid names file and key."""
    first, last = (day(document, key, file) for key in ("valid_from", "valid_to"))
    day(document, "review_due", file)
    _in_order(first, last, file, "valid_to")


def check_window(facts: Mapping[str, object], file: str) -> None:
    """A window is a text, or a mapping of `text` with `from` and `to` (days), or with `yearly` (two MM-DD).

    A season whose end lies before its beginning goes over New Year. Invalid names file and key.
    """
    window = facts.get("window")
    if window is None or isinstance(window, str):
        return
    if not isinstance(window, Mapping):
        raise Invalid("policies.bad_value", file=file, key="window", value=window)
    for key in window:
        if key not in _KEYS:
            raise Invalid("policies.unknown_key", file=file, key=f"window.{key}")
    if not isinstance(window.get("text", ""), str):
        raise Invalid("policies.bad_value", file=file, key="window.text", value=window["text"])
    first, last = (day(window, key, file, "window.") for key in ("from", "to"))
    _in_order(first, last, file, "window.to")
    if "yearly" in window:
        if first or last:
            raise Invalid("policies.window_both", file=file, key="window.yearly")
        _check_season(window["yearly"], file)


def day(facts: Mapping[str, object], key: str, file: str, under: str = "") -> date | None:
    """A day of a document; None when it is not given. Invalid names file and key."""
    value = facts.get(key)
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid("policies.bad_date", file=file, key=f"{under}{key}", value=value) from error


def _in_order(first: date | None, last: date | None, file: str, key: str) -> None:
    if first and last and first > last:
        raise Invalid("policies.days_backwards", file=file, key=key, first=first, last=last)


def _check_season(value: object, file: str) -> None:
    days = value if isinstance(value, list | tuple) else ()
    if len(days) != 2:
        raise Invalid("policies.bad_season", file=file, key="window.yearly", value=value)
    for number, one in enumerate(days):
        try:
            # in a leap year, so that 02-29 is a day; an unquoted 11-01 is no text in YAML 1.1 either
            date.fromisoformat(f"2000-{one}" if isinstance(one, str) else "")
        except ValueError as error:
            key = f"window.yearly[{number}]"
            raise Invalid("policies.bad_season", file=file, key=key, value=one) from error
