"""From the frozen audience to deliveries: who gets one thing, once, and whom it serves.

Set-based and repeatable: every INSERT … SELECT skips what is already there, so a planner that was killed
starts again and ends in the same rows. Senders see a firing only when all of it is planned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    SQLColumnExpression,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

from outreach import clock
from outreach.access.scope import under
from outreach.audiences.predicates import age_band, child
from outreach.audiences.reaching import recipient_of, usable_number
from outreach.deliveries import funnel
from outreach.deliveries.served import left_out
from outreach.deliveries.states import RANK, Reason
from outreach.models.base import Key
from outreach.models.campaigns import AudienceMember, Firing, StepTarget
from outreach.models.deliveries import (
    Delivery,
    DeliveryBatch,
    DeliverySubject,
    GroupChat,
    Outcome,
    delivery_state,
)
from outreach.models.people import Person, Region
from outreach.store import Begin, refresh_statistics, upsert

CHUNK = 10_000
"""People per planning transaction."""

BATCH = 500
"""Deliveries per batch."""

_COLUMNS = (
    "campaign_id",
    "step_id",
    "firing_id",
    "kind",
    "addressee",
    "address_key",
    "language",
    "village",
    "age_band",
)


@dataclass(frozen=True)
class Plan:
    """One firing of one step, as the planner needs it.

    only: look at these of the audience; empty is everybody. wave: of a staggered campaign, 0 is everybody.
    targeted: the step is for those whom `step_target` names (a resend, a correction).
    """

    campaign_id: int
    step_id: int
    step_number: int
    firing_id: int
    channel: str
    condition: str
    policy_ids: tuple[int, ...]
    account_id: int
    on: date
    due_at: datetime
    default_language: str = "zh-Hans"
    form: str = ""
    only: tuple[int, ...] = ()
    wave: int = 0
    targeted: bool = False


def language_of(
    connection: Connection,
    plan: Plan,
    region: SQLColumnExpression[str],
    spoken: SQLColumnExpression[str] | None,
) -> ColumnElement[str]:
    """What somebody there speaks: as recorded, else the dialect of the deepest region that names one."""
    rows = connection.execute(select(Region.code, Region.dialect).where(Region.dialect != "")).all()
    whens: list[tuple[ColumnElement[bool], Any]] = (
        [] if spoken is None else [(spoken != "", spoken)]
    )
    for code, dialect in sorted(rows, key=lambda row: -len(row[0])):
        whens.append((under(region, code), literal(dialect)))
    default = literal(plan.default_language)
    return case(*whens, else_=default) if whens else default


def language_at(connection: Connection, plan: Plan, code: str) -> str:
    """What is spoken at a place."""
    return str(connection.scalar(select(language_of(connection, plan, literal(code), None))))


def unreached(plan: Plan, person: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Nobody has handed this person anything in an earlier step of the campaign."""
    if plan.condition != "unreached":
        return true()
    reached = (
        select(DeliverySubject.person_id)
        .join(delivery_state, delivery_state.c.delivery_id == DeliverySubject.delivery_id)
        .where(
            DeliverySubject.person_id == person,
            delivery_state.c.campaign_id == plan.campaign_id,
            delivery_state.c.step_id != plan.step_id,
            delivery_state.c.kind.in_(("person", "household")),
            delivery_state.c.state.in_(("accepted", "delivered")),
            ~left_out(DeliverySubject.person_id, DeliverySubject.delivery_id),
        )
    )
    return ~reached.exists()


def members(plan: Plan, low: int = 0, high: int = 2**62) -> ColumnElement[bool]:
    """Rows of the audience that a plan is about."""
    return and_(
        AudienceMember.campaign_id == plan.campaign_id,
        AudienceMember.policy_id.in_(plan.policy_ids),
        AudienceMember.person_id >= low,
        AudienceMember.person_id < high,
        AudienceMember.person_id.in_(plan.only) if plan.only else true(),
        AudienceMember.wave == plan.wave if plan.wave else true(),
        AudienceMember.person_id.in_(_targets(plan)) if plan.targeted else true(),
    )


def _targets(plan: Plan) -> Select[int]:
    return select(StepTarget.person_id).where(StepTarget.step_id == plan.step_id)


def _served(plan: Plan, low: int, high: int) -> Select[*tuple[Any, ...]]:
    """(subject, policy_id, recipient, address_key) for personal messages; address_key NULL = no usable number."""
    subject, recipient = aliased(Person), aliased(Person)
    return (
        select(
            subject.id.label("subject"),
            AudienceMember.policy_id.label("policy_id"),
            func.coalesce(recipient.id, subject.id).label("recipient"),
            case((usable_number(recipient), recipient.phone_key), else_=cast(null(), Key)).label(
                "address_key"
            ),
        )
        .select_from(AudienceMember)
        .join(subject, subject.id == AudienceMember.person_id)
        .outerjoin(recipient, recipient.id == recipient_of(subject, plan.on))
        .where(members(plan, low, high), unreached(plan, AudienceMember.person_id))
    )


