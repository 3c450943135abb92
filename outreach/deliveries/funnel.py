"""Counts by campaign, step, village, age band, language and state.

Senders and receipts only insert signed changes, so no two of them ever meet on a row; the sweep folds
the changes into `funnel`; a reader adds both. `rebuild` recomputes from the deliveries themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, literal, select, text, union_all

from outreach.deliveries import reckoning
from outreach.models.deliveries import Delivery, Funnel, FunnelDelta, delivery_state
from outreach.store import upsert

_FOLDING = 0x66756E6E656C
"""The lock of whoever folds."""

_CELL = ("campaign_id", "step_id", "village", "age_band", "language")


class Cell(NamedTuple):
    """Where a delivery is counted."""

    campaign_id: int
    step_id: int
    village: str
    age_band: str
    language: str


def move(connection: Connection, changes: Iterable[tuple[Cell, str, str]]) -> None:
    """Record that deliveries went from one state to another; '' is nowhere."""
    net: Counter[tuple[Cell, str]] = Counter()
    for (cell, old, new), n in Counter(changes).items():
        if old == new:
            continue
        if old:
            net[cell, old] -= n
        if new:
            net[cell, new] += n
    rows = [{**cell._asdict(), "state": state, "n": n} for (cell, state), n in net.items() if n]
    if rows:
        connection.execute(_MOVED, rows)


_MOVED = insert(FunnelDelta)


def plant(connection: Connection, campaign_id: int, step_id: int, firing_id: int) -> None:
    """Count a firing's fresh deliveries once, in the transaction that makes them visible to senders."""
    columns = [delivery_state.c[key] for key in (*_CELL, "state")]
    rows = (
        select(*columns, func.count())
        .select_from(delivery_state.join(Delivery, Delivery.id == delivery_state.c.delivery_id))
        .where(
            Delivery.campaign_id == campaign_id,
            Delivery.step_id == step_id,
            Delivery.firing_id == firing_id,
        )
        .group_by(*columns)
    )
    connection.execute(insert(FunnelDelta).from_select([*_CELL, "state", "n"], rows))
    reckoning.plant(connection, step_id, firing_id)


def fold(connection: Connection) -> int:
    """Fold all changes so far into the counts; returns how many changes went: 0 also where another machine does it."""
    if not _alone(connection):
        return 0
    reckoning.fold(connection)
    # Taken and read in one statement: a change that another transaction commits meanwhile stays for the next time.
    keys = [getattr(FunnelDelta, key) for key in (*_CELL, "state")]
    taken = connection.execute(delete(FunnelDelta).returning(*keys, FunnelDelta.n)).all()
    net: Counter[tuple[str, ...]] = Counter()
    for row in taken:
        net[tuple(row[:-1])] += row[-1]
    rows = [
        {**dict(zip((*_CELL, "state"), key, strict=True)), "n": n}
        for key, n in sorted(net.items())
        if n
    ]
    if rows:
        statement = upsert(connection, Funnel)
        added = {"n": Funnel.n + statement.excluded.n}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[*_CELL, "state"], set_=added), rows
        )
    return len(taken)


def _alone(connection: Connection) -> bool:
    """Whether no other machine folds: two that meet on the same rows in another order would wait for each other."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.scalar(select(func.pg_try_advisory_xact_lock(_FOLDING))))


def rebuild(connection: Connection, campaign_id: int | None = None) -> None:
    """Recompute the counts from the deliveries; senders wait meanwhile."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE funnel_delta IN EXCLUSIVE MODE"))
    for table in (FunnelDelta, Funnel):
        statement = delete(table)
        if campaign_id is not None:
            statement = statement.where(table.campaign_id == campaign_id)
        connection.execute(statement)
    columns = [delivery_state.c[key] for key in (*_CELL, "state")]
    rows = select(*columns, func.count().label("n")).group_by(*columns)
    if campaign_id is not None:
        rows = rows.where(delivery_state.c.campaign_id == campaign_id)
    connection.execute(insert(Funnel).from_select([*_CELL, "state", "n"], rows))
    reckoning.rebuild(connection, campaign_id)


def counts(connection: Connection, campaign_id: int, *by: str) -> dict[tuple[str, ...], int]:
    """Deliveries of a campaign by any of the cell's columns and `state`; folded and fresh together."""
    keys = by or ("state",)
    parts = union_all(
        *[
            select(*[getattr(table, key) for key in keys], table.n.label("n")).where(
                table.campaign_id == campaign_id
            )
            for table in (Funnel, FunnelDelta)
        ]
    ).subquery()
    columns = [parts.c[key] for key in keys]
    total = func.sum(parts.c.n)
    statement = select(*columns, total).group_by(*columns).having(total != literal(0))
    return {
        tuple(str(value) for value in row[:-1]): int(row[-1])
        for row in connection.execute(statement)
    }
