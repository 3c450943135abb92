"""What people have to carry: whom to call, where to post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, literal_column, select

from outreach.access.scope import Scope
from outreach.deliveries.proofs import BY_HAND
from outreach.deliveries.states import HANDED_OVER
from outreach.models.campaigns import Campaign, Step
from outreach.models.deliveries import Account, Attempt, Delivery, GroupChat, delivery_state
from outreach.models.people import Household, Person, Region


@dataclass(frozen=True)
class Call:
    """Somebody to be called. name, phone, address and body are encrypted; closed: the number does not exist."""

    delivery_id: int
    person_id: int
    household_id: int | None
    region: str
    state: str
    name: str
    phone: str
    address: str
    body: str
    closed: bool


@dataclass(frozen=True)
class Post:
    """A post in a group. body is encrypted; by_hand: somebody copies it, else a robot posts it."""

    delivery_id: int
    campaign: str
    title: str
    campaign_id: int
    group: str
    region: str
    place: str
    state: str
    body: str
    by_hand: bool
    at: datetime


def calls(
    connection: Connection, scope: Scope, campaign: int = 0, *, delivery: int = 0
) -> list[Call]:
    """Calls of a campaign, or one by its number, that are in people's hands; in order of places."""
    view = delivery_state.c
    statement = (
        select(
            Delivery.id, Person.id, Person.household_id, Person.region, view.state, Person.name, Person.phone,
            func.coalesce(Household.address, ""), func.coalesce(Attempt.body, ""), Person.phone_closed,
        )
        .join(Step, Step.id == Delivery.step_id)
        .join(delivery_state, view.delivery_id == Delivery.id)
        .join(Person, and_(Delivery.kind == "person", Person.id == Delivery.addressee))
        .outerjoin(Household, Household.id == Person.household_id)
        .outerjoin(Attempt, and_(Attempt.delivery_id == Delivery.id, Attempt.no == view.attempts))
        .where(Step.channel == "call", view.state.in_(HANDED_OVER), scope.condition(Person.region))
        .order_by(Person.region, Delivery.id)
    )  # fmt: skip
    mine = Delivery.id == delivery if delivery else Delivery.campaign_id == campaign
    return [Call(*row) for row in connection.execute(statement.where(mine))]


def posts(connection: Connection, scope: Scope, *, delivery: int = 0) -> list[Post]:
    """Posts in the groups of a scope, those that nobody has made yet first, then the newest."""
    # written out: a bound value would not lead the planner to the short index of what went to groups
    of_a_group = Delivery.kind == literal_column("'group'")
    view = delivery_state.c
    statement = (
        select(
            Delivery.id, Campaign.ref, Campaign.title, Campaign.id, GroupChat.name, GroupChat.region,
            func.coalesce(Region.name, ""), view.state, Attempt.body, Account.provider == BY_HAND, Attempt.at,
        )
        .join(Step, Step.id == Delivery.step_id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .join(delivery_state, view.delivery_id == Delivery.id)
        .join(GroupChat, and_(of_a_group, GroupChat.id == Delivery.addressee))
        .outerjoin(Region, Region.code == GroupChat.region)
        .join(Attempt, and_(Attempt.delivery_id == Delivery.id, Attempt.no == view.attempts))
        .join(Account, Account.id == Attempt.account_id)
        .where(
            view.state.in_((*HANDED_OVER, "unknown")),
            scope.condition(GroupChat.region),
            Campaign.status != "cancelled",
        )
        .order_by(case((view.state == "accepted", 0), else_=1), Attempt.at.desc(), Delivery.id)
    )  # fmt: skip
    if delivery:
        statement = statement.where(Delivery.id == delivery)
    return [Post(*row) for row in connection.execute(statement.limit(200))]
