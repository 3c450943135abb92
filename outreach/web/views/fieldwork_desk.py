"""What the pages for those who watch over fieldwork show: how far it is, who asks whom, what came back."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.web.views.common import Bar, Choice


@dataclass(frozen=True)
class StretchView:
    """A stratum, a village or a pack. `pack`: its number on paper, '' where it has none; `key` for forms."""

    key: str
    name: str
    people: int
    interviewed: int
    ended: int
    left: int
    reserve: int
    pack: str


@dataclass(frozen=True)
class RateView:
    """One rate of response with what it means."""

    label: str
    value: str
    meaning: str


@dataclass(frozen=True)
class AsideView:
    """An entry that contradicts what stands."""

    number: int
    word: str
    by: str


@dataclass(frozen=True)
class AgreementView:
    """One question asked twice."""

    text: str
    n: int
    percent: str
    kappa: str
    word: str


@dataclass(frozen=True)
class CallBacksView:
    """复核 so far. `missing`: interviews that did not take place."""

    drawn: int
    asked: int
    confirmed: int
    not_reached: int
    refused: int
    missing: tuple[str, ...]
    questions: tuple[AgreementView, ...]


@dataclass(frozen=True)
class DeskView:
    """进度 of one survey. `prints`: whether names may be printed by whoever looks."""

    ref: str
    title: str
    until: str
    closed: bool
    whole: StretchView
    bar: Bar
    packs: tuple[StretchView, ...]
    villages: tuple[StretchView, ...]
    strata: tuple[StretchView, ...]
    unassigned: int
    interviewers: tuple[Choice, ...]
    warnings: tuple[str, ...]
    rates: tuple[RateView, ...]
    outcomes: tuple[tuple[str, int], ...]
    reserve: str
    aside: tuple[AsideView, ...]
    call_backs: CallBacksView
    prints: bool
    office: str
    phone: str
    said: str
    alert: str


@dataclass(frozen=True)
class RowProblem:
    """Something wrong in a sheet."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class UploadView:
    """交回答卷表. `counts` are given once a sheet was taken in; `rejected`: where the wrong rows are fetched."""

    ref: str
    title: str
    problem: str
    counts: tuple[tuple[str, int], ...]
    problems: tuple[RowProblem, ...]
    more: int
    rejected: str
