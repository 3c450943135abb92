"""All SQL of results. Who the sampled people are is not read: a figure needs no names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from outreach.models.surveys import Answer, CallBack, Respondent, VolunteerAnswer
from outreach.surveys.dispositions import Disposition
from outreach.surveys.queries import in_sample
from outreach.surveys.results.interviews import Interview


def interviews(connection: Connection, survey: int) -> list[Interview]:
    """Every sampled person with the answers, in the order of drawing."""
    said = _answers(connection, survey)
    columns = (
        Respondent.id, Respondent.person_id, Respondent.weight, Respondent.stratum, Respondent.cluster,
        Respondent.traits, Respondent.mode, Respondent.disposition, Respondent.asked_on, Respondent.interviewer,
    )  # fmt: skip
    statement = select(*columns).where(Respondent.survey_id == survey, in_sample())
    nothing: dict[str, str] = {}
    return [
        Interview(
            disposition=Disposition(row.disposition),
            answers=said.get(row.id, nothing),
            weight=row.weight,
            stratum=row.stratum,
            cluster=row.cluster,
            traits=row.traits or {},
            mode=row.mode,
            asked_on=row.asked_on,
            interviewer=row.interviewer,
            person=row.person_id,
            id=row.id,
        )
        for row in connection.execute(statement.order_by(Respondent.number)).all()
    ]


def _answers(connection: Connection, survey: int) -> dict[int, dict[str, str]]:
    statement = (
        select(Answer.respondent_id, Answer.question, Answer.value)
        .join(Respondent, Respondent.id == Answer.respondent_id)
        .where(Respondent.survey_id == survey)
    )
    found: dict[int, dict[str, str]] = {}
    for respondent, question, value in connection.execute(statement).all():
        if respondent in found:
            found[respondent][question] = value
        else:
            found[respondent] = {question: value}
    return found


def fingerprint(connection: Connection, survey: int) -> tuple[object, ...]:
    """What changes whenever anything is recorded: how many ended how, whom that concerns, the last answer."""
    of = Respondent.survey_id == survey
    ended = connection.execute(
        select(
            Respondent.disposition,
            Respondent.asked_on,
            func.count(),
            func.sum(Respondent.number),
            func.sum(Respondent.number * Respondent.number),
            func.max(Respondent.released_at),
        )
        .where(of, in_sample())
        .group_by(Respondent.disposition, Respondent.asked_on)
        .order_by(Respondent.disposition, Respondent.asked_on)
    )
    said = connection.execute(
        select(func.count(), func.max(Answer.at))
        .join(Respondent, Respondent.id == Answer.respondent_id)
        .where(of)
    ).one()
    again = connection.scalar(
        select(func.max(CallBack.id))
        .join(Respondent, Respondent.id == CallBack.respondent_id)
        .where(of)
    )
    came = connection.execute(
        select(func.count(), func.max(VolunteerAnswer.id)).where(
            VolunteerAnswer.survey_id == survey
        )
    ).one()
    return (*(tuple(row) for row in ended), tuple(said), again, tuple(came))


def asked_again(connection: Connection, survey: int) -> bool:
    """Whether anybody was called back."""
    statement = select(CallBack.id).join(Respondent, Respondent.id == CallBack.respondent_id)
    found = statement.where(Respondent.survey_id == survey).limit(1)
    return connection.scalar(found) is not None


def volunteers(connection: Connection, survey: int) -> list[tuple[str, dict[str, str], datetime]]:
    """(source, answers, moment) of people who answered by themselves."""
    statement = select(VolunteerAnswer.source, VolunteerAnswer.answers, VolunteerAnswer.at)
    rows = connection.execute(statement.where(VolunteerAnswer.survey_id == survey))
    return [(row.source, dict(row.answers or {}), row.at) for row in rows]
