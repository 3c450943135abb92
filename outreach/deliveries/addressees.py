"""Where deliveries go: one statement for each kind of addressee, made once and asked for every chunk."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select
from sqlalchemy.orm import aliased

from outreach.deliveries.orders import Addressee
from outreach.models.deliveries import Attempt, Delivery, DeliverySubject, GroupChat
from outreach.models.people import Household, Person, Region
from outreach.store import among_named

_KINDS = {
    "sms": ("person",),
    "call": ("person",),
    "flyer": ("person", "household"),
    "visit": ("person", "household"),
    "group": ("group",),
    "broadcast": ("region",),
}
"""What a channel's deliveries go to."""

_ALL = ("person", "household", "group", "region")


def addressees(connection: Connection, ids: Collection[int], channel: str = "") -> list[Addressee]:
    """Where deliveries go, in their order. channel: theirs, when all are of one; only its kinds are looked for then."""
    found: list[Addressee] = []
    for kind in _KINDS.get(channel, _ALL):
        rows = connection.execute(_statement(kind), {"ids": list(ids)})
        found += [_MAKE[kind](row) for row in rows]
    return sorted(found, key=lambda one: one.delivery_id)


@cache
def _statement(kind: str) -> Select[*tuple[Any, ...]]:
    tried = (
        select(Attempt.delivery_id, func.max(Attempt.no).label("attempts"))
        .where(among_named(Attempt.delivery_id, "ids"))
        .group_by(Attempt.delivery_id)
        .subquery()
    )
    base = (Delivery.id, Delivery.language, Delivery.village, func.coalesce(tried.c.attempts, 0))
    return (
        _COLUMNS[kind](base)
        .outerjoin(tried, tried.c.delivery_id == Delivery.id)
        .where(among_named(Delivery.id, "ids"), Delivery.kind == kind)
    )


def _village() -> Any:
    return select(Region.name).where(Region.code == Delivery.village).scalar_subquery()


def _people(base: Any) -> Select[*tuple[Any, ...]]:
    columns = (Person.phone, Person.name, Person.region, Person.synthetic, _village())
    return select(*base, *columns).join(Person, Person.id == Delivery.addressee)


def _homes(base: Any) -> Select[*tuple[Any, ...]]:
    """A household's place and language are those of the first of whom it is about, as the plan took them."""
    first = (
        select(func.min(DeliverySubject.person_id))
        .where(DeliverySubject.delivery_id == Delivery.id)
        .scalar_subquery()
    )
    reader, head = aliased(Person), aliased(Person)
    columns = (func.coalesce(head.name, reader.name), reader.region, reader.synthetic, _village())
    return (
        select(*base, *columns)
        .join(Household, Household.id == Delivery.addressee)
        .join(reader, reader.id == first)
        .outerjoin(head, and_(head.id == Household.head_id, head.status == "active"))
    )


def _groups(base: Any) -> Select[*tuple[Any, ...]]:
    columns = (GroupChat.address, GroupChat.name, GroupChat.region, _village())
    return select(*base, *columns).join(GroupChat, GroupChat.id == Delivery.addressee)


def _places(base: Any) -> Select[*tuple[Any, ...]]:
    return select(*base, Region.name, Region.code).join(Region, Region.id == Delivery.addressee)


_COLUMNS: dict[str, Callable[[Any], Select[*tuple[Any, ...]]]] = {
    "person": _people, "household": _homes, "group": _groups, "region": _places,
}  # fmt: skip

_MAKE: dict[str, Callable[[Any], Addressee]] = {
    "person": lambda row: Addressee(row[0], row[4], row[5], row[1], row[6], row[8] or "", row[7], row[3]),
    "household": lambda row: Addressee(row[0], "", row[4], row[1], row[5], row[7] or "", row[6], row[3]),
    "group": lambda row: Addressee(row[0], row[4], "", row[1], row[6], row[7] or row[5], False, row[3]),
    "region": lambda row: Addressee(row[0], "", "", row[1], row[5], row[4], False, row[3]),
}  # fmt: skip
