"""What the figures look like: plain counts, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from outreach.access.schemas import AuditLine


@dataclass(frozen=True)
class Why:
    """Deliveries that share a state and the reason for it. `error` is the carrier's code, '' when it gave none."""

    state: str
    channel: str
    reason: str
    error: str
    n: int


@dataclass(frozen=True)
class StepCount:
    """One step of a campaign with its deliveries by state; `fired` when its deliveries have been written."""

    number: int
    channel: str
    due_at: datetime | None
    after_step: int | None
    condition: str
    fired: bool
    states: Mapping[str, int]


@dataclass(frozen=True)
class Walked:
    """What only the deliveries themselves say: why some were skipped or not delivered, parts, money, what was sent twice."""

    whys: tuple[Why, ...] = ()
    parts: int = 0
    cost_fen: int = 0
    resent: int = 0


@dataclass(frozen=True)
class Standing:
    """Where one campaign stands inside a scope. `log` is newest first."""

    campaign: Mapping[str, Any]
    steps: tuple[StepCount, ...]
    whys: tuple[Why, ...]
    parts: int
    cost_fen: int
    resent: int
    log: tuple[AuditLine, ...] = ()

    @property
    def states(self) -> dict[str, int]:
        """Deliveries of all steps by state."""
        total: dict[str, int] = {}
        for step in self.steps:
            for state, n in step.states.items():
                total[state] = total.get(state, 0) + n
        return total


@dataclass(frozen=True)
class PlaceCount:
    """People of one place for one policy. Only those who certainly fit are counted, besides `unknown`.

    in_person, delivered and relayed exclude each other (the strongest counts); `published` counts everybody in
    whose place something was published, told or not.
    """

    code: str
    eligible: int = 0
    unknown: int = 0
    in_person: int = 0
    delivered: int = 0
    relayed: int = 0
    published: int = 0
    applied: int = 0
    received: int = 0

    @property
    def told(self) -> int:
        """触达: told in person or delivered, nothing else."""
        return self.in_person + self.delivered

    @property
    def untold(self) -> int:
        """Neither told, nor delivered to, nor told by the family."""
        return self.eligible - self.told - self.relayed

    def plus(self, other: PlaceCount) -> PlaceCount:
        """Both places together, under this one's code."""
        counts = [one.name for one in fields(self) if one.name != "code"]
        return PlaceCount(
            self.code, **{name: getattr(self, name) + getattr(other, name) for name in counts}
        )

    def minus(self, other: PlaceCount) -> PlaceCount:
        """This place without a part of it, under this one's code."""
        counts = [one.name for one in fields(self) if one.name != "code"]
        return PlaceCount(
            self.code, **{name: getattr(self, name) - getattr(other, name) for name in counts}
        )


@dataclass(frozen=True)
class ReachFigures:
    """One policy inside one scope: its places in the order of their codes, and all of them together."""

    places: tuple[PlaceCount, ...] = ()

    @property
    def total(self) -> PlaceCount:
        """Everybody in scope."""
        total = PlaceCount("")
        for place in self.places:
            total = total.plus(place)
        return total

    def by_length(self, length: int) -> list[PlaceCount]:
        """The same counts for the regions whose codes are that long (9 towns, 12 villages)."""
        found: dict[str, PlaceCount] = {}
        for place in self.places:
            code = place.code[:length]
            found[code] = found.get(code, PlaceCount(code)).plus(place)
        return [found[code] for code in sorted(found)]


@dataclass(frozen=True)
class Untold:
    """People who certainly fit and were never told, by how far a message to them came.

    `stage`: printed accepted pending unknown failed skipped none. `reason`: why it was skipped.
    """

    stage: str
    reason: str
    n: int


@dataclass(frozen=True)
class Losing:
    """People who fit a policy today, not any more within 30 days, and have not applied: days left, one each."""

    policy: str
    name: str
    ends_on: date
    days: tuple[int, ...]


@dataclass(frozen=True)
class OfficeFacts:
    """What the to-do list is made of. Unprinted and printed: campaign row number → sheets that wait for the printer,
    or were printed and wait for somebody to hand them over."""

    people: int
    without_number: int
    unprinted: Mapping[int, int] = field(default_factory=dict)
    printed: Mapping[int, int] = field(default_factory=dict)
