"""All SQL of surveys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import aliased

from outreach import clock
from outreach.access.scope import Scope
from outreach.audiences.predicates import child, eligible
from outreach.models.campaigns import Campaign
from outreach.models.people import Household, Person
from outreach.models.policies import Policy, Reach
from outreach.models.surveys import Answer, Respondent, Survey
from outreach.policies.schemas import PolicyView
from outreach.store import upsert
from outreach.surveys.dispositions import Disposition

CHANNEL = "survey"
"""Stands as the channel of an awareness fact in the reach ledger."""


def _surveys() -> Select[Any]:
    """Every survey with the names of its policy and campaign, and how many were drawn and interviewed."""
    counts = (
        select(
            Respondent.survey_id,
            func.count().label("drawn"),
            func.sum(
                case((Respondent.disposition == Disposition.COMPLETED.value, 1), else_=0)
            ).label("answered"),
        )
        .group_by(Respondent.survey_id)
        .subquery()
    )
    return (
        select(
            *Survey.__table__.c,
            Policy.ref.label("policy"),
            func.coalesce(Campaign.ref, "").label("campaign"),
            func.coalesce(counts.c.drawn, 0).label("drawn"),
            func.coalesce(counts.c.answered, 0).label("answered"),
        )
        .join(Policy, Policy.id == Survey.policy_id)
        .outerjoin(Campaign, Campaign.id == Survey.campaign_id)
        .outerjoin(counts, counts.c.survey_id == Survey.id)
    )


def by_ref(connection: Connection, ref: str) -> Mapping[str, Any] | None:
    """A survey by its name."""
    row = connection.execute(_surveys().where(Survey.ref == ref)).mappings().first()
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


def frame(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str
) -> list[int]:
    """Everybody alive and registered who certainly fits the policy, whatever became of messages to them."""
    certain, _ = eligible(policy, on, home)
    statement = select(Person.id).where(
        scope.condition(Person.region), Person.status == "active", certain
    )
    return list(connection.scalars(statement.order_by(Person.id)))


def seal(connection: Connection, survey: int, values: Mapping[str, Any]) -> bool:
    """Write down frame and base, once; False when somebody has drawn already."""
    statement = update(Survey).where(Survey.id == survey, Survey.drawn_at.is_(None))
    return connection.execute(statement.values(drawn_at=clock.now(), **values)).rowcount == 1


def add_respondents(
    connection: Connection, survey: int, people: Sequence[int], weight: float
) -> None:
    """Write the sample, numbered in the order of drawing."""
    rows = [
        {"survey_id": survey, "person_id": person, "number": number, "weight": weight}
        for number, person in enumerate(people, 1)
    ]
    connection.execute(insert(Respondent), rows)


def respondents(connection: Connection, survey: int) -> list[Mapping[str, Any]]:
    """id, number, person_id, weight, disposition, asked_on, interviewer in the order of drawing."""
    names = ("id", "number", "person_id", "weight", "disposition", "asked_on", "interviewer")
    columns = [getattr(Respondent, name) for name in names]
    statement = select(*columns).where(Respondent.survey_id == survey).order_by(Respondent.number)
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


def sampled_people(
    connection: Connection, scope: Scope, survey: int, on: date
) -> Sequence[Row[Any]]:
    """number, region, name, phone, address (encrypted), synthetic, and for those under 14 on a date their guardian."""
    guardian = aliased(Person)
    young = child(on)
    columns: tuple[Any, ...] = (
        Respondent.number, Person.region, Person.name, Person.phone, Household.address, Person.synthetic,
        young.label("child"), guardian.name.label("guardian"), guardian.phone.label("guardian_phone"),
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Person, Person.id == Respondent.person_id)
        .outerjoin(Household, Household.id == Person.household_id)
        .outerjoin(guardian, (guardian.id == Person.guardian_id) & young)
        .where(Respondent.survey_id == survey, scope.condition(Person.region))
        .order_by(Respondent.number)
    )
    return connection.execute(statement).all()


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
