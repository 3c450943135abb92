"""All SQL of comparisons: who is told in which wave, and when the telling began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from outreach.models.campaigns import Campaign, CampaignWave, Firing, Step, WaveMove
from outreach.models.surveys import Respondent, Survey
from outreach.surveys.queries import in_sample


@dataclass(frozen=True)
class Wave:
    """A wave; `comparison`: it waits until its turn; `personal`: its people were not drawn by lot; `told_at`: when the
    first step for it was really sent, which may be later than planned, or never."""

    number: int
    due_at: datetime
    comparison: bool
    personal: bool
    told_at: datetime | None = None


def waves(connection: Connection, campaign: int) -> list[Wave]:
    """The waves of a campaign, in order; [] for one that is sent at once."""
    told = (
        select(Firing.wave, func.min(Firing.fired_at).label("told_at"))
        .join(Step, Step.id == Firing.step_id)
        .where(Step.campaign_id == campaign)
        .group_by(Firing.wave)
        .subquery()
    )
    columns = (
        CampaignWave.number, CampaignWave.due_at, CampaignWave.comparison, CampaignWave.personal, told.c.told_at,
    )  # fmt: skip
    statement = (
        select(*columns)
        .outerjoin(told, told.c.wave == CampaignWave.number)
        .where(CampaignWave.campaign_id == campaign)
    )
    return [Wave(*row) for row in connection.execute(statement.order_by(CampaignWave.number))]


def unit(connection: Connection, campaign: int) -> str:
    """What was drawn into waves: village or person."""
    options = connection.scalar(select(Campaign.options).where(Campaign.id == campaign)) or {}
    return str((options.get("stagger") or {}).get("unit", "village"))


def moved(connection: Connection, campaign: int) -> dict[int, int]:
    """Person → the wave that was drawn (0 = none), for those who are told in another one."""
    statement = select(WaveMove.person_id, WaveMove.drawn)
    rows = connection.execute(statement.where(WaveMove.campaign_id == campaign))
    return {row.person_id: row.drawn for row in rows}


def began(connection: Connection, campaign: int) -> datetime | None:
    """When a campaign first spoke to anybody; None before."""
    statement = select(func.min(Firing.fired_at)).join(Step, Step.id == Firing.step_id)
    return connection.scalar(statement.where(Step.campaign_id == campaign))


def sampled(connection: Connection, survey: int) -> set[int]:
    """Everybody who was drawn, by row number of the register."""
    statement = select(Respondent.person_id).where(Respondent.survey_id == survey, in_sample())
    return set(connection.scalars(statement))


def refs(connection: Connection, ids: list[int]) -> dict[int, str]:
    """Row number → name of surveys."""
    rows = connection.execute(select(Survey.id, Survey.ref).where(Survey.id.in_(ids)))
    return {row.id: row.ref for row in rows}
