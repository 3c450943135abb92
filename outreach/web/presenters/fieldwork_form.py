"""The questionnaire of one person as a form: results and questions as large buttons, and back from what was sent."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from outreach.errors import OutreachError
from outreach.surveys.dispositions import INTERVIEWED, Disposition, label
from outreach.surveys.instrument import Instrument
from outreach.surveys.questions import Kind, Question
from outreach.surveys.service import locked_instrument
from outreach.web.views.fieldwork import FormView, OptionView, QuestionView, ResultView
from outreach.wording import say

PREFIX = "q_"
"""Names of fields that hold answers begin with it."""


@dataclass(frozen=True)
class Filled:
    """A form as it came: what is shown again when something is wrong with it."""

    disposition: str = ""
    on: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    corrects: bool = False
    problem: str = ""


def form(
    survey: Mapping[str, Any],
    today: date,
    filled: Filled = Filled(),
    only: frozenset[Kind] | None = None,
) -> FormView:
    """The questions (of some kinds; None: all) as large buttons."""
    instrument = locked_instrument(survey)
    return FormView(
        results=tuple(_results(filled.disposition)),
        questions=questions(instrument, filled, only),
        today=today.isoformat(),
        earliest=survey["opens_on"].isoformat() if survey["opens_on"] else "",
        on=filled.on or today.isoformat(),
        key=filled.key or secrets.token_hex(12),
        corrects=filled.corrects,
        problem=filled.problem,
    )


def _results(chosen: str) -> Iterable[ResultView]:
    for each in Disposition:
        if each:
            yield ResultView(each.value, label(each), each in INTERVIEWED, each.value == chosen)


def questions(
    instrument: Instrument, filled: Filled, only: frozenset[Kind] | None = None
) -> tuple[QuestionView, ...]:
    """The questions of some kinds (None: all), numbered as on paper."""
    return tuple(
        _question(number, question, instrument, filled)
        for number, question in enumerate(instrument.questions, 1)
        if only is None or question.kind in only
    )


def _question(
    number: int, question: Question, instrument: Instrument, filled: Filled
) -> QuestionView:
    value = filled.answers.get(question.code, "")
    given = set(value.split(","))
    kind = "words" if question.kind == Kind.OPEN else "several" if question.several else "one"
    return QuestionView(
        code=question.code,
        number=number,
        text=question.text,
        kind=kind,
        options=tuple(
            OptionView(option.code, option.label, at, option.code in given)
            for at, option in enumerate(question.options, 1)
        ),
        needed=question.code == instrument.headline,
        words=value if kind == "words" else "",
    )


def answers_of(fields: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Question → codes (several separated by commas) or words, from the fields of a form."""
    return {
        name.removeprefix(PREFIX): ",".join(one for one in values if one)
        for name, values in fields.items()
        if name.startswith(PREFIX) and any(values)
    }


def with_problem(filled: Filled, error: OutreachError) -> Filled:
    """The form again with what is wrong."""
    words = say(error.code, **error.params)
    return replace(filled, problem=words)
