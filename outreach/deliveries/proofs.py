"""What a delivery proves about the people it serves: the one place that writes reach from deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, literal, select

from outreach import clock
from outreach.deliveries.served import served
from outreach.models.campaigns import Step
from outreach.models.deliveries import Account, Attempt, Delivery, DeliverySubject
from outreach.models.policies import Reach
from outreach.store import among_named, upsert_on

PROVED = {
    "person": ("delivered", ("delivered",)),
    "household": ("delivered", ("delivered",)),
    "group": ("published", ("accepted", "delivered")),
    "region": ("published", ("delivered",)),
}
"""Kind → the fact that it proves, and in which states.

People need a receipt. A group has a post as soon as its robot has posted it, or when somebody says that they did; a
loudspeaker when somebody has played it: both reach a place and count nobody.
"""

BY_HAND = "manual"
"""The provider of what people post themselves: handed to them is not posted yet."""


WORDED = ("in_person", "relayed", "published")
"""Facts that may rest on what a person said, and so may have to be taken back."""


class News(NamedTuple):
    """A delivery that came into a state; `fact` says more than its kind does (a visit: in_person).

    on: the day of the proof; None = today.
    """

    delivery_id: int
    state: str
    fact: str
    on: date | None = None


def mark(connection: Connection, news: Iterable[News]) -> None:
    """A proof counts for everybody whom the delivery served, once per policy and fact."""
    told = list(news)
    for on in dict.fromkeys(one.on for one in told):
        same = [one for one in told if one.on == on]
        for kind, (fact, states) in PROVED.items():
            for state in states:
                ids = [one.delivery_id for one in same if one.state == state and not one.fact]
                _write(connection, ids, fact, on, (kind, state))
        for one in same:
            if one.fact:
                _write(connection, [one.delivery_id], one.fact, on)


def _proves(kind: str, state: str) -> ColumnElement[bool]:
    """Whether a delivery of this kind proves something in this state: accepted by a person is not posted yet."""
    mine = Delivery.kind == kind
    if state != "accepted":
        return mine
    by_hand = (
        select(Attempt.delivery_id)
        .join(Account, Account.id == Attempt.account_id)
        .where(Attempt.delivery_id == Delivery.id, Account.provider == BY_HAND)
    )
    return mine & ~by_hand.exists()


def _write(
    connection: Connection,
    ids: Sequence[int],
    fact: str,
    on: date | None,
    only: tuple[str, str] | None = None,
) -> None:
    if ids:
        statement = _marked(connection.dialect.name, only)
        day = on or clock.business_day()
        connection.execute(statement, {"ids": ids, "fact": fact, "day": day})


@cache
def _marked(dialect: str, only: tuple[str, str] | None) -> Any:
    """The reach of everybody whom deliveries served. only: of a kind that came into a state; None = of all."""
    table = Reach.__table__.c
    rows = (
        select(
            DeliverySubject.policy_id, DeliverySubject.person_id, bindparam("fact", type_=table.fact.type),
            bindparam("day", type_=table.on.type), func.min(Step.channel), func.min(DeliverySubject.delivery_id),
        )
        .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
        .join(Step, Step.id == Delivery.step_id)
        .where(
            among_named(DeliverySubject.delivery_id, "ids"), served(),
            literal(True) if only is None else _proves(*only),
        )
        .group_by(DeliverySubject.policy_id, DeliverySubject.person_id)
    )  # fmt: skip
    names = ["policy_id", "person_id", "fact", "on", "channel", "delivery_id"]
    return upsert_on(dialect, Reach).from_select(names, rows).on_conflict_do_nothing()


def withdraw(connection: Connection, ids: Sequence[int]) -> None:
    """Take back what rested on these deliveries and may rest on a person's word.

    What another delivery proves as well is to be marked again by the caller: one row names only one of them.
    """
    connection.execute(delete(Reach).where(Reach.delivery_id.in_(ids), Reach.fact.in_(WORDED)))
