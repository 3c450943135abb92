"""Statements of a merge: read both records whole, move what points to one of them, and find likely pairs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from outreach.access.scope import Scope
from outreach.models.audiences import ProposalPerson
from outreach.models.people import CircumstanceRecord, Household, Person, PersonMerge, Refusal
from outreach.models.policies import Reach
from outreach.store import upsert


def whole(connection: Connection, scope: Scope, person: int) -> Row[Any] | None:
    """Every column of a person inside a scope."""
    statement = select(Person.__table__).where(Person.id == person, scope.condition(Person.region))
    return connection.execute(statement).one_or_none()


def change(connection: Connection, person: int, values: dict[str, Any]) -> None:
    """Set columns of one person."""
    if values:
        connection.execute(update(Person).where(Person.id == person).values(**values))


def what_points_to(connection: Connection, person: int) -> dict[str, Any]:
    """Numbers of everything that a merge will move away from a person, for the trail."""
    heads = select(Household.id).where(Household.head_id == person)
    wards = select(Person.id).where(Person.guardian_id == person)
    named = select(Person.id).where(Person.contact_id == person)
    records = select(CircumstanceRecord.id).where(CircumstanceRecord.person_id == person)
    reach = select(Reach.policy_id, Reach.fact, Reach.on, Reach.channel, Reach.delivery_id).where(
        Reach.person_id == person
    )
    refusals = select(
        Refusal.channel, Refusal.message_class, Refusal.source, Refusal.at, Refusal.ended_at
    ).where(Refusal.person_id == person)
    return {
        "head_of": list(connection.scalars(heads)),
        "guardian_of": list(connection.scalars(wards)),
        "contact_of": list(connection.scalars(named)),
        "records": list(connection.scalars(records)),
        "reach": [dict(row._mapping) for row in connection.execute(reach)],
        "refusals": [dict(row._mapping) for row in connection.execute(refusals)],
    }


def move_reach(connection: Connection, kept: int, gone: int) -> int:
    """The ledger counts people once: of two dates of the same fact the earlier one stays. Returns rows moved."""
    columns = (Reach.policy_id, Reach.fact, Reach.on, Reach.channel, Reach.delivery_id)
    rows = connection.execute(select(*columns).where(Reach.person_id == gone)).all()
    connection.execute(delete(Reach).where(Reach.person_id == gone))
    if rows:
        statement = upsert(connection, Reach)
        given = statement.excluded
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["policy_id", "person_id", "fact"],
                set_={name: given[name] for name in ("on", "channel", "delivery_id")},
                where=given["on"] < Reach.on,
            ),
            [{**row._mapping, "person_id": kept} for row in rows],
        )
    return len(rows)


def move_refusals(connection: Connection, kept: int, gone: int) -> int:
    """What either of them refuses now, the kept one refuses. Returns rows moved."""
    rows = connection.execute(
        select(Refusal.id, Refusal.channel, Refusal.message_class, Refusal.ended_at).where(
            Refusal.person_id == gone
        )
    ).all()
    for row in rows:
        same = and_(
            Refusal.person_id == kept,
            Refusal.channel == row.channel,
            Refusal.message_class == row.message_class,
        )
        there = connection.execute(select(Refusal.id, Refusal.ended_at).where(same)).one_or_none()
        if there is None:
            moved = update(Refusal).where(Refusal.id == row.id).values(person_id=kept)
            connection.execute(moved)
            continue
        connection.execute(delete(Refusal).where(Refusal.id == row.id))
        if row.ended_at is None and there.ended_at is not None:
            connection.execute(update(Refusal).where(Refusal.id == there.id).values(ended_at=None))
    return len(rows)


def move_references(connection: Connection, kept: int, gone: int) -> None:
    """Whoever had the gone one as guardian or contact has the kept one; likewise history, proposals, earlier merges."""
    record = CircumstanceRecord
    connection.execute(
        update(record).where(record.person_id == gone).values(person_id=kept)
    )  # fmt: skip
    for column in (Person.guardian_id, Person.contact_id):
        itself = and_(column == gone, Person.id == kept)
        connection.execute(update(Person).where(itself).values({column: None}))
        connection.execute(update(Person).where(column == gone).values({column: kept}))
    connection.execute(
        update(Person).where(Person.merged_into == gone).values(merged_into=kept)
    )  # fmt: skip
    has = select(ProposalPerson.proposal_id).where(ProposalPerson.person_id == kept)
    of_gone = ProposalPerson.person_id == gone
    connection.execute(
        update(ProposalPerson)
        .where(of_gone, ProposalPerson.proposal_id.not_in(has))
        .values(person_id=kept)
    )
    connection.execute(delete(ProposalPerson).where(of_gone))


def move_heads(connection: Connection, kept: int, gone: int) -> None:
    """A household whose head the gone one was has the kept one as its head, if that one lives there."""
    home = select(Person.household_id).where(Person.id == kept).scalar_subquery()
    connection.execute(
        update(Household)
        .where(Household.head_id == gone)
        .values(head_id=case((Household.id == home, kept), else_=None))
        .execution_options(synchronize_session=False)
    )


def add_merge(connection: Connection, values: dict[str, Any]) -> None:
    """Write the trail."""
    connection.execute(insert(PersonMerge).values(**values))


def merges_of(connection: Connection, person: int) -> Sequence[Row[Any]]:
    """(gone_id, by, at, reason) of the records that were found to be this person, the newest first."""
    columns: tuple[Any, ...] = (
        PersonMerge.gone_id,
        PersonMerge.by,
        PersonMerge.at,
        PersonMerge.reason,
    )
    return connection.execute(
        select(*columns).where(PersonMerge.kept_id == person).order_by(PersonMerge.id.desc())
    ).all()


def likely(
    connection: Connection, scope: Scope, of: Collection[int] | None = None, limit: int = 200
) -> Sequence[Row[Any]]:
    """(one, other, same_birth, same_phone) of records that may be one person, `one` the better known.

    The same name, and the same birth date or the same phone; never two documents. `of`: pairs of these people only.
    """
    one, other = aliased(Person), aliased(Person)
    same_birth = func.coalesce(one.birth == other.birth, False)
    same_phone = func.coalesce(one.phone_key == other.phone_key, False)
    better = or_(one.id_last4 != "", one.id < other.id)
    columns: tuple[Any, ...] = (
        one.id.label("one"), other.id.label("other"), same_birth.label("same_birth"), same_phone.label("same_phone"),
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(other, one.name_key == other.name_key)
        .where(
            other.id_last4 == "", one.id != other.id, better, or_(same_birth, same_phone),
            one.merged_into.is_(None), other.merged_into.is_(None), one.synthetic == other.synthetic,
            scope.condition(one.region), scope.condition(other.region),
        )
    )  # fmt: skip
    if of is None:
        return connection.execute(statement.order_by(other.id, one.id).limit(limit)).all()
    # two statements: with an OR between them a database walks over everybody
    pairs = {
        (row.other, row.one): row
        for mine in (one.id, other.id)
        for row in connection.execute(statement.where(mine.in_(of)))
    }
    return [pairs[key] for key in sorted(pairs)][:limit]
