"""All SQL of surveys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import aliased

from outreach import clock
from outreach.access.scope import under
from outreach.models.campaigns import Campaign, CampaignPolicy, Firing, Step
from outreach.models.policies import Policy, Reach
from outreach.models.surveys import Answer, Respondent, Survey
from outreach.store import upsert
from outreach.surveys.dispositions import Disposition

CHANNEL = "survey"
"""Stands as the channel of an awareness fact in the reach ledger."""


def in_sample() -> ColumnElement[bool]:
    """Respondents who count: drawn, or of a reserve batch that was taken up."""
    return or_(Respondent.reserve == 0, Respondent.released_at.is_not(None))


def _surveys(ref: str = "") -> Select[Any]:
    """Every survey with the names of its policy, campaign and earlier wave ('' for none), and how many people it has.

    `drawn`: its sample; `answered`: interviewed; `spare`: reserve not taken up. `ref`: the only one asked for.
    """
    earlier = aliased(Survey)
    counted = select(
        Respondent.survey_id,
        func.sum(case((in_sample(), 1), else_=0)).label("drawn"),
        func.sum(case((in_sample(), 0), else_=1)).label("spare"),
        func.sum(case((Respondent.disposition == Disposition.COMPLETED.value, 1), else_=0)).label(
            "answered"
        ),
    ).group_by(Respondent.survey_id)
    if ref:  # of one survey only its own people are counted
        named = select(Survey.id).where(Survey.ref == ref).scalar_subquery()
        counted = counted.where(Respondent.survey_id == named)
    counts = counted.subquery()
    return (
        select(
            *Survey.__table__.c,
            func.coalesce(Policy.ref, "").label("policy"),
            func.coalesce(Campaign.ref, "").label("campaign"),
            func.coalesce(earlier.ref, "").label("follows"),
            func.coalesce(counts.c.spare, 0).label("spare"),
            func.coalesce(counts.c.drawn, 0).label("drawn"),
            func.coalesce(counts.c.answered, 0).label("answered"),
        )
        .outerjoin(Policy, Policy.id == Survey.policy_id)
        .outerjoin(earlier, earlier.id == Survey.follows_id)
        .outerjoin(Campaign, Campaign.id == Survey.campaign_id)
        .outerjoin(counts, counts.c.survey_id == Survey.id)
    )


def by_ref(connection: Connection, ref: str) -> Mapping[str, Any] | None:
    """A survey by its name."""
    row = connection.execute(_surveys(ref).where(Survey.ref == ref)).mappings().first()
    return None if row is None else dict(row)


def everything(connection: Connection) -> list[Mapping[str, Any]]:
    """All surveys, newest first."""
    statement = _surveys().order_by(Survey.id.desc())
    return [dict(row) for row in connection.execute(statement).mappings()]


def campaign_id(connection: Connection, ref: str) -> int | None:
    """Row number of a campaign by its name."""
    return connection.scalar(select(Campaign.id).where(Campaign.ref == ref))


def add(connection: Connection, values: Mapping[str, Any]) -> int | None:
    """Write a survey; None when its name is taken."""
    statement = upsert(connection, Survey).values(created_at=clock.now(), **values)
    statement = statement.on_conflict_do_nothing(index_elements=["ref"]).returning(Survey.id)
    return connection.execute(statement).scalar_one_or_none()


def close(connection: Connection, survey: int, by: str) -> bool:
    """End fieldwork, once; False when it has ended already."""
    statement = update(Survey).where(Survey.id == survey, Survey.closed_at.is_(None))
    values = {"closed_at": clock.now(), "closed_by": by}
    return connection.execute(statement.values(**values)).rowcount == 1


def first_send(connection: Connection, policy: int, region: str) -> datetime | None:
    """When the first step of any campaign about a policy fired that spoke to a region or to part of it; None before."""
    around = (region[:length] for length in range(len(region)))
    statement = (
        select(func.min(Firing.fired_at))
        .join(Step, Step.id == Firing.step_id)
        .join(Campaign, Campaign.id == Step.campaign_id)
        .join(CampaignPolicy, CampaignPolicy.campaign_id == Campaign.id)
        .where(
            CampaignPolicy.policy_id == policy,
            or_(under(Campaign.region, region), Campaign.region.in_(list(around))),
        )
    )
    moment: datetime | None = connection.scalar(statement)
    return moment


def interviewed(connection: Connection, survey: int, before: date | None) -> int:
    """How many were interviewed before a day; all of them where none is given."""
    statement = (
        select(func.count())
        .select_from(Respondent)
        .where(
            Respondent.survey_id == survey,
            Respondent.disposition == Disposition.COMPLETED.value,
            in_sample(),
        )
    )
    if before is not None:
        statement = statement.where(Respondent.asked_on < before)
    return int(connection.scalar(statement) or 0)


def seal(connection: Connection, survey: int, values: Mapping[str, Any]) -> bool:
    """Write down frame and base, once; False when somebody has drawn already."""
    statement = update(Survey).where(Survey.id == survey, Survey.drawn_at.is_(None))
    return connection.execute(statement.values(drawn_at=clock.now(), **values)).rowcount == 1


def respondents(connection: Connection, survey: int) -> list[Mapping[str, Any]]:
    """Who counts, in the order of drawing: id, number, person_id, weight, stratum, cluster, traits, mode, disposition,
    asked_on, interviewer. Reserve that was not taken up is not among them."""
    names = (
        "id", "number", "person_id", "weight", "stratum", "cluster", "traits", "mode", "disposition", "asked_on",
        "interviewer",
    )  # fmt: skip
    columns = [getattr(Respondent, name) for name in names]
    mine = Respondent.survey_id == survey, in_sample()
    statement = select(*columns).where(*mine).order_by(Respondent.number)
    return [dict(row) for row in connection.execute(statement).mappings()]


def answers(connection: Connection, survey: int) -> dict[int, dict[str, str]]:
    """Respondent (row number) → question → answer."""
    found: dict[int, dict[str, str]] = {}
    statement = (
        select(Answer.respondent_id, Answer.question, Answer.value)
        .join(Respondent, Respondent.id == Answer.respondent_id)
        .where(Respondent.survey_id == survey)
    )
    for row in connection.execute(statement):
        found.setdefault(row.respondent_id, {})[row.question] = row.value
    return found


def set_reports(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what became of respondents: respondent, disposition, asked_on, interviewer."""
    if rows:
        statement = (
            update(Respondent)
            .where(Respondent.id == bindparam("respondent"))
            .values({name: bindparam(name) for name in ("disposition", "asked_on", "interviewer")})
        )
        connection.execute(statement, list(rows))


