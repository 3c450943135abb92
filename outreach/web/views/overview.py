"""What 总览 shows: which policies ask for attention, where, how sure that is, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outreach.reports.charts.schemas import Chart
from outreach.web.views.alerts import AlertLine
from outreach.web.views.common import Link, Rate


@dataclass(frozen=True)
class PolicyRow:
    """One line of 哪些政策要过问. `tag` is a kind of macro `tag`; `told` in words, '' when nobody fits."""

    name: str
    href: str
    tag: str
    word: str
    why: str
    told: str
    rate: Rate | None
    need: str
    chosen: bool = False


@dataclass(frozen=True)
class TownRow:
    """A town beside the rest: `rate` None where there are too few answers for a figure."""

    name: str
    rate: Rate | None
    n: int
    difference: str
    tag: str
    word: str


@dataclass(frozen=True)
class Towns:
    """知道某项政策的人, town by town in office order."""

    chart: Chart
    rows: tuple[TownRow, ...]
    whole: Rate
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Past:
    """From wave to wave, with the sentence that says what may be concluded."""

    chart: Chart | None
    rows: tuple[tuple[str, Rate], ...]
    sentence: str
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Levels:
    """逐级情况 of one policy. `rows`: name, persons in words, what stands beside it."""

    chart: Chart
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class OverviewView:
    """总览."""

    on: date
    place: str
    title: str
    policies: tuple[PolicyRow, ...] = ()
    others: int = 0  # live policies that no campaign has told of
    policy_name: str = ""
    asked: str = ""  # month, way, n and response of the survey shown
    generated: bool = False
    towns: Towns | None = None
    levels: Levels | None = None
    past: Past | None = None
    untold: int = 0
    unreached: tuple[tuple[str, int, str], ...] = ()
    rings: tuple[AlertLine, ...] = ()
    pages: tuple[Link, ...] = ()
    reach_link: Link | None = None
    brief_link: Link | None = None
    first_steps: tuple[Link, ...] = ()
