"""Marks of the ledger: of one person, of everybody, by household, channel, language and campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from outreach.access.scope import Scope
from outreach.audiences.predicates import child, eligible
from outreach.models.campaigns import AudienceMember, Campaign, CampaignPolicy
from outreach.models.deliveries import Account, Attempt, Delivery
from outreach.models.people import Person
from outreach.models.policies import Policy, Reach
from outreach.models.work import Word
from outreach.policies.schemas import PolicyView
from outreach.reports.reaching.schemas import GRADES, TOLD

VILLAGE = 12
_STRENGTH = {name: number for number, name in enumerate(GRADES)}
NEVER = len(GRADES)
"""The strength of somebody who is not in the ledger at all."""


def strength() -> ColumnElement[int]:
    """Of a row of the ledger: 0 当面 1 送达 2 家人转告 3 只发布; larger for what is no telling."""
    whens = [(Reach.fact == name, number) for name, number in _STRENGTH.items()]
    return case(*whens, else_=NEVER)


def marks(connection: Connection, person: int, policy: int) -> Sequence[tuple[Any, ...]]:
    """(fact, on, channel, delivery_id) of what tells that somebody was told, the strongest first."""
    columns = (Reach.fact, Reach.on, Reach.channel, Reach.delivery_id)
    statement = select(*columns).where(
        Reach.person_id == person, Reach.policy_id == policy, Reach.fact.in_(GRADES)
    )
    return [tuple(row) for row in connection.execute(statement.order_by(strength()))]


def said_by(connection: Connection, delivery: int, words: Sequence[str]) -> str:
    """Who first said one of some words of a delivery, as far as it stands; '' when nobody did."""
    statement = select(Word.by).where(
        Word.delivery_id == delivery, Word.word.in_(words), Word.undone_at.is_(None)
    )
    return connection.scalar(statement.order_by(Word.id).limit(1)) or ""


def carried_by(connection: Connection, delivery: int) -> str:
    """The account that a delivery's newest attempt went out by; '' when there is none."""
    statement = (
        select(Account.name)
        .join(Attempt, Attempt.account_id == Account.id)
        .where(Attempt.delivery_id == delivery)
        .order_by(Attempt.no.desc())
        .limit(1)
    )
    return connection.scalar(statement) or ""


def policy_key(connection: Connection, ref: str) -> int | None:
    """A policy's row number."""
    return connection.scalar(select(Policy.id).where(Policy.ref == ref))


def strongest(policy: int) -> Subquery:
    """Person → (strength) of the strongest mark of everybody who has one."""
    return (
        select(Reach.person_id, func.min(strength()).label("strength"))
        .where(Reach.policy_id == policy, Reach.fact.in_(GRADES))
        .group_by(Reach.person_id)
        .subquery()
    )


def everybody(connection: Connection, policy: int) -> dict[int, str]:
    """Person → grade, of all who are in the ledger for a policy: what `told` says of one."""
    rows = connection.execute(select(strongest(policy)))
    return {row.person_id: GRADES[row.strength] for row in rows}


def _at_home(policy: int) -> ColumnElement[bool]:
    """Whether what a child's mark rests on was said in the child's home: at its door, or to a guardian who lives there."""
    guardian = aliased(Person)
    by_door = exists().where(
        Delivery.id == Reach.delivery_id, Delivery.kind == "household", Reach.policy_id == policy
    )
    there = exists().where(
        guardian.id == Person.guardian_id, guardian.household_id == Person.household_id
    )
    return or_(by_door, there)


def households(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str
) -> Mapping[str, Any]:
    """(eligible, reached, relayed) households, by the definition of `HouseholdCount`.

    Whoever is in the register without a household is one of their own.
    """
    certain, _ = eligible(policy, on, home)
    counts = or_(~child(on), _at_home(policy.id))
    heard = case((and_(strength() < len(TOLD), counts), 2), (Reach.fact == "relayed", 1), else_=0)  # fmt: skip
    key = func.coalesce(Person.household_id, -Person.id)
    homes = (
        select(key.label("home"), func.max(heard).label("heard"))
        .select_from(Person)
        .outerjoin(Reach, and_(Reach.person_id == Person.id, Reach.policy_id == policy.id, Reach.fact.in_(GRADES)))
        .where(scope.condition(Person.region), Person.status == "active", certain)
        .group_by(key)
        .subquery()
    )  # fmt: skip
    row = connection.execute(
        select(
            func.count().label("eligible"),
            func.coalesce(func.sum(case((homes.c.heard == 2, 1), else_=0)), 0).label("reached"),
            func.coalesce(func.sum(case((homes.c.heard == 1, 1), else_=0)), 0).label("relayed"),
        ).select_from(homes)
    ).one()
    return {name: int(n) for name, n in row._mapping.items()}


def campaign_levels(
    connection: Connection, scope: Scope, campaign: int
) -> Sequence[Mapping[str, Any]]:
    """By policy of a campaign: its frozen audience, certain and not, and what is known of the certain ones."""
    best = (
        select(
            Reach.policy_id, Reach.person_id, func.min(strength()).label("strength"),
            func.max(case((Reach.fact.in_(("applied", "received")), 1), else_=0)).label("applied"),
            func.max(case((Reach.fact == "received", 1), else_=0)).label("received"),
        )
        .where(Reach.policy_id.in_(select(CampaignPolicy.policy_id).where(CampaignPolicy.campaign_id == campaign)))
        .group_by(Reach.policy_id, Reach.person_id)
        .subquery()
    )  # fmt: skip
    sure = AudienceMember.certainty == "yes"

    def of(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(sure, condition), 1), else_=0)), 0)

    at = func.coalesce(best.c.strength, literal(NEVER))
    grades = [of(at == number).label(name) for name, number in _STRENGTH.items()]
    rows = connection.execute(
        select(
            Policy.ref.label("policy"), of(literal(True)).label("due"),
            func.sum(case((sure, 0), else_=1)).label("unknown"), *grades,
            of(func.coalesce(best.c.applied, 0) == 1).label("applied"), of(func.coalesce(best.c.received, 0) == 1).label("received"),
        )
        .select_from(AudienceMember)
        .join(Person, Person.id == AudienceMember.person_id)
        .join(Policy, Policy.id == AudienceMember.policy_id)
        .outerjoin(best, and_(best.c.person_id == AudienceMember.person_id, best.c.policy_id == AudienceMember.policy_id))
        .where(AudienceMember.campaign_id == campaign, scope.condition(Person.region), Person.status == "active")
        .group_by(Policy.ref)
        .order_by(Policy.ref)
    ).mappings()  # fmt: skip
    return [
        {name: value if name == "policy" else int(value) for name, value in row.items()}
        for row in rows
    ]


def campaigns_about(connection: Connection, policy: int) -> Sequence[Row[Any]]:
    """(id, ref, title, region) of campaigns about a policy that were released, the oldest first."""
    columns: tuple[Any, ...] = (Campaign.id, Campaign.ref, Campaign.title, Campaign.region)
    statement = (
        select(*columns)
        .join(CampaignPolicy, CampaignPolicy.campaign_id == Campaign.id)
        .where(CampaignPolicy.policy_id == policy, Campaign.released.is_(True))
        .order_by(Campaign.id)
    )
    return connection.execute(statement).all()
