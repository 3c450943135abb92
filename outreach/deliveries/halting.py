"""When a campaign stops by itself: too many numbers that do not exist, too many who want no more, or no word at all.

Answers, dead numbers and opt-outs are counted by step where outcomes are written; nothing looks through deliveries. What
a campaign was stopped for is remembered as the base from which it is counted on, so that after a person has looked and
resumed, the same numbers do not stop it again, and new ones do.
"""

from __future__ import annotations

import os
from collections import Counter as Tally
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from outreach import clock
from outreach.deliveries import funnel
from outreach.deliveries.limits import Limits, Share
from outreach.deliveries.states import State
from outreach.deliveries.stopping import pause_for_fault
from outreach.models.campaigns import Campaign, Firing, Step
from outreach.models.deliveries import Attempt, Counter, Delivery, DeliveryBatch
from outreach.store import among, built_once, upsert, upsert_on

ANSWERED, PERMANENT, OPTED_OUT, SILENT = "answered", "permanent", "opted_out", "silent"
_COUNTED = (ANSWERED, PERMANENT, OPTED_OUT)

_SLOTS = 8
"""Rows in which one count is kept, so that senders on several machines seldom wait for each other."""

_NOT_YET = (State.PLANNED, State.WAITING, State.UNKNOWN)
_ANSWERS = (State.ACCEPTED, State.DELIVERED, State.UNDELIVERED, State.REFUSED)


def answered(moves: Iterable[tuple[int, str, str]]) -> dict[tuple[int, str], int]:
    """How many of (step, state before, state after) heard from a carrier for the first time, by step, to be `note`d."""
    found: Tally[tuple[int, str]] = Tally()
    for step, before, after in moves:
        if before in _NOT_YET and after in _ANSWERS:
            found[step, ANSWERED] += 1
    return found


def note(connection: Connection, counts: Mapping[tuple[int, str], int]) -> None:
    """Add to the counts of steps: {(step, kind): how many}."""
    slot = os.getpid() % _SLOTS
    rows = [
        {"name": _name(step, kind, slot), "n": n} for (step, kind), n in sorted(counts.items()) if n
    ]
    if rows:
        connection.execute(_more(connection), rows)


@built_once
def _more(dialect: str) -> Any:
    statement = upsert_on(dialect, Counter)
    more = {"n": Counter.n + statement.excluded.n}
    return statement.on_conflict_do_update(index_elements=["name"], set_=more)


def note_faults(connection: Connection, dead: Collection[int], opted_out: Collection[int]) -> None:
    """Deliveries whose number does not exist, and those whose owner wants no more."""
    if not dead and not opted_out:
        return
    rows = connection.execute(
        select(Delivery.id, Delivery.step_id).where(Delivery.id.in_({*dead, *opted_out}))
    )
    steps = {row.id: row.step_id for row in rows}
    found: Tally[tuple[int, str]] = Tally((steps[key], PERMANENT) for key in dead)
    found.update((steps[key], OPTED_OUT) for key in opted_out)
    note(connection, found)


def note_reply(connection: Connection, address_key: bytes) -> None:
    """Somebody wrote 退订 back: it counts against the running campaigns that wrote to that number."""
    # through the firings, whose deliveries are found by number
    theirs = (
        (Delivery.campaign_id == Step.campaign_id)
        & (Delivery.step_id == Step.id)
        & (Delivery.firing_id == Firing.id)
        & (Delivery.address_key == address_key)
    )
    steps = connection.scalars(
        select(Step.id)
        .distinct()
        .join(Campaign, Campaign.id == Step.campaign_id)
        .join(Firing, Firing.step_id == Step.id)
        .join(Delivery, theirs)
        .join(Attempt, Attempt.delivery_id == Delivery.id)
        .where(Campaign.status.in_(("running", "paused")), Step.channel == "sms")
    )
    note(connection, Tally((step, OPTED_OUT) for step in steps))


def totals(connection: Connection, steps: Collection[int]) -> dict[tuple[int, str], int]:
    """(step, kind) → how many so far, of those that were counted: answered, permanent, opted_out."""
    names = {
        _name(step, kind, slot): (step, kind)
        for step in steps
        for kind in _COUNTED
        for slot in range(_SLOTS)
    }
    rows = connection.execute(
        select(Counter.name, Counter.n).where(among(Counter.name, sorted(names)))
    )
    found: Tally[tuple[int, str]] = Tally()
    for row in rows:
        found[names[row.name]] += row.n
    return dict(found)


# -- the judgement -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Halt:
    """Why a campaign is stopped: a code with words, and the figures that they name."""

    code: str
    said: str


