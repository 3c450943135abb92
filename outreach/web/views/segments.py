"""What the pages of segments show: the list, and the builder with its rows, its reading and its counts."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.web.views.common import Choice, Link


@dataclass(frozen=True)
class SegmentLine:
    """A saved segment in the list."""

    ref: str
    name: str
    reading: str
    href: str
    used: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadyLine:
    """A ready-made one; `policy`: a policy has to be chosen first."""

    ref: str
    name: str
    about: str
    policy: bool


@dataclass(frozen=True)
class SegmentsView:
    """对象条件: those of the office, and the ready-made ones by family."""

    saved: tuple[SegmentLine, ...]
    families: tuple[tuple[str, tuple[ReadyLine, ...]], ...]
    policies: tuple[Choice, ...]


@dataclass(frozen=True)
class RowView:
    """One condition of the form. `control` is how its value is filled in: text, number, date, select, none.

    `suggestions`: id of the list of words that the browser offers. `days`: whether it may look ahead.
    """

    number: int
    part: str
    field: str
    op: str
    value: str
    in_days: str
    parts: tuple[Choice, ...]
    ops: tuple[Choice, ...]
    control: str = "text"
    choices: tuple[Choice, ...] = ()
    suggestions: str = ""
    hint: str = ""
    days: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Part:
    """One way of dividing them: (name, likely, unknown) of each group that has any."""

    title: str
    rows: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Counts:
    """For how many it holds, and which list would settle how many of those whose answer is open."""

    likely: int
    unknown: int
    not_: int
    blocked: int
    of: str  # whose answer it is: 对象条件本身, or a policy among them
    gaps: tuple[str, ...] = ()
    warning: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class BuilderView:
    """One segment as a form. `locked`: written in a file with more than the form can show, so it is not changed here."""

    title: str
    ref: str
    name: str
    new: bool
    rows: tuple[RowView, ...]
    fields: tuple[tuple[str, tuple[Choice, ...]], ...]
    policies: tuple[Choice, ...]
    policy: str = ""
    reading: str = ""
    counts: Counts | None = None
    problem: str = ""
    saved: bool = False
    locked: bool = False
    used: tuple[str, ...] = ()
    delete: str = ""
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    campaign: Link | None = None
