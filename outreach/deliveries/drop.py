"""Who is taken out at the last moment: asked again in every chunk, because lists change while we send.

Later imports only take people out of a signed audience, never in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from outreach.audiences.predicates import eligible
from outreach.audiences.reaching import PERSONAL_NUMBERS
from outreach.deliveries.planning.conditions import told_meanwhile
from outreach.deliveries.states import Reason, weightiest
from outreach.models.deliveries import Delivery, DeliverySubject
from outreach.models.people import Household, Person
from outreach.models.policies import Reach
from outreach.people import consent
from outreach.people.ages import GUARDED_UNDER
from outreach.policies.schemas import PolicyView
from outreach.store import among_named
from segments.person import cutoff_birth

Rows = Sequence[Row[*tuple[Any, ...]]]


Subject = tuple[int, int, str]
"""(person, policy, reason): somebody whom a delivery is about, and why not any more."""


@dataclass(frozen=True)
class Remaining:
    """What is left of a delivery: the policies that it still is about, or the reason why nothing is.

    left_out: of whom the reason is another than the delivery's own.
    """

    policies: tuple[str, ...]
    subjects: int
    reason: str = ""
    left_out: tuple[Subject, ...] = ()

    def is_about(self, person: int, policy: int, ref: str) -> bool:
        """Whether it still tells this person of this policy (by row and by reference)."""
        return ref in self.policies and (person, policy) not in self._out

    @cached_property
    def _out(self) -> frozenset[tuple[int, int]]:
        return frozenset((person, policy) for person, policy, _ in self.left_out)


@dataclass(frozen=True)
class Terms:
    """Under which terms a campaign may still be sent today. home: the installation's region.

    ahead: days after which people have to fit, when they are told before something begins. whoever: whether they fit,
    have applied or receive it does not matter: they got a wrong text, and are told so. untold_of: (campaign, step) of a
    step that is only for those whom no other step of its campaign has reached.
    """

    policies: Sequence[PolicyView]
    channel: str
    message_class: str
    general: bool
    on: date
    home: str = ""
    ahead: int = 0
    whoever: bool = False
    untold_of: tuple[int, int] | None = None

    @cached_property
    def fitting(self) -> Mapping[int, Select[int]]:
        """Policy → the statement that finds who of `people` still fits: made once for a day, asked for every chunk."""
        on = self.on + timedelta(days=self.ahead)
        found = {}
        for policy in self.policies:
            certain, possible = eligible(policy, on, self.home)
            wanted = possible if self.general else certain
            found[policy.id] = select(Person.id).where(among_named(Person.id, "people"), wanted)
        return found


def remaining(connection: Connection, ids: Collection[int], terms: Terms) -> dict[int, Remaining]:
    """For every delivery: what of it still stands today."""
    readers = _recipients(connection, ids) if terms.channel in consent.REFUSABLE else ()
    return judged(connection, ids, _subjects(connection, ids), readers, terms)


def judged(
    connection: Connection, ids: Collection[int], subjects: Rows, readers: Rows, terms: Terms
) -> dict[int, Remaining]:
    """The same for deliveries that may not be written yet: whatever stands behind `ids`.

    subjects: delivery_id, person_id, policy_id, status, birth, stopped, ordered by the first. readers (of messages and
    calls): id, addressee, address_key, status, phone_key, phone_kind, phone_closed, stopped.
    """
    blocked = _blocked(connection, readers, terms)
    judge = (
        _places(terms)
        if terms.channel in ("group", "broadcast")
        else _people(connection, subjects, terms)
    )
    told = told_meanwhile(connection, ids, *terms.untold_of) if terms.untold_of else set()
    refs = {policy.id: policy.ref for policy in terms.policies}
    kept: dict[int, list[int]] = {}
    dropped: dict[int, list[Subject]] = {}
    for row in subjects:
        way = blocked.get(row.delivery_id)
        reason = judge(row) or (way.reason_for(row, terms.on) if way else "")
        if not reason and (row.delivery_id, row.person_id) in told:
            reason = Reason.REACHED.value
        if reason:
            dropped.setdefault(row.delivery_id, []).append((row.person_id, row.policy_id, reason))
        else:
            kept.setdefault(row.delivery_id, []).append(row.policy_id)
    return {
        key: Remaining(
            tuple(refs[policy] for policy in sorted(set(kept[key]))), len(kept[key]), "", tuple(dropped.get(key, ()))
        )
        if key in kept
        else _nothing(dropped.get(key, ()), blocked.get(key))
        for key in ids
    }  # fmt: skip


def _nothing(dropped: Sequence[Subject], way: _Blocked | None) -> Remaining:
    """Nobody is left: the delivery says what its recipient's way says, else the weightiest of its people's reasons."""
    said = way.reason if way is not None and not way.gone else ""
    reason = said or weightiest(one[2] for one in dropped) or Reason.NOT_ELIGIBLE.value
    return Remaining((), 0, reason, tuple(one for one in dropped if one[2] != reason))


_Judge = Callable[[Row[*tuple[Any, ...]]], str]


_SUBJECTS = (
    select(
        DeliverySubject.delivery_id, DeliverySubject.person_id, DeliverySubject.policy_id,
        Person.status, Person.birth, Household.stopped,
    )
    .join(Person, Person.id == DeliverySubject.person_id)
    .outerjoin(Household, Household.id == Person.household_id)
    .where(among_named(DeliverySubject.delivery_id, "ids"))
    .order_by(DeliverySubject.delivery_id, DeliverySubject.policy_id, DeliverySubject.person_id)
)  # fmt: skip
_RECIPIENTS = (
    select(
        Delivery.id, Delivery.addressee, Delivery.address_key, Person.status, Person.phone_key, Person.phone_kind,
        Person.phone_closed, Household.stopped,
    )
    .join(Person, Person.id == Delivery.addressee)
    .outerjoin(Household, Household.id == Person.household_id)
    .where(among_named(Delivery.id, "ids"), Delivery.kind == "person")
)  # fmt: skip
_HAS = select(Reach.person_id, Reach.policy_id).where(
    among_named(Reach.person_id, "people"),
    among_named(Reach.policy_id, "policies"),
    Reach.fact.in_(("applied", "received")),
)
"""Made once: they are asked twice for every chunk."""


def _subjects(connection: Connection, ids: Collection[int]) -> Rows:
    return connection.execute(_SUBJECTS, {"ids": list(ids)}).all()


def _places(terms: Terms) -> _Judge:
    """A post reaches a place, whoever lives there today: only a withdrawn policy stops it."""
    gone = {policy.id for policy in terms.policies if policy.ended(terms.on)}
    return lambda row: Reason.WITHDRAWN.value if row.policy_id in gone else ""


def _people(connection: Connection, subjects: Rows, terms: Terms) -> _Judge:
    people = {row.person_id for row in subjects}
    withdrawn = _places(terms)
    refused = (
        consent.refusals(connection, people)
        if terms.channel in consent.REFUSABLE
        else consent.Refusals(frozenset(), frozenset())
    )
    told_of = [] if terms.whoever else [policy.id for policy in terms.policies]
    has = _already_has(connection, people, told_of)
    fits = {policy.id: _still_fits(connection, policy, people, terms) for policy in terms.policies}

    def judge(row: Row[*tuple[Any, ...]]) -> str:
        reason = _personal_reason(row.status, row.stopped) or withdrawn(row)
        if reason:
            return reason
        if refused.refuses(row.person_id, None, terms.channel, terms.message_class):
            return Reason.REFUSED_CHANNEL.value
        if (row.person_id, row.policy_id) in has:
            return Reason.ALREADY_HAS.value
        return "" if row.person_id in fits[row.policy_id] else Reason.NOT_ELIGIBLE.value

    return judge


def _personal_reason(status: str, stopped: bool | None) -> str:
    if status == "deceased":
        return Reason.DECEASED.value
    if status == "moved":
        return Reason.MOVED.value
    return Reason.STOPPED.value if stopped else ""


def _recipients(connection: Connection, ids: Collection[int]) -> Rows:
    return connection.execute(_RECIPIENTS, {"ids": list(ids)}).all()


@dataclass(frozen=True)
class _Blocked:
    """A recipient who must not get anything by this channel. gone: dead or moved, so that others need another way."""

    addressee: int
    reason: str
    gone: bool = False

    def reason_for(self, row: Row[*tuple[Any, ...]], on: date) -> str:
        """Why somebody who was to be told through this recipient is not: a child has lost its guardian, an adult
        whose contact is gone has no number."""
        if not self.gone or row.person_id == self.addressee:
            return self.reason
        guarded = row.birth is not None and row.birth > cutoff_birth(GUARDED_UNDER, on)
        return Reason.NO_GUARDIAN.value if guarded else Reason.NO_ADDRESS.value


def _blocked(connection: Connection, rows: Rows, terms: Terms) -> dict[int, _Blocked]:
    """Deliveries whose recipient must not get anything by this channel."""
    if not rows:
        return {}
    numbers = {key for row in rows for key in (row.address_key, row.phone_key) if key is not None}
    refused = consent.refusals(connection, {row.addressee for row in rows}, numbers)
    result = {}
    for row in rows:
        reason = _personal_reason(row.status, row.stopped)
        gone = row.status != "active"
        # the number as it was planned, and the one that the register knows now
        if not reason and any(
            refused.refuses(row.addressee, key, terms.channel, terms.message_class)
            for key in (row.address_key, row.phone_key)
        ):
            reason = Reason.REFUSED_CHANNEL.value
        if not reason and not _usable(row):
            reason = Reason.NO_ADDRESS.value
        if reason:
            result[row.id] = _Blocked(row.addressee, reason, gone)
    return result


def _usable(row: Row[*tuple[Any, ...]]) -> bool:
    """Whether the recipient's number, as the register knows it now, may get a resident's message."""
    if row.phone_key is None or row.phone_closed:
        return False
    return row.phone_kind in PERSONAL_NUMBERS


def _already_has(
    connection: Connection, people: Collection[int], policies: Sequence[int]
) -> set[tuple[int, int]]:
    if not people or not policies:
        return set()
    rows = connection.execute(_HAS, {"people": people, "policies": policies})
    return {(person, policy) for person, policy in rows}


def _still_fits(
    connection: Connection, policy: PolicyView, people: Collection[int], terms: Terms
) -> set[int]:
    if not people or terms.whoever:
        return set(people)
    return set(connection.scalars(terms.fitting[policy.id], {"people": people}))
