"""What 查政策 shows: one question, or what may be claimed; for those who work here also every fact on one form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from outreach.web.views.common import Choice

Kind = Literal["birth", "choice", "number", "ticks", "births"]


@dataclass(frozen=True)
class Screen:
    """One question. `codes`: what is ticked or answered with yes and no; `private`: why it is asked is explained."""

    key: str
    title: str
    kind: Kind
    choices: tuple[Choice, ...] = ()
    codes: tuple[str, ...] = ()
    hint: str = ""
    unit: str = ""
    private: bool = False
    step: int = 1
    whose: str = ""
    may: int = 0
    """Policies that may be for this person as far as is known."""


@dataclass(frozen=True)
class Found:
    """One policy that somebody seems to fit, or that has to be checked."""

    name: str
    tier: str
    words: str
    amount: str
    reckoned: str
    reasons: tuple[str, ...]
    to_check: tuple[str, ...]
    bring: str
    how: tuple[str, ...]
    where: str
    phone: str
    from_on: str = ""  # in words: when it begins to fit
    until: str = ""  # in words: the last day
    open: bool = False  # a fact is missing
    far: bool = False  # the last day is for those who work here, not for paper
    source: str = ""


@dataclass(frozen=True)
class Other:
    """A policy that is only named: residents do not read why."""

    name: str
    note: str


@dataclass(frozen=True)
class Answers:
    """What was found for one member. `open`: a fact is missing. `refused`: for those who work here, on the screen only."""

    whose: str
    fitting: tuple[Found, ...]
    open: tuple[Found, ...] = ()
    others: tuple[Other, ...] = ()
    refused: tuple[Other, ...] = ()


@dataclass(frozen=True)
class Row:
    """One circumstance on the form: value is '', yes or no."""

    code: str
    label: str
    value: str


@dataclass(frozen=True)
class RowGroup:
    """Circumstances of one kind; `open` when something is known of it or it is asked for next."""

    title: str
    rows: tuple[Row, ...]
    open: bool


@dataclass(frozen=True)
class Form:
    """Every fact of one member; `fields` maps the names of the inputs to what stands in them."""

    relation: str
    fields: dict[str, str]
    groups: tuple[RowGroup, ...]
    places: dict[str, str]
    """hukou, residence → the region that the register says, where it is more exact than here and elsewhere."""


@dataclass(frozen=True)
class CalculatorView:
    """查政策. `state` goes with every form, so that nothing has to be kept here."""

    place: str
    state: str = ""
    screen: Screen | None = None
    answers: tuple[Answers, ...] = ()
    form: Form | None = None
    members: tuple[str, ...] = ()
    now: int = 0
    complete: bool = False
    more: str = ""
    """The next question in words, when results are shown and something is left to ask."""
    problem: str = ""
    relations: tuple[str, ...] = ()
    from_register: str = ""
    reveal: str = ""
    """Where a reason is sent, so that what is sensitive comes along; '' when it has, or nobody of the register is meant."""
    duty: tuple[str, ...] = ()
    """Who answers questions today, where and by which telephone."""
