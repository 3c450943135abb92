"""What the pages of opinions show: the inbox, one opinion, and the form in which somebody writes one down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.web.views.common import Choice


@dataclass(frozen=True)
class OpinionLine:
    """One opinion in a list. mark: the shape of its tag; late: nobody answered in time."""

    id: int
    title: str  # 办事遇到问题 · 高龄津贴
    text: str
    meta: str  # 入户，城关镇东村，wu某 记
    at: datetime
    state: str
    mark: str
    late: bool = False
    assigned: str = ""
    answer: str = ""


@dataclass(frozen=True)
class InboxView:
    """意见箱. asked: what the list is narrowed to, by name of the field."""

    rows: tuple[OpinionLine, ...]
    summary: tuple[tuple[str, int], ...]
    late: int
    days: int
    states: tuple[Choice, ...]
    sources: tuple[Choice, ...]
    policies: tuple[Choice, ...]
    regions: tuple[Choice, ...]
    ages: tuple[Choice, ...]
    asked: Mapping[str, str]
    export: str
    cut: bool  # more were found than are shown
    may_say: bool
    said: str = ""


@dataclass(frozen=True)
class MoveLine:
    """One line of the history."""

    at: datetime
    word: str
    by: str
    note: str = ""


@dataclass(frozen=True)
class OpinionPage:
    """One opinion. contact: masked, or in clear after a reason; moves: which may be made now."""

    line: OpinionLine
    policy: str
    policy_href: str
    place: str
    source: str
    by: str
    contact: str
    clear: bool
    reason: str
    history: tuple[MoveLine, ...]
    seen: int
    moves: frozenset[str]
    handles: bool
    people: tuple[Choice, ...]
    copy: str  # the answer with a greeting, to be copied
    said: str = ""
    problem: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SayView:
    """提意见, 记意见."""

    title: str
    lede: str
    kinds: tuple[Choice, ...]
    sources: tuple[Choice, ...]  # one: nothing to choose
    policies: tuple[Choice, ...]
    regions: tuple[Choice, ...]
    given: Mapping[str, str]
    once: str
    asks_contact: bool
    mine: tuple[OpinionLine, ...]
    most: int
    said: str = ""
    problem: str = ""
    inbox: bool = False


@dataclass(frozen=True)
class ResidentSayView:
    """The page behind a code on which a resident writes."""

    office: str
    phone: str
    action: str
    back: str
    kinds: tuple[Choice, ...]
    policies: tuple[Choice, ...]
    once: str
    most: int
    given: Mapping[str, str]
    done: bool = False
    problem: str = ""