def judge(connection: Connection, campaign: int, limits: Limits) -> Halt | None:
    """Stop a running campaign that has gone wrong since somebody last looked; what stopped it, None = nothing did.

    Of one that stands still already, what trickles in belongs to what it was stopped for.
    """
    steps = list(connection.scalars(select(Step.id).where(Step.campaign_id == campaign)))
    names = [
        _name(step, kind, slot)
        for step in steps
        for kind in _COUNTED
        for slot in (*range(_SLOTS), "base")
    ]
    rows = connection.execute(select(Counter.name, Counter.n).where(Counter.name.in_(names)))
    known = {row.name: row.n for row in rows}
    if not known:
        return None
    if connection.scalar(select(Campaign.status).where(Campaign.id == campaign)) != "running":
        if any(name.endswith(":base") for name in known):
            _rebase(connection, steps, known)
        return None
    for step in steps:
        halt = _too_many(_since(step, known), limits)
        if halt is not None:
            pause_for_fault(connection, campaign, halt.code, halt.said)
            _rebase(connection, steps, known)
            return halt
    return None


def _too_many(found: Mapping[str, int], limits: Limits) -> Halt | None:
    rules: tuple[tuple[str, Share], ...] = (
        (PERMANENT, limits.permanent),
        (OPTED_OUT, limits.opted_out),
    )
    for kind, share in rules:
        if share.exceeded(found[kind], found[ANSWERED]):
            return Halt(f"halting.{kind}", f"{found[kind]} / {found[ANSWERED]}")
    return None


def _total(step: int, kind: str, known: Mapping[str, int]) -> int:
    return sum(known.get(_name(step, kind, slot), 0) for slot in range(_SLOTS))


def _since(step: int, known: Mapping[str, int]) -> dict[str, int]:
    """Counts of a step since it was last stopped."""
    return {
        kind: _total(step, kind, known) - known.get(_name(step, kind, "base"), 0)
        for kind in _COUNTED
    }


def _rebase(connection: Connection, steps: Sequence[int], known: Mapping[str, int]) -> None:
    _put(
        connection,
        {
            _name(step, kind, "base"): _total(step, kind, known)
            for step in steps
            for kind in _COUNTED
        },
    )


def _put(connection: Connection, values: Mapping[str, int]) -> None:
    rows = [{"name": name, "n": n} for name, n in sorted(values.items())]
    statement = upsert(connection, Counter).values(rows)
    put = {"n": statement.excluded.n}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=put))


def _name(step: int, kind: str, slot: int | str) -> str:
    return f"step:{step}:{kind}:{slot}"


# -- no word at all ------------------------------------------------------------------------------------


def judge_silence(
    connection: Connection, campaign: int, limits: Limits, reporting: Collection[int]
) -> Halt | None:
    """Stop a running campaign whose carrier took messages long ago and has reported none. For the sweep.

    reporting: accounts whose carrier sends receipts that can reach us.
    """
    counts = funnel.counts(connection, campaign, "step_id", "state")
    for step in {int(step) for step, _ in counts}:
        heard = sum(
            counts.get((str(step), state.value), 0)
            for state in (State.DELIVERED, State.UNDELIVERED)
        )
        taken = counts.get((str(step), State.ACCEPTED.value), 0)
        if heard or taken < limits.silent.least or not _reports(connection, step, reporting):
            continue
        if _silent(connection, campaign, step, taken, limits):
            said = f"{taken}"
            _put(
                connection,
                {
                    _name(step, SILENT, "base"): taken,
                    _name(step, SILENT, "at"): int(clock.now().timestamp()),
                },
            )
            pause_for_fault(connection, campaign, f"halting.{SILENT}", said)
            return Halt(f"halting.{SILENT}", said)
    return None


def _reports(connection: Connection, step: int, reporting: Collection[int]) -> bool:
    accounts = set(
        connection.scalars(
            select(DeliveryBatch.account_id).distinct().where(DeliveryBatch.step_id == step)
        )
    )
    return bool(accounts) and accounts <= set(reporting)


def _silent(connection: Connection, campaign: int, step: int, taken: int, limits: Limits) -> bool:
    """Whether enough were taken, since it was stopped for this if it was, and the first of them long ago."""
    names = _name(step, SILENT, "base"), _name(step, SILENT, "at")
    rows = connection.execute(select(Counter.name, Counter.n).where(Counter.name.in_(names)))
    known = {row.name: row.n for row in rows}
    if taken - known.get(names[0], 0) < limits.silent.least:
        return False
    long_ago = clock.now() - timedelta(minutes=limits.silent.minutes)
    if names[1] in known:
        return bool(known[names[1]] <= long_ago.timestamp())
    lowest = select(func.min(DeliveryBatch.lo)).where(DeliveryBatch.step_id == step)
    first = connection.scalar(
        select(Attempt.at)
        .where(Attempt.delivery_id >= lowest.scalar_subquery(), Attempt.campaign_id == campaign)
        .order_by(Attempt.delivery_id)
        .limit(1)
    )
    return first is not None and first <= long_ago
