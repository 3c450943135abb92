"""Pace, caps and budgets: taken in the transaction that writes the attempts, whole or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from outreach import clock
from outreach.models.deliveries import (
    AccountPace,
    Counter,
)
from outreach.store import upsert

SKEW = timedelta(seconds=10)
"""How far the clocks of two machines may be apart."""


def free_at(connection: Connection, account: int) -> datetime | None:
    """When the account may send next; None = now.

    A slot that was taken later than it is now means that the clock was set back: it holds nobody up until then.
    """
    row = connection.execute(
        select(AccountPace.next_free_at, AccountPace.taken_at).where(
            AccountPace.account_id == account
        )
    ).first()
    if row is None or (row.taken_at is not None and row.taken_at > clock.now() + SKEW):
        return None
    free: datetime = row.next_free_at
    return free


def take_slots(connection: Connection, account: int, n: int, per_second: float) -> bool:
    """Use n slots of an account's pace; False when another sender was faster."""
    moment = clock.now()
    row = {"next_free_at": moment + timedelta(seconds=n / per_second), "taken_at": moment}
    statement = upsert(connection, AccountPace).values(account_id=account, **row)
    free = (AccountPace.next_free_at <= moment) | (AccountPace.taken_at > moment + SKEW)
    taken = statement.on_conflict_do_update(index_elements=["account_id"], set_=row, where=free)
    return connection.execute(taken.returning(AccountPace.account_id)).first() is not None


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
    statement = upsert(connection, Counter).values(name=name, n=amount)
    within = None if limit is None else Counter.n + amount <= limit
    taken = statement.on_conflict_do_update(
        index_elements=["name"], set_={"n": Counter.n + amount}, where=within
    )
    return connection.execute(taken.returning(Counter.name)).first() is not None


def refund(connection: Connection, name: str, amount: int) -> None:
    """Give back what was reserved and then not used."""
    connection.execute(update(Counter).where(Counter.name == name).values(n=Counter.n - amount))
