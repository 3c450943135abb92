"""The five kinds of survey: what each asks, whom, and what its questionnaire must and must not hold. Pure."""

from __future__ import annotations

from enum import StrEnum

from outreach.errors import Invalid
from outreach.surveys.instrument import Instrument
from outreach.surveys.questions import OF_AWARENESS, Kind, Question


class SurveyKind(StrEnum):
    """What a survey is for."""

    AWARENESS = "awareness"  # 知晓率
    NEEDS = "needs"  # 入户摸底
    SATISFACTION = "satisfaction"  # 满意度
    EXPERIENCE = "experience"  # 政策体验官: volunteers, stand for nobody else
    QUIZ = "quiz"  # 有奖问答: whoever likes, kept apart from awareness


SAMPLED = frozenset({SurveyKind.AWARENESS, SurveyKind.NEEDS, SurveyKind.SATISFACTION})
"""Kinds whose people are drawn with a known probability; the others have no interval."""

ABOUT_A_POLICY = frozenset({SurveyKind.AWARENESS, SurveyKind.QUIZ})
"""Kinds that make no sense without a policy."""

_NEEDED = {
    SurveyKind.NEEDS: Kind.NEED,
    SurveyKind.SATISFACTION: Kind.SATISFACTION,
    SurveyKind.EXPERIENCE: Kind.EXPERIENCE,
    SurveyKind.QUIZ: Kind.QUIZ,
}
_HEADLINES = {
    SurveyKind.AWARENESS: OF_AWARENESS - {Kind.FICTIONAL},
    SurveyKind.NEEDS: frozenset({Kind.NEED}),
    SurveyKind.SATISFACTION: frozenset({Kind.SATISFACTION}),
}
_MUST_HAVE = frozenset({SurveyKind.AWARENESS, SurveyKind.SATISFACTION})


def check(instrument: Instrument) -> None:
    """What a new questionnaire of its kind must keep to. Invalid names the question and what is wrong.

    Asked when a survey is written down, not when a locked questionnaire is read again.
    """
    kind = SurveyKind(instrument.kind)
    needed = _NEEDED.get(kind)
    if needed is not None and not instrument.of_kind(needed):
        raise Invalid("planning.question_needed", kind=kind.value, needed=needed.value)
    for question in instrument.questions:
        _check_question(question, kind)
    _check_headline(instrument, kind)


def _check_headline(instrument: Instrument, kind: SurveyKind) -> None:
    allowed = _HEADLINES.get(kind, frozenset())
    if not instrument.headline:
        if kind in _MUST_HAVE:
            raise Invalid("planning.headline_needed", kind=kind.value)
        return
    if not allowed:
        raise Invalid("planning.no_headline_here", kind=kind.value, question=instrument.headline)
    if instrument.question(instrument.headline).kind not in allowed:
        raise Invalid(
            "planning.headline_kind",
            question=instrument.headline,
            kinds="、".join(sorted(allowed)),
        )


def _check_question(question: Question, kind: SurveyKind) -> None:
    awareness = question.kind in OF_AWARENESS
    if kind == SurveyKind.QUIZ and awareness:
        raise Invalid("planning.awareness_in_quiz", question=question.code)
    if question.kind == Kind.QUIZ and not question.counting:
        raise Invalid("planning.no_right_answer", question=question.code)
    for option in question.options:
        if (option.counts_as_aware and not awareness) or (option.counts and awareness):
            raise Invalid("planning.misplaced_mark", question=question.code, label=option.label)
