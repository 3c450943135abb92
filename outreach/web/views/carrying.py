"""What the pages 电话, 发群, 录纸单 and 待办 show. Names and numbers masked; never a circumstance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from outreach.web.views.common import Choice, Link
from outreach.web.views.visits import OutcomeButton, Tick


@dataclass(frozen=True)
class CallView:
    """Somebody to be called. number and script: only once they were asked for, which is logged."""

    delivery_id: int
    name: str
    place: str
    phone: str  # masked
    tick: Tick | None = None
    number: str = ""
    script: str = ""
    note: str = ""
    alert: bool = False
    saved: bool = False
    open: bool = False


@dataclass(frozen=True)
class CallsView:
    """电话. `done` and `total` count the chosen place, not only this page."""

    campaigns: tuple[Choice, ...]
    campaign: str
    grids: tuple[Choice, ...]
    grid: str
    whose: str
    has_own: bool
    rows: tuple[CallView, ...]
    buttons: tuple[OutcomeButton, ...]
    done: int
    total: int
    page: int
    pages: int
    where: str
    before: str
    after: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class PostView:
    """A post in a group. pictures: of its policies, to be downloaded."""

    delivery_id: int
    group: str
    place: str
    title: str
    text: str
    at: datetime
    pictures: tuple[Link, ...] = ()
    tick: Tick | None = None
    note: str = ""
    alert: bool = False
    saved: bool = False
    unknown: str = ""  # where an uncertain post of a robot is looked at


@dataclass(frozen=True)
class PostsView:
    """发群: what waits for somebody to copy it into a group, and what was posted."""

    waiting: tuple[PostView, ...]
    done: tuple[PostView, ...]
    unsure: tuple[PostView, ...]
    links: tuple[Link, ...]
    may_settle: bool = False


@dataclass(frozen=True)
class TallyRow:
    """One row of a printed list. value: what was typed; problem: why it cannot be taken."""

    delivery_id: int
    number: str  # on the paper
    name: str
    place: str
    stands: str = ""
    value: str = ""
    problem: str = ""


@dataclass(frozen=True)
class TallyView:
    """录纸单: one sheet of a printed list at a time."""

    campaigns: tuple[Choice, ...]
    campaign: str
    kinds: tuple[Choice, ...]
    kind: str
    grids: tuple[Choice, ...]
    grid: str
    rows: tuple[TallyRow, ...]
    codes: tuple[Choice, ...]  # what is typed → what it means
    page: int
    pages: int
    links: tuple[Link, ...]
    saved: int = 0
    problem: str = ""


@dataclass(frozen=True)
class TaskLine:
    """A task. late: it should have been done before today; begun: somebody works on it."""

    id: int
    kind: str
    name: str
    address: str
    place: str
    policy: str
    note: str
    helper: str
    opened: str
    due_on: date | None
    late: bool
    mine: bool
    begun: bool
    results: tuple[Choice, ...]
    result: str = ""
    closed: str = ""


@dataclass(frozen=True)
class TasksView:
    """待办."""

    open: tuple[TaskLine, ...]
    closed: tuple[TaskLine, ...]
    helpers: tuple[Choice, ...]
    whose: str
    may_assign: bool
    links: tuple[Link, ...]
    said: str = ""
