"""What the preview pages show: texts as a phone, a group, a sheet and a reader have them, counts and money."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from outreach.messages.spoken import Said
from outreach.web.views.common import Choice, Link


@dataclass(frozen=True)
class SmsPart:
    """One billed part of a text. `force` is the first character that costs one part more, '' elsewhere."""

    before: str
    force: str = ""
    after: str = ""


@dataclass(frozen=True)
class Phone:
    """An SMS as the phone splits and bills it, and the sentence under it."""

    parts: tuple[SmsPart, ...]
    note: str
    forced_at: int = 0  # 1-based place of the forcing character, 0 when there is none

    @property
    def text(self) -> str:
        """All of it, as it leaves."""
        return "".join(part.before + part.force + part.after for part in self.parts)

    @property
    def dear(self) -> bool:
        """Whether it costs more than one part."""
        return len(self.parts) > 1


@dataclass(frozen=True)
class Sample:
    """One text as its readers have it: kind sms (phone), post (group) or script (read aloud)."""

    kind: str
    caption: str
    note: str
    tag: str  # language tag, for the browser's fonts and direction
    text: str
    phone: Phone | None = None
    said: tuple[Said, ...] = ()
    seconds: int = 0
    group: str = "居民群"
    picture: str = ""


@dataclass(frozen=True)
class Line:
    """One row of the list of all texts; `parts` is "" where nobody bills."""

    number: int
    href: str
    text: str
    tag: str
    language: str
    count: str
    length: int
    parts: str
    seconds: int = 0


@dataclass(frozen=True)
class Column:
    """One bar of how many cost how much: parts, messages, and how wide it is in percent of the widest."""

    parts: int
    count: int
    width: float


@dataclass(frozen=True)
class CostView:
    """Parts and money of a step or of all of them. savings: sentences."""

    total: int
    least: int
    median: int
    most: int
    money: str
    price: str
    columns: tuple[Column, ...]
    savings: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepLook:
    """One step. gaps: language → how many get nothing. skipped: why → how many. paper: a picture of a sheet."""

    number: int
    channel: str
    when: str
    count: str
    sms: bool
    texts: int
    all_href: str
    samples: tuple[Sample, ...] = ()
    lines: tuple[Line, ...] = ()
    cost: CostView | None = None
    gaps: tuple[tuple[str, int], ...] = ()
    skipped: tuple[tuple[str, int], ...] = ()
    unit: str = "人"
    lengths: str = ""
    paper: str = ""
    on_paper: str = ""
    pages: tuple[Link, ...] = ()

    @property
    def left_out(self) -> int:
        """How many get nothing on this step, for any reason."""
        return sum(count for _, count in self.skipped)


@dataclass(frozen=True)
class BigNumber:
    """A figure at the top: icon, label, number, unit, what it means."""

    icon: str
    label: str
    value: str
    unit: str
    note: str


@dataclass(frozen=True)
class Making:
    """A preview that is being made."""

    percent: float
    text: str


@dataclass(frozen=True)
class PreviewView:
    """Everything that will go out. `made` is None of what was signed; `make` is where the button's form goes."""

    title: str
    href: str
    status: str
    lede: str
    figures: tuple[BigNumber, ...] = ()
    steps: tuple[StepLook, ...] = ()
    step_choices: tuple[Choice, ...] = ()
    step: str = ""
    languages: tuple[Choice, ...] = ()
    language: str = ""
    cost: CostView | None = None
    remarks: tuple[tuple[str, str], ...] = ()  # tag, sentence
    changed: int = 0
    changes: str = ""
    search: str = ""
    found: tuple[Link, ...] = ()
    searched: str = ""
    workbook: str = ""
    make: str = ""
    made: datetime | None = None
    stale: bool = False
    making: Making | None = None
    problem: str = ""
    signed: str = ""
    waves: tuple[str, ...] = ()
    links: tuple[Link, ...] = field(default=())


@dataclass(frozen=True)
class GotView:
    """What a person gets on one step, or why nothing."""

    number: int
    channel: str
    reason: str = ""
    detail: str = ""
    sample: Sample | None = None


@dataclass(frozen=True)
class PersonPreviewView:
    """One person of a campaign. The name is masked."""

    title: str
    back: str
    name: str
    place: str
    person: str
    way: tuple[tuple[str, str], ...]  # tag, words
    fits: tuple[tuple[str, str, str], ...]  # tag, policy, words
    steps: tuple[GotView, ...]
    on: str


@dataclass(frozen=True)
class ChangeView:
    """One text in two versions. runs: messages.differences.Run."""

    title: str
    versions: str
    runs: tuple[object, ...]


@dataclass(frozen=True)
class ChangesView:
    """Two versions of a campaign's texts."""

    title: str
    back: str
    lede: str
    against: str
    choices: tuple[Choice, ...]
    changes: tuple[ChangeView, ...]
