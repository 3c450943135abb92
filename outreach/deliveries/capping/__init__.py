"""What is enough: for one number over all campaigns, for an account and a day, for one firing, for one household.

Everything is counted in the transaction that writes the attempts, a few statements for a whole chunk. What frees up by
itself (an account's day, a carrier's rule about a number) is put off; what does not is skipped with its reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from outreach.deliveries import pace
from outreach.deliveries.capping import ceilings, numbers
from outreach.deliveries.capping.schemas import Counting, Taken
from outreach.deliveries.orders import Orders
from outreach.deliveries.states import Why
from outreach.models.deliveries import Counter, DeliveryAgain
from outreach.store import upsert

if TYPE_CHECKING:
    from outreach.deliveries.outgoing import Item

__all__ = [
    "Counting",
    "Taken",
    "give_back",
    "leave_day",
    "put_off",
    "release",
    "room",
    "take",
    "take_day",
]


def room(connection: Connection, how: Counting) -> int | None:
    """How many more messages the account takes today; None = no end."""
    if how.daily is None:
        return None
    used = connection.scalar(select(Counter.n).where(Counter.name == how.day)) or 0
    return max(0, how.daily - used)


def take_day(connection: Connection, how: Counting, n: int) -> bool:
    """Take n of the account's day; False when another sender was faster."""
    return how.daily is None or not n or pace.reserve(connection, how.day, n, how.daily)


def take(connection: Connection, how: Counting, signed: Orders, items: Sequence[Item]) -> Taken:
    """Count what is about to be sent; whoever has had enough is taken out."""
    taken = Taken(items)
    if signed.once == "household":
        ceilings.one_a_household(connection, taken)
    numbers.count(connection, how, signed, taken)
    if signed.ceiling:
        ceilings.of_firing(connection, signed.ceiling, taken)
    return taken


def release(connection: Connection, how: Counting, taken: Taken, ids: Collection[int]) -> None:
    """Forget that these were counted: they are not sent after all."""
    pairs = [taken.counted[one] for one in ids if one in taken.counted]
    numbers.uncount(connection, how, pairs, publicity=taken.publicity)


def leave_day(connection: Connection, how: Counting, n: int) -> None:
    """Give back n of the account's day: they are not sent after all, or the carrier did not take them."""
    if how.daily is not None and n:
        pace.refund(connection, how.day, n)


def give_back(
    connection: Connection,
    how: Counting,
    signed: Orders,
    unused: Sequence[Item],
    refused: Collection[int],
) -> None:
    """What the carrier did not take: its place in the account's day, and money of its firing.

    refused: deliveries of which nothing is tried again, so that their numbers were not written to. What is put off is
    counted with its number once, whenever it goes.
    """
    # in the order in which they are taken, so that two transactions never wait for each other crosswise
    gone = [item for item in unused if item.addressee.delivery_id in refused]
    numbers.forget_refused(connection, how, signed, gone)
    if signed.ceiling:
        ceilings.give_back(
            connection, {item.addressee.delivery_id: item.cost_fen for item in unused}
        )
    leave_day(connection, how, len(unused))


def put_off(connection: Connection, account: int, later: Mapping[int, datetime]) -> None:
    """Deliveries of which nothing was handed over yet, to be taken up at a later moment."""
    rows = [
        {
            "delivery_id": key, "account_id": account, "due_at": due_at, "reason": Why.DEFERRED.value,
            "looks": 0, "lease_until": None,
        }
        for key, due_at in later.items()
    ]  # fmt: skip
    if not rows:
        return
    statement = upsert(connection, DeliveryAgain)
    fresh = statement.excluded
    again = {
        "due_at": fresh.due_at,
        "reason": fresh.reason,
        "lease_until": None,
        "lease_no": DeliveryAgain.lease_no + 1,
    }
    connection.execute(
        statement.on_conflict_do_update(index_elements=["delivery_id"], set_=again), rows
    )
