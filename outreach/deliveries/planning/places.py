"""Posts and broadcasts: one per place where somebody of the audience lives; they are its exposed subjects."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from outreach.access.scope import under
from outreach.deliveries.planning.audience import (
    COLUMNS,
    add_subjects,
    language_at,
    members,
    mine,
)
from outreach.deliveries.planning.conditions import unspoken
from outreach.deliveries.planning.orders import Plan
from outreach.models.campaigns import AudienceMember
from outreach.models.deliveries import Delivery, GroupChat
from outreach.models.people import Person, Region
from outreach.store import upsert


class Place(NamedTuple):
    """A group that is posted to, or a village that hears a broadcast: kind (group, region), id, region code, name."""

    kind: str
    id: int
    code: str
    name: str


def plan_places(connection: Connection, plan: Plan) -> None:
    """Write what is said at places; nothing for channels that speak to people."""
    for place in places(connection, plan):
        row = (
            plan.campaign_id, plan.step_id, plan.firing_id, place.kind, place.id, None,
            language_at(connection, plan, place.code), place.code[:12], "",
        )  # fmt: skip
        statement = upsert(connection, Delivery).values(dict(zip(COLUMNS, row, strict=True)))
        connection.execute(statement.on_conflict_do_nothing())
        found = and_(*mine(plan), Delivery.kind == place.kind, Delivery.addressee == place.id)
        add_subjects(
            connection,
            select(Delivery.id, AudienceMember.person_id, AudienceMember.policy_id)
            .select_from(AudienceMember)
            .join(Person, Person.id == AudienceMember.person_id)
            .join(Delivery, found)
            .where(members(plan), under(Person.region, place.code)),
        )


def places(connection: Connection, plan: Plan) -> list[Place]:
    """Where a step that speaks to places will speak: those where somebody of the audience lives."""

    def lived_in(code: str) -> bool:
        people = (
            select(AudienceMember.person_id)
            .join(Person, Person.id == AudienceMember.person_id)
            .where(members(plan), under(Person.region, code))
        )
        return connection.execute(people.limit(1)).first() is not None

    known = {"group": _groups, "broadcast": _villages}.get(plan.channel)
    found = [] if known is None else known(connection, plan)
    if plan.places:
        found = [place for place in found if place.id in plan.places]
    return [place for place in found if _open(connection, plan, place) and lived_in(place.code)]


def _open(connection: Connection, plan: Plan, place: Place) -> bool:
    """Whether a step that is only for the untold has something to say there."""
    if plan.condition != "untold":
        return True
    there = unspoken(plan.campaign_id, plan.step_id, place.kind, place.id)
    return bool(connection.scalar(select(there)))


def _groups(connection: Connection, _: Plan) -> list[Place]:
    rows = connection.execute(
        select(GroupChat.id, GroupChat.region, GroupChat.name).order_by(GroupChat.id)
    )
    return [Place("group", *row) for row in rows]


def _villages(connection: Connection, plan: Plan) -> list[Place]:
    """Where somebody of the audience lives; the country has 600,000 others."""
    homes = (
        select(func.substr(Person.region, 1, 12))
        .join(AudienceMember, AudienceMember.person_id == Person.id)
        .where(members(plan))
    )
    rows = connection.execute(
        select(Region.id, Region.code, Region.name)
        .where(Region.level == "village", Region.code.in_(homes))
        .order_by(Region.id)
    )
    return [Place("region", *row) for row in rows]
