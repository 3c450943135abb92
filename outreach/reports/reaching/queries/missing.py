"""Who certainly fits and was never told, with everything that decides why and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, exists, false, func, select
from sqlalchemy.orm import aliased

from outreach.access.scope import Scope
from outreach.audiences.predicates import child, eligible
from outreach.audiences.reaching import PERSONAL_NUMBERS, recipient_of, refuses, usable_number
from outreach.deliveries.states import weightiest
from outreach.deliveries.telling.words import WORDS
from outreach.models.campaigns import Step
from outreach.models.deliveries import Delivery, DeliverySubject, delivery_state
from outreach.models.people import Household, Person
from outreach.models.policies import Reach
from outreach.models.work import Word
from outreach.policies.schemas import PolicyView
from outreach.reports.reaching.schemas import Situation
from outreach.store import among, chunks

CLASS = "own-benefit"
"""Whoever refused publicity still hears of their own right: refusals of this class count here, as in `unreached`."""

_STAGES = ("printed", "accepted", "pending", "unknown", "failed", "skipped")
"""How far a message came, the nearest to the person first: the order of `reports.queries.untold`."""


@dataclass(frozen=True)
class Somebody:
    """Somebody who was never told; name and address are encrypted."""

    id: int
    region: str
    name: str
    address: str


def _number(recipient: Any) -> ColumnElement[str]:
    return case(
        (recipient.id.is_(None), "no_guardian"),
        (recipient.phone_key.is_(None), "none"),
        (recipient.phone_closed.is_(True), "closed"),
        (recipient.phone_kind.not_in(PERSONAL_NUMBERS), "not_personal"),
        else_="ok",
    )


def _relative(recipient: Any, on: date) -> ColumnElement[bool]:
    """Somebody else of the household, grown up, with a number that can be called."""
    other = aliased(Person)
    return exists().where(
        other.household_id == Person.household_id, other.id != Person.id, other.id != recipient.id,
        other.status == "active", ~child(on, other.birth), usable_number(other),
    )  # fmt: skip


def _people(
    scope: Scope, policy: PolicyView, on: date, home: str, after: int, most: int
) -> Select[*tuple[Any, ...]]:
    certain, _ = eligible(policy, on, home)
    recipient = aliased(Person)

    def noted(*facts: str) -> ColumnElement[bool]:
        return exists().where(
            Reach.policy_id == policy.id, Reach.person_id == Person.id, Reach.fact.in_(facts)
        )

    address = func.coalesce(Household.address, "")
    return (
        select(
            Person.id, Person.region, Person.name, address.label("address"),
            _number(recipient).label("number"),
            func.coalesce(Household.stopped, false()).label("stopped"),
            noted("published").label("published"), noted("applied", "received").label("done"),
            refuses(recipient, "sms", CLASS).label("no_sms"), refuses(recipient, "call", CLASS).label("no_call"),
            (address != "").label("door"), _relative(recipient, on).label("relative"),
        )
        .select_from(Person)
        .outerjoin(recipient, recipient.id == recipient_of(Person, on))
        .outerjoin(Household, Household.id == Person.household_id)
        .where(
            scope.condition(Person.region), Person.status == "active", certain, Person.id > after,
            ~noted("in_person", "delivered", "relayed"),
        )
        .order_by(Person.id)
        .limit(most)
    )  # fmt: skip


def untold(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str, size: int = 2_000
) -> Iterator[tuple[Somebody, Situation]]:
    """Everybody in scope who certainly fits and was never told, in order of numbers; read in parts of `size`."""
    after = 0
    while True:
        rows = connection.execute(_people(scope, policy, on, home, after, size)).mappings().all()
        if not rows:
            return
        tries = tries_of(connection, policy.id, [row["id"] for row in rows])
        for row in rows:
            yield _one(row, tries.get(row["id"], {}))
        after = rows[-1]["id"]


_BITS = ("stopped", "published", "done", "no_sms", "no_call", "door", "relative")


def _one(row: Any, tried: Mapping[str, Any]) -> tuple[Somebody, Situation]:
    bits: dict[str, Any] = {name: bool(row[name]) for name in _BITS}
    who = Somebody(row["id"], row["region"], row["name"], row["address"])
    return who, Situation(number=row["number"], **bits, **tried)


def tries_of(
    connection: Connection, policy: int, people: Collection[int]
) -> dict[int, dict[str, Any]]:
    """Person → stage, channel, reason, word, error and homes of what was planned for them about a policy."""
    found: dict[int, list[Any]] = {}
    view = delivery_state.c
    for some in chunks(sorted(people)):
        rows = connection.execute(
            select(DeliverySubject.person_id, DeliverySubject.reason.label("left"), view.delivery_id, view.state,
                   Step.channel, func.coalesce(view.reason, "").label("reason"), func.coalesce(view.error, "").label("error"))
            .join(delivery_state, view.delivery_id == DeliverySubject.delivery_id)
            .join(Step, Step.id == view.step_id)
            .where(
                among(DeliverySubject.person_id, some), DeliverySubject.policy_id == policy,
                view.kind.in_(("person", "household")),
            )
            .order_by(view.delivery_id)
        )  # fmt: skip
        for row in rows:
            found.setdefault(row.person_id, []).append(row)
    homes = _not_home(connection, policy, list(found))
    return {one: _summed_up(rows, homes.get(one, 0)) for one, rows in found.items()}


def _not_home(connection: Connection, policy: int, people: Sequence[int]) -> dict[int, int]:
    """Person → how often nobody was at home, over all deliveries about a policy; one tap counts once."""
    found: dict[int, int] = {}
    for some in chunks(people):
        rows = connection.execute(
            select(DeliverySubject.person_id, func.count(Word.id.distinct()))
            .join(Word, Word.delivery_id == DeliverySubject.delivery_id)
            .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
            .where(
                among(DeliverySubject.person_id, some), DeliverySubject.policy_id == policy,
                Word.word == "not_home", Word.undone_at.is_(None), Word.tap.is_(None),
            )
            .group_by(DeliverySubject.person_id)
        )  # fmt: skip
        found.update((row[0], int(row[1])) for row in rows)
    return found


def _stage(row: Any) -> str:
    """How far one delivery came; '' where it says nothing about this person, who was left out of it."""
    if row.state == "accepted":
        return "printed" if row.channel == "flyer" else "accepted"
    if row.state in ("planned", "waiting"):
        return "pending"
    return {"unknown": "unknown", "undelivered": "failed", "refused": "failed", "skipped": "skipped"}.get(row.state, "")  # fmt: skip


def _summed_up(rows: Sequence[Any], homes: int) -> dict[str, Any]:
    """What several deliveries to somebody come to: the nearest of them, and of several skips the weightiest reason."""
    said = [("skipped" if row.left else _stage(row), row) for row in rows]
    known = [(stage, row) for stage, row in said if stage]
    if not known:
        return {"homes": homes}
    stage = min((stage for stage, _ in known), key=_STAGES.index)
    of_it = [row for one, row in known if one == stage]
    newest = of_it[-1]
    if stage == "skipped":
        why = weightiest(row.left or row.reason for row in of_it if row.left or row.reason)
        return {"stage": stage, "reason": why, "channel": newest.channel, "homes": homes}
    said_there = WORDS.get(newest.channel, {}) if stage == "failed" else {}
    return {
        "stage": stage, "channel": newest.channel, "homes": homes, "error": newest.error if stage == "failed" else "",
        "word": newest.reason if newest.reason in said_there else "",
    }  # fmt: skip
