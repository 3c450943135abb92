"""From the rows of a filled sheet to reports about respondents, or to what is wrong with each. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from outreach.errors import Invalid, OutreachError
from outreach.people.schemas import Problem
from outreach.surveys.dispositions import INTERVIEWED, Disposition, parse_disposition
from outreach.surveys.fieldwork.checking import tidy, together, wrong_day
from outreach.surveys.fieldwork.workbook import (
    ASKED_ON,
    INTERVIEWER,
    NUMBER,
    RESULT,
    Filled,
    FilledSheet,
)
from outreach.surveys.instrument import Instrument
from outreach.surveys.schemas import Line

_DATE = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:[ T]0?0:00(?::00)?)?")


@dataclass(frozen=True)
class Known:
    """What a sheet is held against: survey, questions, the numbers of the sample, today.

    `phoned`: number → result and answers of an interview that came from a phone; a sheet does not overwrite it.
    """

    survey: Mapping[str, Any]
    instrument: Instrument
    numbers: frozenset[int]
    today: date
    phoned: Mapping[int, tuple[Disposition, Mapping[str, str]]] = field(default_factory=dict)


@dataclass
class Checked:
    """Good rows, how many say nothing yet, how many are wrong, and everything that is wrong with them."""

    lines: list[Line] = field(default_factory=list)
    pending: int = 0
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)


def check(sheet: FilledSheet, known: Known) -> Checked:
    """Read every row. Each number of the sample may stand once, in the first row that has it."""
    checked = Checked()
    seen: set[int] = set()
    for row in sheet.rows:
        reading = _Reading(row, known)
        line = reading.line(seen)
        if reading.wrong:
            checked.rejected += 1
            checked.problems += [
                Problem.of(row.row, sheet.headers.get(key, key), error)
                for key, error in reading.wrong
            ]
        elif line.disposition == Disposition.PENDING:
            checked.pending += 1
        else:
            checked.lines.append(line)
        seen.add(line.number)
    return checked


@dataclass
class _Reading:
    row: Filled
    known: Known
    wrong: list[tuple[str, OutreachError]] = field(default_factory=list)

    def line(self, seen: set[int]) -> Line:
        """The row as a report; `wrong` holds its problems, by the key of the cell."""
        number, disposition = self._number(seen), self._disposition()
        answers, problems = tidy(self.known.instrument, self.row.cells)
        self.wrong += problems
        line = Line(
            number=number,
            disposition=disposition,
            answers=answers,
            asked_on=self._date(),
            interviewer=self.row.cells.get(INTERVIEWER, ""),
        )
        if not self.wrong:
            self._compare(line)
        return line

    def _number(self, seen: set[int]) -> int:
        text = self.row.cells[NUMBER]
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
        if number not in self.known.numbers:
            self._refuse(NUMBER, "fieldwork.not_sampled", value=text)
        elif number in seen:
            self._refuse(NUMBER, "fieldwork.number_twice", number=number)
        return number

    def _disposition(self) -> Disposition:
        try:
            return parse_disposition(self.row.cells[RESULT])
        except Invalid as error:
            self.wrong.append((RESULT, error))
            return Disposition.PENDING

    def _date(self) -> date | None:
        text = self.row.cells.get(ASKED_ON, "")
        found = _DATE.fullmatch(text)
        try:
            asked_on = date(*map(int, found.groups())) if found else None
        except ValueError:
            asked_on = None
        if text and asked_on is None:
            self._refuse(ASKED_ON, "fieldwork.bad_date", value=text)
        elif asked_on is not None:
            wrong = wrong_day(self.known.survey, asked_on, self.known.today)
            if wrong is not None:
                self.wrong.append((ASKED_ON, wrong))
        return asked_on

    def _compare(self, line: Line) -> None:
        """Result and answers must go together, and with what an interviewer sent from a phone."""
        places = {"result": RESULT}
        self.wrong += [
            (places.get(key, key), error)
            for key, error in together(self.known.instrument, line.disposition, line.answers)
        ]
        if line.disposition == Disposition.PENDING:
            if line.asked_on and not self.wrong:  # an interviewer may be assigned beforehand
                self._refuse(RESULT, "fieldwork.no_result")
        elif line.number in self.known.phoned and self._differs(line):
            self._refuse(RESULT, "fieldwork.answered_by_phone", number=line.number)

    def _differs(self, line: Line) -> bool:
        disposition, answers = self.known.phoned[line.number]
        fuller = line.disposition == Disposition.COMPLETED and disposition == Disposition.PARTIAL
        same = line.disposition == disposition and line.answers == answers
        return disposition in INTERVIEWED and not fuller and not same

    def _refuse(self, key: str, code: str, **params: object) -> None:
        self.wrong.append((key, Invalid(code, **params)))
