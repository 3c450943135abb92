"""SQL of the panels of 政策体验官."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from outreach.access.scope import Scope
from outreach.models.people import Person
from outreach.models.surveys import SurveyPanel
from outreach.store import upsert

_FACTS = ("id", "region", "household_id", "sex", "birth", "hukou_type")


def members(connection: Connection, panel: str, on: date) -> list[tuple[Any, ...]]:
    """id, region, household, sex, birth, hukou type of those who take part on a day and are alive and registered."""
    statement = (
        select(*(getattr(Person, name) for name in _FACTS))
        .join(SurveyPanel, SurveyPanel.person_id == Person.id)
        .where(SurveyPanel.panel == panel, _takes_part(on), Person.status == "active")
        .order_by(Person.id)
    )
    return [tuple(row) for row in connection.execute(statement)]


def _takes_part(on: date) -> Any:
    return and_(SurveyPanel.since <= on, or_(SurveyPanel.until.is_(None), SurveyPanel.until >= on))


def of(
    connection: Connection, scope: Scope, panel: str, on: date | None = None
) -> list[Mapping[str, Any]]:
    """person_id, name (encrypted), region, since, until, by of everybody who takes or took part, by row number."""
    columns = (
        SurveyPanel.person_id, Person.name, Person.region, SurveyPanel.since, SurveyPanel.until, SurveyPanel.by,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Person, Person.id == SurveyPanel.person_id)
        .where(SurveyPanel.panel == panel, scope.condition(Person.region))
        .order_by(SurveyPanel.person_id)
    )
    if on is not None:
        statement = statement.where(_takes_part(on))
    return [dict(row) for row in connection.execute(statement).mappings()]


def sizes(connection: Connection, scope: Scope, on: date) -> Sequence[tuple[str, int]]:
    """Each panel with how many take part on a day."""
    statement = (
        select(SurveyPanel.panel, func.count())
        .join(Person, Person.id == SurveyPanel.person_id)
        .where(_takes_part(on), scope.condition(Person.region))
        .group_by(SurveyPanel.panel)
        .order_by(SurveyPanel.panel)
    )
    return [(panel, int(count)) for panel, count in connection.execute(statement)]


def person(connection: Connection, person_id: int) -> Any:
    """region and status of a person; None when nobody has this number."""
    statement = select(Person.region, Person.status).where(Person.id == person_id)
    return connection.execute(statement).first()


def add(connection: Connection, panel: str, person_id: int, since: date, by: str) -> None:
    """Let somebody take part from a day on; whoever had ended begins anew, whoever takes part stays as they are."""
    statement = upsert(connection, SurveyPanel).values(
        panel=panel, person_id=person_id, since=since, by=by
    )
    anew = {"since": since, "until": None, "by": by}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "panel"],
            set_=anew,
            where=SurveyPanel.until.is_not(None),
        )
    )


def end(connection: Connection, panel: str, person_id: int, until: date) -> bool:
    """The last day of somebody; False when they do not take part."""
    mine = and_(
        SurveyPanel.panel == panel,
        SurveyPanel.person_id == person_id,
        SurveyPanel.until.is_(None),
    )
    return connection.execute(update(SurveyPanel).where(mine).values(until=until)).rowcount == 1
