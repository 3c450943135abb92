"""Money of attempts, persons newly told through a campaign, and what lists say before and after a first contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from outreach.access.scope import Scope
from outreach.audiences.predicates import eligible
from outreach.models.campaigns import CampaignPolicy, Firing, Step
from outreach.models.deliveries import Attempt, Delivery, DeliverySubject, Outcome
from outreach.models.people import Person
from outreach.models.policies import Reach
from outreach.policies.schemas import PolicyView
from outreach.reports.reaching.schemas import TOLD

_FREE = ("deferred", "refused", "skipped")
"""Outcomes of what was certainly not handed over: it costs nothing, as in `deliveries.queries.spent`."""


def spent_on(connection: Connection, scope: Scope, campaign: int, policy: int | None) -> float:
    """Fen of a campaign's attempts to places in scope; of one policy the part that falls to it.

    What an attempt cost is divided equally among all pairs of person and policy that it was about.
    """
    share: Any = Attempt.cost_fen
    if policy is not None and has_others(connection, campaign, policy):
        share = Attempt.cost_fen * _pairs(policy) * 1.0 / func.nullif(_pairs(None), 0)
    total = connection.scalar(
        select(func.coalesce(func.sum(share), 0))
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .outerjoin(Outcome, and_(Outcome.delivery_id == Attempt.delivery_id, Outcome.no == Attempt.no))
        .where(
            Attempt.campaign_id == campaign, Attempt.cost_fen > 0, scope.condition(Delivery.village),
            or_(Outcome.state.is_(None), Outcome.state.not_in(_FREE)),
        )
    )  # fmt: skip
    return float(total or 0.0)


def _pairs(policy: int | None) -> Any:
    """How many (person, policy) an attempt's delivery is about, all or those of one policy."""
    subject = aliased(DeliverySubject)
    mine = select(func.count()).where(subject.delivery_id == Attempt.delivery_id)
    if policy is not None:
        mine = mine.where(subject.policy_id == policy)
    return mine.correlate(Attempt).scalar_subquery()


def has_others(connection: Connection, campaign: int, policy: int) -> bool:
    """Whether a campaign tells about more than this policy."""
    other = select(CampaignPolicy.policy_id).where(
        CampaignPolicy.campaign_id == campaign, CampaignPolicy.policy_id != policy
    )
    return connection.execute(other.limit(1)).first() is not None


def newly_told(
    connection: Connection, scope: Scope, campaigns: Sequence[int], policy: int | None = None
) -> int:
    """Persons whose first proof of having been told (当面 or 送达) about a policy is a delivery of these campaigns.

    policy: of one; None: about any policy of the campaigns, each person once.
    """
    earlier = aliased(Reach)
    before = exists().where(
        earlier.policy_id == Reach.policy_id, earlier.person_id == Reach.person_id, earlier.fact.in_(TOLD),
        earlier.fact != Reach.fact, earlier.on < Reach.on,
    )  # fmt: skip
    statement = (
        select(func.count(Reach.person_id.distinct()))
        .join(Delivery, Delivery.id == Reach.delivery_id)
        .join(Person, Person.id == Reach.person_id)
        .where(
            Delivery.campaign_id.in_(campaigns), Reach.fact.in_(TOLD), scope.condition(Person.region), ~before
        )
    )  # fmt: skip
    if policy is not None:
        statement = statement.where(Reach.policy_id == policy)
    return connection.scalar(statement) or 0


def began(connection: Connection, campaigns: Sequence[int]) -> datetime | None:
    """When the first step of some campaigns fired."""
    statement = (
        select(func.min(Firing.fired_at))
        .join(Step, Step.id == Firing.step_id)
        .where(Step.campaign_id.in_(campaigns))
    )
    return connection.scalar(statement)


def received(
    connection: Connection,
    scope: Scope,
    policy: PolicyView,
    on: date,
    home: str,
    since: date | None,
) -> tuple[int, int, int]:
    """(who certainly fits, who of them had received before a day, who has received by `on`)."""
    certain, _ = eligible(policy, on, home)
    before = case((Reach.on < since, 1), else_=0) if since else case((Reach.on > on, 0), else_=1)
    row = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((Reach.person_id.is_(None), 0), else_=before)), 0),
            func.count(Reach.person_id),
        )
        .select_from(Person)
        .outerjoin(
            Reach,
            and_(Reach.person_id == Person.id, Reach.policy_id == policy.id, Reach.fact == "received", Reach.on <= on),
        )
        .where(scope.condition(Person.region), Person.status == "active", certain)
    ).one()  # fmt: skip
    return int(row[0]), int(row[1]), int(row[2])


def converted(
    connection: Connection,
    scope: Scope,
    policy: PolicyView,
    on: date,
    home: str,
    when: tuple[date, date, int],
) -> tuple[int, int, int, int]:
    """(base, contacted, applied in time, contacted too late to tell) as `Conversion` has them.

    when: (first day of contact, the list's cut-off date, days).
    """
    since, until, days = when
    certain, _ = eligible(policy, on, home)
    first = (
        select(
            Reach.person_id,
            func.min(case((Reach.fact.in_(TOLD), Reach.on))).label("told"),
            func.min(case((Reach.fact.in_(("applied", "received")), Reach.on))).label("applied"),
        )
        .where(Reach.policy_id == policy.id)
        .group_by(Reach.person_id)
        .subquery()
    )
    told, applied = first.c.told, first.c.applied
    rows = connection.execute(
        select(told, applied, func.count())
        .select_from(Person)
        .outerjoin(first, first.c.person_id == Person.id)
        .where(
            scope.condition(Person.region), Person.status == "active", certain,
            or_(applied.is_(None), applied >= since),
        )
        .group_by(told, applied)
    ).all()  # fmt: skip
    span = timedelta(days=days)
    base = contacted = done = young = 0
    for told_on, applied_on, n in rows:
        base += n
        if told_on is None or told_on < since:
            continue
        contacted += n
        in_time = applied_on is not None and told_on <= applied_on <= told_on + span
        done += n if in_time else 0
        young += n if not in_time and told_on + span > until else 0
    return base, contacted, done, young
