"""Statements on words and on what people carry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from outreach.deliveries.proofs import BY_HAND
from outreach.errors import Missing
from outreach.models.campaigns import Campaign, Firing, Step
from outreach.models.deliveries import (
    Account,
    Attempt,
    Delivery,
    DeliverySubject,
    Outcome,
    Receipt,
    delivery_state,
)
from outreach.models.people import Household, Person
from outreach.models.work import HelperHousehold, Word
from outreach.store import chunks


@dataclass(frozen=True)
class Held:
    """A delivery that somebody has in hand, or a carrier has. by_hand: a person carries it.

    no: of its newest attempt. region: the home's, a group's or a village's.
    """

    id: int
    campaign_id: int
    channel: str
    message_class: str
    kind: str
    addressee: int
    state: str
    reason: str
    no: int
    region: str
    by_hand: bool


def held(connection: Connection, ids: Collection[int]) -> list[Held]:
    """Deliveries by their numbers, in order."""
    view = delivery_state.c
    statement = (
        select(
            Delivery.id, Delivery.campaign_id, Step.channel, Campaign.message_class, Delivery.kind, Delivery.addressee,
            view.state, func.coalesce(view.reason, ""), view.attempts,
            func.coalesce(Household.region, Person.region, Delivery.village), Account.provider,
        )
        .join(Step, Step.id == Delivery.step_id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .join(delivery_state, view.delivery_id == Delivery.id)
        .outerjoin(Attempt, and_(Attempt.delivery_id == Delivery.id, Attempt.no == view.attempts))
        .outerjoin(Account, Account.id == Attempt.account_id)
        .outerjoin(Household, and_(Delivery.kind == "household", Household.id == Delivery.addressee))
        .outerjoin(Person, and_(Delivery.kind == "person", Person.id == Delivery.addressee))
        .where(Delivery.id.in_(ids))
        .order_by(Delivery.id)
    )  # fmt: skip
    found: list[Held] = []
    for row in connection.execute(statement):
        by_hand = row[2] != "group" or row[-1] == BY_HAND
        columns: tuple[Any, ...] = (*row[:-1], by_hand)
        found.append(Held(*columns))
    return found


@dataclass(frozen=True)
class Kept:
    """A word as it is kept. before: what the delivery came to when nobody had said anything yet."""

    id: int
    delivery_id: int
    no: int
    channel: str
    word: str
    by: str
    at: datetime
    undone_at: datetime | None
    tap: int | None
    slot: str
    person_id: int | None
    did: Mapping[str, Any]

    @property
    def stands(self) -> bool:
        """Whether nobody has taken it back."""
        return self.undone_at is None


def _kept(connection: Connection, *where: Any) -> list[Kept]:
    statement = (
        select(
            Word.id, Word.delivery_id, Word.no, Step.channel, Word.word, Word.by, Word.at, Word.undone_at,
            Word.tap, Word.slot, Word.person_id, Word.did,
        )
        .join(Delivery, Delivery.id == Word.delivery_id)
        .join(Step, Step.id == Delivery.step_id)
        .where(*where)
        .order_by(Word.id)
    )  # fmt: skip
    return [Kept(**row._mapping) for row in connection.execute(statement)]


def words(connection: Connection, ids: Collection[int]) -> list[Kept]:
    """Everything said of deliveries, undone words too, in the order in which it was said."""
    return [
        one for some in chunks(sorted(ids)) for one in _kept(connection, Word.delivery_id.in_(some))
    ]


def tapped(connection: Connection, word: int) -> list[Kept]:
    """The words of one tap, by the number of any of them, its first one first; [] when there is none."""
    head = connection.scalar(select(func.coalesce(Word.tap, Word.id)).where(Word.id == word))
    return _kept(connection, or_(Word.id == head, Word.tap == head)) if head else []


def delivery_of(connection: Connection, word: int) -> int:
    """What a word is about; Missing telling.no_word when there is none."""
    found = connection.scalar(select(Word.delivery_id).where(Word.id == word))
    if found is None:
        raise Missing("telling.no_word", word=word)
    return found


def of_person(connection: Connection, person: int, *said: str) -> list[Kept]:
    """Words that changed somebody's record, on whatever delivery."""
    return _kept(connection, Word.person_id == person, Word.word.in_(said))


