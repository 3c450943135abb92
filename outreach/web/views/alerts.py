"""What the page of alerts shows: what is wrong, where, since when, what to do, and who was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.web.views.common import Choice, Link


@dataclass(frozen=True)
class AlertLine:
    """One alert in words. told: what became of saying it, by target; link: None where this user has no such page."""

    id: int
    title: str
    text: str
    fix: str
    place: str
    at: datetime
    urgent: bool
    link: Link | None
    seen: str = ""  # by whom, '' = nobody
    told: tuple[str, ...] = ()
    trouble: bool = False
    ended: datetime | None = None


@dataclass(frozen=True)
class TargetLine:
    """Who is told; address is masked."""

    name: str
    kind: str
    address: str
    place: str


@dataclass(frozen=True)
class AlertsView:
    """提醒."""

    open: tuple[AlertLine, ...]
    ended: tuple[AlertLine, ...]
    every_minutes: int
    manages: bool
    targets: tuple[TargetLine, ...] = ()
    accounts: tuple[Choice, ...] = ()
    regions: tuple[Choice, ...] = ()
    mail: bool = True  # a mail server is set
    said: str = ""
    problem: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
