"""What the pages of people show. Names and numbers are masked unless somebody gave a reason, which is logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outreach.web.views.common import Choice, Link
from outreach.web.views.refusals import RefusalsView


@dataclass(frozen=True)
class Mark:
    """A tag: its shape and its word."""

    kind: str  # yes ask no bad run
    word: str


@dataclass(frozen=True)
class PersonLine:
    """One person in a list."""

    href: str
    name: str
    phone: str
    about: str  # 76 岁，女
    place: str
    marks: tuple[Mark, ...] = ()
    role: str = ""  # 户主, 监护人


@dataclass(frozen=True)
class PeopleView:
    """对象: a page of people, or what a search found."""

    rows: tuple[PersonLine, ...]
    total: int | None  # of the chosen region; None after a search or behind another filter
    regions: tuple[Choice, ...]
    region: str
    circumstances: tuple[Choice, ...] = ()  # () for who may not filter by them
    circumstance: str = ""
    found: str = ""  # what a search or a filter says of itself
    searched: bool = False
    before: str = ""
    after: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class FactLine:
    """A circumstance: whether it is so, and who says that since when."""

    label: str
    mark: Mark
    source: str
    sensitive: bool = False


@dataclass(frozen=True)
class NotedLine:
    """What the ledger holds of the person and a policy."""

    policy: str
    word: str
    on: date


@dataclass(frozen=True)
class FitLine:
    """A policy and how it fits."""

    policy: str
    mark: Mark
    why: str = ""


@dataclass(frozen=True)
class Pair:
    """Another record that may be the same person."""

    other: int
    line: PersonLine
    why: str
    better_here: bool  # this page's record is the better known one


@dataclass(frozen=True)
class HomeView:
    """The household: who lives there, and whether messages to it are stopped."""

    id: int
    members: tuple[PersonLine, ...]
    stopped: bool
    address: str = ""  # only when revealed


@dataclass(frozen=True)
class Allowed:
    """What the reader may do here."""

    reveal: bool = False
    stop: bool = False
    edit: bool = False
    merge: bool = False


@dataclass(frozen=True)
class PersonView:
    """One person. `hidden`: sensitive facts and policies that a worker sees only after giving a reason."""

    id: int
    name: str
    revealed: bool
    marks: tuple[Mark, ...]
    basics: tuple[tuple[str, str], ...]
    facts: tuple[FactLine, ...]
    noes: tuple[FactLine, ...]
    hidden: int
    home: HomeView | None
    guardian: PersonLine | None
    contact: PersonLine | None
    needs_guardian: bool
    choices: tuple[Choice, ...]  # members of the household who may be guardian or contact
    fits: tuple[FitLine, ...]
    noted: tuple[NotedLine, ...]
    pairs: tuple[Pair, ...]
    allowed: Allowed
    status: str
    refusals: RefusalsView
    notices: tuple[str, ...] = ()
    problem: str = ""
    reason: str = ""