def put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write the words of one tap; their numbers."""
    found: list[int] = []
    for row in rows:
        values = {**row, "tap": found[0] if found else None}
        found.append(
            connection.execute(insert(Word).values(**values).returning(Word.id)).scalar_one()
        )
    return found


def cross_out(connection: Connection, ids: Collection[int], by: str, at: datetime) -> int:
    """Undo words; how many were still standing."""
    statement = (
        update(Word)
        .where(Word.id.in_(ids), Word.undone_at.is_(None))
        .values(undone_by=by, undone_at=at)
    )
    return connection.execute(statement).rowcount


def same_door(connection: Connection, one: Held) -> list[int]:
    """Deliveries of the same campaign that go to the same home, group or place."""
    mine = and_(
        Delivery.campaign_id == one.campaign_id,
        Delivery.kind == one.kind,
        Delivery.addressee == one.addressee,
    )
    return list(connection.scalars(select(Delivery.id).where(mine).order_by(Delivery.id)))


def serving_the_same(connection: Connection, ids: Collection[int]) -> list[int]:
    """Deliveries, these among them, that tell somebody of theirs about the same policy."""
    mine, other = aliased(DeliverySubject), aliased(DeliverySubject)
    same = and_(other.person_id == mine.person_id, other.policy_id == mine.policy_id)
    statement = (
        select(other.delivery_id).join(mine, same).where(mine.delivery_id.in_(ids)).distinct()
    )
    return sorted(connection.scalars(statement))


def posted_by_robots(connection: Connection, ids: Collection[int]) -> list[tuple[int, datetime]]:
    """(delivery, moment) of those that a robot has posted."""
    statement = (
        select(Outcome.delivery_id, func.min(Outcome.at))
        .join(Delivery, Delivery.id == Outcome.delivery_id)
        .join(Attempt, and_(Attempt.delivery_id == Outcome.delivery_id, Attempt.no == Outcome.no))
        .join(Account, Account.id == Attempt.account_id)
        .where(
            Outcome.delivery_id.in_(ids), Delivery.kind == "group", Account.provider != BY_HAND,
            Outcome.state.in_(("accepted", "delivered")),
        )
        .group_by(Outcome.delivery_id)
    )  # fmt: skip
    return [(row[0], row[1]) for row in connection.execute(statement)]


def sent_since(connection: Connection, ids: Collection[int], since: datetime) -> bool:
    """Whether a later step with a condition was planned for somebody of these deliveries after a moment."""
    mine, other = aliased(DeliverySubject), aliased(DeliverySubject)
    here, there = aliased(Delivery), aliased(Delivery)
    statement = (
        select(there.id)
        .join(other, other.delivery_id == there.id)
        .join(mine, mine.person_id == other.person_id)
        .join(here, here.id == mine.delivery_id)
        .join(Step, Step.id == there.step_id)
        .join(Firing, Firing.id == there.firing_id)
        .where(
            mine.delivery_id.in_(ids), there.campaign_id == here.campaign_id, there.step_id != here.step_id,
            Step.condition != "", Firing.fired_at > since,
        )
        .limit(1)
    )  # fmt: skip
    return connection.execute(statement).first() is not None


def number_is_dead(connection: Connection, person: int) -> bool:
    """Whether a carrier has said of somebody's number that it can never work."""
    statement = (
        select(Receipt.id)
        .join(Delivery, Delivery.id == Receipt.delivery_id)
        .join(Person, Person.phone_key == Delivery.address_key)
        .where(Person.id == person, Receipt.verdict == "permanent")
        .limit(1)
    )
    return connection.execute(statement).first() is not None


def status_of(connection: Connection, person: int) -> Row[str, bool] | None:
    """(status, phone_closed) as the register has it."""
    statement = select(Person.status, Person.phone_closed).where(
        Person.id == person, Person.merged_into.is_(None)
    )
    return connection.execute(statement).one_or_none()


def home_of(connection: Connection, one: Held) -> tuple[int | None, int | None]:
    """(household, person) that a delivery goes to."""
    if one.kind == "household":
        return one.addressee, None
    if one.kind == "person":
        home = connection.scalar(select(Person.household_id).where(Person.id == one.addressee))
        return home, one.addressee
    return None, None


def policies_of(connection: Connection, delivery: int) -> list[int]:
    """What a delivery is about."""
    mine = DeliverySubject.delivery_id == delivery
    return list(connection.scalars(select(DeliverySubject.policy_id).where(mine).distinct()))


def helper_of(connection: Connection, household: int | None) -> str:
    """Who looks after a household; '' = nobody."""
    mine = HelperHousehold.household_id == household
    return connection.scalar(select(HelperHousehold.helper).where(mine)) or ""


REGION = Person.region
"""Where a person lives, for a scope's condition."""


def residents(connection: Connection, kind: str, addressee: int) -> dict[int, str]:
    """Who lives at a door by the register, neither moved nor dead: person → region."""
    here = Person.household_id if kind == "household" else Person.id
    rows = connection.execute(
        select(Person.id, Person.region)
        .where(here == addressee, Person.status == "active")
        .order_by(Person.id)
    )
    return {row.id: row.region for row in rows}


def marked_at(connection: Connection, kind: str, addressee: int) -> int | None:
    """Whom standing words at a door have marked as gone, the last one."""
    statement = (
        select(Word.person_id)
        .join(Delivery, Delivery.id == Word.delivery_id)
        .where(
            Delivery.kind == kind, Delivery.addressee == addressee, Word.undone_at.is_(None),
            Word.person_id.is_not(None), Word.word.in_(("moved", "deceased")),
        )
        .order_by(Word.id.desc())
        .limit(1)
    )  # fmt: skip
    return connection.scalar(statement)
