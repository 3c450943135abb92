"""What the page of counts shows: calls to 12345 by week, what a file would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outreach.web.views.common import Choice, Link
from outreach.web.views.imports import RowProblem


@dataclass(frozen=True)
class WeekBar:
    """One week of one policy: calls, and the bar's length in percent of the longest. None: nobody reported it."""

    week: date
    calls: int | None
    width: float
    topics: str = ""


@dataclass(frozen=True)
class SeriesView:
    """One policy, week by week."""

    policy: str
    name: str
    weeks: tuple[WeekBar, ...]
    link: Link

    @property
    def total(self) -> int:
        """Calls of all weeks shown."""
        return sum(one.calls or 0 for one in self.weeks)


@dataclass(frozen=True)
class SignalsView:
    """12345 周数和办理数."""

    series: tuple[SeriesView, ...]
    policy: str
    policies: tuple[Choice, ...]
    means: str
    plays: str
    last: tuple[str, ...] = ()
    may_import: bool = False
    problem: str = ""
    regions: tuple[Choice, ...] = ()
    form: tuple[tuple[str, str], ...] = ()
    today: date | None = None

    def given(self, name: str, usual: str = "") -> str:
        """What was typed into a field before the file was refused."""
        return dict(self.form).get(name, usual)


@dataclass(frozen=True)
class SignalPreview:
    """What a file would do, or did (`done`)."""

    kind: str
    file_name: str
    numbers: tuple[tuple[str, int, str], ...]  # label, n, note
    changes: tuple[tuple[str, str, str], ...]  # about, before, after
    changes_total: int
    problems: tuple[RowProblem, ...]
    problems_total: int
    others: tuple[str, ...]
    confirm: str = ""  # '' when nothing can be written
    cancel: str = ""
    why_not: str = ""
    done: bool = False
