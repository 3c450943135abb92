"""Who was told of a policy, and where paper, posts, broadcasts and notices about it are out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from outreach.access.scope import Scope
from outreach.models.campaigns import Campaign, CampaignPolicy, Firing, Step
from outreach.models.deliveries import (
    Delivery,
    DeliverySubject,
    GroupChat,
    Outcome,
    delivery_state,
)
from outreach.models.paper import Board, Posting
from outreach.models.people import Household, Person
from outreach.models.policies import PolicyVersion, Reach

TOLD = ("in_person", "delivered", "relayed", "published")
"""The grades of having been told, the strongest first."""

OUT = ("flyer", "group", "broadcast")
"""Channels whose message stays where people see it."""

_VILLAGE = 12


@dataclass(frozen=True)
class Told:
    """People of one village who were told, each counted once under the strongest grade."""

    village: str
    in_person: int
    delivered: int
    relayed: int
    published: int

    @property
    def people(self) -> int:
        """All of them."""
        return self.in_person + self.delivered + self.relayed + self.published


def told_of(policy_id: int) -> Select[int]:
    """Person row numbers of everybody who was told, each once."""
    return (
        select(Reach.person_id).where(Reach.policy_id == policy_id, Reach.fact.in_(TOLD)).distinct()
    )


def _strongest() -> ColumnElement[int]:
    whens = [(Reach.fact == name, number) for number, name in enumerate(TOLD)]
    return func.min(case(*whens, else_=len(TOLD)))


def _marks(policy_id: int) -> Any:
    return (
        select(Reach.person_id, _strongest().label("grade"))
        .where(Reach.policy_id == policy_id, Reach.fact.in_(TOLD))
        .group_by(Reach.person_id)
        .subquery()
    )


def told(connection: Connection, scope: Scope, policy_id: int) -> Sequence[Told]:
    """People by village and strongest grade, in the order of codes."""
    marks = _marks(policy_id)
    village = func.substr(Person.region, 1, _VILLAGE)
    sums = [func.sum(case((marks.c.grade == number, 1), else_=0)) for number in range(len(TOLD))]
    statement = (
        select(village, *sums)
        .select_from(Person)
        .join(marks, marks.c.person_id == Person.id)
        .where(scope.condition(Person.region))
        .group_by(village)
        .order_by(village)
    )
    return [Told(row[0], *(int(n) for n in row[1:])) for row in connection.execute(statement)]


def told_people(connection: Connection, scope: Scope, policy_id: int) -> list[Mapping[str, Any]]:
    """id, name (encrypted), region, status, grade (place in TOLD), on (first day), in the order of places."""
    marks = _marks(policy_id)
    first = (
        select(Reach.person_id, func.min(Reach.on).label("on"))
        .where(Reach.policy_id == policy_id, Reach.fact.in_(TOLD))
        .group_by(Reach.person_id)
        .subquery()
    )
    statement = (
        select(Person.id, Person.name, Person.region, Person.status, marks.c.grade, first.c.on)
        .select_from(Person)
        .join(marks, marks.c.person_id == Person.id)
        .join(first, first.c.person_id == Person.id)
        .where(scope.condition(Person.region))
        .order_by(Person.region, Person.id)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def out_there(connection: Connection, policy_id: int) -> list[Mapping[str, Any]]:
    """What was printed, posted or played about a policy and may still be seen.

    One row per campaign, channel, place and state: campaign, title, options, number (version), valid_to, channel,
    village, place (code of the grid for sheets), group (name), state, n, first and last day. What was printed counts
    from printing on, because a pile on a desk is handed out tomorrow.
    """
    about = (
        select(DeliverySubject.delivery_id)
        .where(DeliverySubject.policy_id == policy_id)
        .distinct()
        .subquery()
    )
    view = delivery_state.c
    place = _place()
    at = func.coalesce(func.min(Outcome.at), func.min(Firing.fired_at))
    columns: tuple[Any, ...] = (
        Campaign.ref.label("campaign"), Campaign.title, Campaign.options, Step.channel, view.state,
        Delivery.village, place.label("place"), GroupChat.name.label("group"), PolicyVersion.number,
        PolicyVersion.valid_to,
    )  # fmt: skip
    mine = and_(CampaignPolicy.campaign_id == Campaign.id, CampaignPolicy.policy_id == policy_id)
    statement = (
        select(*columns, func.count(func.distinct(Delivery.id)).label("n"), at.label("at"))
        .select_from(Delivery)
        .join(about, about.c.delivery_id == Delivery.id)
        .join(delivery_state, view.delivery_id == Delivery.id)
        .join(Step, Step.id == Delivery.step_id)
        .join(Firing, Firing.id == Delivery.firing_id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .join(CampaignPolicy, mine)
        .outerjoin(PolicyVersion, PolicyVersion.id == CampaignPolicy.version_id)
        .outerjoin(Outcome, and_(Outcome.delivery_id == Delivery.id, Outcome.no > 0))
        .outerjoin(
            Household, and_(Delivery.kind == "household", Household.id == Delivery.addressee)
        )
        .outerjoin(Person, and_(Delivery.kind == "person", Person.id == Delivery.addressee))
        .outerjoin(GroupChat, and_(Delivery.kind == "group", GroupChat.id == Delivery.addressee))
        .where(Step.channel.in_(OUT), view.state.in_(("accepted", "delivered", "unknown")))
        .group_by(*_grouped(place))
        .order_by(Delivery.village, place, Step.channel, Campaign.ref, view.state)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def hanging(connection: Connection, policy_id: int) -> list[Mapping[str, Any]]:
    """Notices about a policy that hang on boards: region, board, title, posted_on, valid_until, by place and name."""
    statement = (
        select(
            Board.region, Board.name.label("board"), Posting.title, Posting.posted_on, Posting.valid_until,
        )
        .join(Board, Board.id == Posting.board_id)
        .where(
            Posting.policy_id == policy_id, Posting.taken_down_on.is_(None), Board.gone_at.is_(None)
        )
        .order_by(Board.region, Board.name, Posting.posted_on, Posting.id)
    )  # fmt: skip
    return [dict(row) for row in connection.execute(statement).mappings()]


def _place() -> ColumnElement[str]:
    """Where it lies: the grid of the household, else the village."""
    return func.coalesce(Household.region, Person.region, Delivery.village)


def _grouped(place: ColumnElement[str]) -> tuple[Any, ...]:
    return (
        Campaign.id, Campaign.ref, Campaign.title, Campaign.options, Step.channel, delivery_state.c.state,
        Delivery.village, place, GroupChat.name, PolicyVersion.number, PolicyVersion.valid_to,
    )  # fmt: skip
