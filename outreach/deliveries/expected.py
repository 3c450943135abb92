"""What a step would hand over as things stand today, before anything is planned: who gets it, and who would not and why.

Requests come from `requests.planned`, and the reasons from `drop`, which decides when it is really sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    and_,
    case,
    cast,
    distinct,
    func,
    not_,
    null,
    select,
)
from sqlalchemy.orm import aliased

from outreach.audiences.predicates import child
from outreach.audiences.reaching import recipient_of, usable_number
from outreach.deliveries import drop, readers, requests
from outreach.deliveries.drop import Remaining, Terms
from outreach.deliveries.planning.audience import meant
from outreach.deliveries.planning.orders import Plan
from outreach.deliveries.requests import Planned
from outreach.deliveries.states import Reason
from outreach.messages.schemas import Request
from outreach.models.campaigns import AudienceMember
from outreach.models.people import Household, Person

_READERS = 2_000  # looked at together


@dataclass(frozen=True)
class Expected:
    """One thing that a step would hand over to a person, household, group or region, or the reason why it would not.

    people: about whom it is; nobody for a place.
    """

    kind: str
    id: int
    request: Request
    people: frozenset[int] = frozenset()
    reason: str = ""


def expected(connection: Connection, asked: Plan, terms: Terms) -> Iterator[Expected]:
    """Everything that a plan would hand over today, in the order of `requests.planned`."""
    every = requests.planned(connection, asked, terms.policies)
    if asked.channel in (*readers.BY_NUMBER, *readers.BY_DOOR):
        about = _Beside(_about(connection, asked))
        while part := list(islice(every, _READERS)):
            both = [(one, about.find((one.kind, one.id))) for one in part]
            yield from _judged(connection, [(one, rows) for one, rows in both if rows], terms)
    else:
        gone = {policy.ref for policy in terms.policies if policy.ended(terms.on)}
        for one in every:
            yield _at_place(one, gone)


def _at_place(one: Planned, gone: set[str]) -> Expected:
    kept = tuple(ref for ref in one.request.policies if ref not in gone)
    reason = "" if kept else Reason.WITHDRAWN.value
    return Expected(one.kind, one.id, replace(one.request, policies=kept), reason=reason)


_Subjects = list[Row[*tuple[Any, ...]]]
_Key = tuple[str, int]


class _Beside:
    """The rows of two queries that go through the same things in the same order.

    The register may change between the two: what only one of them has seen is left out, and nothing is mixed up.
    """

    def __init__(self, rows: Iterator[tuple[_Key, _Subjects]]) -> None:
        self._rows = rows
        self._ahead: dict[_Key, _Subjects] = {}

    def find(self, key: _Key) -> _Subjects:
        """The rows of one thing; [] where there are none."""
        while key not in self._ahead and len(self._ahead) < _READERS:
            following = next(self._rows, None)
            if following is None:
                break
            self._ahead[following[0]] = following[1]
        return self._ahead.pop(key, [])


def _judged(
    connection: Connection, both: Sequence[tuple[Planned, _Subjects]], terms: Terms
) -> Iterator[Expected]:
    ids = [rows[0].delivery_id for _, rows in both]
    people = _readers(connection, ids) if terms.channel in readers.BY_NUMBER else ()
    every = [row for _, rows in both for row in rows]
    left = drop.judged(connection, ids, every, people, terms)
    for key, (one, rows) in zip(ids, both, strict=True):
        request = one.request
        if left[key].policies != request.policies:
            request = _less(request, left[key], rows, terms)
        about_whom = frozenset(row.person_id for row in rows)
        yield Expected(one.kind, one.id, request, about_whom, left[key].reason)


def _less(request: Request, left: Remaining, rows: _Subjects, terms: Terms) -> Request:
    """The request about what is left; nobody is uncertain any more when the uncertain ones were taken out."""
    told = [view for view in terms.policies if view.ref in left.policies]
    kept = {view.id for view in told}
    sure = all(row.certainty == "yes" for row in rows if row.policy_id in kept)
    certain = bool(told) and sure and requests.machine_decides(told)
    return replace(request, policies=left.policies, certain=certain)


def _about(connection: Connection, asked: Plan) -> Iterator[tuple[_Key, _Subjects]]:
    """Whom each planned thing is about, in the order of the readers."""
    by = _by_number if asked.channel in readers.BY_NUMBER else _by_door
    served = by(asked).subquery()
    statement = select(served).order_by(
        served.c.delivery_id, served.c.policy_id, served.c.person_id
    )
    rows = connection.execute(statement.execution_options(yield_per=10_000))
    for reader, some in groupby(rows, key=lambda row: row.delivery_id):
        about = list(some)
        home = about[0].home
        yield (("person", reader) if home is None else ("household", home)), about


def _by_number(asked: Plan) -> Any:
    subject, recipient = aliased(Person), aliased(Person)
    reader = func.min(recipient.id).over(partition_by=recipient.phone_key)
    return (
        select(reader.label("delivery_id"), cast(null(), BigInteger).label("home"), *_facts(subject))
        .select_from(AudienceMember)
        .join(subject, subject.id == AudienceMember.person_id)
        .join(recipient, recipient.id == recipient_of(subject, asked.on))
        .outerjoin(Household, Household.id == subject.household_id)
        .where(meant(asked), usable_number(recipient))
    )  # fmt: skip


def _by_door(asked: Plan) -> Any:
    alone = case((Person.household_id.is_(None), Person.id), else_=0)
    reader = func.min(Person.id).over(partition_by=(Person.household_id, alone))
    return (
        select(reader.label("delivery_id"), Person.household_id.label("home"), *_facts(Person))
        .select_from(AudienceMember)
        .join(Person, Person.id == AudienceMember.person_id)
        .outerjoin(Household, Household.id == Person.household_id)
        .where(meant(asked))
    )


def _facts(subject: Any) -> tuple[Any, ...]:
    return (
        subject.id.label("person_id"), AudienceMember.policy_id, subject.status, subject.birth, Household.stopped,
        AudienceMember.certainty,
    )  # fmt: skip


def _readers(connection: Connection, ids: Sequence[int]) -> drop.Rows:
    statement = select(
        Person.id, Person.id.label("addressee"), Person.phone_key.label("address_key"), Person.status, Person.phone_key,
        Person.phone_kind, Person.phone_closed, Household.stopped,
    )  # fmt: skip
    home = Household.id == Person.household_id
    return connection.execute(statement.outerjoin(Household, home).where(Person.id.in_(ids))).all()


def unaddressed(connection: Connection, asked: Plan) -> dict[str, int]:
    """Reason → people who cannot be written to or called at all; each becomes a delivery that is skipped."""
    if asked.channel not in readers.BY_NUMBER:
        return {}
    subject, recipient, who = aliased(Person), aliased(Person), aliased(Person)
    usable = and_(recipient.id.is_not(None), usable_number(recipient))
    reason = case(
        (child(asked.on, who.birth), Reason.NO_GUARDIAN.value), else_=Reason.NO_ADDRESS.value
    )
    rows = connection.execute(
        select(reason, func.count(distinct(who.id)))
        .select_from(AudienceMember)
        .join(subject, subject.id == AudienceMember.person_id)
        .outerjoin(recipient, recipient.id == recipient_of(subject, asked.on))
        .join(who, who.id == func.coalesce(recipient.id, subject.id))
        .where(meant(asked), not_(usable))
        .group_by(reason)
    )
    return {row[0]: int(row[1]) for row in rows}
