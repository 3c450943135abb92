"""From deliveries, or from an audience that is only planned, to Requests: the one way, so that a preview is what is sent.

- `of_chunk` for deliveries that a sender has in hand;
- `planned` for a step that is not planned yet: one Request per thing that will be handed over;
- `grouped` for the same people counted by what decides which text they get (no name, no region, no rendering).

Give the requests to `Composer.compose(channel, requests, form)`, with the step's form from `form_of(step)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, func, select
from sqlalchemy.orm import aliased

from outreach.audiences.reaching import own_number
from outreach.deliveries import readers
from outreach.deliveries.drop import Remaining
from outreach.deliveries.orders import Addressee, Orders
from outreach.deliveries.planning.orders import Plan
from outreach.messages.schemas import Request, told_apart
from outreach.models.campaigns import AudienceMember
from outreach.models.deliveries import Delivery, DeliverySubject
from outreach.models.people import Person
from outreach.policies.schemas import PolicyView
from outreach.store import among_named
from outreach.vault import Vault


@dataclass(frozen=True)
class Planned:
    """One thing that a step will hand over. kind and id: the person, household, group or region that gets it."""

    kind: str
    id: int
    request: Request


@dataclass(frozen=True)
class Counted:
    """How many readers ask for the same: `request` has no name, no region and no village."""

    request: Request
    count: int


@dataclass(frozen=True)
class Standing:
    """How far a delivery may speak to a person: the policies that certainly fit, and whether nobody else reads it."""

    certain: frozenset[int] = frozenset()
    private: bool = False


def form_of(step: Mapping[str, Any]) -> str:
    """The form of text that a step asks for; '' is the channel's own."""
    return str(step["options"].get("form", ""))


# -- what is not planned yet ---------------------------------------------------------------------------


def planned(
    connection: Connection, plan: Plan, views: Sequence[PolicyView], name: str = ""
) -> Iterator[Planned]:
    """A Request for everything that a plan will hand over, in the order of the recipients.

    views: the campaign's policies. name: stands for every reader's name, which is encrypted.
    """
    for row in _rows(connection, plan):
        yield Planned(row[0], row[1], _request(plan, views, row, name))


def grouped(connection: Connection, plan: Plan, views: Sequence[PolicyView]) -> list[Counted]:
    """The same readers, counted by language, policies, certainty and privacy, most first."""
    if plan.channel in (*readers.BY_NUMBER, *readers.BY_DOOR):
        inner = _statement(connection, plan).subquery()
        same = [inner.c[name] for name in ("language", "policies", "certain", "private")]
        rows = connection.execute(select(*same, func.count()).group_by(*same)).all()
    else:
        counts: dict[tuple[Any, ...], int] = {}
        for row in readers.by_place(connection, plan):
            key = (row[2], *row[5:])
            counts[key] = counts.get(key, 0) + 1
        rows = [(*key, count) for key, count in counts.items()]  # type: ignore[misc]
    found = [
        Counted(_request(plan, views, ("", 0, row[0], "", "", *row[1:4]), ""), int(row[4]))
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.count, one.request.language, one.request.policies))


def _rows(connection: Connection, plan: Plan) -> Iterator[Row[*tuple[Any, ...]] | tuple[Any, ...]]:
    if plan.channel in (*readers.BY_NUMBER, *readers.BY_DOOR):
        statement = _statement(connection, plan)
        ordered = statement.order_by(Person.id).execution_options(yield_per=10_000)
        yield from connection.execute(ordered)
    else:
        yield from readers.by_place(connection, plan)


def _statement(connection: Connection, plan: Plan) -> Any:
    by = readers.by_number if plan.channel in readers.BY_NUMBER else readers.by_door
    return by(connection, plan)


def _request(plan: Plan, views: Sequence[PolicyView], row: Sequence[Any], name: str) -> Request:
    """row: in the order of readers.COLUMNS."""
    _, _, language, region, village, bits, certain, private = row
    known = {view.id: view for view in views}
    # in the order in which a sender tells them: by number of the policy
    told = [known[key] for key in sorted(plan.policy_ids) if bits >> plan.policy_ids.index(key) & 1]
    return Request(
        language=language,
        policies=tuple(view.ref for view in told),
        region=region,
        village=village,
        name=name,
        certain=bool(certain) and machine_decides(told),
        private=bool(private),
    )


def machine_decides(views: Sequence[PolicyView]) -> bool:
    """Whether no rule leaves something to a person: else even a yes is 可能符合，请核实 (product.md §2)."""
    return not any(view.rule.check for view in views)


# -- what a sender has in hand -------------------------------------------------------------------------


def of_chunk(
    vault: Vault,
    signed: Orders,
    found: Sequence[Addressee],
    left: Mapping[int, Remaining],
    standings: Mapping[int, Standing],
) -> list[Request]:
    """A Request for each addressee of a chunk, in order. left: what still stands; standings: from `standing`."""
    views = {view.ref: view for view in signed.policies}
    requests = []
    for one in found:
        told = [views[ref] for ref in left[one.delivery_id].policies]
        here = standings.get(one.delivery_id, Standing())
        requests.append(
            Request(
                language=one.language,
                policies=tuple(view.ref for view in told),
                region=one.region,
                village=one.village,
                name=vault.decrypt("name", one.name),
                certain={view.id for view in told} <= here.certain and machine_decides(told),
                private=here.private or told_apart(signed.channel, signed.form),
            )
        )
    return requests


def standing(
    connection: Connection, signed: Orders, ids: Sequence[int], on: date
) -> dict[int, Standing]:
    """How far each delivery may speak to a person, as the register has it on a day; {} where none may.

    A campaign that speaks to everybody has no personal text, and a place is no person.
    """
    if signed.general or not ids or signed.channel not in (*readers.BY_NUMBER, *readers.BY_DOOR):
        return {}
    asked = {"ids": ids, "campaign": signed.campaign_id}
    rows = connection.execute(_standings(on), asked).all()
    by_number = signed.channel in readers.BY_NUMBER
    found: dict[int, Standing] = {}
    for key, policy, certain, private in rows:
        before = found.get(key, Standing(private=by_number))
        found[key] = Standing(
            before.certain | ({policy} if certain else set()), before.private and bool(private)
        )
    return found


@lru_cache(maxsize=4)  # of a day, for every chunk
def _standings(on: date) -> Any:
    subject, recipient = aliased(Person), aliased(Person)
    alone = and_(own_number(recipient, on), readers.speaks_for(subject, recipient, on))
    return (
        select(
            DeliverySubject.delivery_id, DeliverySubject.policy_id,
            func.min(case((AudienceMember.certainty == "yes", 1), else_=0)),
            func.min(case((alone, 1), else_=0)),
        )
        .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
        .join(subject, subject.id == DeliverySubject.person_id)
        .outerjoin(recipient, and_(Delivery.kind == "person", recipient.id == Delivery.addressee))
        .outerjoin(
            AudienceMember,
            and_(
                AudienceMember.campaign_id == bindparam("campaign"),
                AudienceMember.person_id == DeliverySubject.person_id,
                AudienceMember.policy_id == DeliverySubject.policy_id,
            ),
        )
        .where(among_named(DeliverySubject.delivery_id, "ids"))
        .group_by(DeliverySubject.delivery_id, DeliverySubject.policy_id)
    )  # fmt: skip
