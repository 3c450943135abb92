"""What the pages of 宣传内容 show: which texts there are, one policy's texts side by side, and the editor."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.messages.differences import Run
from outreach.messages.markup import Leaflet, Letter
from outreach.messages.spoken import Said
from outreach.web.views.common import Choice, Link
from outreach.web.views.policies import Mark
from outreach.web.views.previews import Phone


@dataclass(frozen=True)
class Cell:
    """What a channel has for a policy: the state of the text in the common language, and the others in words."""

    channel: str
    href: str
    mark: Mark
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicyRow:
    """One policy with a cell for each channel; `todo`: what has to be done first, '' when nothing is left.

    start: where the first text is written, for a policy that has none at all.
    """

    ref: str
    name: str
    href: str
    domain: str
    cells: tuple[Cell, ...]
    todo: str = ""
    start: str = ""


@dataclass(frozen=True)
class MessagesView:
    """The list. `counts`: (kind of tag, label, number) of texts in each state."""

    rows: tuple[PolicyRow, ...]
    channels: tuple[str, ...]
    counts: tuple[tuple[str, str, int], ...]
    domains: tuple[Choice, ...]
    domain: str
    states: tuple[Choice, ...]
    state: str
    words: str
    total: int


@dataclass(frozen=True)
class Shown:
    """A text as its readers have it. kind: phone bubble script leaflet letter qa plain; the rest is what that needs."""

    kind: str
    text: str
    lang: str
    phone: Phone | None = None
    said: tuple[Said, ...] = ()
    seconds: int = 0
    leaflet: Leaflet | None = None
    amount: str = ""
    letter: Letter | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class TextCard:
    """One text on the policy's page; `shown` is None where there is none yet."""

    language: str
    form: str
    href: str
    mark: Mark
    title: str = ""
    shown: Shown | None = None
    problems: tuple[str, ...] = ()
    written: str = ""
    used: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChannelTexts:
    """All texts of a policy for one channel."""

    channel: str
    label: str
    cards: tuple[TextCard, ...]

    @property
    def bad(self) -> int:
        """How many of them have errors."""
        return sum(card.mark.kind == "bad" for card in self.cards)


@dataclass(frozen=True)
class PolicyTextsView:
    """One policy: every text side by side, with this place's facts."""

    ref: str
    name: str
    policy: Link | None
    regions: tuple[Choice, ...]
    region: str
    channels: tuple[ChannelTexts, ...]
    said: str = ""
    edit: bool = False
    new_channels: tuple[Choice, ...] = ()
    new_languages: tuple[Choice, ...] = ()
    new_forms: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class FindingLine:
    """One remark. kind: bad (an error) or ask (a warning); `words`: what it is about, to be found in the text."""

    kind: str
    what: str
    fix: str
    line: int = 0
    words: str = ""


@dataclass(frozen=True)
class Tick:
    """One of the six questions, and whether the text answers it."""

    name: str
    answered: bool


@dataclass(frozen=True)
class Measure:
    """A figure about the text: length, parts, cost, seconds. kind: '' or ask when it is too much."""

    label: str
    value: str
    note: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Look:
    """What is known about the words as they are typed now: the sentence above all, findings, figures, previews."""

    verdict: Mark
    findings: tuple[FindingLine, ...]
    ticks: tuple[Tick, ...]
    measures: tuple[Measure, ...]
    previews: tuple[tuple[str, Shown], ...]
    plain: str = ""
    plain_parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variable:
    """Something to put in: how it is written, what it means, and what it says for this policy at this place."""

    code: str
    means: str
    value: str


@dataclass(frozen=True)
class VersionLine:
    """One line of the history."""

    number: int
    who: str
    at: str
    why: str
    reviewed: str
    retired: bool
    newest: bool
    href: str


@dataclass(frozen=True)
class Compared:
    """Two versions, or somebody else's version and what was typed."""

    title: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Beside:
    """Another text of the same kind, to be looked at while writing."""

    language: str
    lang: str
    body: str
    shown: Shown | None


@dataclass(frozen=True)
class ReviewBox:
    """Who has read it (`by`), or the form for it; `refused`: why this user may not fill it in."""

    needed: bool
    by: str = ""
    refused: str = ""
    action: str = ""
    language: str = ""


@dataclass(frozen=True)
class EditorView:
    """One text: what is typed, what is known about it, and its way until now."""

    title: str
    policy_name: str
    back: Link
    action: str
    look_action: str
    here: str
    edit: bool
    base: int
    name: str
    body: str
    notes: str
    follow_up: bool
    why: str
    form: str
    forms: tuple[Choice, ...]
    announce: str
    region: str
    regions: tuple[Choice, ...]
    language: str
    lang: str
    likely: int
    look: Look
    variables: tuple[Variable, ...]
    versions: tuple[VersionLine, ...] = ()
    compared: Compared | None = None
    beside: Beside | None = None
    besides: tuple[Choice, ...] = ()
    beside_tag: str = ""
    review: ReviewBox = ReviewBox(needed=False)
    copies: tuple[Choice, ...] = ()
    mark: Mark | None = None
    used: tuple[str, ...] = ()
    problem: str = ""
    said: str = ""
    retire: str = ""
    restore: str = ""
    picture: str = ""
