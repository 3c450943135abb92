"""What people have in their hands: to be carried to a door, or read out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, select

from outreach.access.scope import Scope
from outreach.deliveries import funnel
from outreach.deliveries.states import HANDED_OVER, State
from outreach.models.campaigns import Firing, Step
from outreach.models.deliveries import Delivery, delivery_state
from outreach.models.people import Household, Person

CHANNELS = ("flyer", "visit", "broadcast")

MANY = 3_000
"""Doors of a campaign from which on a page shows one village at a time."""


@dataclass(frozen=True)
class Carried:
    """A delivery that a person carries to a door, or reads out. `name` and `address` are encrypted.

    region: the home's, a broadcast's village. name: the householder's, '' when nobody is known as such.
    """

    delivery_id: int
    campaign_id: int
    channel: str  # flyer visit broadcast
    kind: str
    addressee: int
    state: str  # accepted undelivered delivered
    reason: str
    region: str
    address: str
    name: str


def carried(
    connection: Connection, *, campaign: int = 0, delivery: int = 0, scope: Scope | None = None
) -> list[Carried]:
    """What people have in their hands: of a campaign (inside a scope); or one delivery, with what else goes to the
    same door."""
    if delivery:
        wanted = select(Delivery).where(Delivery.id == delivery).subquery()
        statement = _carried().join(
            wanted,
            (wanted.c.campaign_id == Delivery.campaign_id)
            & (wanted.c.kind == Delivery.kind)
            & (wanted.c.addressee == Delivery.addressee),
        )
        found = [Carried(*row) for row in connection.execute(statement)]
        return found if any(one.delivery_id == delivery for one in found) else []
    if scope is None or not scope.region:
        statement = _carried().where(Delivery.campaign_id == campaign)
        return [Carried(*row) for row in connection.execute(statement)]
    return _inside(connection, campaign, scope)


def _inside(connection: Connection, campaign: int, scope: Scope) -> list[Carried]:
    """From the homes of a scope to what goes there: a village is looked up and not searched for in a campaign."""
    firings = connection.execute(
        select(Firing.id, Firing.step_id)
        .join(Step, Step.id == Firing.step_id)
        .where(Step.campaign_id == campaign, Step.channel.in_(CHANNELS))
    ).all()
    households = select(Household.id).where(scope.condition(Household.region))
    people = select(Person.id).where(scope.condition(Person.region))
    homes = (
        and_(Delivery.kind == "household", Delivery.addressee.in_(households)),
        and_(Delivery.kind == "person", Delivery.addressee.in_(people)),
        and_(Delivery.kind.not_in(("household", "person")), scope.condition(Delivery.village)),
    )
    mine = and_(
        Delivery.campaign_id == campaign,
        Delivery.step_id.in_({row.step_id for row in firings}),
        Delivery.firing_id.in_({row.id for row in firings}),
    )
    found = [
        Carried(*row) for home in homes for row in connection.execute(_carried().where(mine, home))
    ]
    inside = [one for one in found if scope.covers(one.region)]
    return sorted(inside, key=lambda one: one.delivery_id)


def _carried() -> Select[Any]:
    view = delivery_state.c
    head = case((Delivery.kind == "person", Delivery.addressee), else_=Household.head_id)
    return (
        select(
            Delivery.id, Delivery.campaign_id, Step.channel, Delivery.kind, Delivery.addressee, view.state, view.reason,
            func.coalesce(Household.region, Person.region, Delivery.village),
            func.coalesce(Household.address, ""), func.coalesce(Person.name, ""),
        )
        .join(Step, Step.id == Delivery.step_id)
        .join(delivery_state, view.delivery_id == Delivery.id)
        .outerjoin(Household, (Delivery.kind == "household") & (Household.id == Delivery.addressee))
        .outerjoin(Person, Person.id == head)
        .where(Step.channel.in_(CHANNELS), view.state.in_(HANDED_OVER))
        .order_by(Delivery.id)
    )  # fmt: skip


def villages(connection: Connection, campaign: int, scope: Scope) -> dict[str, tuple[int, int]]:
    """Village → (deliveries in people's hands or done, those where nobody has been yet), where they were planned."""
    steps = {
        str(one)
        for one in connection.scalars(
            select(Step.id).where(Step.campaign_id == campaign, Step.channel.in_(CHANNELS))
        )
    }
    found: dict[str, tuple[int, int]] = {}
    counts = funnel.counts(connection, campaign, "step_id", "village", "state")
    for (step, village, state), n in sorted(counts.items()):
        if step in steps and state in HANDED_OVER and scope.covers(village):
            every, open_ones = found.get(village, (0, 0))
            found[village] = (every + n, open_ones + n * (state == State.ACCEPTED))
    return found
