"""Which counts are old, and who computes them: short transactions around a long look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    text,
)

from outreach import clock
from outreach.models.counts import (
    EVERY_POLICY,
    ReachCount,
    ReachCounted,
    ReachPart,
    ReachStale,
    ReachTaken,
)
from outreach.reports.counted.schemas import Place
from outreach.store import chunks, upsert

_COUNTING = 0x636F756E74
"""The lock of whoever gives out what is to be counted."""

DEAD_AFTER = timedelta(minutes=5)
"""Whoever has computed for so long has died."""


def alone(connection: Connection) -> bool:
    """Whether no other machine gives out work at this moment."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.scalar(select(func.pg_try_advisory_xact_lock(_COUNTING))))


_SORTED = text(
    """
    WITH gone AS (
        DELETE FROM reach_note WHERE id IN (SELECT id FROM reach_note ORDER BY id LIMIT :most)
        RETURNING kind, policy_id, keys, since
    ), told AS (
        SELECT kind, policy_id, since, key #>> '{}' AS key
        FROM gone CROSS JOIN LATERAL jsonb_array_elements(keys) AS key
    ), found AS (
        SELECT n.policy_id, substr(p.region, 1, 12) AS village, n.since
        FROM told n JOIN person p ON p.id = n.key::bigint WHERE n.kind = 'person'
        UNION ALL
        SELECT s.policy_id, substr(p.region, 1, 12), n.since
        FROM told n JOIN delivery_subject s ON s.delivery_id = n.key::bigint JOIN person p ON p.id = s.person_id
        WHERE n.kind = 'delivery'
        UNION ALL
        SELECT 0, substr(p.region, 1, 12), n.since
        FROM told n JOIN person p ON p.household_id = n.key::bigint WHERE n.kind = 'household'
        UNION ALL
        SELECT CASE WHEN n.kind = 'phone' THEN -1 ELSE 0 END, n.key, n.since
        FROM told n WHERE n.kind IN ('place', 'phone')
    ), added AS (
        INSERT INTO reach_stale (policy_id, village, since)
        SELECT policy_id, village, min(since) FROM found GROUP BY policy_id, village ORDER BY policy_id, village
        ON CONFLICT (policy_id, village) DO UPDATE SET since = LEAST(reach_stale.since, excluded.since)
    )
    SELECT count(*) FROM gone
    """
)


def sort_notes(connection: Connection, most: int = 2_000) -> int:
    """Find out which counts the oldest notes made old; returns how many notes went. SQLite's triggers know at once."""
    if connection.dialect.name != "postgresql":
        return 0
    return connection.scalar(_SORTED, {"most": most}) or 0


def spread(connection: Connection) -> None:
    """What is old for every policy is old for each that is counted, and for the register."""
    every = ReachStale.policy_id == EVERY_POLICY
    rows = (
        select(ReachCounted.policy_id, ReachStale.village, ReachStale.since)
        .select_from(ReachStale)
        .join(ReachCounted, literal(True))
        .where(every)
        .order_by(ReachStale.id, ReachCounted.policy_id)
    )
    _make_old(connection, rows)
    connection.execute(delete(ReachStale).where(every))


def _make_old(connection: Connection, rows: Any) -> None:
    names = ["policy_id", "village", "since"]
    statement = upsert(connection, ReachStale).from_select(names, rows)
    connection.execute(statement.on_conflict_do_nothing())


def give_back(connection: Connection) -> None:
    """What was taken by somebody who has died is old again."""
    now = clock.now()  # what was taken later than now, was by a clock that has been set back since
    dead = or_(ReachTaken.at < now - DEAD_AFTER, ReachTaken.at > now + DEAD_AFTER)
    columns = (ReachTaken.policy_id, ReachTaken.village, ReachTaken.since)
    if connection.scalar(select(func.count()).select_from(ReachTaken).where(dead)):
        _make_old(connection, select(*columns).where(dead))
        connection.execute(delete(ReachTaken).where(dead))


_VILLAGES = text(
    """
    WITH RECURSIVE v (code) AS (
        SELECT min(region) FROM person
        UNION ALL
        SELECT (SELECT min(p.region) FROM person p
                WHERE p.region > CASE WHEN length(v.code) >= 12 THEN substr(v.code, 1, 12) || '~' ELSE v.code END)
        FROM v WHERE v.code IS NOT NULL
    )
    SELECT substr(code, 1, 12) FROM v WHERE code IS NOT NULL
    """
)


def villages(connection: Connection) -> list[str]:
    """Where anybody is registered: jumped through, not read."""
    return list(connection.scalars(_VILLAGES))


def make_all_old(connection: Connection, policy: int) -> None:
    """Every village of a policy has to be counted, also one that nobody lives in any more."""
    kept = connection.scalars(
        select(ReachCount.village).where(ReachCount.policy_id == policy)
    ).all()
    parted = connection.scalars(
        select(ReachPart.village).where(ReachPart.policy_id == policy).distinct()
    ).all()
    since = int(clock.machine_now().timestamp())
    rows = [
        {"policy_id": policy, "village": code, "since": since}
        for code in sorted({*villages(connection), *kept, *parted})
    ]
    for some in chunks(rows):
        connection.execute(upsert(connection, ReachStale).on_conflict_do_nothing(), some)


def take(connection: Connection, token: str, most: int) -> list[Place]:
    """The counts of one policy that have been old the longest, now somebody's to compute."""
    first = connection.scalar(select(ReachStale.policy_id).order_by(ReachStale.id).limit(1))
    if first is None:
        return []
    some = (
        select(ReachStale.id)
        .where(ReachStale.policy_id == first)
        .order_by(ReachStale.id)
        .limit(most)
    )
    taken = connection.execute(
        delete(ReachStale)
        .where(ReachStale.id.in_(some))
        .returning(ReachStale.policy_id, ReachStale.village, ReachStale.since)
    ).all()
    found = [Place(*row) for row in taken]
    statement = upsert(connection, ReachTaken)
    fresh = statement.excluded
    # whoever had it computes from what was before the change that made it old again
    again = {
        "token": fresh.token,
        "at": fresh.at,
        "since": case((ReachTaken.since < fresh.since, ReachTaken.since), else_=fresh.since),
    }
    connection.execute(
        statement.on_conflict_do_update(index_elements=["policy_id", "village"], set_=again),
        [{**one._asdict(), "token": token, "at": clock.now()} for one in found],
    )
    return found


def still_mine(connection: Connection, token: str) -> list[tuple[int, str]]:
    """Those that nobody took meanwhile; from now on they are nobody's."""
    rows = connection.execute(
        delete(ReachTaken)
        .where(ReachTaken.token == token)
        .returning(ReachTaken.policy_id, ReachTaken.village)
    )
    return [(row[0], row[1]) for row in rows]


def take_from_all(connection: Connection) -> None:
    """Whoever computes at this moment computes for nothing."""
    connection.execute(delete(ReachTaken))
