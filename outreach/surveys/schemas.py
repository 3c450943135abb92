"""What recording a filled sheet gave; how a survey is written down: `surveys.orders`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from outreach.people.schemas import Problem
from outreach.surveys.dispositions import Disposition


@dataclass(frozen=True)
class Line:
    """One row of the sheet: a sampled person, and what an interviewer reported.

    `number` is the order of drawing; `answers` maps codes of questions to codes (or labels) of options, several of
    them separated by commas. Name, place, address and phone are only filled for interviewers.
    """

    number: int
    name: str = ""
    place: str = ""
    address: str = ""
    phone: str = ""
    note: str = ""
    disposition: Disposition = Disposition.PENDING
    answers: Mapping[str, str] = field(default_factory=dict)
    asked_on: date | None = None
    interviewer: str = ""


@dataclass(frozen=True)
class RecordReport:
    """What became of a filled sheet: rows = recorded + rejected + pending (nothing filled in yet).

    `changed` counts recorded rows that said something new: 0 when the same file is recorded again.
    """

    rows: int
    recorded: int
    rejected: int
    pending: int
    changed: int
    errors: list[Problem]

    @property
    def failed(self) -> bool:
        """Whether the command ends with exit status 1: rows were wrong and none was good."""
        return self.rejected > 0 and self.recorded == 0

    def as_dict(self) -> dict[str, object]:
        """Ready for JSON; each error has row (as an office worker counts it), column, code, message."""
        counts = ("rows", "recorded", "rejected", "pending", "changed")
        return {
            **{name: getattr(self, name) for name in counts},
            "errors": [problem.as_dict() for problem in self.errors],
        }
