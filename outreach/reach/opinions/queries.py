"""Statements on opinions; whatever lists them takes a Scope first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    insert,
    select,
    update,
)

from outreach.access.scope import Scope, under
from outreach.errors import Missing
from outreach.models.campaigns import CampaignPolicy
from outreach.models.deliveries import Delivery
from outreach.models.people import Person
from outreach.models.policies import Policy
from outreach.models.signals import Opinion, OpinionMove
from outreach.reach.opinions.schemas import OPEN, Asked, Move, OpinionView
from outreach.store import upsert

_OWN = tuple(name for name in OpinionView.__dataclass_fields__ if name != "policy")


def put(connection: Connection, values: Mapping[str, Any]) -> int | None:
    """Write an opinion; its number, None when one with this key is there."""
    statement = upsert(connection, Opinion).values(**values)
    fresh = statement.on_conflict_do_nothing(index_elements=["key"]).returning(Opinion.id)
    key: int | None = connection.scalar(fresh)
    return key


def by_key(connection: Connection, key: str) -> int:
    """The opinion of a key that is known to exist."""
    return int(connection.execute(select(Opinion.id).where(Opinion.key == key)).scalar_one())


def policy_id(connection: Connection, ref: str) -> int | None:
    """The row number of a policy; None when there is none of this name."""
    return connection.scalar(select(Policy.id).where(Policy.ref == ref))


def _views(scope: Scope) -> Select[Any]:
    return (
        select(*[getattr(Opinion, name) for name in _OWN], func.coalesce(Policy.ref, "").label("policy"))
        .outerjoin(Policy, Policy.id == Opinion.policy_id)
        .where(scope.condition(Opinion.region))
    )  # fmt: skip


def _view(row: Row[Any]) -> OpinionView:
    return OpinionView(**row._mapping)


def one(connection: Connection, scope: Scope, key: int) -> OpinionView:
    """One opinion; Missing opinions.unknown when there is none inside the scope."""
    row = connection.execute(_views(scope).where(Opinion.id == key)).one_or_none()
    if row is None:
        raise Missing("opinions.unknown", opinion=key)
    return _view(row)


def _wanted(asked: Asked) -> list[ColumnElement[bool]]:
    same = {
        Opinion.source: asked.source, Policy.ref: asked.policy, Opinion.by: asked.by, Opinion.assigned: asked.whose,
    }  # fmt: skip
    found: list[ColumnElement[bool]] = [
        column == value for column, value in same.items() if value
    ]  # fmt: skip
    found.append(under(Opinion.region, asked.region))
    if asked.states:
        found.append(Opinion.state.in_(asked.states))
    if asked.before is not None:
        found.append(Opinion.at < asked.before)
    if asked.since is not None:
        found.append(Opinion.at >= asked.since)
    return found


def some(connection: Connection, scope: Scope, asked: Asked) -> list[OpinionView]:
    """Those that are looked for: whoever still waits the longest first, then the newest of the others."""
    waits = Opinion.state.in_(OPEN)
    order = case((waits, 0), else_=1), case((waits, Opinion.id), else_=-Opinion.id)
    statement = _views(scope).where(and_(*_wanted(asked))).order_by(*order)
    return [_view(row) for row in connection.execute(statement.limit(asked.limit))]


def change(
    connection: Connection, there: OpinionView, values: Mapping[str, Any], *, states: Sequence[str]
) -> bool:
    """Change an opinion that stands as it was read; False when somebody was faster."""
    same = and_(
        Opinion.id == there.id, Opinion.state == there.state, Opinion.assigned == there.assigned
    )
    statement = update(Opinion).where(same, Opinion.state.in_(states)).values(**values)
    return connection.execute(statement).rowcount == 1


def add_move(connection: Connection, opinion: int, values: Mapping[str, Any]) -> None:
    """Keep a move."""
    connection.execute(insert(OpinionMove).values(opinion_id=opinion, **values))


def moves(connection: Connection, opinion: int) -> list[Move]:
    """What was done with it, oldest first."""
    names = Move.__dataclass_fields__
    columns: list[Any] = [getattr(OpinionMove, name) for name in names]
    statement = select(*columns).where(OpinionMove.opinion_id == opinion).order_by(OpinionMove.id)
    return [Move(*row) for row in connection.execute(statement)]


def standing(connection: Connection, scope: Scope, policy: str = "") -> dict[str, int]:
    """State → opinions of a scope, about a policy where one is named."""
    statement = (
        select(Opinion.state, func.count())
        .where(scope.condition(Opinion.region))
        .group_by(Opinion.state)
    )
    if policy:
        about = select(Policy.id).where(Policy.ref == policy).scalar_subquery()
        statement = statement.where(Opinion.policy_id == about)
    return {row[0]: int(row[1]) for row in connection.execute(statement)}


def since(
    connection: Connection, scope: Scope, moment: datetime
) -> list[tuple[str, datetime, str, str]]:
    """(policy, at, source, state) of what was said from a moment on; no words."""
    statement = (
        select(func.coalesce(Policy.ref, ""), Opinion.at, Opinion.source, Opinion.state)
        .outerjoin(Policy, Policy.id == Opinion.policy_id)
        .where(scope.condition(Opinion.region), Opinion.at >= moment)
    )
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(statement)]


def waiting(
    connection: Connection, scope: Scope, before: datetime, length: int
) -> list[tuple[str, int, datetime]]:
    """(region cut to a length, how many, the oldest) of open ones that were said before a moment, by code."""
    place = func.substr(Opinion.region, 1, length).label("place")
    statement = (
        select(place, func.count(), func.min(Opinion.at))
        .where(scope.condition(Opinion.region), Opinion.state.in_(OPEN), Opinion.at < before)
        .group_by(place)
        .order_by(place)
    )
    return [(row[0], int(row[1]), row[2]) for row in connection.execute(statement)]


def regions_of_number(connection: Connection, address_key: bytes) -> list[str]:
    """Where the residents live who have a number."""
    mine = and_(Person.phone_key == address_key, Person.status == "active")
    return list(connection.scalars(select(Person.region).distinct().where(mine)))


def campaign_of(connection: Connection, delivery: int) -> tuple[int, str] | None:
    """(campaign, village) of a delivery; None when there is none."""
    columns = select(Delivery.campaign_id, Delivery.village)
    row = connection.execute(columns.where(Delivery.id == delivery)).one_or_none()
    return None if row is None else (row[0], row[1])


def policies_of(connection: Connection, campaign: int) -> list[str]:
    """Refs of a campaign's policies."""
    statement = (
        select(Policy.ref)
        .join(CampaignPolicy, CampaignPolicy.policy_id == Policy.id)
        .where(CampaignPolicy.campaign_id == campaign)
    )
    return sorted(connection.scalars(statement))
