"""alerts.toml: from where on something is an alert, and when alerts are said.

What an office changed lies in its own folder (`OUTREACH_CONTENT_DIR`); what it left out is as shipped.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from outreach import content
from outreach.deliveries.hours import Window, parse_window
from outreach.errors import Misconfigured

FILE = "alerts.toml"


@dataclass(frozen=True)
class Sending:
    """When and how often an alert is said. quiet: windows of the day in which only `urgent` kinds are."""

    quiet: tuple[Window, ...]
    urgent: frozenset[str]
    tries: int
    apart_minutes: float


@dataclass(frozen=True)
class AlertLimits:
    """The whole file: table → key → number, and how alerts are said."""

    tables: Mapping[str, Mapping[str, float]]
    sending: Sending

    def of(self, table: str, key: str) -> float:
        """One number of a table."""
        return self.tables[table][key]

    @property
    def working_days(self) -> int:
        """Within how many an opinion is answered."""
        return int(self.of("opinions", "working_days"))


def read(site: Path | None = None) -> AlertLimits:
    """The limits of this installation. Misconfigured alerts.unreadable, alerts.bad_limit name file, table and key."""
    shipped, own = content.shipped() / FILE, content.find(FILE, site)
    base, mine = (_parsed(one, one.stat().st_mtime) for one in (shipped, own))
    for table, values in mine.items():
        if table not in base or not isinstance(values, dict):
            raise _bad(own, table, "")
        unknown = sorted(set(values) - set(base[table]))
        if unknown:
            raise _bad(own, table, unknown[0])
    merged = {table: {**values, **mine.get(table, {})} for table, values in base.items()}
    sending = _sending(own, merged.pop("sending"))
    return AlertLimits(
        {table: _numbers(own, table, values) for table, values in merged.items()}, sending
    )


@cache
def _parsed(path: Path, _changed: float) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Misconfigured("alerts.unreadable", file=path.name, reason=str(error)) from error


def _bad(path: Path, table: str, key: str) -> Misconfigured:
    return Misconfigured("alerts.bad_limit", file=path.name, place=f"{table}.{key}".rstrip("."))


def _numbers(path: Path, table: str, values: Mapping[str, Any]) -> Mapping[str, float]:
    for key, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise _bad(path, table, key)
    return values


def _sending(path: Path, values: Mapping[str, Any]) -> Sending:
    plain = {key: values[key] for key in ("tries", "apart_minutes")}
    numbers = _numbers(path, "sending", plain)
    try:
        quiet = tuple(parse_window(text) for text in values["quiet"])
    except (TypeError, ValueError, AttributeError) as error:
        raise _bad(path, "sending", "quiet") from error
    urgent = values["urgent"]
    if not isinstance(urgent, list) or not all(isinstance(one, str) for one in urgent):
        raise _bad(path, "sending", "urgent")
    return Sending(quiet, frozenset(urgent), int(numbers["tries"]), numbers["apart_minutes"])
