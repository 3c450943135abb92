"""What villages come to now: one question over the register, answered for people who are alike."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from outreach.access.scope import under
from outreach.audiences.predicates import child, eligible
from outreach.audiences.reaching import PERSONAL_NUMBERS
from outreach.models.campaigns import Step
from outreach.models.deliveries import DeliverySubject, delivery_state
from outreach.models.people import Person
from outreach.models.policies import Reach
from outreach.policies.schemas import PolicyView
from outreach.reports.counted.schemas import BESIDE, GRADES, HEARD, Part, Tally, tallied

VILLAGE = 12
"""Length of a village's code; nothing is counted below it."""

village_of = func.substr(Person.region, 1, VILLAGE)


def stage_of(view: Any) -> ColumnElement[int]:
    """How far a delivery came, as a place in STAGES."""
    return case(
        (and_(view.state == "accepted", Step.channel == "flyer"), 0), (view.state == "accepted", 1),
        (view.state.in_(("planned", "waiting")), 2), (view.state == "unknown", 3),
        (view.state.in_(("undelivered", "refused")), 4), (view.state == "skipped", 5), else_=6,
    )  # fmt: skip


def stage_for(view: Any) -> ColumnElement[int]:
    """The same for one of those whom a delivery serves: whoever was left out of it was skipped, whatever became of it."""
    return case((DeliverySubject.reason != "", 5), else_=stage_of(view))


def left_for(view: Any) -> ColumnElement[str]:
    """Why somebody was skipped; NULL where they were not."""
    whole = case((view.state == "skipped", func.coalesce(view.reason, "")))
    return case((DeliverySubject.reason != "", DeliverySubject.reason), else_=whole)


def _inside(villages: Sequence[str]) -> ColumnElement[bool]:
    """People of these villages; whoever is known only to a larger region is in that one and not in its villages."""
    ranges = [
        under(Person.region, code) if len(code) >= VILLAGE else Person.region == code
        for code in villages
    ]
    return or_(*ranges)


def _marks(policy: int) -> Any:
    bits = [(Reach.fact == name, bit) for bit, name in (*GRADES, *BESIDE)]
    mine = and_(Reach.policy_id == policy, Reach.person_id == Person.id)
    found = select(func.sum(case(*bits, else_=0))).where(mine).scalar_subquery()
    return func.coalesce(found, 0)


def _strongest(policy: int) -> Any:
    """A digit that is higher for the stronger proof, and the channel of that proof."""
    order = [(Reach.fact == name, str(9 - bit)) for bit, name in GRADES]
    graded = case(*order, else_=literal_column("NULL")).concat(Reach.channel)
    mine = and_(Reach.policy_id == policy, Reach.person_id == Person.id)
    return func.coalesce(select(func.max(graded)).where(mine).scalar_subquery(), "")


def _tried(policy: int, person: ColumnElement[int]) -> Any:
    """The place in STAGES as a digit, and for who was skipped everywhere the reason."""
    view = delivery_state.c
    stage, left = stage_for(view), left_for(view)
    word = case(
        (stage == 5, literal("5").concat(left)),
        (stage == 0, "0"), (stage == 1, "1"), (stage == 2, "2"), (stage == 3, "3"), (stage == 4, "4"), else_="6",
    )  # fmt: skip
    found = (
        select(func.min(word))
        .select_from(DeliverySubject)
        .join(delivery_state, view.delivery_id == DeliverySubject.delivery_id)
        .join(Step, Step.id == view.step_id)
        .where(
            DeliverySubject.person_id == person,
            DeliverySubject.policy_id == policy,
            view.kind.in_(("person", "household")),
        )
        .scalar_subquery()
    )
    return func.coalesce(found, "6")


def _alike(policy: PolicyView, villages: Sequence[str], on: date, home: str) -> Select[Any]:
    certain, possible = eligible(policy, on, home)
    people = (
        select(
            Person.id.label("id"),
            village_of.label("village"),
            Person.language.label("language"),
            case((certain, 1), else_=0).label("certain"),
            _marks(policy.id).label("marks"),
            _strongest(policy.id).label("strongest"),
        )
        .where(_inside(villages), Person.status == "active", possible)
        .cte("people")
        .prefix_with("MATERIALIZED")
    )
    seen = people.c
    untold = and_(seen.certain == 1, seen.marks.bitwise_and(HEARD) == 0)
    rows = (
        select(
            seen.village, seen.language, seen.certain, seen.marks, seen.strongest,
            case((untold, _tried(policy.id, seen.id)), else_="").label("tried"),
        )
        .cte("rows")
        .prefix_with("MATERIALIZED")
    )  # fmt: skip
    every = list(rows.c)
    return select(*every, func.count().label("n")).group_by(*every)


def villages_now(
    connection: Connection, policy: PolicyView, villages: Sequence[str], on: date, home: str
) -> dict[str, Tally]:
    """What these villages come to; one where the policy fits nobody is not there."""
    statement = _alike(policy, villages, on, home)
    return tallied(dict(row._mapping) for row in connection.execute(statement))


def register_now(
    connection: Connection, villages: Sequence[str], on: date
) -> dict[str, list[Part]]:
    """People of these villages, and who of them from 14 on has no number to which a personal text can go."""
    statement = (
        select(
            village_of,
            func.sum(case((Person.merged_into.is_(None), 1), else_=0)),
            func.sum(case((without_number(on), 1), else_=0)),
        )
        .where(_inside(villages))
        .group_by(village_of)
    )
    return {
        row[0]: [Part("people", "", "", row[1]), Part("without_number", "", "", row[2])]
        for row in connection.execute(statement)
    }


def without_number(on: date) -> ColumnElement[bool]:
    """Somebody from 14 on to whom no personal text can go: no number of their own, or a closed one."""
    usable = and_(Person.phone_kind.in_(PERSONAL_NUMBERS), Person.phone_closed.is_(False))
    return and_(Person.status == "active", ~usable, ~child(on))


def basis_of(connection: Connection, policy: PolicyView, on: date, home: str) -> str:
    """A hash of the question whom a policy fits on a day, as the database is asked it."""
    certain, possible = eligible(policy, on, home)
    asked = select(case((certain, 1), else_=0)).where(possible)
    text = asked.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    return hashlib.sha256(str(text).encode()).hexdigest()


def register_basis(on: date) -> str:
    """The same for the register: whoever becomes 14 needs a number."""
    return f"register {on}"
