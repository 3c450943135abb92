"""Pace, caps and budgets: taken in the transaction that writes the attempts, whole or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, select, update

from outreach import clock
from outreach.models.deliveries import (
    AccountPace,
    Counter,
)
from outreach.store import built_once, upsert_on

SKEW = timedelta(seconds=10)
"""How far the clocks of two machines may be apart."""


def free_at(connection: Connection, account: int) -> datetime | None:
    """When the account may send next; None = now.

    A slot that was taken later than it is now means that the clock was set back: it holds nobody up until then.
    """
    row = connection.execute(_FREE, {"account": account}).first()
    if row is None or (row.taken_at is not None and row.taken_at > clock.now() + SKEW):
        return None
    free: datetime = row.next_free_at
    return free


_FREE = select(AccountPace.next_free_at, AccountPace.taken_at).where(
    AccountPace.account_id == bindparam("account")
)


def take_slots(connection: Connection, account: int, n: int, per_second: float) -> bool:
    """Use n slots of an account's pace; False when another sender was faster."""
    moment = clock.now()
    row = {
        "account_id": account, "next_free_at": moment + timedelta(seconds=n / per_second), "taken_at": moment,
        "skewed": moment + SKEW,
    }  # fmt: skip
    return connection.execute(_slots(connection), row).first() is not None


@built_once
def _slots(dialect: str) -> Any:
    names = ("account_id", "next_free_at", "taken_at")
    statement = upsert_on(dialect, AccountPace).values({name: bindparam(name) for name in names})
    fresh = statement.excluded
    # what is taken is taken at `now`
    skewed = bindparam("skewed", type_=AccountPace.__table__.c.taken_at.type)
    free = (AccountPace.next_free_at <= fresh.taken_at) | (AccountPace.taken_at > skewed)
    taken = {"next_free_at": fresh.next_free_at, "taken_at": fresh.taken_at}
    return statement.on_conflict_do_update(
        index_elements=["account_id"], set_=taken, where=free
    ).returning(AccountPace.account_id)


def extend(connection: Connection, account: int, n: int, per_second: float) -> None:
    """Use n more slots behind those already taken: what leaves in one piece, and keeps the carrier busy as long."""
    moment = clock.now()
    free = max(free_at(connection, account) or moment, moment)
    connection.execute(
        update(AccountPace)
        .where(AccountPace.account_id == account)
        .values(next_free_at=free + timedelta(seconds=n / per_second), taken_at=moment)
    )


def reserve(connection: Connection, name: str, amount: int, limit: int | None) -> bool:
    """Take `amount` of a cap or budget, whole or not at all, in the caller's transaction."""
    if limit is not None and amount > limit:
        return False
    row = {"name": name, "n": amount}
    if limit is None:
        return connection.execute(_taken(connection), row).first() is not None
    return connection.execute(_within(connection), {**row, "most": limit}).first() is not None


@built_once
def _taken(dialect: str) -> Any:
    return _counted(dialect, None)


@built_once
def _within(dialect: str) -> Any:
    return _counted(dialect, bindparam("most", type_=BigInteger))


def _counted(dialect: str, most: Any) -> Any:
    statement = upsert_on(dialect, Counter).values(name=bindparam("name"), n=bindparam("n"))
    total = Counter.n + statement.excluded.n
    within = None if most is None else total <= most
    return statement.on_conflict_do_update(
        index_elements=["name"], set_={"n": total}, where=within
    ).returning(Counter.name)


def refund(connection: Connection, name: str, amount: int) -> None:
    """Give back what was reserved and then not used."""
    connection.execute(_REFUNDED, {"which": name, "less": amount})


_REFUNDED = (
    update(Counter)
    .where(Counter.name == bindparam("which"))
    .values(n=Counter.n - bindparam("less"))
)
