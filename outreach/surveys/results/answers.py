"""What each question found: the share that counts, the whole distribution, open answers counted only. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from outreach.surveys.instrument import Instrument
from outreach.surveys.questions import Kind, Question
from outreach.surveys.results.headline import came_to, counting
from outreach.surveys.results.interviews import chosen
from outreach.surveys.results.measure import Measure
from outreach.surveys.results.schemas import (
    OptionFigure,
    QuestionFigure,
    VolunteerFigure,
)
from outreach.surveys.results.shares import Share


def question_figures(instrument: Instrument, measured: Measure) -> tuple[QuestionFigure, ...]:
    """Every question in the order of asking; items of 获得感 each for itself."""
    return tuple(_figure(question, measured) for question in instrument.questions)


def _figure(question: Question, measured: Measure) -> QuestionFigure:
    base = came_to(question, measured)
    if question.kind == Kind.OPEN:
        texts = sum(bool(one.answers.get(question.code, "").strip()) for one in measured.asked)
        return QuestionFigure(
            question.code, question.kind, question.text, False, sum(base), None, (), (), 0, texts
        )
    ticked = chosen(question, measured.asked)
    codes = [{option.code for option in options} for options in ticked]
    return QuestionFigure(
        code=question.code,
        kind=question.kind,
        text=question.text,
        several=question.several,
        n=sum(base),
        counting=measured.share(counting(question, ticked), base) if question.counting else None,
        counted_labels=tuple(option.label for option in question.counting),
        options=tuple(
            OptionFigure(
                option.code,
                option.label,
                measured.share([option.code in one for one in codes], base),
            )
            for option in question.options
        ),
        blank=sum(here and not options for here, options in zip(base, ticked, strict=True)),
    )


def all_right(instrument: Instrument, measured: Measure) -> Share | None:
    """Who answered every knowledge question right; None where there are fewer than two of them."""
    questions = instrument.of_kind(Kind.KNOWLEDGE)
    if len(questions) < 2:
        return None
    right = [counting(one, chosen(one, measured.asked)) for one in questions]
    bases = [came_to(one, measured) for one in questions]
    return measured.share(
        [all(each) for each in zip(*right, strict=True)],
        [all(each) for each in zip(*bases, strict=True)],
    )


def volunteer_figure(
    instrument: Instrument, rows: Sequence[tuple[str, Mapping[str, str], datetime]]
) -> VolunteerFigure | None:
    """People who answered by themselves, counted; None when there are none."""
    if not rows:
        return None
    told = {question.code: Counter[str]() for question in instrument.questions}
    for question in instrument.questions:
        for _, answers, _ in rows:
            for option in question.chosen(answers.get(question.code, "")):
                told[question.code][option.code] += 1
    headline = instrument.headline_question
    aware = None
    if headline is not None:
        ticked = [headline.chosen(answers.get(headline.code, "")) for _, answers, _ in rows]
        aware = sum(counting(headline, ticked))
    return VolunteerFigure(
        n=len(rows),
        aware=aware,
        sources=dict(Counter(source for source, _, _ in rows)),
        options={code: dict(counts) for code, counts in told.items()},
        last=max(moment for _, _, moment in rows).date(),
    )
