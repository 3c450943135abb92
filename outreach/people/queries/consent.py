"""Statements on refusals, complete lists and what stops messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)

from outreach.access.scope import under
from outreach.models.people import CircumstanceRecord, CompleteList, Household, Person, Refusal
from outreach.store import among_named, chunks, upsert


def put_refusal(connection: Connection, values: dict[str, Any]) -> int | None:
    """Write a refusal down, or open again the one that was withdrawn; None when it stood already."""
    subject = "person_id" if values.get("person_id") is not None else "address_key"
    fresh = {"ended_at": None, "at": values["at"], "source": values["source"]}
    statement = (
        upsert(connection, Refusal)
        .values(values)
        .on_conflict_do_update(
            index_elements=[subject, "channel", "message_class"],
            set_=fresh,
            where=Refusal.ended_at.is_not(None),
        )
        .returning(Refusal.id)
    )
    found: int | None = connection.scalar(statement)
    return found


def end_refusal(
    connection: Connection, subject: dict[str, Any], channel: str, message_class: str, at: datetime
) -> int | None:
    """End an open refusal; its number, None when there was none."""
    conditions = [getattr(Refusal, name) == value for name, value in subject.items()]
    return connection.scalar(
        update(Refusal)
        .where(
            *conditions,
            Refusal.channel == channel,
            Refusal.message_class == message_class,
            Refusal.ended_at.is_(None),
        )
        .values(ended_at=at)
        .returning(Refusal.id)
    )


def standing_at(connection: Connection, address_key: bytes) -> Sequence[Row[int, str]]:
    """(id, region) of residents who have a number."""
    here = and_(Person.phone_key == address_key, Person.merged_into.is_(None))
    return connection.execute(
        select(Person.id, Person.region).where(here, Person.status == "active").order_by(Person.id)
    ).all()


def open_refusals(
    connection: Connection, people: Collection[int], addresses: Collection[bytes]
) -> Sequence[Row[Any]]:
    """(id, person_id, address_key, channel, message_class, source, at) of what is refused now."""
    if not addresses:
        return connection.execute(_OF_PEOPLE, {"people": people}).all()
    return connection.execute(_OF_BOTH, {"people": people, "numbers": list(addresses)}).all()


_OPEN: Any = select(
    Refusal.id, Refusal.person_id, Refusal.address_key, Refusal.channel, Refusal.message_class, Refusal.source, Refusal.at,
).where(Refusal.ended_at.is_(None))  # fmt: skip
_MINE = among_named(Refusal.person_id, "people")
_OF_PEOPLE = _OPEN.where(_MINE)
_OF_BOTH = _OPEN.where(or_(_MINE, Refusal.address_key.in_(bindparam("numbers", expanding=True))))
"""Made once: a sender asks for every chunk."""


def set_person(
    connection: Connection, inside: ColumnElement[bool], person_id: int, values: dict[str, Any]
) -> int:
    """Set columns of one person inside a scope; returns 0 when there is none."""
    return connection.execute(
        update(Person).where(Person.id == person_id, inside).values(values)
    ).rowcount


def set_household(
    connection: Connection, inside: ColumnElement[bool], household: int, stopped: bool
) -> int:
    """Stop a household, or let it have messages again; returns 0 when there is none inside the scope."""
    return connection.execute(
        update(Household).where(Household.id == household, inside).values(stopped=stopped)
    ).rowcount


def _registered(region: str) -> ColumnElement[bool]:
    return under(Person.region, region)


def add_list(connection: Connection, values: dict[str, Any]) -> int:
    """Write down that a list is complete; returns its number."""
    return int(
        connection.execute(
            insert(CompleteList).values(values).returning(CompleteList.id)
        ).scalar_one()
    )


def not_known(region: str, on: date, bit: int, closure: int) -> ColumnElement[bool]:
    """Of whom a complete list that does not name them says something new."""
    return and_(
        _registered(region),
        Person.status == "active",
        or_(Person.birth.is_(None), Person.birth <= on),
        Person.circumstances.bitwise_and(bit) == 0,
        Person.circumstances_known.bitwise_and(closure) != closure,
    )


def make_known(connection: Connection, region: str, on: date, bit: int, closure: int) -> int:
    """Everybody registered in a region and born by `on` who is not on the list: now known not to have it."""
    return connection.execute(
        update(Person)
        .where(not_known(region, on, bit, closure))
        .values(circumstances_known=Person.circumstances_known.bitwise_or(closure))
    ).rowcount


def last_person(connection: Connection) -> int:
    """The highest number in the register, 0 when nobody is in it."""
    return connection.scalar(select(func.max(Person.id))) or 0


def numbered(people: Iterable[int]) -> ColumnElement[bool]:
    """Some people by their numbers; as many as stand in a part of the register."""
    return Person.id.in_(list(people))


def make_known_between(
    connection: Connection, of_whom: ColumnElement[bool], closure: int, low: int, high: int
) -> int:
    """The same for the people numbered low + 1 to high, so that others can write in between."""
    statement = update(Person).where(of_whom, Person.id > low, Person.id <= high)
    return connection.execute(
        statement.values(circumstances_known=Person.circumstances_known.bitwise_or(closure))
    ).rowcount


def count_people(
    connection: Connection, of_whom: ColumnElement[bool], ids: Collection[int] | None = None
) -> int:
    """How many people a condition holds for; of some people, when `ids` is given."""
    statement = select(func.count()).select_from(Person).where(of_whom)
    if ids is None:
        return connection.execute(statement).scalar_one()
    parts = (statement.where(Person.id.in_(some)) for some in chunks(sorted(ids)))
    return sum(connection.execute(part).scalar_one() for part in parts)


class Bit(NamedTuple):
    """A circumstance that becomes not known: its bit; regions where a list still says no; codes whose no is a no to it
    as well; bits of circumstances that rule it out.
    """

    mask: int
    still: Collection[str]
    denying: Collection[str]
    ruling_out: int


class Ending(NamedTuple):
    """A complete list that ends: where, on which day, and what it leaves not known."""

    region: str
    today: date
    bits: Sequence[Bit]


_PART = 20_000
"""People in one transaction."""


def _ends(ending: Ending, bit: Bit) -> ColumnElement[bool]:
    """Of whom nothing but the list has said no."""
    record = CircumstanceRecord
    said_no = (
        select(record.id)
        .where(
            record.person_id == Person.id,
            record.code.in_(bit.denying),
            record.value.is_(False),
            or_(record.valid_to.is_(None), record.valid_to > ending.today),
        )
        .exists()
    )
    return and_(
        *(not_(_registered(other)) for other in bit.still),
        Person.circumstances.bitwise_and(bit.mask | bit.ruling_out) == 0,
        Person.circumstances_known.bitwise_and(bit.mask) != 0,
        not_(said_no),
    )


def _concerned(ending: Ending) -> ColumnElement[bool]:
    return and_(_registered(ending.region), or_(*(_ends(ending, bit) for bit in ending.bits)))


def next_ending(
    connection: Connection, ending: Ending, after: int
) -> tuple[tuple[int, int], int | None]:
    """The next people whom an end concerns, numbered above `after`, as (low, high); and where to go on, None = done."""
    some = (
        select(Person.id)
        .where(_concerned(ending), Person.id > after)
        .order_by(Person.id)
        .limit(_PART)
        .subquery()
    )
    count, low, high = connection.execute(
        select(func.count(), func.min(some.c.id), func.max(some.c.id))
    ).one()
    return (low or 1, high or 0), high if count == _PART else None


def forget_known(connection: Connection, ending: Ending, low: int, high: int) -> int:
    """What a list's end leaves not known of the people numbered low to high; returns of how many."""
    if high < low:
        return 0
    lost: ColumnElement[int] = literal(0, BigInteger)
    for bit in ending.bits:
        lost = lost + case((_ends(ending, bit), literal(bit.mask, BigInteger)), else_=0)
    statement = update(Person).where(_concerned(ending), Person.id >= low, Person.id <= high)
    return connection.execute(
        statement.values(circumstances_known=Person.circumstances_known - lost)
    ).rowcount


def lists(connection: Connection, inside: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Every complete list of some regions, the newest first."""
    columns: tuple[Any, ...] = (
        CompleteList.id, CompleteList.circumstance, CompleteList.region, CompleteList.on, CompleteList.expires_on,
        CompleteList.source, CompleteList.legal_basis, CompleteList.purpose, CompleteList.keep_until,
    )  # fmt: skip
    return connection.execute(
        select(*columns).where(inside).order_by(CompleteList.on.desc(), CompleteList.id.desc())
    ).all()
