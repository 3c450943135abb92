"""All SQL of the kept counts: reading them, and the short transactions around computing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    case,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)

from outreach import clock
from outreach.access.scope import Scope
from outreach.models.counts import (
    EVERY_POLICY,
    REGISTER,
    ReachCount,
    ReachCounted,
    ReachNote,
    ReachPart,
    ReachStale,
    ReachTaken,
)
from outreach.models.deliveries import Delivery
from outreach.models.people import Person
from outreach.reports.counted.schemas import Part, Place, Tally
from outreach.store import chunks, upsert

_COUNTING = 0x636F756E74
"""The lock of whoever gives out what is to be counted."""

DEAD_AFTER = timedelta(minutes=5)
"""Whoever has computed for so long has died."""

PLACED = ("eligible", "unknown", "in_person", "delivered", "relayed", "published", "applied", "received")  # fmt: skip


# -- reading --------------------------------------------------------------------------------------------


def size(connection: Connection) -> tuple[int, int]:
    """(people, deliveries), at most: the highest row numbers, which are there at once."""
    return (
        connection.scalar(select(func.max(Person.id))) or 0,
        connection.scalar(select(func.max(Delivery.id))) or 0,
    )


def counted(connection: Connection, policy: int) -> Row[Any] | None:
    """How a policy is counted; None when it never was."""
    row = ReachCounted
    columns: tuple[Any, ...] = (row.seen, row.basis, row.home, row.on, row.whole, row.checked_at)
    return connection.execute(select(*columns).where(row.policy_id == policy)).one_or_none()


def places(connection: Connection, scope: Scope, policy: int) -> list[Mapping[str, Any]]:
    """The columns of PlaceCount by village, in the order of codes."""
    columns = [getattr(ReachCount, name) for name in PLACED]
    rows = connection.execute(
        select(ReachCount.village.label("code"), *columns)
        .where(ReachCount.policy_id == policy, scope.condition(ReachCount.village))
        .order_by(ReachCount.village)
    )
    return [dict(row) for row in rows.mappings()]


def parts(
    connection: Connection, scope: Scope, policy: int, about: str
) -> list[tuple[str, str, int]]:
    """(one, other, people) of a division inside a scope, the most first."""
    n = func.sum(ReachPart.n)
    mine = and_(ReachPart.policy_id == policy, ReachPart.about == about)
    rows = connection.execute(
        select(ReachPart.one, ReachPart.other, n)
        .where(mine, scope.condition(ReachPart.village))
        .group_by(ReachPart.one, ReachPart.other)
        .order_by(n.desc(), ReachPart.one, ReachPart.other)
    )
    return [(row[0], row[1], int(row[2])) for row in rows]


def parts_by_village(
    connection: Connection, scope: Scope, policy: int, about: str
) -> list[tuple[str, str, str, int]]:
    """(village, one, other, people) of a division inside a scope, in the order of codes."""
    row = ReachPart
    mine = and_(row.policy_id == policy, row.about == about, scope.condition(row.village))
    statement = select(row.village, row.one, row.other, row.n).where(mine)
    rows = connection.execute(statement.order_by(row.village, row.one, row.other))
    return [(each[0], each[1], each[2], int(each[3])) for each in rows]


def oldest(connection: Connection, policy: int) -> int | None:
    """Since when, in seconds since 1970, something of a policy is not counted; None when everything is."""
    whose = (policy, EVERY_POLICY)
    looked = [
        connection.scalar(select(func.min(table.since)).where(table.policy_id.in_(whose)))
        for table in (ReachStale, ReachTaken)
    ]
    looked.append(connection.scalar(select(func.min(ReachNote.since))))
    return min((one for one in looked if one is not None), default=None)


# -- what is old ----------------------------------------------------------------------------------------


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


def sort_notes(connection: Connection, most: int = 500) -> int:
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
    dead = ReachTaken.at < clock.now() - DEAD_AFTER
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


# -- how policies are counted ---------------------------------------------------------------------------


def bases(connection: Connection) -> dict[int, Row[Any]]:
    """Policy → (policy_id, seen, basis, home, on, checked_at)."""
    row = ReachCounted
    columns: tuple[Any, ...] = (
        row.policy_id, row.seen, row.basis, row.home, row.on, row.checked_at,
    )  # fmt: skip
    return {one.policy_id: one for one in connection.execute(select(*columns))}


def set_basis(connection: Connection, values: Mapping[str, Any]) -> None:
    """Write how a policy is counted from now on. Counts for another installation are none."""
    statement = upsert(connection, ReachCounted).values({**values, "whole": False})
    fresh = statement.excluded
    kept = {name: fresh[name] for name in values if name != "policy_id"}
    kept["whole"] = case((ReachCounted.home == fresh.home, ReachCounted.whole), else_=false())
    connection.execute(statement.on_conflict_do_update(index_elements=["policy_id"], set_=kept))


def checked(connection: Connection) -> None:
    """All policies have been looked at now."""
    connection.execute(update(ReachCounted).values(checked_at=clock.now()))


def forget(connection: Connection, policies: Iterable[int]) -> None:
    """Policies that are not there any more."""
    gone = list(policies)
    if not gone:
        return
    for table in (ReachCount, ReachPart, ReachCounted, ReachStale, ReachTaken):
        connection.execute(delete(table).where(table.policy_id.in_(gone)))


def set_whole(connection: Connection) -> None:
    """A policy of which nothing waits to be counted the first time is counted whole."""
    waiting = [
        select(table.policy_id).where(table.policy_id == ReachCounted.policy_id).exists()
        for table in (ReachStale, ReachTaken)
    ]
    connection.execute(
        update(ReachCounted)
        .where(ReachCounted.whole.is_(False), ~or_(*waiting))
        .values(whole=True)
        .execution_options(synchronize_session=False)
    )


# -- taking and giving back -----------------------------------------------------------------------------


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


def write_places(connection: Connection, policy: int, found: Mapping[str, Tally | None]) -> None:
    """Put counts in place of what was kept; None: the policy fits nobody there."""
    _clear(connection, policy, list(found))
    counts = [
        {"policy_id": policy, "village": code, **{name: one.counts[name] for name in PLACED}}
        for code, one in found.items()
        if one is not None
    ]
    if counts:
        connection.execute(insert(ReachCount), counts)
    write_parts(
        connection,
        policy,
        {
            code: [Part(*key, n) for key, n in one.parts.items()]
            for code, one in found.items()
            if one is not None
        },
    )


def write_parts(connection: Connection, policy: int, found: Mapping[str, Sequence[Part]]) -> None:
    """Divisions of villages of which nothing is kept."""
    rows = [
        {"policy_id": policy, "village": code, **part._asdict()}
        for code, some in found.items()
        for part in some
    ]
    for group in chunks(rows):
        connection.execute(insert(ReachPart), group)


def write_register(
    connection: Connection, codes: Sequence[str], found: Mapping[str, Sequence[Part]]
) -> None:
    """The same for the register itself."""
    _clear(connection, REGISTER, codes)
    write_parts(connection, REGISTER, found)


def _clear(connection: Connection, policy: int, codes: Sequence[str]) -> None:
    for table in (ReachCount, ReachPart):
        mine = and_(table.policy_id == policy, table.village.in_(codes))
        connection.execute(delete(table).where(mine))


def everything(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All that is kept, in order, by table: to hold it against a rebuild."""
    found = {}
    for table in (ReachCount.__table__, ReachPart.__table__):
        rows = connection.execute(select(table).order_by(*table.primary_key))
        found[str(table)] = [tuple(row) for row in rows]
    return found


def counted_policies(connection: Connection) -> set[int]:
    """Of which anything is kept."""
    found: set[int] = set()
    for table in (ReachCount, ReachPart, ReachCounted):
        found.update(connection.scalars(select(table.policy_id).distinct()))
    return found


def take_from_all(connection: Connection) -> None:
    """Whoever computes at this moment computes for nothing."""
    connection.execute(delete(ReachTaken))
