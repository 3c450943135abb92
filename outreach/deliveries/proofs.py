"""What a delivery proves about the people it serves: the one place that writes reach from deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, literal, select

from outreach import clock
from outreach.deliveries.served import left_out
from outreach.models.campaigns import Step
from outreach.models.deliveries import Delivery, DeliverySubject
from outreach.models.policies import Reach
from outreach.store import upsert

PROVED = {
    "person": ("delivered", ("delivered",)),
    "household": ("delivered", ("delivered",)),
    "group": ("published", ("accepted", "delivered")),
    "region": ("published", ("delivered",)),
}
"""Kind → the fact that it proves, and in which states.

People need a receipt. A group has a post as soon as it is posted, a loudspeaker when somebody has played it: both
reach a place and count nobody.
"""


class News(NamedTuple):
    """A delivery that came into a state; `fact` says more than its kind does (a visit: in_person)."""

    delivery_id: int
    state: str
    fact: str


def mark(connection: Connection, news: Iterable[News]) -> None:
    """A proof counts for everybody whom the delivery served, once per policy and fact."""
    told = list(news)
    for kind, (fact, states) in PROVED.items():
        _write(
            connection,
            [one.delivery_id for one in told if one.state in states and not one.fact],
            fact,
            kind,
        )
    for one in told:
        if one.fact:
            _write(connection, [one.delivery_id], one.fact)


def _write(connection: Connection, ids: Sequence[int], fact: str, kind: str = "") -> None:
    if not ids:
        return
    rows = (
        select(
            DeliverySubject.policy_id, DeliverySubject.person_id, literal(fact),
            literal(clock.now().date(), type_=Reach.__table__.c.on.type), func.min(Step.channel),
            func.min(DeliverySubject.delivery_id),
        )
        .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
        .join(Step, Step.id == Delivery.step_id)
        .where(
            DeliverySubject.delivery_id.in_(ids), Delivery.kind == kind if kind else literal(True),
            ~left_out(DeliverySubject.person_id, DeliverySubject.delivery_id),
        )
        .group_by(DeliverySubject.policy_id, DeliverySubject.person_id)
    )  # fmt: skip
    names = ["policy_id", "person_id", "fact", "on", "channel", "delivery_id"]
    connection.execute(upsert(connection, Reach).from_select(names, rows).on_conflict_do_nothing())
