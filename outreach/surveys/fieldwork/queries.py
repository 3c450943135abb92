"""All SQL of fieldwork: whom to ask, what was reported, who asks again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from outreach.access.scope import Scope
from outreach.audiences.predicates import child
from outreach.models.access import User
from outreach.models.campaigns import Campaign
from outreach.models.people import Household, Person
from outreach.models.surveys import Answer, CallBack, Respondent, Survey, SurveyEntry
from outreach.store import chunks, upsert
from outreach.surveys.queries import in_sample

_COLUMNS: tuple[Any, ...] = (
    Respondent.id, Respondent.number, Respondent.person_id, Respondent.stratum, Respondent.disposition,
    Respondent.asked_on, Respondent.interviewer, Respondent.assigned, Respondent.call_back, Respondent.call_back_by,
)  # fmt: skip


EVERYWHERE = Scope()

CORRECTED = "corrected"
"""Stands as the note of an entry that its interviewer corrected: nobody has to look at it."""


def sample(
    connection: Connection, survey: int, scope: Scope = EVERYWHERE
) -> list[Mapping[str, Any]]:
    """Everybody of a scope who is to be asked, in the order of drawing, with `region` where they live now."""
    statement = (
        select(*_COLUMNS, Person.region)
        .join(Person, Person.id == Respondent.person_id)
        .where(Respondent.survey_id == survey, in_sample(), scope.condition(Person.region))
        .order_by(Respondent.number)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def waiting_reserve(
    connection: Connection, survey: int, scope: Scope = EVERYWHERE
) -> dict[str, int]:
    """Stratum → people of a reserve that nobody has released."""
    statement = (
        select(Respondent.stratum, func.count())
        .join(Person, Person.id == Respondent.person_id)
        .where(Respondent.survey_id == survey, ~in_sample(), scope.condition(Person.region))
        .group_by(Respondent.stratum)
    )
    return {row[0]: int(row[1]) for row in connection.execute(statement)}


def locked(connection: Connection, survey: int, number: int) -> Mapping[str, Any] | None:
    """One of the sample, held until the end of the transaction: two reports about one person wait for each other."""
    statement = (
        select(*_COLUMNS, Person.region)
        .join(Person, Person.id == Respondent.person_id)
        .where(Respondent.survey_id == survey, Respondent.number == number, in_sample())
        .with_for_update(of=Respondent)
    )
    row = connection.execute(statement).mappings().first()
    return None if row is None else dict(row)


def people(
    connection: Connection,
    scope: Scope,
    survey: int,
    on: date,
    numbers: Collection[int] | None = None,
) -> Sequence[Row[Any]]:
    """Who they are and where they live (encrypted), and for those under 14 on a date their guardian."""
    guardian = aliased(Person)
    young = child(on)
    columns: tuple[Any, ...] = (
        Respondent.number, Person.region, Person.name, Person.phone, Person.status, Person.synthetic,
        func.coalesce(Household.address, "").label("address"), func.coalesce(Household.stopped, False).label("stopped"),
        young.label("child"), guardian.name.label("guardian"), guardian.phone.label("guardian_phone"),
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Person, Person.id == Respondent.person_id)
        .outerjoin(Household, Household.id == Person.household_id)
        .outerjoin(guardian, (guardian.id == Person.guardian_id) & young)
        .where(Respondent.survey_id == survey, in_sample(), scope.condition(Person.region))
        .order_by(Respondent.number)
    )
    if numbers is None:
        return connection.execute(statement).all()
    found: list[Row[Any]] = []
    for some in chunks(sorted(numbers)):
        found += connection.execute(statement.where(Respondent.number.in_(some))).all()
    return found


def surveys_of(connection: Connection, account: str) -> list[str]:
    """Names of the surveys in which somebody has people to ask, or to ask again; newest first."""
    theirs = or_(Respondent.assigned == account, Respondent.call_back_by == account)
    statement = (
        select(Survey.ref, Survey.id)
        .where(Survey.id.in_(select(Respondent.survey_id).where(theirs, in_sample())))
        .order_by(Survey.id.desc())
    )
    return [row.ref for row in connection.execute(statement)]


# -- who asks ----------------------------------------------------------------------------------------


def hand_over(connection: Connection, survey: int, account: str, numbers: Collection[int]) -> None:
    """These people are asked by an account from now on; '' by nobody yet."""
    for some in chunks(sorted(numbers)):
        mine = (Respondent.survey_id == survey) & Respondent.number.in_(some)
        connection.execute(update(Respondent).where(mine).values(assigned=account))


def accounts(connection: Connection) -> list[Row[Any]]:
    """name, display, role of every active account, by name."""
    statement = select(User.name, User.display, User.role).where(User.active).order_by(User.name)
    return list(connection.execute(statement))


def campaign_options(connection: Connection, campaign: int | None) -> dict[str, Any]:
    """What a campaign says of its office and telephone; {} without one."""
    found = connection.scalar(select(Campaign.options).where(Campaign.id == campaign))
    return dict(found or {})


# -- what was reported -------------------------------------------------------------------------------


def add_entry(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Write one entry; False when its key is there already."""
    statement = upsert(connection, SurveyEntry).values(**values)
    statement = statement.on_conflict_do_nothing(index_elements=["key"]).returning(SurveyEntry.id)
    return connection.execute(statement).scalar_one_or_none() is not None


