"""What every part asks by: where and when, and what was found so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from outreach import clock
from outreach.reports.alerts import counting
from outreach.reports.alerts.limits import AlertLimits
from outreach.reports.alerts.rules import Now
from outreach.reports.alerts.schemas import Bounces, Finding

_ENDED_DAYS = 14
"""How long a finished campaign is looked at."""


@dataclass(frozen=True)
class Terms:
    """Where and when it is asked. reporting: accounts whose carrier tells what became of a message."""

    limits: AlertLimits
    zone: ZoneInfo
    home: str = ""
    reporting: frozenset[int] = frozenset()

    def now(self) -> Now:
        """The moment of the question."""
        return Now(clock.now(), clock.today(self.zone), self.limits)


@dataclass
class Looked:
    """What was found, of which kinds, what is kept of the answers of steps, and states that two parts read."""

    findings: list[Finding] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    stretches: dict[int, Bounces] = field(default_factory=dict)
    states: dict[int, Mapping[int, Mapping[str, int]]] = field(default_factory=dict)


def some(found: Finding | None) -> Iterator[Finding]:
    """What a rule found, as none or one."""
    if found is not None:
        yield found


def campaigns(connection: Connection) -> Sequence[Row[Any]]:
    """(id, ref, title, region, status, budget_fen) of those that are looked at."""
    return counting.campaigns(connection, clock.now() - timedelta(days=_ENDED_DAYS))
