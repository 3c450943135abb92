"""新建宣传任务: a campaign written page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.web.views.common import Choice, Link
from outreach.web.views.policies import Mark
from outreach.web.views.signing import SigningView


@dataclass(frozen=True)
class Stage:
    """One page of the wizard in the line above it. state: done cur todo."""

    label: str
    href: str
    state: str


@dataclass(frozen=True)
class Shell:
    """What stands around every page: where one is, and what is wrong with what was typed.

    `said`: key of the document → what is wrong with it. `revision`: of the sketch as this page shows it.
    """

    number: int
    title: str
    page: str
    stages: tuple[Stage, ...]
    revision: int
    campaign: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def action(self) -> str:
        """Where the page's form goes."""
        return f"/campaigns/new/{self.number}/{self.page}"


@dataclass(frozen=True)
class PolicyTick:
    """One policy to be chosen, with what an officer must know of it."""

    ref: str
    name: str
    about: str
    marks: tuple[Mark, ...]
    ticked: bool
    href: str


@dataclass(frozen=True)
class PoliciesPage:
    """选政策. `groups`: domain → its policies; `bundles`: ready-made ones."""

    shell: Shell
    title: str
    groups: tuple[tuple[str, tuple[PolicyTick, ...]], ...]
    bundles: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Count:
    """How many one policy fits where the campaign goes, and what would settle most of the unknown ones."""

    name: str
    likely: int
    unknown: int
    settles: str = ""


@dataclass(frozen=True)
class PeoplePage:
    """给谁."""

    shell: Shell
    regions: tuple[Choice, ...]
    region: str
    announce: str
    message_class: str
    segments: tuple[Choice, ...]
    segment: str
    counts: tuple[Count, ...]
    proposal: str = ""
    chains: tuple[Choice, ...] = ()
    chain: str = ""
    urgent_reason: str = ""
    typed_region: bool = False
    """The region is typed as a code: there are too many to choose from."""


@dataclass(frozen=True)
class StepForm:
    """One step as it is filled in. `timing`: now, at, after. `more`: what the form does not show, in words."""

    number: int
    channel: str
    timing: str = "now"
    at: str = ""
    after: str = ""
    wait: str = ""
    when: str = ""
    account: str = ""
    form: str = ""
    late: str = ""
    policies: tuple[str, ...] = ()
    kept: str = ""
    more: str = ""
    quiet: str = ""
    said: tuple[str, ...] = ()
    accounts: tuple[Choice, ...] = ()
    forms: tuple[Choice, ...] = ()
    earlier: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class ReadyPlan:
    """A ready-made line of steps."""

    id: str
    name: str
    about: str


@dataclass(frozen=True)
class StaggerForm:
    """分批推送 as it is filled in; everything is text. `said`: what is wrong with it."""

    on: bool = False
    unit: str = "village"
    waves: str = ""
    days: str = ""
    hold: str = ""
    seed: str = ""
    start: str = ""
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepsPage:
    """怎么发."""

    shell: Shell
    steps: tuple[StepForm, ...]
    plans: tuple[ReadyPlan, ...]
    channels: tuple[Choice, ...]
    conditions: tuple[Choice, ...]
    policies: tuple[Choice, ...]
    budget: str = ""
    any_hour: str = ""  # why quiet hours do not hold, '' = they do
    may_add: bool = True
    stagger: StaggerForm = StaggerForm()


@dataclass(frozen=True)
class TextLine:
    """Which text one step has for one policy (or several at once), and where a missing one is written."""

    about: str
    there: bool
    said: str
    languages: str
    link: Link


@dataclass(frozen=True)
class WordsPage:
    """写什么."""

    shell: Shell
    office: str
    phone: str
    valid_until: str
    opt_out: str
    dialects: str
    steps: tuple[tuple[str, tuple[TextLine, ...]], ...]


@dataclass(frozen=True)
class FaultLine:
    """What keeps it in draft, what to do about it, and where: another page, or one of the wizard's own."""

    text: str
    fix: str
    link: Link | None = None
    page: str = ""


@dataclass(frozen=True)
class CheckPage:
    """看一遍: the draft as it would go out. `working`: a preview is being made, in words; `made`: when the last was."""

    signing: SigningView
    stages: tuple[Stage, ...]
    faults: tuple[FaultLine, ...]
    counts: tuple[tuple[str, int, int], ...] = ()
    working: str = ""
    problem: str = ""
    stale: bool = False
    made: datetime | None = None
    may_submit: bool = False
    unasked: tuple[Link, ...] = ()
    """Policies of which nobody was told and nobody asked yet, each with where a survey is set up."""
