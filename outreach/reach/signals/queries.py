"""All SQL on counts that come back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from outreach.access.scope import Scope
from outreach.models.policies import Policy
from outreach.models.signals import HotlineWeek, PolicyCount
from outreach.reach.signals.schemas import Calls, Counted
from outreach.store import among, chunks, upsert


def calls_in(connection: Connection, cells: Collection[tuple[int, str, date]]) -> list[Calls]:
    """What is kept for some (policy, region, week), every topic."""
    columns = (
        HotlineWeek.policy_id,
        HotlineWeek.region,
        HotlineWeek.week,
        HotlineWeek.topic,
        HotlineWeek.calls,
    )
    wanted, found = set(cells), []
    for some in chunks(sorted({week for _, _, week in cells}), 200):
        rows = connection.execute(select(*columns).where(HotlineWeek.week.in_(some)))
        found += [Calls(*row) for row in rows if (row[0], row[1], row[2]) in wanted]
    return sorted(found)  # fmt: skip


def replace_calls(
    connection: Connection, old: Collection[Calls], new: Collection[Calls], said: tuple[str, str, datetime]
) -> None:  # fmt: skip
    """Take the old rows out and write the new ones. said: source, by whom, when."""
    source, by, at = said
    for one in old:
        connection.execute(
            delete(HotlineWeek).where(
                HotlineWeek.policy_id == one.policy_id, HotlineWeek.region == one.region, HotlineWeek.week == one.week,
                HotlineWeek.topic == one.topic,
            )
        )  # fmt: skip
    rows = [
        {"policy_id": one.policy_id, "region": one.region, "week": one.week, "topic": one.topic, "calls": one.calls,
         "source": source, "by": by, "at": at}
        for one in new
    ]  # fmt: skip
    for some in chunks(rows):
        connection.execute(insert(HotlineWeek), some)


def counts_in(connection: Connection, policies: Collection[int]) -> list[tuple[Any, ...]]:
    """Everything kept of some policies: (policy_id, measure, region, on, n, of)."""
    columns = (PolicyCount.policy_id, PolicyCount.measure, PolicyCount.region, PolicyCount.on, PolicyCount.n, PolicyCount.of)  # fmt: skip
    statement = select(*columns).where(among(PolicyCount.policy_id, sorted(policies)))
    return [tuple(row) for row in connection.execute(statement)]


def put_counts(connection: Connection, counts: Collection[Counted], by: str, at: datetime) -> None:
    """Write counts; one of the same policy, measure, region and day takes the place of the earlier one."""
    rows = [{**vars(one), "by": by, "at": at} for one in counts]
    for some in chunks(rows):
        statement = upsert(connection, PolicyCount)
        given = statement.excluded
        fresh = {name: given[name] for name in ("n", "of", "source", "by", "at")}
        keys = ["policy_id", "measure", "region", "on"]
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), some)


def series(
    connection: Connection, scope: Scope, since: date, policy: int | None = None
) -> Sequence[Row[Any]]:
    """(policy_id, ref, region, week, topic, calls) inside a scope from a week on, by policy, week, region and topic."""
    columns: tuple[Any, ...] = (
        HotlineWeek.policy_id, Policy.ref, HotlineWeek.region, HotlineWeek.week, HotlineWeek.topic, HotlineWeek.calls,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Policy, Policy.id == HotlineWeek.policy_id)
        .where(scope.condition(HotlineWeek.region), HotlineWeek.week >= since)
        .order_by(Policy.ref, HotlineWeek.week, func.length(HotlineWeek.region), HotlineWeek.region, HotlineWeek.topic)
    )  # fmt: skip
    if policy is not None:
        statement = statement.where(HotlineWeek.policy_id == policy)
    return connection.execute(statement).all()


def counts_of(connection: Connection, policy: int, region: str) -> Sequence[Any]:
    """(measure, on, n, of, source) of a policy at exactly one region, by measure and day."""
    columns: tuple[Any, ...] = (
        PolicyCount.measure,
        PolicyCount.on,
        PolicyCount.n,
        PolicyCount.of,
        PolicyCount.source,
    )
    return connection.execute(
        select(*columns)
        .where(PolicyCount.policy_id == policy, PolicyCount.region == region)
        .order_by(PolicyCount.measure, PolicyCount.on)
    ).all()


def newest_import(connection: Connection, kind: str) -> Row[Any] | None:
    """(source, by, at) of what came last: hotline or counts."""
    table: Any = HotlineWeek if kind == "hotline" else PolicyCount
    columns = (table.source, table.by, table.at)
    return connection.execute(select(*columns).order_by(table.id.desc()).limit(1)).one_or_none()
