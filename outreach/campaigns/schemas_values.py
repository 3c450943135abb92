"""Values of a campaign's document: checked, with the file and the key named when they cannot be used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from outreach.errors import Invalid

_UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}


def one_of(value: object, allowed: Sequence[str], file: str, key: str) -> str:
    """One of some words."""
    if value not in allowed:
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value)
    return str(value)


def names(value: object, file: str, key: str) -> tuple[str, ...]:
    """A list of names, none of them twice."""
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value)
    if len(set(value)) < len(value):
        raise Invalid("campaigns.named_twice", file=file, key=key, value="、".join(value))
    return tuple(value)


def whole(value: object, low: int, high: int, file: str, key: str) -> int:
    """A whole number between two others, both included."""
    if type(value) is not int or not low <= value <= high:
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value)
    return value


def seconds(value: object, file: str, key: str) -> int:
    """`14d`, `72h`, `30m` or `10s` after the step before is settled; receipts of text messages take up to three days."""
    match = re.fullmatch(r"(\d{1,5})([dhms])", str(value))
    if match is None:
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value)
    return int(match[1]) * _UNITS[match[2]]


def moment(value: object, zone: ZoneInfo, file: str, key: str) -> datetime | None:
    """A moment; without a zone it is business time. None stays None."""
    if value is None:
        return None
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value) from error
    return found.replace(tzinfo=zone) if found.tzinfo is None else found
