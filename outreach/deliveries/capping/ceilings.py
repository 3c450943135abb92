"""What was signed for one firing of a step, and one message for a household where a step says that one is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from outreach.deliveries import pace
from outreach.deliveries.capping.schemas import Taken
from outreach.deliveries.states import Reason
from outreach.models.deliveries import Counter, Delivery, DeliverySubject
from outreach.models.people import Person
from outreach.store import among, upsert


def of_firing(connection: Connection, ceiling: Mapping[str, Any], taken: Taken) -> None:
    """People and money that were signed for one firing (`ceiling: {people, fen}`); a second attempt costs, and reaches
    nobody new."""
    if not taken.items:
        return
    places = _places(connection, [item.addressee.delivery_id for item in taken.items])
    over: dict[int, str] = {}
    for item in taken.items:
        firing, heads = places[item.addressee.delivery_id]
        people = f"people:{firing}", heads if item.no == 1 else 0
        if not pace.reserve(connection, *people, ceiling.get("people")):
            over[item.addressee.delivery_id] = Reason.OVER_CEILING.value
        elif not pace.reserve(connection, f"fen:{firing}", item.cost_fen, ceiling.get("fen")):
            pace.refund(connection, *people)
            over[item.addressee.delivery_id] = Reason.OVER_CEILING.value
    taken.skip(over)


def give_back(connection: Connection, money: Mapping[int, int]) -> None:
    """Money of deliveries (in fen), to the firings that it was taken from."""
    rows = connection.execute(
        select(Delivery.id, Delivery.firing_id).where(among(Delivery.id, money))
    )
    for row in rows:
        pace.refund(connection, f"fen:{row.firing_id}", money[row.id])


def _places(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Delivery → its firing, and how many people it serves today."""
    heads = (
        select(func.count(DeliverySubject.person_id.distinct()))
        .where(DeliverySubject.delivery_id == Delivery.id, DeliverySubject.reason == "")
        .scalar_subquery()
    )
    rows = connection.execute(
        select(Delivery.id, Delivery.firing_id, heads).where(among(Delivery.id, ids))
    )
    return {row[0]: (row[1], int(row[2])) for row in rows}


def one_a_household(connection: Connection, taken: Taken) -> None:
    """Of deliveries to people: the household of each has one of a firing. Its place is kept under the delivery's number,
    so that one that is put off does not stand in its own way."""
    rows = connection.execute(
        select(Delivery.id, Delivery.firing_id, Person.household_id)
        .join(Person, Person.id == Delivery.addressee)
        .where(
            among(Delivery.id, taken.fresh), Delivery.kind == "person", Person.household_id.is_not(None)
        )
        .order_by(Delivery.id)
    ).all()  # fmt: skip
    names = {row.id: f"home:{row.firing_id}:{row.household_id}" for row in rows}
    first: dict[str, int] = {}
    for key, name in names.items():
        first.setdefault(name, key)
    if not first:
        return
    places = [{"name": name, "n": key} for name, key in sorted(first.items())]
    connection.execute(upsert(connection, Counter).values(places).on_conflict_do_nothing())
    held = {
        row.name: row.n
        for row in connection.execute(
            select(Counter.name, Counter.n).where(Counter.name.in_(first))
        )
    }
    taken.skip(
        {key: Reason.HOUSEHOLD_REACHED.value for key, name in names.items() if held[name] != key}
    )
