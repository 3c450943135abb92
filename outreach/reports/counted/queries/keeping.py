"""Reading and writing the counts, and how each policy is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    or_,
    select,
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
from outreach.reports.counted.schemas import Part, Tally
from outreach.store import chunks, upsert

PLACED = ("eligible", "unknown", "in_person", "delivered", "relayed", "published", "applied", "received")  # fmt: skip


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


def oldest(connection: Connection, policy: int) -> int | None:
    """Since when, in seconds since 1970, something of a policy is not counted; None when everything is."""
    whose = (policy, EVERY_POLICY)
    looked = [
        connection.scalar(select(func.min(table.since)).where(table.policy_id.in_(whose)))
        for table in (ReachStale, ReachTaken)
    ]
    looked.append(connection.scalar(select(func.min(ReachNote.since))))
    return min((one for one in looked if one is not None), default=None)


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
