"""How a campaign is staggered: as an officer writes it down, and what follows for each wave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from outreach.errors import Invalid

UNITS = ("village", "person")
_KEYS = {"unit", "waves", "seed", "days", "hold", "start"}
_BOUNDS = {"waves": (2, 12), "seed": (0, 2**31 - 1), "days": (1, 180), "hold": (1, 180)}


@dataclass(frozen=True)
class Stagger:
    """unit: village or person. days: between two waves. hold: between the last but one and the comparison.

    start: when the first wave has its turn; None = with the earliest step that has a date.
    """

    unit: str
    waves: int
    seed: int
    days: int
    hold: int
    start: datetime | None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Stagger | None:
        """How a campaign with these options is staggered; None = it is not."""
        written = options.get("stagger")
        if not written:
            return None
        start = written.get("start")
        return cls(**{**written, "start": datetime.fromisoformat(start) if start else None})

    def begins(self, steps: Sequence[Mapping[str, Any]]) -> datetime | None:
        """When the first wave has its turn; None when nothing says so."""
        dated = [one["due_at"] for one in steps if one["due_at"] is not None]
        return self.start or min(dated, default=None)

    def moments(self, start: datetime) -> list[datetime]:
        """When each wave has its turn, the first to the last."""
        found = [start + timedelta(days=self.days * number) for number in range(self.waves - 1)]
        return [*found, found[-1] + timedelta(days=self.hold)]


def parse(document: Mapping[str, Any], zone: ZoneInfo, file: str) -> dict[str, Any]:
    """The campaign's option `stagger` from its document; {} where it is sent at once. Invalid names the key."""
    written = document.get("stagger")
    if written is None:
        return {}
    if not isinstance(written, dict):
        raise Invalid("campaigns.bad_value", file=file, key="stagger", value=written)
    for key in written:
        if key not in _KEYS:
            raise Invalid("campaigns.unknown_key", file=file, key=f"stagger.{key}")
    unit = written.get("unit")
    if unit not in UNITS:
        raise Invalid("campaigns.bad_value", file=file, key="stagger.unit", value=unit)
    numbers = {
        key: _number(key, written.get(key, written.get("days") if key == "hold" else None), file)
        for key in _BOUNDS
    }
    start = _start(written.get("start"), zone, file)
    return {"stagger": {"unit": unit, **numbers, "start": start}}


def _number(key: str, value: object, file: str) -> int:
    low, high = _BOUNDS[key]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Invalid(
            "staggering.number", file=file, key=f"stagger.{key}", value=value, low=low, high=high
        )
    return value


def _start(value: object, zone: ZoneInfo, file: str) -> str | None:
    if value is None:
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid("campaigns.bad_value", file=file, key="stagger.start", value=value) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


@dataclass(frozen=True)
class WaveCount:
    """A wave as it is shown and signed. due_at: ISO text. losing: those who would lose the right before the turn that
    was drawn for them, and so are told with the first."""

    number: int
    due_at: str
    units: int
    people: int
    comparison: bool = False
    losing: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For JSON and the signed document."""
        return asdict(self)


@dataclass(frozen=True)
class Draw:
    """Who is told when. waves: person → wave. losing: person → the wave that was drawn for them, 0 = none."""

    counts: tuple[WaveCount, ...]
    waves: Mapping[int, int]
    moments: tuple[datetime, ...]
    losing: Mapping[int, int]
