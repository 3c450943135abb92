"""What the page of a survey's results shows: figures with their intervals, and what may be said of them."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.reports.charts.schemas import Chart
from outreach.web.views.common import Link, Rate
from outreach.wording.figures import interval, percent, thousands


@dataclass(frozen=True)
class Line:
    """One figure: a rate with its interval (None: too few, or people who were only counted), of `n` people."""

    label: str
    rate: Rate | None
    aware: int
    n: int
    note: str = ""
    counted: bool = False  # only counted: no rate belongs to it

    @property
    def words(self) -> str:
        """78.3 %（74.1–82.0 %）, 样本不足, or a number of people."""
        if self.counted:
            return f"{thousands(self.aware)} 人"
        if self.rate is None:
            return "样本不足"
        return f"{percent(self.rate.rate)}（{interval(self.rate.low, self.rate.high)}）"


@dataclass(frozen=True)
class QuestionShown:
    """A question with the share that counts (first) and its whole distribution; open ones have a number of texts."""

    title: str
    kind: str
    n: int
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True)
class PlaceLine:
    """One town or village beside the rest, in office order. `tag` is a kind of macro `tag`."""

    line: Line
    difference: str
    tag: str
    word: str


@dataclass(frozen=True)
class PlacesShown:
    """Places of one level; `chart` None where there are too few to draw."""

    level: str
    rows: tuple[PlaceLine, ...]
    chart: Chart | None = None
    note: str = ""


@dataclass(frozen=True)
class ComparisonShown:
    """Two figures side by side with the sentence that says what may be concluded."""

    title: str
    sentence: str
    tag: str
    word: str
    sides: tuple[tuple[str, str, Line], ...]  # label, when and how, figure
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class VolunteersShown:
    """自愿填答: counted, drawn with a hatch, never beside an estimate."""

    n: int
    source: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class SurveyResultsView:
    """The results of one survey."""

    title: str
    name: str
    about: str
    above: Link
    rate: Rate | None = None
    lines: tuple[Line, ...] = ()
    generated: bool = False
    notes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()  # what stands under the figure: fictional item, worst case, 听说过
    response: tuple[tuple[str, int], ...] = ()
    response_rate: str = ""
    places: tuple[PlacesShown, ...] = ()
    comparisons: tuple[ComparisonShown, ...] = ()
    questions: tuple[QuestionShown, ...] = ()
    volunteers: VolunteersShown | None = None
    call_backs: tuple[str, ...] = ()
    made: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    links: tuple[Link, ...] = ()
    representative: bool = True
    asked: int = 0


@dataclass(frozen=True)
class PolicyAware:
    """The newest figure about one policy."""

    name: str
    href: str
    line: Line
    when: str
    fictional: str
    said: str
    mark: tuple[str, str] | None = None  # tag and word of what may be said
    chosen: bool = False


@dataclass(frozen=True)
class WaveLine:
    """One survey of the chosen policy."""

    title: str
    href: str
    line: Line
    when: str
    note: str = ""


@dataclass(frozen=True)
class AwarenessView:
    """知晓率: every policy with its newest figure, and one of them from wave to wave."""

    title: str
    place: str
    policies: tuple[PolicyAware, ...] = ()
    chart: Chart | None = None
    generated: bool = False
    policy_name: str = ""
    trend: Chart | None = None
    waves: tuple[WaveLine, ...] = ()
    comparisons: tuple[ComparisonShown, ...] = ()
    results: Link | None = None
    unasked: int = 0
    first_steps: tuple[Link, ...] = ()
