"""Whether a result and its answers go together, on paper and on a phone alike. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from outreach.errors import Conflict, Invalid, OutreachError
from outreach.surveys.dispositions import INTERVIEWED, Disposition, label
from outreach.surveys.instrument import Instrument
from outreach.surveys.questions import Kind, Option, Question

RESULT, ASKED_ON = "result", "asked_on"
"""Where a problem lies, beside the codes of questions."""

_BETWEEN = re.compile(r"[,，、;；\s]+")

LONGEST = 500
"""Characters of an answer in words."""

Problems = list[tuple[str, OutreachError]]


def chosen(question: Question, text: str) -> tuple[Option, ...]:
    """The options in a cell, by label, code, or the number that stands before them on paper.

    A label may hold the very marks that separate several answers (电视、报纸、网络). Raises Invalid for anything else.
    """
    for option in sorted(question.options, key=lambda each: -len(each.label)):
        if question.several:
            text = text.replace(option.label, f" {option.code} ")
    return question.chosen(_unnumbered(question, text))


def _unnumbered(question: Question, text: str) -> str:
    """The same with numbers on paper as codes, where no option is called by a number itself."""
    known = {name for option in question.options for name in (option.code, option.label)}
    words = _BETWEEN.split(text.strip()) if question.several else [text]
    return ",".join(word if word in known else _by_number(question, word) for word in words)


def _by_number(question: Question, word: str) -> str:
    number = word.strip()
    if number.isascii() and number.isdecimal() and 1 <= int(number) <= len(question.options):
        return question.options[int(number) - 1].code
    return word


def tidy(instrument: Instrument, given: Mapping[str, str]) -> tuple[dict[str, str], Problems]:
    """Question → codes of options (several separated by commas), or words; and what cannot be read.

    `given` has a text for each question, '' for none; questions that it does not name were not asked.
    """
    answers: dict[str, str] = {}
    problems: Problems = []
    for question in instrument.questions:
        text = given.get(question.code, "").strip()
        try:
            value = _words(text) if question.kind == Kind.OPEN else _codes(question, text)
        except Invalid as error:
            problems.append((question.code, error))
            continue
        if value:
            answers[question.code] = value
    return answers, problems


def _codes(question: Question, text: str) -> str:
    return ",".join(dict.fromkeys(option.code for option in chosen(question, text)))


def _words(text: str) -> str:
    if len(text) > LONGEST:
        raise Invalid("fieldwork.too_long", characters=len(text), most=LONGEST)
    return text


def together(
    instrument: Instrument, disposition: Disposition, answers: Mapping[str, str]
) -> Iterator[tuple[str, OutreachError]]:
    """What is wrong with a result and its answers taken together."""
    if disposition in INTERVIEWED:
        yield from _interview(instrument, disposition, answers)
    elif disposition == Disposition.PENDING:
        if answers:
            yield RESULT, Invalid("fieldwork.no_result")
    elif answers:
        word = label(disposition)
        yield RESULT, Invalid("fieldwork.answers_without_interview", value=word)


def _interview(
    instrument: Instrument, disposition: Disposition, answers: Mapping[str, str]
) -> Iterator[tuple[str, OutreachError]]:
    headline = instrument.headline_question
    if headline is None:
        if not answers:
            yield RESULT, Invalid("fieldwork.no_answers")
    elif headline.code not in answers:
        if disposition == Disposition.PARTIAL:
            error = Invalid("fieldwork.partial_without_headline", question=headline.text)
            yield headline.code, error
        elif any(option.no_opinion for option in headline.options):
            yield headline.code, Invalid("fieldwork.no_headline_answer", question=headline.text)


def wrong_day(survey: Mapping[str, Any], on: date, today: date) -> OutreachError | None:
    """Why nobody can have been asked on a day: it lies ahead, or outside the fieldwork. None when all is well."""
    if on > today:
        return Invalid("fieldwork.future_date", value=on.isoformat())
    first, last = survey["opens_on"], survey["closes_on"]
    if (first is not None and on < first) or (last is not None and on > last):
        return Invalid(
            "fieldwork.outside_fieldwork",
            value=on.isoformat(),
            first=first or "—",
            last=last or "—",
        )
    return None


def require_open(survey: Mapping[str, Any]) -> None:
    """Conflict once the survey is closed: nothing is recorded after it."""
    if survey["closed_at"] is not None:
        raise Conflict("fieldwork.closed", survey=survey["ref"])


def in_the_field(survey: Mapping[str, Any], today: date) -> bool:
    """Whether interviewers may see whom to ask: drawn, not closed, on a day of the fieldwork."""
    return (
        survey["drawn_at"] is not None
        and survey["closed_at"] is None
        and (survey["opens_on"] is None or survey["opens_on"] <= today)
        and (survey["closes_on"] is None or today <= survey["closes_on"])
    )
