"""What the page 入户 shows: doors with what was said there, and loudspeakers. Never a circumstance or a policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.web.views.common import Bar, Choice, Link, Part


@dataclass(frozen=True)
class OutcomeButton:
    """One of the eight things that can be said of a door. `look`: yes is the first choice, hard asks once more."""

    value: str
    label: str
    icon: str
    look: str = ""


@dataclass(frozen=True)
class Tick:
    """What stands: the word, its tag, who said it and when ('' and None when nobody noted it).

    undo: the number of the tap that this user may take back, 0 = none. played: of a loudspeaker, everything said.
    """

    label: str
    shade: str  # of a tag: yes ask no
    by: str = ""
    at: datetime | None = None
    undo: int = 0
    undo_label: str = ""
    played: tuple[str, ...] = ()


@dataclass(frozen=True)
class DoorView:
    """One household. `anchor` is where the page stands again after a tick: a little above the door."""

    delivery_id: int
    number: str  # of the pack, '' when no paper went there
    address: str  # inside `place`
    name: str  # masked
    place: str
    tick: Tick | None = None
    saved: bool = False  # the last tick was here, and changed something
    note: str = ""  # what else there is to say about it
    alert: bool = False  # nothing was changed, or somebody has to do the rest
    open: bool = False


@dataclass(frozen=True)
class SlotView:
    """A loudspeaker of a village."""

    delivery_id: int
    place: str
    tick: Tick | None = None
    saved: bool = False
    note: str = ""
    alert: bool = False


@dataclass(frozen=True)
class VisitsView:
    """入户. `walked` and `total` count the chosen place, not only this page."""

    campaigns: tuple[Choice, ...]
    campaign: str
    grids: tuple[Choice, ...]
    grid: str
    doors: tuple[DoorView, ...]
    buttons: tuple[OutcomeButton, ...]
    slots: tuple[SlotView, ...]
    walked: int
    total: int
    page: int
    pages: int
    before: str = ""
    after: str = ""
    where: str = ""  # the campaign and the place, in words
    first_steps: tuple[Link, ...] = ()
    whose: str = ""  # 'mine': only the households of whoever looks
    has_own: bool = False  # whether some are assigned to them
    ways: tuple[Choice, ...] = ()  # how a loudspeaker's text is played
    links: tuple[Link, ...] = ()  # the other pages of whoever visits

    @property
    def bar(self) -> Bar:
        """How far one has come."""
        parts = (
            Part("walked", "已走", self.walked, "yes"),
            Part("left", "没走", self.total - self.walked, "todo"),
        )
        return Bar(parts, self.total)
