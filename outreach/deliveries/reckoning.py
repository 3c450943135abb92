"""Why deliveries failed, and what a campaign has cost: kept beside the funnel, in the same way.

Why: whoever writes outcomes records signed changes (`move`), because the view tells the state of a delivery. Money:
triggers of the database record what an attempt costs, and that one which the carrier did not take costs nothing
(migration 0007). Nobody who sends meets another one on a row; the sweep folds, a reader adds both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, true, union_all

from outreach.models.counts import SpendCount, SpendDelta, WhyCount, WhyDelta
from outreach.models.deliveries import Attempt, Delivery, Outcome, delivery_state
from outreach.store import upsert

KEPT = ("skipped", "refused", "undelivered", "unknown")
"""States that have a reason."""

FREE = ("deferred", "refused", "skipped")
"""The carrier certainly did not take it."""

_WHY = ("campaign_id", "step_id", "village", "state", "reason", "error")
_SPENT = ("parts", "cost_fen", "resent")


class Said(NamedTuple):
    """The newest word about a delivery. error: the carrier's code, '' when it gave none."""

    state: str
    reason: str | None
    error: str | None


Place = tuple[int, int, str]
"""(campaign, step, village)"""


def move(connection: Connection, changes: Iterable[tuple[Place, Said, Said]]) -> None:
    """Record that deliveries went from one word to another; what has no reason is not recorded."""
    net: Counter[tuple[Any, ...]] = Counter()
    for place, old, new in changes:
        if old == new:
            continue
        for one, n in ((old, -1), (new, 1)):
            if one.state in KEPT:
                net[(*place, one.state, one.reason or "", one.error or "")] += n
    rows = [{**dict(zip(_WHY, key, strict=True)), "n": n} for key, n in net.items() if n]
    if rows:
        connection.execute(_MOVED, rows)


_MOVED = insert(WhyDelta)


def _of_deliveries() -> tuple[Any, ...]:
    view = delivery_state.c
    words = [func.coalesce(view[name], "") for name in ("reason", "error")]
    return (view.campaign_id, view.step_id, view.village, view.state, *words)


def plant(connection: Connection, step_id: int, firing_id: int) -> None:
    """Count what a firing's fresh deliveries say, in the transaction that makes them visible to senders."""
    columns = _of_deliveries()
    rows = (
        select(*columns, func.count())
        .select_from(delivery_state.join(Delivery, Delivery.id == delivery_state.c.delivery_id))
        .where(
            delivery_state.c.state.in_(KEPT),
            Delivery.step_id == step_id,
            Delivery.firing_id == firing_id,
        )
        .group_by(*columns)
    )
    connection.execute(insert(WhyDelta).from_select([*_WHY, "n"], rows))


def fold(connection: Connection) -> None:
    """Fold all changes so far into the counts: by whoever folds the funnel, who is alone."""
    _fold(connection, WhyDelta, WhyCount, _WHY, ("n",))
    _fold(connection, SpendDelta, SpendCount, _WHY[:2], _SPENT)


def _fold(
    connection: Connection, fresh: Any, kept: Any, key: Sequence[str], sums: Sequence[str]
) -> None:
    # taken and read in one statement: what another transaction commits meanwhile stays for the next time
    columns = [getattr(fresh, name) for name in (*key, *sums)]
    net: dict[tuple[Any, ...], list[int]] = {}
    for row in connection.execute(delete(fresh).returning(*columns)):
        total = net.setdefault(tuple(row[: len(key)]), [0] * len(sums))
        for place, n in enumerate(row[len(key) :]):
            total[place] += n
    rows = [
        dict(zip((*key, *sums), (*cell, *total), strict=True))
        for cell, total in sorted(net.items())
        if any(total)
    ]
    if rows:
        statement = upsert(connection, kept)
        added = {name: getattr(kept, name) + statement.excluded[name] for name in sums}
        connection.execute(
            statement.on_conflict_do_update(index_elements=list(key), set_=added), rows
        )


