"""待核实的发送: what only a person can settle, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.web.views.common import Link


@dataclass(frozen=True)
class DoubtLine:
    """One message. `who` is masked; `words`: the first line of what was sent; the form goes to `action`."""

    number: int
    who: str
    place: str
    at: datetime
    age: str
    words: str
    action: str
    looked: str = ""
    open: bool = False


@dataclass(frozen=True)
class DoubtGroup:
    """Those of one campaign and channel to which the same happened, and where to look."""

    title: str
    href: str
    channel: str
    happened: str
    look: str
    lines: tuple[DoubtLine, ...]


@dataclass(frozen=True)
class UnknownsView:
    """The page. `asking`: how many the system still asks about by itself; `back`: of one campaign, where it came from."""

    groups: tuple[DoubtGroup, ...]
    total: int
    asking: int
    shown: int
    back: Link | None = None