def _plan_people(connection: Connection, plan: Plan, low: int, high: int) -> None:
    """One message per number; whoever shares the number is served by it."""
    served = _served(plan, low, high).subquery()
    # One row per number, and one per person without a number; the lowest id is the recipient of a shared one.
    ways = (
        select(func.min(served.c.recipient).label("recipient"), served.c.address_key)
        .where(served.c.address_key.is_not(None))
        .group_by(served.c.address_key)
        .union_all(
            select(served.c.recipient, cast(null(), Key))
            .where(served.c.address_key.is_(None))
            .distinct()
        )
        .subquery()
    )
    language = language_of(connection, plan, Person.region, Person.language)
    rows = select(
        literal(plan.campaign_id), literal(plan.step_id), literal(plan.firing_id), literal("person"),
        Person.id, ways.c.address_key, language, func.substr(Person.region, 1, 12), age_band(plan.on),
    ).join(ways, ways.c.recipient == Person.id).where(true())  # fmt: skip
    connection.execute(
        upsert(connection, Delivery).from_select(_COLUMNS, rows).on_conflict_do_nothing()
    )
    unaddressed = and_(
        served.c.address_key.is_(None),
        Delivery.address_key.is_(None),
        Delivery.addressee == served.c.recipient,
    )
    # two statements, each with its own index, instead of one that may use neither
    for found in (Delivery.address_key == served.c.address_key, unaddressed):
        _add_subjects(
            connection,
            select(Delivery.id, served.c.subject, served.c.policy_id)
            .select_from(served)
            .join(Delivery, and_(*_mine(plan), Delivery.kind == "person", found)),
        )


def _mine(plan: Plan) -> tuple[ColumnElement[bool], ...]:
    return (
        Delivery.campaign_id == plan.campaign_id,
        Delivery.step_id == plan.step_id,
        Delivery.firing_id == plan.firing_id,
    )


def _add_subjects(connection: Connection, rows: Select[*tuple[Any, ...]]) -> None:
    statement = upsert(connection, DeliverySubject).from_select(
        ["delivery_id", "person_id", "policy_id"], rows.where(true())
    )
    connection.execute(statement.on_conflict_do_nothing())


def _plan_households(connection: Connection, plan: Plan, low: int, high: int) -> None:
    """One sheet or visit per household with somebody to tell; people without a household stand alone."""
    wanted = (
        select(Person.household_id.label("household"), func.min(Person.id).label("person"))
        .join(AudienceMember, AudienceMember.person_id == Person.id)
        .where(members(plan, low, high), unreached(plan, AudienceMember.person_id))
        .group_by(Person.household_id, case((Person.household_id.is_(None), Person.id), else_=0))
        .subquery()
    )
    language = language_of(connection, plan, Person.region, Person.language)
    kind = case((wanted.c.household.is_(None), "person"), else_="household")
    rows = select(
        literal(plan.campaign_id), literal(plan.step_id), literal(plan.firing_id), kind,
        func.coalesce(wanted.c.household, cast(wanted.c.person, BigInteger)), cast(null(), Key), language,
        func.substr(Person.region, 1, 12), age_band(plan.on),
    ).join(wanted, wanted.c.person == Person.id).where(true())  # fmt: skip
    connection.execute(
        upsert(connection, Delivery).from_select(_COLUMNS, rows).on_conflict_do_nothing()
    )
    at_home = or_(
        and_(Delivery.kind == "household", Delivery.addressee == Person.household_id),
        and_(Delivery.kind == "person", Delivery.addressee == Person.id),
    )
    _add_subjects(
        connection,
        select(Delivery.id, AudienceMember.person_id, AudienceMember.policy_id)
        .select_from(AudienceMember)
        .join(Person, Person.id == AudienceMember.person_id)
        .join(Delivery, and_(*_mine(plan), at_home))
        .where(members(plan, low, high)),
    )


def _plan_places(connection: Connection, plan: Plan) -> None:
    """One post or broadcast per place where somebody of the audience lives; they are its exposed subjects."""
    for place in places(connection, plan):
        row = (
            plan.campaign_id, plan.step_id, plan.firing_id, place.kind, place.id, None,
            language_at(connection, plan, place.code), place.code[:12], "",
        )  # fmt: skip
        statement = upsert(connection, Delivery).values(dict(zip(_COLUMNS, row, strict=True)))
        connection.execute(statement.on_conflict_do_nothing())
        found = and_(*_mine(plan), Delivery.kind == place.kind, Delivery.addressee == place.id)
        _add_subjects(
            connection,
            select(Delivery.id, AudienceMember.person_id, AudienceMember.policy_id)
            .select_from(AudienceMember)
            .join(Person, Person.id == AudienceMember.person_id)
            .join(Delivery, found)
            .where(members(plan), under(Person.region, place.code)),
        )


