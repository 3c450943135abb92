"""What the pages of offices' lists show. Never a name of the register: rows by number, people by count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outreach.web.views.common import Bar, Choice, Link, Part
from outreach.web.views.imports import RowProblem
from outreach.web.views.people import Mark


@dataclass(frozen=True)
class HandedLine:
    """A list that came earlier."""

    name: str
    file_name: str
    on: date
    until: str  # 有效至…, '' = no end was named
    basis: str
    rows: int
    missed: int
    mark: Mark
    by: str
    when: str


@dataclass(frozen=True)
class ListsView:
    """交名单. `everybody`: the reader sees all lists, not only their own. `helps`: lists that would settle most."""

    choices: tuple[Choice, ...]
    regions: tuple[Choice, ...]
    handed: tuple[HandedLine, ...]
    everybody: bool
    today: date
    problem: str = ""
    helps: tuple[str, ...] = ()
    most_megabytes: int = 32
    form: tuple[tuple[str, str], ...] = ()

    def given(self, name: str, usual: str = "") -> str:
        """What was typed into a field before the list was refused."""
        return dict(self.form).get(name, usual)


@dataclass(frozen=True)
class ListCounts:
    """rows = matched + unmatched + ambiguous + rejected."""

    rows: int
    matched: int
    people: int
    unmatched: int
    ambiguous: int
    rejected: int
    gained: int
    kept: int
    lost: int
    known: int
    spared: int
    inactive: int

    @property
    def missed(self) -> int:
        """Rows that nobody answers to."""
        return self.unmatched + self.ambiguous + self.rejected

    @property
    def bar(self) -> Bar:
        """对上了 · 对不准 · 没对上 · 有错."""
        parts = (
            Part("matched", "对上了", self.matched, "yes"),
            Part("ambiguous", "不止一人", self.ambiguous, "ask"),
            Part("unmatched", "没对上", self.unmatched, "no"),
            Part("rejected", "有错", self.rejected, "bad"),
        )
        return Bar(parts, self.rows)


@dataclass(frozen=True)
class ListPreview:
    """What a list would do, or did (`done`)."""

    name: str
    file_name: str
    terms: tuple[tuple[str, str], ...]
    counts: ListCounts
    effects: tuple[str, ...]
    estimate: bool
    share: float
    columns: tuple[tuple[str, str], ...]
    problems: tuple[RowProblem, ...]
    problems_total: int
    returned: Link | None
    confirm: str
    cancel: str
    done: bool = False
