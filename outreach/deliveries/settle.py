"""The only place that writes outcomes: answers at hand-over, later receipts, looks at the carrier, a person's tap.

Each change is applied in one transaction with everything that follows from it: the count, the reach of
the people served, the list of what must be taken up again, a number that turned out to be wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from outreach import clock
from outreach.deliveries import funnel, halting, proofs, reckoning
from outreach.deliveries.proofs import News
from outreach.deliveries.retry import Next
from outreach.deliveries.states import RANK, Why
from outreach.models.deliveries import (
    Attempt,
    Delivery,
    DeliveryAgain,
    Outcome,
    delivery_state,
)
from outreach.models.people import Person
from outreach.people import refusing
from outreach.people.opt_out import Wish
from outreach.store import among, among_named, built_once, upsert, upsert_on

LOOKED_UP = "look_up"
"""The reason of an outcome that rests on the carrier's list and not on its word about this attempt."""


@dataclass(frozen=True)
class Change:
    """What became of attempt `no` of a delivery.

    follow: when to take the delivery up again (None = it is settled). wrong_number: the carrier says the
    number can never work. opted_out: its owner said no. fact: what this proves about the people served,
    where it is more than its kind says (a visit: in_person).
    """

    delivery_id: int
    no: int
    state: str
    provider_id: str | None = None
    error: str = ""
    reason: str = ""
    follow: Next | None = None
    wrong_number: bool = False
    opted_out: bool = False
    fact: str = ""


@dataclass(frozen=True)
class Word:
    """What an attempt comes to by what people said of it; nothing else may be written as less than it was."""

    delivery_id: int
    no: int
    state: str
    reason: str


_LOCK = (
    select(Delivery.id)
    .where(among_named(Delivery.id, "ids"))
    .order_by(Delivery.id)
    .with_for_update()
)
_VIEW = delivery_state.c
_STATES = select(_VIEW.delivery_id, _VIEW.state, _VIEW.reason, _VIEW.error).where(
    among_named(_VIEW.delivery_id, "ids")
)
_CELLS = _STATES.add_columns(
    _VIEW.attempts, _VIEW.campaign_id, _VIEW.step_id, _VIEW.village, _VIEW.age_band, _VIEW.language
)
_RANKS = select(Outcome.delivery_id, Outcome.no, Outcome.rank).where(
    among_named(Outcome.delivery_id, "ids")
)
_HELD = select(Outcome.provider_id, Outcome.delivery_id, Outcome.no, Outcome.reason).where(
    among_named(Outcome.provider_id, "names")
)
_DONE = delete(DeliveryAgain).where(among_named(DeliveryAgain.delivery_id, "ids"))
_ATTEMPTED = insert(Attempt)
"""Made once: each is asked several times for every chunk."""


