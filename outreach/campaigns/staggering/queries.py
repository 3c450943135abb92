"""All SQL of staggered sending."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

from outreach import clock
from outreach.access.scope import under
from outreach.audiences.predicates import eligible
from outreach.audiences.reaching import recipient_of, usable_number
from outreach.campaigns.staggering.drawing import Member, groups
from outreach.models.campaigns import (
    AudienceMember,
    Campaign,
    CampaignWave,
    Firing,
    Step,
    WaveMove,
)
from outreach.models.deliveries import GroupChat
from outreach.models.people import Person
from outreach.policies.schemas import PolicyView
from outreach.store import chunks


def members(
    connection: Connection, campaign: int, on: date, only: Collection[int] = ()
) -> list[Member]:
    """The audience with its ties: one household, one recipient, one phone. By the number of the person."""
    subject, recipient = aliased(Person), aliased(Person)
    theirs = select(AudienceMember.person_id).where(AudienceMember.campaign_id == campaign)
    statement: Select[*tuple[Any, ...]] = (
        select(
            subject.id, subject.region, subject.household_id, recipient.id, recipient.phone_key,
            usable_number(recipient),
        )
        .outerjoin(recipient, recipient.id == recipient_of(subject, on))
        .where(subject.id.in_(theirs), subject.id.in_(only) if only else true())
        .order_by(subject.id)
    )  # fmt: skip
    rows = connection.execute(statement.execution_options(yield_per=10_000))
    return [Member(row[0], row[1], tuple(_ties(row))) for row in rows]


def _ties(row: Row[*tuple[Any, ...]]) -> Iterator[tuple[str, object]]:
    if row[2] is not None:
        yield "home", row[2]
    if row[3] is not None:
        yield "reader", row[3]
    if row[5] and row[4] is not None:
        yield "phone", bytes(row[4])


def losing(
    connection: Connection, campaign: int, view: PolicyView, on: date, terms: tuple[bool, str]
) -> set[int]:
    """Who of the audience of a policy has no right to it any more on a day. terms: (general, home)."""
    general, home = terms
    certain, possible = eligible(view, on, home)
    return set(
        connection.scalars(
            select(Person.id)
            .join(AudienceMember, AudienceMember.person_id == Person.id)
            .where(
                AudienceMember.campaign_id == campaign,
                AudienceMember.policy_id == view.id,
                not_(possible if general else certain),
            )
        )
    )


def wide_groups(connection: Connection, region: str) -> list[str]:
    """Names of group chats in a region that are of more than one village: a post there tells several at once."""
    rows = connection.execute(
        select(GroupChat.name)
        .where(
            or_(under(GroupChat.region, region), _around(region)),
            func.length(GroupChat.region) < 12,
        )
        .order_by(GroupChat.id)
    )
    return list(rows.scalars())


def _around(region: str) -> Any:
    return GroupChat.region.in_([region[:end] for end in range(len(region))])


def channels(connection: Connection, campaign: int) -> set[str]:
    """The channels of a campaign's steps."""
    return set(connection.scalars(select(Step.channel).where(Step.campaign_id == campaign)))


def clear(connection: Connection, campaign: int) -> None:
    """Forget an earlier draw."""
    for table in (CampaignWave, WaveMove):
        connection.execute(delete(table).where(table.campaign_id == campaign))


def write_wave(
    connection: Connection, campaign: int, number: int, due_at: datetime, **flags: bool
) -> None:
    """A wave has its turn at a moment."""
    values = {"campaign_id": campaign, "number": number, "due_at": due_at, **flags}
    connection.execute(insert(CampaignWave).values(values))


def assign(connection: Connection, campaign: int, waves: Mapping[int, int]) -> None:
    """Write who is of which wave."""
    by_wave: dict[int, list[int]] = {}
    for person, wave in waves.items():
        by_wave.setdefault(wave, []).append(person)
    for wave, people in sorted(by_wave.items()):
        for part in chunks(sorted(people)):
            connection.execute(
                update(AudienceMember)
                .where(AudienceMember.campaign_id == campaign, AudienceMember.person_id.in_(part))
                .values(wave=wave)
            )


