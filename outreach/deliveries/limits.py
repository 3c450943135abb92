"""limits.toml: how much is enough for one number, when sending stops by itself, and when nobody is disturbed.

What an office changed lies in its own folder (`OUTREACH_CONTENT_DIR`); what it left out is as shipped.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from outreach import content
from outreach.deliveries import hours
from outreach.errors import Misconfigured

FILE = "limits.toml"


@dataclass(frozen=True)
class Frequency:
    """At most `most` 宣传 to one number in `days` days, today being one of them. most 0: as many as there are."""

    most: int
    days: int


@dataclass(frozen=True)
class Repeat:
    """A carrier's rule about one number and two days: so many equal texts, so many different ones."""

    identical: int
    different: int


@dataclass(frozen=True)
class Share:
    """Too many: at least `least`, and more than `percent` of a hundred."""

    least: int
    percent: float

    def exceeded(self, n: int, among: int) -> bool:
        """Whether n of `among` are too many."""
        return n >= self.least and n * 100 > self.percent * among


@dataclass(frozen=True)
class Silence:
    """Too quiet: so many are with the carrier, the first of them for so many minutes, and nothing came back."""

    least: int
    minutes: int


@dataclass(frozen=True)
class Limits:
    """The whole file. quiet: channel → windows; quiet_in: region → the same, for those that differ there."""

    frequency: Mapping[str, Frequency] = field(default_factory=dict)
    repeat: Mapping[str, Repeat] = field(default_factory=dict)
    permanent: Share = field(default_factory=lambda: Share(10, 10))
    opted_out: Share = field(default_factory=lambda: Share(10, 3))
    silent: Silence = field(default_factory=lambda: Silence(50, 60))
    quiet: Mapping[str, tuple[hours.Window, ...]] = field(default_factory=dict)
    quiet_in: Mapping[str, Mapping[str, tuple[hours.Window, ...]]] = field(default_factory=dict)

    def quiet_at(self, channel: str, region: str) -> tuple[hours.Window, ...]:
        """When a channel is quiet for a campaign in a region: as at its place, and as anywhere inside it."""
        around = [code for code in self.quiet_in if code and region.startswith(code)]
        inside = [code for code in self.quiet_in if code != region and code.startswith(region)]
        usual = self.quiet.get(channel, hours.QUIET.get(channel, ()))
        for code in sorted(around, key=len):
            usual = self.quiet_in[code].get(channel, usual)
        more = [one for code in sorted(inside) for one in self.quiet_in[code].get(channel, ())]
        return (*usual, *(one for one in more if one not in usual))


def read(site: Path | None = None) -> Limits:
    """The limits of this installation. Misconfigured names the file and what in it cannot be used."""
    return _read(content.shipped() / FILE, content.find(FILE, site))


@cache
def _parsed(path: Path, _changed: float) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Misconfigured("limits.unreadable", file=path.name, reason=str(error)) from error


def _read(shipped: Path, own: Path) -> Limits:
    base, mine = (_parsed(one, one.stat().st_mtime) for one in (shipped, own))
    unknown = set(mine) - {"frequency", "repeat", "halt", "quiet", "quiet_in"}
    if unknown:
        raise Misconfigured("limits.unknown_key", file=own.name, key=sorted(unknown)[0])
    try:
        return _limits(base, mine)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Misconfigured("limits.bad_value", file=own.name, reason=str(error)) from error


def _limits(base: Mapping[str, Any], mine: Mapping[str, Any]) -> Limits:
    def both(key: str) -> dict[str, Any]:
        return {**base.get(key, {}), **mine.get(key, {})}

    halt = both("halt")
    return Limits(
        frequency={name: _whole(Frequency, one) for name, one in both("frequency").items()},
        repeat={name: _whole(Repeat, one) for name, one in both("repeat").items()},
        permanent=_whole(Share, halt["permanent"]),
        opted_out=_whole(Share, halt["opted_out"]),
        silent=_whole(Silence, halt["silent"]),
        quiet=_windows(both("quiet")),
        quiet_in={
            str(one["region"]): _windows({k: v for k, v in one.items() if k != "region"})
            for one in mine.get("quiet_in", base.get("quiet_in", []))
        },
    )


def _whole(kind: Any, values: Mapping[str, Any]) -> Any:
    """A record of numbers that are not below zero, with no name too many or too few."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise ValueError(f"{name} = {value!r}")
    return kind(**values)


def _windows(table: Mapping[str, Any]) -> dict[str, tuple[hours.Window, ...]]:
    unknown = set(table) - set(hours.QUIET)
    if unknown:
        raise ValueError(sorted(unknown)[0])
    return {
        channel: tuple(hours.parse_window(text) for text in texts)
        for channel, texts in table.items()
    }


SHIPPED = read()
"""What holds where no office has said anything else."""
