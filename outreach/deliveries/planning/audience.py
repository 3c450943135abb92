"""Whom a plan is about, and what is spoken there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    SQLColumnExpression,
    and_,
    case,
    exists,
    literal,
    select,
    true,
)

from outreach.access.scope import under
from outreach.deliveries.planning.conditions import holds
from outreach.deliveries.planning.orders import Plan
from outreach.models.campaigns import AudienceMember, FiringMember, StepTarget
from outreach.models.deliveries import Delivery, DeliverySubject
from outreach.models.people import Region
from outreach.store import upsert

COLUMNS = (
    "campaign_id",
    "step_id",
    "firing_id",
    "kind",
    "addressee",
    "address_key",
    "language",
    "village",
    "age_band",
)
"""Of a delivery, as planners write them."""


def members(plan: Plan, low: int = 0, high: int = 2**62) -> ColumnElement[bool]:
    """Rows of the audience that a plan is about, whatever its condition."""
    return and_(
        AudienceMember.campaign_id == plan.campaign_id,
        AudienceMember.policy_id.in_(plan.policy_ids),
        AudienceMember.person_id >= low,
        AudienceMember.person_id < high,
        AudienceMember.person_id.in_(plan.only) if plan.only else true(),
        AudienceMember.wave == plan.wave if plan.wave else true(),
        AudienceMember.person_id.in_(_targets(plan)) if plan.targeted else true(),
        _found(plan) if plan.found else true(),
    )


def meant(plan: Plan, low: int = 0, high: int = 2**62) -> ColumnElement[bool]:
    """The same, of those for whom its condition holds."""
    return and_(members(plan, low, high), holds(plan, AudienceMember.person_id))


def _targets(plan: Plan) -> Select[int]:
    return select(StepTarget.person_id).where(StepTarget.step_id == plan.step_id)


def _found(plan: Plan) -> ColumnElement[bool]:
    return exists().where(
        FiringMember.firing_id == plan.found,
        FiringMember.person_id == AudienceMember.person_id,
        FiringMember.policy_id == AudienceMember.policy_id,
    )


def language_of(
    connection: Connection,
    plan: Plan,
    region: SQLColumnExpression[str],
    spoken: SQLColumnExpression[str] | None,
) -> ColumnElement[str]:
    """What somebody there speaks: as recorded, else the dialect of the deepest region that names one."""
    rows = connection.execute(select(Region.code, Region.dialect).where(Region.dialect != "")).all()
    whens: list[tuple[ColumnElement[bool], Any]] = (
        [] if spoken is None else [(spoken != "", spoken)]
    )
    for code, dialect in sorted(rows, key=lambda row: -len(row[0])):
        whens.append((under(region, code), literal(dialect)))
    default = literal(plan.default_language)
    return case(*whens, else_=default) if whens else default


def language_at(connection: Connection, plan: Plan, code: str) -> str:
    """What is spoken at a place."""
    return str(connection.scalar(select(language_of(connection, plan, literal(code), None))))


# -- what every planner writes -------------------------------------------------------------------------


def mine(plan: Plan) -> tuple[ColumnElement[bool], ...]:
    """The deliveries of the firing."""
    return (
        Delivery.campaign_id == plan.campaign_id,
        Delivery.step_id == plan.step_id,
        Delivery.firing_id == plan.firing_id,
    )


def add_deliveries(connection: Connection, rows: Select[*tuple[Any, ...]]) -> None:
    """Write deliveries, in the order of COLUMNS; what is there already stays."""
    statement = upsert(connection, Delivery).from_select(COLUMNS, rows)
    connection.execute(statement.on_conflict_do_nothing())


def add_subjects(connection: Connection, rows: Select[*tuple[Any, ...]]) -> None:
    """Write (delivery, person, policy); what is there already stays."""
    statement = upsert(connection, DeliverySubject).from_select(
        ["delivery_id", "person_id", "policy_id"], rows.where(true())
    )
    connection.execute(statement.on_conflict_do_nothing())
