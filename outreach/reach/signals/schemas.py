"""What the slice hands out: counts as they are kept, what a file would change, series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Literal

from outreach.access.scope import Scope
from outreach.people.schemas import Problem

Kind = Literal["hotline", "counts"]


@dataclass(frozen=True)
class Terms:
    """What goes with a file: whose regions, who takes it in, when; and what it does not say itself.

    region: of rows that name none. year: of weeks without one. policy, measure, on: of rows without such a column.
    """

    scope: Scope
    region: str
    today: date
    by: str
    source: str = ""
    year: int | None = None
    policy: str = ""
    measure: str = ""
    on: date | None = None


@dataclass(frozen=True, order=True)
class Calls:
    """Calls to 12345 about a policy in a week at a place; topic '' = all of them."""

    policy_id: int
    region: str
    week: date
    topic: str
    calls: int

    @property
    def cell(self) -> tuple[int, str, date]:
        """What one import replaces as a whole."""
        return (self.policy_id, self.region, self.week)


@dataclass(frozen=True, order=True)
class Counted:
    """A policy's own outcome on a day at a place: n of `of`."""

    policy_id: int
    measure: str
    region: str
    on: date
    n: int
    of: int
    source: str = ""


@dataclass(frozen=True)
class Change:
    """One figure that differs from what was there: what it is about in words, before → after (None = not there)."""

    about: str
    before: str | None
    after: str | None


@dataclass
class SignalReport:
    """What a file did, or would do. rows = accepted + rejected + totals + others; `changes` are new, corrected, gone.

    others: topics that are none of our policies, with how many rows; they are left alone.
    """

    kind: Kind
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    totals: int = 0
    new: int = 0
    unchanged: int = 0
    changes: list[Change] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    written: bool = False

    @property
    def replaced(self) -> int:
        """Figures that were there already and are now something else, or gone."""
        return len(self.changes)

    @property
    def failed(self) -> bool:
        """Whether nothing of it could be used."""
        return self.accepted == 0

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        plain: Mapping[str, object] = {
            name: value
            for name, value in vars(self).items()
            if name not in ("errors", "warnings", "changes")
        }
        return {
            **plain,
            "replaced": [asdict(one) for one in self.changes],
            "errors": [one.as_dict() for one in self.errors],
            "warnings": [one.as_dict() for one in self.warnings],
        }


@dataclass(frozen=True)
class WeekCalls:
    """Calls of one week, by topic as the hotline sorts them."""

    week: date
    topics: tuple[tuple[str, int], ...]

    @property
    def calls(self) -> int:
        """All topics together."""
        return sum(n for _, n in self.topics)


@dataclass(frozen=True)
class Series:
    """One policy's weeks, the oldest first; a week that nobody reported is not there, and is not nought."""

    policy_id: int
    policy: str
    name: str
    weeks: tuple[WeekCalls, ...] = ()