def add_entries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write several; those whose key is there already stay as they are."""
    for some in chunks(rows, 500):
        statement = upsert(connection, SurveyEntry)
        connection.execute(statement.on_conflict_do_nothing(index_elements=["key"]), some)


def entry_state(connection: Connection, key: str) -> str | None:
    """`taken` or `set_aside`; None for a key that never came."""
    return connection.scalar(select(SurveyEntry.state).where(SurveyEntry.key == key))


def entries(
    connection: Connection, survey: int, number: int | None = None, state: str = ""
) -> list[Mapping[str, Any]]:
    """Entries of a survey, of one person or of one state: number and the columns of the table, oldest first."""
    statement = (
        select(Respondent.number, *SurveyEntry.__table__.c)
        .join(Respondent, Respondent.id == SurveyEntry.respondent_id)
        .where(Respondent.survey_id == survey)
        .order_by(SurveyEntry.asked_on, SurveyEntry.id)
    )
    if number is not None:
        statement = statement.where(Respondent.number == number)
    if state:
        statement = statement.where(SurveyEntry.state == state)
    return [dict(row) for row in connection.execute(statement).mappings()]


def tries(connection: Connection, survey: int) -> dict[int, int]:
    """Number → how many days somebody tried on."""
    statement = (
        select(Respondent.number, func.count(SurveyEntry.asked_on.distinct()))
        .join(SurveyEntry, SurveyEntry.respondent_id == Respondent.id)
        .where(Respondent.survey_id == survey)
        .group_by(Respondent.number)
    )
    return {row[0]: int(row[1]) for row in connection.execute(statement)}


def answers_of(connection: Connection, respondent: int) -> dict[str, str]:
    """Question → answer, as it stands."""
    statement = select(Answer.question, Answer.value).where(Answer.respondent_id == respondent)
    return {row.question: row.value for row in connection.execute(statement)}


def put_aside(connection: Connection, respondent: int, keys: Collection[str]) -> None:
    """Entries that another one corrects stay in the list, crossed out."""
    mine = (SurveyEntry.respondent_id == respondent) & SurveyEntry.key.in_(list(keys))
    connection.execute(update(SurveyEntry).where(mine).values(state="set_aside", note=CORRECTED))


# -- asked again -------------------------------------------------------------------------------------


def mark_call_backs(
    connection: Connection, survey: int, account: str, numbers: Collection[int]
) -> None:
    """These are asked again, by an account ('' = nobody's yet)."""
    for some in chunks(sorted(numbers)):
        mine = (Respondent.survey_id == survey) & Respondent.number.in_(some)
        connection.execute(
            update(Respondent).where(mine).values(call_back=True, call_back_by=account)
        )


def call_backs(connection: Connection, survey: int) -> list[Mapping[str, Any]]:
    """What came of asking again: number, respondent_id, on, result, answers, note, by; oldest first."""
    statement = (
        select(Respondent.number, *CallBack.__table__.c)
        .join(Respondent, Respondent.id == CallBack.respondent_id)
        .where(Respondent.survey_id == survey)
        .order_by(CallBack.id)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def add_call_back(connection: Connection, values: Mapping[str, Any], at: datetime) -> None:
    """Write down what came of one."""
    connection.execute(insert(CallBack).values(at=at, **values))
