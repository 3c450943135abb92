"""Where each person of a campaign ended: exactly one outcome, or exactly one reason why there is none.

Somebody may stand behind several deliveries (a text, a sheet, a post) and be left out of one that others got. What is
best for them is their ending; only where nothing was handed over does a reason speak, and of several the weightiest.
Everything is read from the deliveries as they are, so that an ending can never say something else than they do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, select

from outreach.deliveries.served import left_out
from outreach.deliveries.states import WEIGHT, Reason
from outreach.models.campaigns import AudienceMember, Campaign
from outreach.models.deliveries import DeliverySubject, delivery_state
from outreach.wording import say


class Ending(StrEnum):
    """What became of a person, where it is not a reason of `states.Reason`."""

    DELIVERED = "delivered"  # the handset or the person has it
    ACCEPTED = "accepted"  # the carrier, printer or worker has it
    UNKNOWN = "unknown"  # handed over or not: nobody knows yet
    WAITING = "waiting"  # on its way, to be tried again, or not begun
    PUBLISHED = "published"  # posted or read out where they live; nobody is counted as told
    UNDELIVERED = "undelivered"  # tried, and could not be delivered
    REFUSED = "refused"  # the carrier did not take it


RANKING: tuple[str, ...] = (*(one.value for one in Ending), *(one.value for one in WEIGHT))
"""Endings, the best first: what a person has, may have or will have; that their place was covered; what failed; and then
the reasons by weight. A person's ending is the first of these that any of their deliveries says."""

_PLACES = ("group", "region")
_SAID_AT_THE_DOOR = {"deceased": Reason.DECEASED, "moved": Reason.MOVED}
"""Words of a worker that say more than that nobody was met."""


class Person(NamedTuple):
    """One person of the audience: `code` is one of RANKING, `wave` 0 where nothing is staggered."""

    person_id: int
    wave: int
    code: str


def counts(connection: Connection, campaign: int) -> dict[str, int]:
    """People by ending, in the order of RANKING, none of them 0; the sum is the audience."""
    every = _people(connection, campaign).subquery()
    rows = connection.execute(select(every.c.rank, func.count()).group_by(every.c.rank))
    found: Counter[str] = Counter({RANKING[row[0]]: int(row[1]) for row in rows})
    return {code: found[code] for code in RANKING if found[code]}


def people(
    connection: Connection, campaign: int, codes: Collection[str] = RANKING
) -> Iterator[Person]:
    """Everybody of the audience with their ending, by number; only those with some endings where `codes` says so."""
    every = _people(connection, campaign).subquery()
    wanted = every.c.rank.in_([RANKING.index(code) for code in codes])
    rows = connection.execute(
        select(every.c.person_id, every.c.wave, every.c.rank)
        .where(wanted)
        .order_by(every.c.person_id)
        .execution_options(yield_per=10_000)
    )
    for row in rows:
        yield Person(row.person_id, row.wave, RANKING[row.rank])


def said(code: str) -> str:
    """The words for an ending, in Chinese."""
    return say(f"ending.{code}" if code in set(Ending) else f"reason.{code}")


def _people(connection: Connection, campaign: int) -> Select[*tuple[Any, ...]]:
    """(person_id, wave, rank) of the whole audience."""
    best = (
        select(DeliverySubject.person_id, func.min(_rank()).label("rank"))
        .join(delivery_state, delivery_state.c.delivery_id == DeliverySubject.delivery_id)
        .where(delivery_state.c.campaign_id == campaign)
        .group_by(DeliverySubject.person_id)
        .subquery()
    )
    everybody = (
        select(AudienceMember.person_id, func.max(AudienceMember.wave).label("wave"))
        .where(AudienceMember.campaign_id == campaign)
        .group_by(AudienceMember.person_id)
        .subquery()
    )
    nothing = literal(RANKING.index(_without_delivery(connection, campaign)))
    return select(
        everybody.c.person_id, everybody.c.wave, func.coalesce(best.c.rank, nothing).label("rank")
    ).outerjoin(best, best.c.person_id == everybody.c.person_id)


def _without_delivery(connection: Connection, campaign: int) -> str:
    """The ending of whom no step has planned: their turn may come; it was cancelled; or no step had a way to them."""
    status = connection.scalar(select(Campaign.status).where(Campaign.id == campaign))
    if status == "cancelled":
        return Reason.CANCELLED.value
    return Reason.NO_ADDRESS.value if status == "finished" else Ending.WAITING.value


def _rank() -> ColumnElement[int]:
    """The rank of what one delivery says about one of its people."""
    view, place = delivery_state.c, RANKING.index
    reasons = {one.value: place(one.value) for one in WEIGHT}
    at_place = and_(view.kind.in_(_PLACES), view.state.in_(("accepted", "delivered")))
    handed = view.state.in_(("accepted", "delivered", "undelivered", "unknown"))
    refused = left_out(DeliverySubject.person_id, DeliverySubject.delivery_id)
    told = {state.value: place(state.value) for state in Ending if state != Ending.PUBLISHED}
    told["planned"] = told[Ending.WAITING]
    whens: list[tuple[ColumnElement[bool], Any]] = [
        (DeliverySubject.reason != "", case(reasons, value=DeliverySubject.reason, else_=len(RANKING) - 1)),
        (at_place, literal(place(Ending.PUBLISHED))),
        (and_(handed, refused), literal(place(Reason.REFUSED_CHANNEL))),
        (view.state == "skipped", case(reasons, value=view.reason, else_=len(RANKING) - 1)),
    ]  # fmt: skip
    whens += [
        (and_(view.state == "undelivered", view.reason == word), literal(place(reason)))
        for word, reason in _SAID_AT_THE_DOOR.items()
    ]
    return case(*whens, else_=case(told, value=view.state, else_=told[Ending.WAITING]))