class Place(NamedTuple):
    """A group that is posted to, or a village that hears a broadcast: kind (group, region), id, region code, name."""

    kind: str
    id: int
    code: str
    name: str


def places(connection: Connection, plan: Plan) -> list[Place]:
    """Where a step that speaks to places will speak: those where somebody of the audience lives."""

    def lived_in(code: str) -> bool:
        people = (
            select(AudienceMember.person_id)
            .join(Person, Person.id == AudienceMember.person_id)
            .where(members(plan), under(Person.region, code))
        )
        return connection.execute(people.limit(1)).first() is not None

    known = {"group": _groups, "broadcast": _villages}.get(plan.channel)
    found = [] if known is None else known(connection, plan)
    return [place for place in found if lived_in(place.code)]


def _groups(connection: Connection, _: Plan) -> list[Place]:
    rows = connection.execute(
        select(GroupChat.id, GroupChat.region, GroupChat.name).order_by(GroupChat.id)
    )
    return [Place("group", *row) for row in rows]


def _villages(connection: Connection, plan: Plan) -> list[Place]:
    """Where somebody of the audience lives; the country has 600,000 others."""
    homes = (
        select(func.substr(Person.region, 1, 12))
        .join(AudienceMember, AudienceMember.person_id == Person.id)
        .where(members(plan))
    )
    rows = connection.execute(
        select(Region.id, Region.code, Region.name)
        .where(Region.level == "village", Region.code.in_(homes))
        .order_by(Region.id)
    )
    return [Place("region", *row) for row in rows]


def _skip_unaddressed(connection: Connection, plan: Plan) -> None:
    """Nobody is dropped: who cannot be written to is a delivery with its reason."""
    reason = case((child(plan.on), Reason.NO_GUARDIAN.value), else_=Reason.NO_ADDRESS.value)
    rows = (
        select(
            Delivery.id, literal(0), literal("skipped"), literal(RANK["skipped"]),
            literal(clock.now(), type_=Outcome.__table__.c.at.type), reason, literal(""),
        )
        .join(Person, Person.id == Delivery.addressee)
        .where(*_mine(plan), Delivery.kind == "person", Delivery.address_key.is_(None))
    )  # fmt: skip
    names = ["delivery_id", "no", "state", "rank", "at", "reason", "error"]
    connection.execute(
        upsert(connection, Outcome).from_select(names, rows).on_conflict_do_nothing()
    )


def _open_batches(connection: Connection, plan: Plan) -> int:
    settled = select(Outcome.delivery_id).where(Outcome.delivery_id == Delivery.id).exists()
    ids = list(
        connection.scalars(select(Delivery.id).where(*_mine(plan), ~settled).order_by(Delivery.id))
    )
    batches = [
        {
            "campaign_id": plan.campaign_id,
            "step_id": plan.step_id,
            "firing_id": plan.firing_id,
            "account_id": plan.account_id,
            "lo": part[0],
            "hi": part[-1],
            "next": part[0],
            "due_at": plan.due_at,
        }
        for part in (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
    ]
    if batches:
        connection.execute(insert(DeliveryBatch), batches)
    return len(ids)


def _ranges(connection: Connection, plan: Plan) -> list[tuple[int, int]]:
    mine = AudienceMember.campaign_id == plan.campaign_id
    low = connection.scalar(select(func.min(AudienceMember.person_id)).where(mine))
    high = connection.scalar(select(func.max(AudienceMember.person_id)).where(mine))
    if low is None or high is None:
        return []
    return [(start, start + CHUNK) for start in range(low, high + 1, CHUNK)]


def _unplanned(connection: Connection, plan: Plan) -> bool:
    """Whether the firing is still to be planned; locked, so that two planners never write at once."""
    statement = select(Firing.planned).where(Firing.id == plan.firing_id)
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update()
    return connection.scalar(statement) is False


def write(begin: Begin, plan: Plan) -> int:
    """Plan a firing whole; returns how many deliveries wait to be sent. Safe to repeat after a crash."""
    if plan.channel in ("sms", "call", "flyer", "visit"):
        by_person = plan.channel in ("sms", "call")
        with begin() as connection:
            ranges = _ranges(connection, plan)
        for low, high in ranges:
            with begin() as connection:
                if not _unplanned(connection, plan):
                    return 0  # another planner was faster, and its batches are open
                (_plan_people if by_person else _plan_households)(connection, plan, low, high)
    with begin() as connection:
        if not _unplanned(connection, plan):
            return 0
        _plan_places(connection, plan)
        if plan.channel in ("sms", "call"):
            _skip_unaddressed(connection, plan)
        connection.execute(update(Firing).where(Firing.id == plan.firing_id).values(planned=True))
        funnel.plant(connection, plan.campaign_id, plan.step_id, plan.firing_id)
        waiting = _open_batches(connection, plan)
        refresh_statistics(connection)
        return waiting