def lock(connection: Connection, ids: Collection[int]) -> None:
    """Make other writers of these deliveries wait; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql" and ids:
        connection.execute(_LOCK, {"ids": sorted(ids)})


@contextmanager
def counting(connection: Connection, ids: Collection[int]) -> Iterator[dict[int, int]]:
    """Whatever happens to these deliveries inside is counted: the view is asked before and after.

    Gives the number of each delivery's newest attempt (0 = none).
    """
    lock(connection, ids)
    before = connection.execute(_CELLS, {"ids": ids}).all()
    yield {row[0]: row[4] for row in before}
    after = {row[0]: reckoning.Said(*row[1:]) for row in connection.execute(_STATES, {"ids": ids})}
    # where a delivery is counted never changes
    moves = [(funnel.Cell(*row[5:]), row[1], after[row[0]].state) for row in before]
    halting.note(connection, halting.answered((cell.step_id, old, new) for cell, old, new in moves))
    funnel.move(connection, moves)
    reckoning.move(
        connection, ((row[5:8], reckoning.Said(*row[1:4]), after[row[0]]) for row in before)
    )


def apply(connection: Connection, changes: Sequence[Change]) -> list[Change]:
    """Write outcomes that say more than what is there; returns the changes that told something new."""
    if not changes:
        return []
    holders = _holders(connection, changes)
    touched = {change.delivery_id for change in changes} | {one.delivery_id for one in holders}
    with counting(connection, touched) as newest:
        _give_back_ids(connection, changes, holders, newest)
        news = _write(connection, changes)
        _write(connection, _arrived_before(news, newest))
        _follow_up(connection, news, newest)
    proofs.mark(connection, [News(one.delivery_id, one.state, one.fact) for one in news])
    _close_numbers(connection, news)
    halting.note_faults(
        connection,
        [one.delivery_id for one in news if one.wrong_number],
        [one.delivery_id for one in news if one.opted_out],
    )
    return news


def _write(connection: Connection, changes: Sequence[Change]) -> list[Change]:
    """Write those that rank above what is there; the guard in the statement holds even for a writer we do not see."""
    if not changes:
        return []
    touched = list({change.delivery_id for change in changes})
    ranks = {
        (row.delivery_id, row.no): row.rank for row in connection.execute(_RANKS, {"ids": touched})
    }
    news = []
    for change in changes:
        key = (change.delivery_id, change.no)
        if RANK[change.state] > ranks.get(key, 0):
            ranks[key] = RANK[change.state]
            news.append(change)
    if news:
        connection.execute(_raise(connection), [_outcome(change) for change in news])
    return news


def _arrived_before(news: Sequence[Change], newest: Mapping[int, int]) -> list[Change]:
    """The newest attempt speaks for the delivery: when an earlier one arrived after all, that one is settled too."""
    return [
        Change(
            change.delivery_id, newest[change.delivery_id], "delivered", reason="earlier_attempt"
        )
        for change in news
        if change.state == "delivered" and change.no < newest[change.delivery_id]
    ]


def _outcome(change: Change) -> dict[str, object]:
    return {
        "delivery_id": change.delivery_id, "no": change.no, "state": change.state, "rank": RANK[change.state],
        "at": clock.now(), "provider_id": change.provider_id, "error": change.error, "reason": change.reason,
    }  # fmt: skip


@built_once
def _raise(dialect: str) -> Any:
    statement = upsert_on(dialect, Outcome)
    fresh = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["delivery_id", "no"],
        set_={
            "state": fresh.state,
            "rank": fresh.rank,
            "at": fresh.at,
            "error": fresh.error,
            "reason": fresh.reason,
            "provider_id": func.coalesce(fresh.provider_id, Outcome.provider_id),
        },
        where=Outcome.rank < fresh.rank,
    )


def _holders(connection: Connection, changes: Sequence[Change]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Other attempts that hold an id which these changes name as theirs."""
    named = {change.provider_id: change for change in changes if change.provider_id is not None}
    if not named:
        return []
    rows = connection.execute(_HELD, {"names": named}).all()
    return [
        row
        for row in rows
        if (row.delivery_id, row.no)
        != (named[row.provider_id].delivery_id, named[row.provider_id].no)
    ]


def _give_back_ids(
    connection: Connection,
    changes: Sequence[Change],
    holders: Sequence[Row[*tuple[Any, ...]]],
    newest: Mapping[int, int],
) -> None:
    """A signed receipt names its own delivery, so it may take its id from one that a look-up guessed.

    Which of two equal texts to one number got which id is arbitrary in a look-up; the receipt knows. Where it has
    no other id to give in exchange, and was not sent again either, the guess was wrong: the other one is in doubt
    again, else its message would be lost. This is the only way in which an outcome says less than before.
    """
    named = {change.provider_id: change for change in changes}
    for holder in holders:
        change = named[holder.provider_id]
        mine = (Outcome.delivery_id == change.delivery_id) & (Outcome.no == change.no)
        theirs = (Outcome.delivery_id == holder.delivery_id) & (Outcome.no == holder.no)
        old = connection.scalar(select(Outcome.provider_id).where(mine))
        connection.execute(update(Outcome).where(mine | theirs).values(provider_id=None))
        connection.execute(update(Outcome).where(theirs).values(provider_id=old))
        connection.execute(update(Outcome).where(mine).values(provider_id=change.provider_id))
        both_newest = all(newest[one.delivery_id] == one.no for one in (change, holder))
        if old is None and holder.reason == LOOKED_UP and both_newest:
            doubt = {"state": "unknown", "rank": RANK["unknown"], "reason": "guess_disproved"}
            connection.execute(
                update(Outcome).where(theirs, Outcome.state == "accepted").values(doubt)
            )
            again(connection, holder.delivery_id, Next(Why.LOOK_UP, 0))


def _follow_up(connection: Connection, news: Sequence[Change], newest: Mapping[int, int]) -> None:
    """What is to be done next follows from the newest attempt; of an older one only that it arrived matters."""
    telling = [
        change
        for change in news
        if change.no >= newest[change.delivery_id] or change.state == "delivered"
    ]
    done = [change.delivery_id for change in telling if change.follow is None]
    if done:
        connection.execute(_DONE, {"ids": done})
    for change in telling:
        if change.follow is not None:
            again(connection, change.delivery_id, change.follow)


