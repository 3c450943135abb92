"""What the pages of planned surveys show: the list, the set-up with its reckoner, and one survey. Nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from outreach.web.views.common import Choice, Link
from outreach.web.views.people import Mark


@dataclass(frozen=True)
class SurveyLine:
    """One survey in the list."""

    href: str
    title: str
    about: str  # kind, policy, which time
    mark: Mark
    size: int
    drawn: int
    answered: int
    closes: date | None
    by: str
    generated: bool


@dataclass(frozen=True)
class SurveysView:
    """调查: all of them, newest first."""

    lines: tuple[SurveyLine, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class QuestionShown:
    """A question as it will be asked."""

    number: int
    text: str
    options: tuple[tuple[str, bool], ...]  # label, whether it counts
    several: bool
    headline: bool
    note: str = ""


@dataclass(frozen=True)
class SizeShown:
    """What the reckoner found, in words."""

    sentence: str
    lines: tuple[str, ...]
    draw: int


@dataclass(frozen=True)
class SurveyForm:
    """The set-up. `given` holds what was filled in, by the name of the field."""

    given: Mapping[str, str]
    kinds: tuple[Choice, ...]
    policies: tuple[Choice, ...]
    regions: tuple[Choice, ...]
    bases: tuple[Choice, ...]
    strata: tuple[Choice, ...]
    allocations: tuple[Choice, ...]
    withins: tuple[Choice, ...]
    asks: tuple[Choice, ...]
    modes: tuple[Choice, ...]
    earlier: tuple[Choice, ...]
    groups: tuple[Choice, ...]
    title: str
    marking: str
    questions: tuple[QuestionShown, ...]
    hash: str
    people: int | None = None
    """How many could be drawn; None where it is not known yet."""
    size: SizeShown | None = None
    problem: str = ""
    sampled: bool = True
    panel: bool = False

    def value(self, name: str, default: str = "") -> str:
        """What was filled in."""
        return self.given.get(name, default)


@dataclass(frozen=True)
class StratumShown:
    """One row of the table of strata."""

    name: str
    population: int
    clusters: str
    drawn: int
    weight: str


@dataclass(frozen=True)
class BatchShown:
    """A batch of the reserve; `href` asks before it is taken up, '' where it cannot be now."""

    name: str
    batch: int
    people: int
    state: str
    href: str = ""


@dataclass(frozen=True)
class SurveyView:
    """One survey: what is locked, how it was drawn, what can be done next."""

    title: str
    about: str
    mark: Mark
    facts: tuple[tuple[str, str], ...]
    next: tuple[Link, ...]
    links: tuple[Link, ...]
    sealed: bool
    generated: bool
    hashes: tuple[tuple[str, str], ...]
    questions: tuple[QuestionShown, ...]
    marking: str
    coverage: tuple[str, ...] = ()
    strata: tuple[StratumShown, ...] = ()
    reserve: tuple[BatchShown, ...] = ()
    repeat: str = ""
    problem: str = ""
    warnings: tuple[str, ...] = field(default=())
