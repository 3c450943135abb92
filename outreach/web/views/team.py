"""What the pages 队伍 and 媒体和现场 show. How many households somebody has, never what they did."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.web.views.common import Choice, Link


@dataclass(frozen=True)
class HelperLine:
    """A helper; lacks: policies of live campaigns that they were not taught."""

    name: str
    shown: str
    place: str
    households: int
    too_many: bool
    active: bool
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class TurnLine:
    """A turn of duty in words."""

    id: int
    when: str
    place: str
    who: str
    phone: str


@dataclass(frozen=True)
class Left:
    """Households of a place that nobody looks after."""

    place: str
    region: str
    n: int


@dataclass(frozen=True)
class TeamView:
    """队伍."""

    helpers: tuple[HelperLine, ...]
    left: tuple[Left, ...]
    turns: tuple[TurnLine, ...]
    choices: tuple[Choice, ...]  # active helpers
    regions: tuple[Choice, ...]
    policies: tuple[Choice, ...]
    today: str
    links: tuple[Link, ...]
    said: str = ""
    alert: bool = False


@dataclass(frozen=True)
class RecordLine:
    """A report or an event."""

    id: int
    kind: str
    title: str
    text: str
    headcount: int | None
    mine: bool


@dataclass(frozen=True)
class RecordsView:
    """媒体和现场 of a campaign."""

    ref: str
    title: str
    rows: tuple[RecordLine, ...]
    regions: tuple[Choice, ...]
    today: str
    back: str
    said: str = ""
