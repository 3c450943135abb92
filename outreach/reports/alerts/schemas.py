"""The figures that rules judge, what they find, and an alert as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

KINDS = (
    "zero_delivered", "bounce_spike", "opt_out", "unknown_waiting", "delivery_low", "finished_empty", "budget", "quota",
    "no_channel", "policy_over", "policy_ending", "window_ending", "policy_old", "list_estimate", "list_expired",
    "survey_small", "opinions_overdue", "hotline_spike",
)  # fmt: skip
"""Every kind of alert, the most pressing first."""


@dataclass(frozen=True)
class Finding:
    """Something that is so now. thing: campaign:REF, campaign:REF/STEP, policy:REF, …; params: figures of its sentence."""

    kind: str
    thing: str
    region: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """One alert of a kind and thing at a time."""
        return f"{self.kind}|{self.thing}"


@dataclass(frozen=True)
class Bounces:
    """How many answers of a step had failed: at the end of the time before, and at the end of the latest stretch."""

    answered_before: int
    failed_before: int
    answered: int
    failed: int
    at: int  # when the latest stretch ended, seconds since 1970


@dataclass(frozen=True)
class StepFigures:
    """One step of a campaign whose carrier reports back, from kept counts."""

    ref: str
    title: str
    region: str
    number: int
    first: datetime
    last: datetime  # of its firings
    states: Mapping[str, int]
    answered: int  # as automatic halting counts
    opted_out: int
    bounces: Bounces | None = None

    def count(self, *states: str) -> int:
        """Deliveries in these states."""
        return sum(self.states.get(state, 0) for state in states)


@dataclass(frozen=True)
class CampaignFigures:
    """A campaign as a whole. spent, budget: 1/100 yuan."""

    ref: str
    title: str
    region: str
    status: str
    planned: int
    spent: int
    budget: int | None
    unknown: int


@dataclass(frozen=True)
class AccountFigures:
    """What an account has sent today, of what it may."""

    name: str
    used: int
    daily: int
    region: str


@dataclass(frozen=True)
class PolicyFigures:
    """A live policy at the installation. closes_on: the last day of the window that is open now."""

    ref: str
    name: str
    region: str
    verified_on: date | None
    ends_on: date | None
    closes_on: date | None
    eligible: int = 0
    no_channel: int = 0


@dataclass(frozen=True)
class SurveyFigures:
    """A closed survey with a figure."""

    ref: str
    title: str
    region: str
    n_eff: float


@dataclass(frozen=True)
class ListFigures:
    """The newest list of its kind at a place. share: of rows that fit nobody, of lists of applicants only."""

    thing: str
    name: str
    region: str
    on: date
    share: float | None = None
    expires_on: date | None = None


@dataclass(frozen=True)
class OpinionFigures:
    """Opinions of one town that nobody answered in time."""

    region: str
    n: int
    oldest: datetime
    days: int


@dataclass(frozen=True)
class HotlineFigures:
    """Calls about a policy by week; the newest week is the last of `weeks`."""

    policy: str
    name: str
    region: str
    week: date
    calls: int
    before: tuple[int, ...]


@dataclass(frozen=True)
class AlertView:
    """An alert as it stands. ended_at None: it lasts."""

    id: int
    kind: str
    thing: str
    region: str
    params: Mapping[str, Any]
    opened_at: datetime
    seen_by: str
    seen_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class TargetView:
    """Who is told. address is encrypted; account: the robot's, '' for e-mail."""

    id: int
    kind: str
    name: str
    address: str
    account: str
    region: str
    by: str
    at: datetime
    ended_at: datetime | None