def note_moves(
    connection: Connection, campaign: int, moves: Sequence[Mapping[str, Any]], by: str
) -> None:
    """Write down who is told in another wave than was drawn: rows of person_id, drawn, wave, why."""
    common = {"campaign_id": campaign, "by": by, "at": clock.now()}
    if moves:
        connection.execute(insert(WaveMove), [{**common, **one} for one in moves])


def moved(connection: Connection, campaign: int, people: Collection[int]) -> set[int]:
    """Whose move is written down already."""
    mine = and_(WaveMove.campaign_id == campaign, WaveMove.person_id.in_(people))
    return set(connection.scalars(select(WaveMove.person_id).where(mine)))


def lock(connection: Connection, campaign: int) -> None:
    """Two people may ask at once; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(Campaign.id).where(Campaign.id == campaign).with_for_update())


def waves(connection: Connection, campaign: int) -> list[Row[*tuple[Any, ...]]]:
    """(number, due_at, comparison, personal), in order."""
    columns: tuple[Any, ...] = (
        CampaignWave.number, CampaignWave.due_at, CampaignWave.comparison, CampaignWave.personal,
    )  # fmt: skip
    statement = select(*columns).where(CampaignWave.campaign_id == campaign)
    return list(connection.execute(statement.order_by(CampaignWave.number)))


def fired(connection: Connection, campaign: int) -> set[int]:
    """Waves of which a step has fired."""
    statement = select(Firing.wave).join(Step, Step.id == Firing.step_id)
    return set(connection.scalars(statement.where(Step.campaign_id == campaign).distinct()))


def wave_of(connection: Connection, campaign: int, person: int) -> int | None:
    """The wave of somebody; None when they are not in the audience."""
    mine = and_(AudienceMember.campaign_id == campaign, AudienceMember.person_id == person)
    return connection.scalar(select(func.max(AudienceMember.wave)).where(mine))


def tied(connection: Connection, campaign: int, person: int, on: date) -> set[int]:
    """Those of the audience whom a message or sheet to somebody would tell as well: household, reader, phone."""
    me = connection.execute(
        select(Person.household_id, recipient_of(Person, on)).where(Person.id == person)
    ).one()
    key = select(Person.phone_key).where(Person.id == (me[1] or person)).scalar_subquery()
    readers = select(Person.id).where(or_(Person.id == (me[1] or person), Person.phone_key == key))
    near = or_(
        Person.id.in_(readers), Person.guardian_id.in_(readers), Person.contact_id.in_(readers),
        Person.household_id == me[0] if me[0] is not None else Person.id == person,
    )  # fmt: skip
    around = {person, *connection.scalars(select(Person.id).where(near))}
    known = members(connection, campaign, on, around)
    lowest = groups(known)
    return {one for one, group in lowest.items() if group == lowest.get(person)}


def held(connection: Connection, person: int, moment: datetime) -> list[Row[*tuple[Any, ...]]]:
    """(campaign, ref, title, due_at, number) of waves at work whose turn somebody still waits for, the nearest first."""
    columns: tuple[Any, ...] = (
        Campaign.id, Campaign.ref, Campaign.title, CampaignWave.due_at, CampaignWave.number,
    )  # fmt: skip
    mine = (
        select(AudienceMember.campaign_id, func.max(AudienceMember.wave).label("wave"))
        .where(AudienceMember.person_id == person)
        .group_by(AudienceMember.campaign_id)
        .subquery()
    )
    here = and_(CampaignWave.campaign_id == mine.c.campaign_id, CampaignWave.number == mine.c.wave)
    return list(
        connection.execute(
            select(*columns)
            .join(mine, mine.c.campaign_id == Campaign.id)
            .join(CampaignWave, here)
            .where(
                CampaignWave.due_at > moment,
                Campaign.status.in_(("approved", "scheduled", "running", "paused")),
            )
            .order_by(CampaignWave.due_at, Campaign.id)
        )
    )
