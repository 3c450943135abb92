"""From the rows of a filled sheet to reports about respondents, or to what is wrong with each. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from outreach.errors import Invalid, OutreachError
from outreach.people.schemas import Problem
from outreach.surveys.dispositions import Disposition, label, parse_disposition
from outreach.surveys.fieldwork.workbook import (
    ASKED_ON,
    INTERVIEWER,
    NUMBER,
    RESULT,
    Filled,
    FilledSheet,
    chosen,
)
from outreach.surveys.instrument import Instrument
from outreach.surveys.schemas import Line

_DATE = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:[ T]0?0:00(?::00)?)?")


@dataclass
class Checked:
    """Good rows, how many say nothing yet, how many are wrong, and everything that is wrong with them."""

    lines: list[Line] = field(default_factory=list)
    pending: int = 0
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)


def check(
    sheet: FilledSheet, instrument: Instrument, numbers: Container[int], today: date
) -> Checked:
    """Read every row. `numbers` are those of the sample; each may stand once, in the first row that has it."""
    checked = Checked()
    seen: set[int] = set()
    for row in sheet.rows:
        reading = _Reading(row, instrument, today)
        line = reading.line(numbers, seen)
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
    instrument: Instrument
    today: date
    wrong: list[tuple[str, OutreachError]] = field(default_factory=list)

    def line(self, numbers: Container[int], seen: Container[int]) -> Line:
        """The row as a report; `wrong` holds its problems, by the key of the cell."""
        line = Line(
            number=self._number(numbers, seen),
            disposition=self._disposition(),
            answers=self._answers(),
            asked_on=self._date(),
            interviewer=self.row.cells.get(INTERVIEWER, ""),
        )
        if not self.wrong:
            self._compare(line)
        return line

    def _number(self, numbers: Container[int], seen: Container[int]) -> int:
        text = self.row.cells[NUMBER]
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
        if number not in numbers:
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

    def _answers(self) -> dict[str, str]:
        """Question → codes of options, as they are stored."""
        answers: dict[str, str] = {}
        for question in self.instrument.questions:
            try:
                options = chosen(question, self.row.cells[question.code])
            except Invalid as error:
                self.wrong.append((question.code, error))
                continue
            if options:
                answers[question.code] = ",".join(dict.fromkeys(o.code for o in options))
        return answers

    def _date(self) -> date | None:
        text = self.row.cells.get(ASKED_ON, "")
        found = _DATE.fullmatch(text)
        try:
            asked_on = date(*map(int, found.groups())) if found else None
        except ValueError:
            asked_on = None
        if text and asked_on is None:
            self._refuse(ASKED_ON, "fieldwork.bad_date", value=text)
        elif asked_on is not None and asked_on > self.today:
            self._refuse(ASKED_ON, "fieldwork.future_date", value=text)
        return asked_on

    def _compare(self, line: Line) -> None:
        """Result and answers must go together."""
        if line.disposition == Disposition.COMPLETED:
            headline = self.instrument.question(self.instrument.headline)
            if headline.code not in line.answers and any(o.no_opinion for o in headline.options):
                self._refuse(headline.code, "fieldwork.no_headline_answer", question=headline.text)
        elif line.disposition == Disposition.PENDING:
            if line.answers or line.asked_on:  # an interviewer may be assigned beforehand
                self._refuse(RESULT, "fieldwork.no_result")
        elif line.answers:
            self._refuse(
                RESULT, "fieldwork.answers_without_interview", value=label(line.disposition)
            )

    def _refuse(self, key: str, code: str, **params: object) -> None:
        self.wrong.append((key, Invalid(code, **params)))


@dataclass
class Changes:
    """What good rows say that the database does not; nothing when they are recorded again."""

    instrument: Instrument
    today: date
    reports: list[dict[str, Any]] = field(default_factory=list)
    given: list[dict[str, Any]] = field(default_factory=list)
    gone: list[tuple[int, str]] = field(default_factory=list)
    aware: dict[int, date] = field(default_factory=dict)
    unaware: list[int] = field(default_factory=list)

    def add(self, line: Line, row: Mapping[str, Any], old: Mapping[str, str]) -> None:
        """Compare a line with its respondent (`row`) and the answers recorded before (`old`)."""
        asked_on = line.asked_on or row["asked_on"] or self.today
        values = {
            "disposition": line.disposition.value,
            "asked_on": asked_on,
            "interviewer": line.interviewer or row["interviewer"],
        }
        if line.answers != old or any(row[name] != value for name, value in values.items()):
            self.reports.append({"respondent": row["id"], **values})
        self.given += [
            {"respondent_id": row["id"], "question": question, "value": value}
            for question, value in line.answers.items()
            if old.get(question) != value
        ]
        self.gone += [(row["id"], question) for question in old if question not in line.answers]
        if self.instrument.is_aware(line.answers):
            self.aware[row["person_id"]] = asked_on
        elif self.instrument.is_aware(old):
            self.unaware.append(row["person_id"])
