"""Everything that a survey found, as pages, briefs and files take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from outreach.surveys.fieldwork.agreement import Agreement
from outreach.surveys.questions import Kind
from outreach.surveys.results.headline import Headline
from outreach.surveys.results.notes import Note
from outreach.surveys.results.shares import Share
from outreach.wording import Lang


@dataclass(frozen=True)
class OptionFigure:
    """How many gave one answer, of the base of its question."""

    code: str
    label: str
    share: Share


@dataclass(frozen=True)
class QuestionFigure:
    """What a question found. `counting` is the share of the answers that count (知道, 答对, 满意+比较满意), None where no
    answer does; `options` the full distribution; `blank` how many of the base gave no answer.

    An open question has no distribution: `texts` counts its answers, which are read in the inbox of opinions.
    """

    code: str
    kind: Kind
    text: str
    several: bool
    n: int
    counting: Share | None
    counted_labels: tuple[str, ...]
    options: tuple[OptionFigure, ...]
    blank: int
    texts: int = 0


@dataclass(frozen=True)
class VolunteerFigure:
    """自愿填答: counted by question and option (its code), never estimated. `aware` is None without a headline."""

    n: int
    aware: int | None
    sources: Mapping[str, int]
    options: Mapping[str, Mapping[str, int]]
    last: date | None


@dataclass(frozen=True)
class SurveyResults:
    """One survey. `survey` has the columns of the table with `policy` and `campaign` by name.

    `representative` is False for a quiz and for 政策体验官: nothing of them has an interval, and no figure of them
    stands beside one that has. `headline_code` is '' where no question stands for the whole. `all_right` is who answered every knowledge question right. `first`, `last` are days of
    asking.
    """

    survey: Mapping[str, Any]
    headline: Headline
    headline_code: str
    questions: tuple[QuestionFigure, ...]
    all_right: Share | None
    volunteers: VolunteerFigure | None
    call_backs: Agreement | None
    representative: bool
    first: date | None
    last: date | None
    modes: Mapping[str, int]
    notes: tuple[Note, ...]
    notice: str

    def said(self, lang: Lang = "zh") -> tuple[str, ...]:
        """The notes as sentences."""
        return tuple(note.say(lang) for note in self.notes)

    def of_kind(self, kind: Kind) -> tuple[QuestionFigure, ...]:
        """All questions of a kind, in the order of asking."""
        return tuple(one for one in self.questions if one.kind == kind)
