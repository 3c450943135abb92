"""All SQL of the figures. Everything that counts people or deliveries takes a Scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)

from outreach.access.schemas import AuditLine
from outreach.access.scope import Scope
from outreach.audiences.predicates import eligible
from outreach.deliveries import reckoning
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Step
from outreach.models.deliveries import (
    DeliverySubject,
    Funnel,
    FunnelDelta,
    GroupChat,
    delivery_state,
)
from outreach.models.people import ImportRun, Person
from outreach.models.policies import Reach
from outreach.policies.schemas import PolicyView
from outreach.reports.counted import looking
from outreach.reports.counted.schemas import STAGES

_FACTS = ("in_person", "delivered", "relayed", "published", "applied", "received")
_NOT_DELIVERED = ("skipped", "refused", "undelivered")


def step_states(connection: Connection, scope: Scope, campaign: int) -> dict[int, dict[str, int]]:
    """Step row number → deliveries by state; folded and fresh counts together."""
    found: dict[int, dict[str, int]] = {}
    for table in (Funnel, FunnelDelta):
        rows = connection.execute(
            select(table.step_id, table.state, func.sum(table.n))
            .where(table.campaign_id == campaign, scope.condition(table.village))
            .group_by(table.step_id, table.state)
        )
        for step, state, n in rows:
            states = found.setdefault(step, {})
            states[state] = states.get(state, 0) + int(n)
    return found


def whys(connection: Connection, scope: Scope, campaign: int) -> list[Mapping[str, Any]]:
    """(state, channel, reason, error, n) of what was skipped or not delivered, the most frequent first."""
    channels = {
        row.id: row.channel
        for row in connection.execute(
            select(Step.id, Step.channel).where(Step.campaign_id == campaign)
        )
    }
    found: Counter[tuple[str, str, str, str]] = Counter()
    for (step, state, *words), n in reckoning.whys(connection, campaign, scope.condition).items():
        if state in _NOT_DELIVERED:
            found[state, channels[step], words[0], words[1]] += n
    rows = sorted(found.items(), key=lambda one: (-one[1], one[0][0], one[0][2], one[0][3]))
    names = ("state", "channel", "reason", "error")
    return [{**dict(zip(names, key, strict=True)), "n": n} for key, n in rows]


def log(connection: Connection, things: Sequence[str], limit: int = 50) -> list[AuditLine]:
    """What people and the program did to a thing, newest first."""
    names = AuditLine.__dataclass_fields__
    statement = (
        select(*[getattr(AuditEntry, name) for name in names])
        .where(AuditEntry.thing.in_(things))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return [AuditLine(*row) for row in connection.execute(statement)]


def group_names(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Names of residents' groups by row number."""
    rows = connection.execute(select(GroupChat.id, GroupChat.name).where(GroupChat.id.in_(ids)))
    return {row.id: row.name for row in rows}


def groups_in(connection: Connection, region: str) -> int:
    """How many residents' groups lie in a region."""
    statement = select(func.count()).where(Scope(region).condition(GroupChat.region))
    return connection.scalar(statement.select_from(GroupChat)) or 0


def sheets(connection: Connection, scope: Scope, state: str) -> dict[int, int]:
    """Campaign → sheets in a state: planned = nobody has printed them yet, accepted = printed, not handed over."""
    found: Counter[int] = Counter()
    for table in (Funnel, FunnelDelta):
        rows = connection.execute(
            select(table.campaign_id, func.sum(table.n))
            .join(Step, Step.id == table.step_id)
            .where(Step.channel == "flyer", table.state == state, scope.condition(table.village))
            .group_by(table.campaign_id)
        )
        for campaign, n in rows:
            found[campaign] += int(n)
    return {campaign: n for campaign, n in found.items() if n}


def without_number(connection: Connection, scope: Scope, on: date) -> int:
    """Registered people from 14 on to whom no personal text can go: no number of their own, or a closed one."""
    statement = select(func.count()).where(
        scope.condition(Person.region), looking.without_number(on)
    )
    return connection.scalar(statement) or 0


def _pivot(policy: int) -> Subquery:
    """Person → 1 or 0 for each kind of fact about a policy."""
    marks = [func.max(case((Reach.fact == name, 1), else_=0)).label(name) for name in _FACTS]
    return (
        select(Reach.person_id, *marks)
        .where(Reach.policy_id == policy)
        .group_by(Reach.person_id)
        .subquery()
    )


