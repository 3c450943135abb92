"""自愿填答: who scans the code on a sheet may answer; nobody is told who, and it stands for nobody else.

These answers are kept beside the survey and enter no estimate: whoever answers by themselves differs from whoever does
not, and no interval says by how much. Nothing is kept but the answers and the day.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from outreach import clock
from outreach.errors import Invalid, Missing
from outreach.models.policies import Policy
from outreach.models.surveys import Survey, VolunteerAnswer
from outreach.store import upsert
from outreach.surveys.fieldwork.checking import in_the_field, tidy
from outreach.surveys.kinds import SAMPLED, SurveyKind
from outreach.surveys.questions import Kind, Question
from outreach.surveys.service import get, locked_instrument

KINDS = frozenset(Kind) - {Kind.UNPROMPTED, Kind.KNOWLEDGE, Kind.OPEN}
"""Questions that somebody can answer alone. The others are coded by an interviewer, or hold words that could name
somebody; for those there is the page of opinions."""

_KEY = re.compile(r"[0-9a-f]{24}")
_OF_ONESELF = {"拒答": "不想说"}
_TO_THE_INTERVIEWER = re.compile(r"（[^（）]*(?:不读出|不提示)[^（）]*）")


def open_survey(
    connection: Connection, campaign: int, policies: Collection[str], today: date
) -> Mapping[str, Any] | None:
    """The survey that a code of a campaign leads to today: its own before others about the same policies, then the
    newest. `policies` are those that an open sheet may speak of. None when none is open."""
    statement = (
        select(Survey.ref, Survey.campaign_id)
        .join(Policy, Policy.id == Survey.policy_id)
        .where(Policy.ref.in_(sorted(policies)), Survey.closed_at.is_(None))
        .order_by(Survey.id.desc())
    )
    rows = sorted(connection.execute(statement), key=lambda row: row.campaign_id != campaign)
    for row in rows:
        survey = get(connection, row.ref)
        if _is_open(survey, today) and questions(survey):
            return survey
    return None


def _is_open(survey: Mapping[str, Any], today: date) -> bool:
    """A quiz has no sample that would have to be drawn before."""
    if SurveyKind(survey["kind"]) in SAMPLED:
        return in_the_field(survey, today)
    return in_the_field({**survey, "drawn_at": survey["created_at"]}, today)


def questions(survey: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions that somebody can answer alone."""
    return tuple(one for one in locked_instrument(survey).questions if one.kind in KINDS)


def self_worded(text: str) -> str:
    """A question without what only an interviewer must know (不读出, 不提示)."""
    return _TO_THE_INTERVIEWER.sub("", text)


def self_labelled(label: str) -> str:
    """An answer as somebody gives it of themselves: 拒答 is an interviewer's word."""
    return _OF_ONESELF.get(label, label)


def answer(
    connection: Connection, survey: Mapping[str, Any], key: str, given: Mapping[str, str]
) -> bool:
    """Keep what somebody answered; False when this form was here before.

    Raises Invalid for answers that are none, or of no question that is asked here; Missing for a key that is not ours.
    """
    if not _KEY.fullmatch(key):
        raise Missing("fieldwork.no_volunteers")
    asked = {one.code for one in questions(survey)}
    if not asked.issuperset(given):
        raise Invalid("fieldwork.other_questions", survey=survey["ref"])
    answers, problems = tidy(locked_instrument(survey), given)
    for _, error in problems:
        raise error
    if not answers:
        raise Invalid("fieldwork.answer_something")
    day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)  # not who was where when
    values = {
        "survey_id": survey["id"], "key": f"qr:{key}", "source": "qr", "answers": answers, "at": day,
    }  # fmt: skip
    statement = upsert(connection, VolunteerAnswer).values(**values)
    statement = statement.on_conflict_do_nothing(index_elements=["key"])
    return connection.execute(statement.returning(VolunteerAnswer.id)).scalar() is not None
