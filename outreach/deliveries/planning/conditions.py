"""For whom of its audience a step is: each condition by name as one statement about a person.

They look at the earlier deliveries of the same campaign to a person or a household; a post or a broadcast reaches
nobody by name. Whoever had to be left out of a shared message was told nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    SQLColumnExpression,
    and_,
    case,
    exists,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from outreach.audiences.reaching import recipient_of, usable_number
from outreach.deliveries.planning.orders import Plan
from outreach.deliveries.served import served
from outreach.deliveries.states import SENDING
from outreach.models.campaigns import Firing, Step
from outreach.models.deliveries import Delivery, DeliveryAgain, DeliverySubject, delivery_state
from outreach.models.people import Person
from outreach.store import among

Who = SQLColumnExpression[int]
Kind = SQLColumnExpression[str] | str

TOLD = ("accepted", "delivered")
"""Handed over, as far as anybody knows."""
ENDED = ("skipped", "undelivered", "refused")
"""Reached nobody."""
OPEN = ("planned", "waiting", "unknown")
"""May still arrive, or may have arrived."""


def untold(campaign: int, step: int, person: Who) -> ColumnElement[bool]:
    """Nothing of a campaign has reached a person, and nothing is on its way or may have arrived; but for one step.

    What ended undelivered because a phone was off, and is tried again by itself, is on its way.
    """
    there = _of_others(campaign, step, person, *TOLD, *OPEN)
    retried = _of_others(campaign, step, person, *ENDED).where(tried_again(delivery_state))
    return ~there.exists() & ~retried.exists()


def unspoken(campaign: int, step: int, kind: Kind, place: Who | int) -> ColumnElement[bool]:
    """The same of a place: nothing of other steps was said there, or may have been, or will be."""
    said = delivery_state.alias("said")
    open_ = or_(said.c.state.not_in(ENDED), tried_again(said))
    return ~_said_at(campaign, step, kind, place, said).where(open_).exists()


def _said_at(
    campaign: int, step: int, kind: Kind, place: Who | int, said: FromClause
) -> Select[int]:
    """Deliveries of other steps to a place; through the firings, of which each is found by its addressee."""
    other, of, firing = aliased(Delivery), aliased(Step), aliased(Firing)
    return (
        select(other.id)
        .select_from(of)
        .join(firing, firing.step_id == of.id)
        .join(
            other,
            and_(
                other.campaign_id == of.campaign_id,
                other.step_id == of.id,
                other.firing_id == firing.id,
                other.kind == kind,
                other.addressee == place,
            ),
        )
        .join(said, said.c.delivery_id == other.id)
        .where(of.campaign_id == campaign, of.id != step)
    )


def tried_again(view: FromClause) -> ColumnElement[bool]:
    """Whether a delivery (a row of the view) waits for another attempt that it makes by itself."""
    return exists().where(
        DeliveryAgain.delivery_id == view.c.delivery_id,
        DeliveryAgain.reason.in_([why.value for why in SENDING]),
    )


def told_meanwhile(
    connection: Connection, ids: Collection[int], campaign: int, step: int
) -> set[tuple[int, int]]:
    """(delivery, person) of deliveries that are about to be sent, where another step has been faster since they were
    planned. What is merely planned does not count, else two would wait for each other and nobody be told."""
    by_now = (*TOLD, "waiting", "unknown")
    mine, sending = aliased(DeliverySubject), aliased(Delivery)
    said = delivery_state.alias("said")
    there = _said_at(campaign, step, sending.kind, sending.addressee, said)
    place = there.where(said.c.state.in_(by_now)).exists()
    told = case(
        (sending.kind.in_(("group", "region")), place),
        else_=_of_others(campaign, step, mine.person_id, *by_now).exists(),
    )
    rows = connection.execute(
        select(mine.delivery_id, mine.person_id)
        .distinct()
        .join(sending, sending.id == mine.delivery_id)
        .where(among(mine.delivery_id, ids), told)
    )
    return {(row[0], row[1]) for row in rows}


def _earlier(plan: Plan, person: Who, *states: str) -> Select[int]:
    return _of_others(plan.campaign_id, plan.step_id, person, *states)


def _of_others(campaign: int, step: int, person: Who, *states: str) -> Select[int]:
    """Deliveries of other steps of the campaign that serve a person and stand in one of some states."""
    view = delivery_state.c
    return (
        select(DeliverySubject.person_id)
        .join(delivery_state, view.delivery_id == DeliverySubject.delivery_id)
        .where(
            DeliverySubject.person_id == person,
            view.campaign_id == campaign,
            view.step_id != step,
            view.kind.in_(("person", "household")),
            view.state.in_(states),
            served(),
        )
    )


def _everybody(_: Plan, __: Who) -> ColumnElement[bool]:
    return true()


def _unreached(plan: Plan, person: Who) -> ColumnElement[bool]:
    """Nobody has handed this person anything."""
    return ~_earlier(plan, person, *TOLD).exists()


def _unconfirmed(plan: Plan, person: Who) -> ColumnElement[bool]:
    """No handset and no person has confirmed anything: what a carrier merely took does not count."""
    return ~_earlier(plan, person, "delivered").exists()


def _returned(plan: Plan, person: Who) -> ColumnElement[bool]:
    """A sheet came back, and nothing else was confirmed."""
    view = delivery_state.c
    back = (
        _earlier(plan, person, "undelivered")
        .join(Step, Step.id == view.step_id)
        .where(Step.channel == "flyer")
    )
    return and_(back.exists(), _unconfirmed(plan, person))


def _no_phone(plan: Plan, person: Who) -> ColumnElement[bool]:
    """Neither the person, nor the contact or guardian who is written to instead, has a number that may be used."""
    return _without_number(plan.on, person)


def _without_number(on: date, person: Who) -> ColumnElement[bool]:
    subject, recipient = aliased(Person), aliased(Person)
    reached = (
        select(subject.id)
        .join(recipient, recipient.id == recipient_of(subject, on))
        .where(subject.id == person, usable_number(recipient))
    )
    return not_(exists(reached.correlate_except(subject, recipient)))


def _untold(plan: Plan, person: Who) -> ColumnElement[bool]:
    return untold(plan.campaign_id, plan.step_id, person)


def told_before(
    campaign: int, person: Who, policy: int, kinds: Collection[str]
) -> ColumnElement[bool]:
    """Whether something of a campaign about a policy has reached somebody, or may still; kinds: of what is looked at."""
    view = delivery_state.c
    return (
        select(DeliverySubject.person_id)
        .join(delivery_state, view.delivery_id == DeliverySubject.delivery_id)
        .where(
            DeliverySubject.person_id == person,
            DeliverySubject.policy_id == policy,
            view.campaign_id == campaign,
            view.kind.in_(kinds),
            view.state.in_((*TOLD, *OPEN)),
            served(),
        )
        .exists()
    )


CONDITIONS: dict[str, Callable[[Plan, Who], ColumnElement[bool]]] = {
    "": _everybody,
    "unreached": _unreached,
    "unconfirmed": _unconfirmed,
    "returned": _returned,
    "no_phone": _no_phone,
    "untold": _untold,
}
"""Condition of a step → for whom it holds."""


def holds(plan: Plan, person: Who) -> ColumnElement[bool]:
    """Whether the plan's condition holds for a person."""
    return CONDITIONS[plan.condition](plan, person)