def rebuild(connection: Connection, campaign: int | None = None) -> None:
    """Compute both again from the deliveries.

    What is missing or too much is recorded as one more change, by one statement and so from one look at everything:
    nobody who sends has to wait.
    """
    view, why = delivery_state.c, _of_deliveries()
    truth = select(*why, func.count()).where(
        view.state.in_(KEPT), _mine(view.campaign_id, campaign)
    )
    _correct(connection, truth.group_by(*why), (WhyCount, WhyDelta), _WHY, ("n",), campaign)
    cell = (Delivery.campaign_id, Delivery.step_id)
    spent = (
        select(*cell, *_spent())
        .select_from(Attempt)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .outerjoin(Outcome, _same())
        .where(_mine(Delivery.campaign_id, campaign))
        .group_by(*cell)
    )
    _correct(connection, spent, (SpendCount, SpendDelta), _WHY[:2], _SPENT, campaign)


def _correct(
    connection: Connection,
    truth: Any,
    tables: tuple[Any, Any],
    key: Sequence[str],
    sums: Sequence[str],
    campaign: int | None,
) -> None:
    kept = [
        select(
            *[getattr(table, name) for name in key], *[-getattr(table, name) for name in sums]
        ).where(_mine(table.campaign_id, campaign))
        for table in tables
    ]
    both = union_all(truth, *kept).subquery()
    columns = list(both.c)
    cell, numbers = columns[: len(key)], [func.sum(one) for one in columns[len(key) :]]
    wrong = or_(*(one != 0 for one in numbers))
    rows = select(*cell, *numbers).group_by(*cell).having(wrong)
    connection.execute(insert(tables[1]).from_select([*key, *sums], rows))


def _mine(column: Any, campaign: int | None) -> ColumnElement[bool]:
    return true() if campaign is None else column == campaign


def _same() -> ColumnElement[bool]:
    return (Outcome.delivery_id == Attempt.delivery_id) & (Outcome.no == Attempt.no)


def _spent() -> tuple[ColumnElement[int], ...]:
    taken = or_(Outcome.state.is_(None), Outcome.state.not_in(FREE))
    return (
        func.coalesce(func.sum(Attempt.parts).filter(taken), 0),
        func.coalesce(func.sum(Attempt.cost_fen).filter(taken), 0),
        func.count().filter(Attempt.resent),
    )


def spent_by_walking(connection: Connection, campaign: int) -> tuple[int, int, int]:
    """(parts, cost in fen, messages sent again) from the attempts themselves: what `spent` is held against."""
    statement = select(*_spent()).select_from(Attempt).outerjoin(Outcome, _same())
    row = connection.execute(statement.where(Attempt.campaign_id == campaign)).one()
    return int(row[0]), int(row[1]), int(row[2])


def spent_by_step(connection: Connection, campaign: int) -> dict[int, tuple[int, int, int]]:
    """Step row number → (parts, cost in fen, messages sent again after an unknown).

    Parts and cost are of attempts that the carrier took, or may have taken.
    """
    found: dict[int, tuple[int, int, int]] = {}
    for table in (SpendCount, SpendDelta):
        columns = [func.sum(getattr(table, name)) for name in _SPENT]
        rows = connection.execute(
            select(table.step_id, *columns)
            .where(table.campaign_id == campaign)
            .group_by(table.step_id)
        )
        for step, *sums in rows:
            before = found.get(step, (0, 0, 0))
            found[step] = (
                before[0] + int(sums[0]),
                before[1] + int(sums[1]),
                before[2] + int(sums[2]),
            )
    return found


def spent(connection: Connection, campaign: int) -> tuple[int, int, int]:
    """The same of all steps."""
    steps = spent_by_step(connection, campaign).values()
    return (
        sum(one[0] for one in steps),
        sum(one[1] for one in steps),
        sum(one[2] for one in steps),
    )


def whys(
    connection: Connection, campaign: int, inside: Any = None
) -> dict[tuple[int, str, str, str], int]:
    """(step, state, reason, error) → deliveries. inside: a condition on a village's code, given its column."""
    parts = [
        select(table.step_id, table.state, table.reason, table.error, func.sum(table.n).label("n"))
        .where(table.campaign_id == campaign, true() if inside is None else inside(table.village))
        .group_by(table.step_id, table.state, table.reason, table.error)
        for table in (WhyCount, WhyDelta)
    ]
    both = union_all(*parts).subquery()
    key = [both.c[name] for name in ("step_id", "state", "reason", "error")]
    total = func.sum(both.c.n)
    statement = select(*key, total).group_by(*key).having(total != 0)
    return {(row[0], row[1], row[2], row[3]): int(row[4]) for row in connection.execute(statement)}
