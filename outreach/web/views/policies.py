"""政策: the list, the card with the six answers, and the forms of what happens to a policy."""

from __future__ import annotations

from dataclasses import dataclass, field

from outreach.web.views.common import Choice, Link


@dataclass(frozen=True)
class Mark:
    """A word about a state and the shape of its tag: yes ask no bad run."""

    kind: str
    words: str


@dataclass(frozen=True)
class PolicyLine:
    """One row of the list."""

    name: str
    official: str
    href: str
    domain: str
    office: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class PoliciesView:
    """The list, filtered. `total` counts what the user may see at all."""

    rows: tuple[PolicyLine, ...]
    total: int
    domains: tuple[Choice, ...]
    domain: str
    words: str
    states: tuple[Choice, ...] = ()
    state: str = ""
    first_steps: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Answers:
    """The six answers, as they hold at one place."""

    who: tuple[str, ...]
    ways: tuple[str, ...]
    """Of which one is enough; what excludes stands in `never`."""
    never: tuple[str, ...]
    basis: str
    check: tuple[str, ...]
    amount: str
    amount_open: str
    how: tuple[str, ...]
    steps: tuple[str, ...]
    days: str
    automatic: str
    online: str
    bring: tuple[str, ...]
    spared: tuple[str, ...]
    when: tuple[str, ...]
    where: str
    phone: str
    office: str
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Where it stands. `marks` are what still has to be checked; `note` the words of who collected it."""

    title: str
    number: str
    marks: tuple[Mark, ...]
    note: str


@dataclass(frozen=True)
class LocalPart:
    """What one region filled in. `edit` leads to its form, '' when this user may not."""

    place: str
    facts: tuple[tuple[str, str], ...]
    who: str
    edit: str = ""


@dataclass(frozen=True)
class Change:
    """One fact of two versions."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class VersionLine:
    """One version and what it changed; `lost` is what regions had filled in and could not be carried."""

    title: str
    who: str
    gone: tuple[str, ...] = ()
    come: tuple[str, ...] = ()
    facts: tuple[Change, ...] = ()
    lost: tuple[str, ...] = ()
    same: bool = False


@dataclass(frozen=True)
class Department:
    """One department and whether it has signed what the policy says now."""

    name: str
    mark: Mark
    may_sign: bool = False


@dataclass(frozen=True)
class ReviewLine:
    """One review."""

    when: str
    who: str
    outcome: str
    note: str
    figures: str


@dataclass(frozen=True)
class Dispute:
    """A contradiction with another policy."""

    matter: str
    place: str
    mine: str
    other_name: str
    other_href: str
    theirs: str
    offices: str
    settled: str = ""
    settle: str = ""
    about: str = ""


@dataclass(frozen=True)
class Stage:
    """One stage of 制定—宣传—执行—反馈: who does it, and what there is of it."""

    name: str
    whose: str
    lines: tuple[Link, ...]
    empty: str = ""


@dataclass(frozen=True)
class Ending:
    """That a policy ends or has ended, who was told of it, and what is still out."""

    when: str
    note: str
    successor: Link | None
    told: str = ""
    told_list: str = ""
    out: str = ""
    takedown: str = ""


@dataclass(frozen=True)
class Inside:
    """What only people who work here see of a policy."""

    missing: tuple[str, ...]
    departments: tuple[Department, ...]
    verified: str
    due: str
    due_mark: Mark | None
    locals: tuple[LocalPart, ...]
    versions: tuple[VersionLine, ...]
    reviews: tuple[ReviewLine, ...]
    disputes: tuple[Dispute, ...]
    stages: tuple[Stage, ...]
    moves: tuple[Link, ...] = ()
    verify: str = ""
    sign: str = ""
    version: int = 0
    digest: str = ""
    counts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PolicyView:
    """The card."""

    ref: str
    name: str
    official: str
    one_line: str
    domain: str
    place: str
    marks: tuple[Mark, ...]
    answers: Answers
    source: Source
    ending: Ending | None = None
    inside: Inside | None = None
    said: str = ""


@dataclass(frozen=True)
class Input:
    """One field of a form, with what is wrong about it."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    kind: str = "text"  # text number date area ticks
    choices: tuple[Choice, ...] = ()
    ticked: frozenset[str] = frozenset()
    problem: str = ""


@dataclass(frozen=True)
class FormView:
    """A form about a policy: its groups of fields, and where it goes."""

    title: str
    lede: str
    back: Link
    action: str
    button: str
    groups: tuple[tuple[str, tuple[Input, ...]], ...]
    problem: str = ""
    regions: tuple[Choice, ...] = ()
    region: str = ""
    ask: str = ""  # where the choice of a region goes
    options: tuple[Choice, ...] = ()
    option: str = ""
    kept: tuple[str, ...] = field(default=())
    """What the region filled in that this form does not change."""