def reach(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str
) -> list[Mapping[str, Any]]:
    """The columns of PlaceCount by village, in the order of codes."""
    certain, possible = eligible(policy, on, home)
    marks = _pivot(policy.id)
    has = {name: func.coalesce(marks.c[name], 0) == 1 for name in _FACTS}
    grades: dict[str, ColumnElement[bool]] = {
        "eligible": literal(True),
        "in_person": has["in_person"],
        "delivered": and_(has["delivered"], ~has["in_person"]),
        "relayed": and_(has["relayed"], ~has["in_person"], ~has["delivered"]),
        "published": has["published"],
        "applied": has["applied"],
        "received": has["received"],
    }
    village = looking.village_of
    sums = [
        func.sum(case((and_(certain, condition), 1), else_=0)).label(name)
        for name, condition in grades.items()
    ]
    statement = (
        select(village.label("code"), func.sum(case((certain, 0), else_=1)).label("unknown"), *sums)
        .select_from(Person)
        .outerjoin(marks, marks.c.person_id == Person.id)
        .where(scope.condition(Person.region), Person.status == "active", possible)
        .group_by(village)
        .order_by(village)
    )
    return [
        {name: value if name == "code" else int(value) for name, value in row.items()}
        for row in connection.execute(statement).mappings()
    ]


def untold(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str
) -> list[tuple[str, str, int]]:
    """(stage, skip reason, people) of those who certainly fit and were never told."""
    certain, _ = eligible(policy, on, home)
    view = delivery_state.c
    tries = (
        select(
            DeliverySubject.person_id,
            func.min(looking.stage_for(view)).label("stage"),
            func.min(looking.left_for(view)).label("reason"),
        )
        .join(delivery_state, view.delivery_id == DeliverySubject.delivery_id)
        .join(Step, Step.id == view.step_id)
        .where(DeliverySubject.policy_id == policy.id, view.kind.in_(("person", "household")))
        .group_by(DeliverySubject.person_id)
        .subquery()
    )
    marks = _pivot(policy.id)
    heard = or_(marks.c.in_person == 1, marks.c.delivered == 1, marks.c.relayed == 1)
    reached = func.coalesce(tries.c.stage, 6)
    reason = case((reached == 5, func.coalesce(tries.c.reason, "")), else_="")
    rows = connection.execute(
        select(reached, reason, func.count())
        .select_from(Person)
        .outerjoin(marks, marks.c.person_id == Person.id)
        .outerjoin(tries, tries.c.person_id == Person.id)
        .where(
            scope.condition(Person.region), Person.status == "active", certain,
            or_(marks.c.person_id.is_(None), ~heard),
        )
        .group_by(reached, reason)
        .order_by(func.count().desc(), reached, reason)
    ).all()  # fmt: skip
    return [(STAGES[int(row[0])], str(row[1]), int(row[2])) for row in rows]


def losing(
    connection: Connection,
    scope: Scope,
    policy: PolicyView,
    on: date,
    home: str,
    days: int,
    most: int,
) -> Sequence[int]:
    """People who certainly fit on a date, cannot fit `days` later, and have not applied; the oldest first."""
    certain, _ = eligible(policy, on, home)
    _, possible_later = eligible(policy, on + timedelta(days=days), home)
    done = select(Reach.person_id).where(
        Reach.policy_id == policy.id, Reach.fact.in_(("applied", "received"))
    )
    return connection.scalars(
        select(Person.id)
        .where(
            scope.condition(Person.region),
            Person.status == "active",
            certain,
            ~possible_later,
            Person.id.not_in(done),
        )
        .order_by(Person.birth, Person.id)
        .limit(most)
    ).all()


def recent_imports(
    connection: Connection, by: str | None = None, limit: int = 8
) -> Sequence[Row[Any]]:
    """(file_name, at, by, rows, accepted, rejected) of finished imports, newest first; only one user's when named."""
    run = ImportRun
    columns: tuple[Any, ...] = (run.file_name, run.at, run.by, run.rows, run.accepted, run.rejected)
    statement = select(*columns).where(run.finished_at.is_not(None))
    statement = statement.order_by(run.id.desc()).limit(limit)
    if by is not None:
        statement = statement.where(run.by == by)
    return connection.execute(statement).all()