def again(connection: Connection, delivery_id: int, follow: Next, *, looks: int = 0) -> None:
    """Put a delivery on the list of those to be taken up again, or change why it is there.

    Whoever held it for what it was there before holds it no more.
    """
    account = (
        select(Attempt.account_id)
        .where(Attempt.delivery_id == delivery_id)
        .order_by(Attempt.no.desc())
        .limit(1)
    )
    row = {
        "due_at": clock.now() + timedelta(seconds=follow.seconds),
        "reason": follow.why.value,
        "looks": looks,
        "lease_until": None,
    }
    statement = upsert(connection, DeliveryAgain).values(
        delivery_id=delivery_id, account_id=account.scalar_subquery(), **row
    )
    revoked = {**row, "lease_no": DeliveryAgain.lease_no + 1}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["delivery_id"], set_=revoked)
    )


def done_with(connection: Connection, delivery_id: int) -> None:
    """Nothing more to do for a delivery."""
    connection.execute(delete(DeliveryAgain).where(DeliveryAgain.delivery_id == delivery_id))


def _close_numbers(connection: Connection, news: Sequence[Change]) -> None:
    wrong = [change.delivery_id for change in news if change.wrong_number]
    if wrong:
        keys = select(Delivery.address_key).where(
            Delivery.id.in_(wrong), Delivery.address_key.is_not(None)
        )
        connection.execute(
            update(Person).where(Person.phone_key.in_(keys)).values(phone_closed=True)
        )
    for change in news:
        if change.opted_out:
            key = connection.scalar(
                select(Delivery.address_key).where(Delivery.id == change.delivery_id)
            )
            if key is not None:
                refusing.obey(connection, key, Wish.STOP_PUBLICITY, clock.now(), source="carrier")


def skip(connection: Connection, reasons: dict[int, str]) -> None:
    """Deliveries that will not be sent (again), each with its one reason.

    One that was deferred ends as skipped; one that is with the carrier, or may be, keeps its own outcome.
    """
    if not reasons:
        return
    with counting(connection, reasons) as newest:
        rows = [
            {
                "delivery_id": key, "no": newest[key], "state": "skipped", "rank": RANK["skipped"],
                "at": clock.now(), "reason": reason, "error": "",
            }
            for key, reason in reasons.items()
        ]  # fmt: skip
        statement = upsert(connection, Outcome)
        fresh = statement.excluded
        names = ("state", "rank", "at", "reason", "error")
        ended = {name: getattr(fresh, name) for name in names}
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["delivery_id", "no"],
                set_=ended,
                where=Outcome.state == "deferred",
            ),
            rows,
        )
        in_doubt = _in_doubt(connection, reasons)
        done = [key for key in reasons if key not in in_doubt]
        connection.execute(_DONE, {"ids": done})
        for (
            key
        ) in in_doubt:  # it may have arrived, and must not be sent again: only a person can tell
            again(connection, key, Next(Why.ASK, 0))


def restate(connection: Connection, words: Sequence[Word]) -> None:
    """Write what deliveries in people's hands come to, more or less than before: a tap, and a tap that is undone.

    Only for what a person carries: what a carrier said is never written over, because a receipt is no tap.
    """
    if not words:
        return
    with counting(connection, {word.delivery_id for word in words}):
        for word in words:
            mine = (Outcome.delivery_id == word.delivery_id) & (Outcome.no == word.no)
            values = {
                "state": word.state, "rank": RANK[word.state], "at": clock.now(), "reason": word.reason,
            }  # fmt: skip
            connection.execute(
                update(Outcome).where(mine, Outcome.provider_id.is_(None)).values(values)
            )


def _in_doubt(connection: Connection, ids: Collection[int]) -> set[int]:
    view = delivery_state.c
    statement = select(view.delivery_id).where(
        among(view.delivery_id, ids), view.state == "unknown"
    )
    return set(connection.scalars(statement))


def record_attempts(
    connection: Connection, attempts: Sequence[dict[str, object]], dead_after: datetime
) -> None:
    """Write attempts, and that somebody must look after them when their sender died. Before the carrier is called."""
    ids = [int(str(attempt["delivery_id"])) for attempt in attempts]
    with counting(connection, ids):
        connection.execute(_ATTEMPTED, list(attempts))
        row = {"due_at": dead_after, "reason": "in_flight", "looks": 0, "lease_until": None}
        rows = [
            {"delivery_id": attempt["delivery_id"], "account_id": attempt["account_id"], **row}
            for attempt in attempts
        ]
        connection.execute(_in_flight(connection), rows)


@built_once
def _in_flight(dialect: str) -> Any:
    statement = upsert_on(dialect, DeliveryAgain)
    fresh = statement.excluded
    revoked = {
        "due_at": fresh.due_at, "reason": fresh.reason, "looks": fresh.looks, "lease_until": fresh.lease_until,
        "lease_no": DeliveryAgain.lease_no + 1,
    }  # fmt: skip
    return statement.on_conflict_do_update(index_elements=["delivery_id"], set_=revoked)