def put_answers(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write answers: respondent_id, question, value; the later value stands."""
    if rows:
        statement = upsert(connection, Answer)
        changed = {"value": statement.excluded.value, "at": statement.excluded.at}
        at = clock.now()
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["respondent_id", "question"], set_=changed
            ),
            [{**row, "at": at} for row in rows],
        )


def drop_answers(connection: Connection, gone: Sequence[tuple[int, str]]) -> None:
    """Take back answers (respondent, question) that a corrected sheet no longer has."""
    for start in range(0, len(gone), 500):
        some = list(gone[start : start + 500])
        connection.execute(
            delete(Answer).where(tuple_(Answer.respondent_id, Answer.question).in_(some))
        )


def mark_aware(connection: Connection, policy: int, people: Mapping[int, date]) -> None:
    """Person → since when known to be aware; the first such fact of a person stays."""
    if people:
        rows = [
            {
                "policy_id": policy,
                "person_id": person,
                "fact": "aware",
                "on": on,
                "channel": CHANNEL,
            }
            for person, on in people.items()
        ]
        connection.execute(upsert(connection, Reach).on_conflict_do_nothing(), rows)


def unmark_aware(connection: Connection, policy: int, people: Sequence[int]) -> None:
    """Take back what a survey had said of people whose answer was corrected."""
    for start in range(0, len(people), 500):
        connection.execute(
            delete(Reach).where(
                Reach.policy_id == policy,
                Reach.fact == "aware",
                Reach.channel == CHANNEL,
                Reach.person_id.in_(people[start : start + 500]),
            )
        )
