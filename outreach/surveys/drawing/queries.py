"""SQL of drawing: the register as a frame, waves of a campaign, and writing the sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from outreach.access.scope import under
from outreach.audiences.predicates import eligible
from outreach.models.campaigns import AudienceMember, CampaignWave, WaveMove
from outreach.models.people import Person
from outreach.models.surveys import Respondent, Survey
from outreach.people.ages import ADULT_FROM
from outreach.policies.schemas import PolicyView
from outreach.store import chunks
from outreach.surveys.design_order import Base
from outreach.surveys.drawing.frame import Unit
from outreach.surveys.drawing.making import Picked
from segments.person import cutoff_birth

_FACTS = ("id", "region", "household_id", "sex", "birth", "hukou_type")


def _frame(
    base: Base, policy: PolicyView | None, on: date, home: str
) -> tuple[ColumnElement[bool], ColumnElement[str]]:
    """(who may be drawn, whether the policy fits them: yes, unknown, no)."""
    fits: ColumnElement[str] = literal("yes")
    inside: ColumnElement[bool] = true()
    if policy is not None:
        certain, possible = eligible(policy, on, home)
        inside = {"likely": certain, "eligible_or_unknown": possible, "adults": true()}[base]
        if base != "likely":
            fits = case((certain, "yes"), (possible, "unknown"), else_="no")
    if base == "adults":
        inside = Person.birth <= cutoff_birth(ADULT_FROM, on)
    return inside, fits


def people(
    connection: Connection, region: str, base: Base, policy: PolicyView | None, on: date, home: str
) -> list[Unit]:
    """Everybody alive and registered who may be drawn, whatever became of messages to them, by row number."""
    inside, fits = _frame(base, policy, on, home)
    statement = (
        select(*(getattr(Person, name) for name in _FACTS), fits.label("eligible"))
        .where(under(Person.region, region), Person.status == "active", inside)
        .order_by(Person.id)
    )
    return [Unit(*tuple(row)) for row in connection.execute(statement)]


def count(
    connection: Connection, region: str, base: Base, policy: PolicyView | None, on: date, home: str
) -> int:
    """How many that are."""
    inside, _ = _frame(base, policy, on, home)
    statement = select(func.count()).select_from(Person)
    active = and_(under(Person.region, region), Person.status == "active", inside)
    return int(connection.scalar(statement.where(active)) or 0)


def register_counts(connection: Connection, region: str, on: date) -> dict[str, int]:
    """registered, blocked (died, moved away) and no_birth (registered, of unknown age) in a region."""
    active = Person.status == "active"
    statement = select(
        func.count().filter(active).label("registered"),
        func.count().filter(~active).label("blocked"),
        func.count().filter(and_(active, Person.birth.is_(None))).label("no_birth"),
    ).where(under(Person.region, region))
    return dict(connection.execute(statement).mappings().one())


def waves(connection: Connection, campaign: int | None, policy: int | None) -> dict[int, int]:
    """Person → the wave of 分批推送 into which they were drawn; {} where everybody is sent to at once.

    Who was told in another wave than the drawn one counts where the draw put them.
    """
    if campaign is None or policy is None:
        return {}
    staggered = select(CampaignWave.number).where(CampaignWave.campaign_id == campaign).limit(1)
    if connection.scalar(staggered) is None:
        return {}
    members = select(AudienceMember.person_id, AudienceMember.wave).where(
        AudienceMember.campaign_id == campaign, AudienceMember.policy_id == policy
    )
    moved = select(WaveMove.person_id, WaveMove.drawn).where(WaveMove.campaign_id == campaign)
    found = {row.person_id: row.wave for row in connection.execute(members)}
    found |= {row.person_id: row.drawn for row in connection.execute(moved)}
    return {person: wave for person, wave in found.items() if wave > 0}


def asked(connection: Connection, survey: int, policy: int | None) -> set[int]:
    """Everybody whom an earlier survey about the policy (or this earlier survey) drew, its reserve too."""
    same = Respondent.survey_id == survey
    if policy is not None:
        about = select(Survey.id).where(Survey.policy_id == policy).scalar_subquery()
        same = or_(same, Respondent.survey_id.in_(about))
    return set(connection.scalars(select(Respondent.person_id).where(same).distinct()))


def sample(connection: Connection, survey: int) -> Sequence[Any]:
    """person_id, stratum, cluster of the sample of a survey, without reserve that was not taken up."""
    drawn = or_(Respondent.reserve == 0, Respondent.released_at.is_not(None))
    columns = (Respondent.person_id, Respondent.stratum, Respondent.cluster)
    statement = select(*columns).where(Respondent.survey_id == survey, drawn)
    return connection.execute(statement.order_by(Respondent.number)).all()


def write(connection: Connection, survey: int, drawn: Iterable[Picked]) -> None:
    """Write the sample, numbered in the order given."""
    rows = [
        {
            "survey_id": survey,
            "person_id": one.unit.id,
            "number": number,
            "weight": one.weight,
            "stratum": one.stratum,
            "cluster": one.cluster,
            "reserve": one.reserve,
            "traits": dict(one.traits),
        }
        for number, one in enumerate(drawn, 1)
    ]
    for some in chunks(rows):
        connection.execute(insert(Respondent), some)


# -- taking up the reserve -----------------------------------------------------------------------------------


def groups(connection: Connection, survey: int) -> list[Mapping[str, Any]]:
    """stratum, cluster, reserve (0 the sample, else the batch), people, released (how many of them are taken up)."""
    taken = func.sum(case((Respondent.released_at.is_not(None), 1), else_=0))
    keys = (Respondent.stratum, Respondent.cluster, Respondent.reserve)
    statement = (
        select(*keys, func.count().label("people"), taken.label("released"))
        .where(Respondent.survey_id == survey)
        .group_by(*keys)
        .order_by(*keys)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def release(connection: Connection, survey: int, stratum: str, batch: int, at: datetime) -> int:
    """Take a batch up; returns how many people it has."""
    mine = and_(
        Respondent.survey_id == survey,
        Respondent.stratum == stratum,
        Respondent.reserve == batch,
        Respondent.released_at.is_(None),
    )
    return connection.execute(update(Respondent).where(mine).values(released_at=at)).rowcount


def scale(connection: Connection, survey: int, stratum: str, cluster: str, factor: float) -> None:
    """Multiply the weights of a group."""
    mine = and_(
        Respondent.survey_id == survey,
        Respondent.stratum == stratum,
        Respondent.cluster == cluster,
    )
    connection.execute(update(Respondent).where(mine).values(weight=Respondent.weight * factor))


def set_frame(connection: Connection, survey: int, frame: Mapping[str, Any]) -> None:
    """Write how many are drawn after a batch was taken up."""
    connection.execute(update(Survey).where(Survey.id == survey).values(frame=dict(frame)))
