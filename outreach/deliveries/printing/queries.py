"""Statements on print jobs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from channels.flyer import Serial
from outreach.access.scope import Scope
from outreach.audiences.reaching import usable_number
from outreach.deliveries.printing.schemas import OPEN, Job, Part, Spares
from outreach.errors import Missing
from outreach.models.campaigns import Campaign, Step
from outreach.models.deliveries import Delivery
from outreach.models.paper import PrintJob, PrintPart, SheetNumber
from outreach.models.people import Household, Person
from outreach.store import chunks

_JOB = [getattr(PrintJob, name) for name in Job.__dataclass_fields__]
_PART = [getattr(PrintPart, name) for name in Part.__dataclass_fields__]


def insert_job(connection: Connection, values: Mapping[str, Any]) -> int:
    """A new job; its number."""
    statement = insert(PrintJob).values(**values).returning(PrintJob.id)
    return int(connection.execute(statement).scalar_one())


def insert_parts(connection: Connection, job: int, parts: Sequence[Mapping[str, Any]]) -> None:
    """The parts of a job, numbered from 1."""
    rows = [{"job_id": job, "number": number, **part} for number, part in enumerate(parts, 1)]
    if rows:
        connection.execute(insert(PrintPart), rows)


def get(connection: Connection, job: int) -> Job:
    """One job; Missing print.no_job."""
    row = connection.execute(select(*_JOB).where(PrintJob.id == job)).mappings().one_or_none()
    if row is None:
        raise Missing("print.no_job", job=job)
    return Job(**row)


def jobs(
    connection: Connection,
    scope: Scope,
    *,
    states: Collection[str] = (),
    campaign: int | None = None,
    held: bool | None = None,
    limit: int = 50,
) -> list[Job]:
    """Jobs whose sheets all lie in the scope, the newest first."""
    statement = select(*_JOB).where(scope.condition(PrintJob.region))
    if states:
        statement = statement.where(PrintJob.state.in_(states))
    if campaign is not None:
        statement = statement.where(PrintJob.campaign_id == campaign)
    if held is not None:
        statement = statement.where(PrintJob.held == int(held))
    rows = connection.execute(statement.order_by(PrintJob.id.desc()).limit(limit)).mappings()
    return [Job(**row) for row in rows]


def spares(connection: Connection, campaign: int) -> list[dict[str, Spares]]:
    """What jobs of a campaign have given as numbers of spare sheets, by grid."""
    statement = select(*_JOB).where(PrintJob.campaign_id == campaign)
    return [Job(**row).spares for row in connection.execute(statement).mappings()]


def serials(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Delivery → the number that its sheet has been given."""
    found: dict[int, str] = {}
    columns = (SheetNumber.delivery_id, SheetNumber.campaign_id, SheetNumber.grid, SheetNumber.sequence)  # fmt: skip
    for some in chunks(ids, 1_000):
        for key, *number in connection.execute(
            select(*columns).where(SheetNumber.delivery_id.in_(some))
        ):
            found[key] = str(Serial(*number))
    return found


def parts(connection: Connection, job: int) -> list[Part]:
    """The parts of a job in their order."""
    statement = select(*_PART).where(PrintPart.job_id == job).order_by(PrintPart.number)
    return [Part(**row) for row in connection.execute(statement).mappings()]


def change(
    connection: Connection, job: int, values: Mapping[str, Any], *, only: Collection[str] = ()
) -> bool:
    """Change a job, `only` while it is in one of these states; whether it was."""
    statement = update(PrintJob).where(PrintJob.id == job)
    if only:
        statement = statement.where(PrintJob.state.in_(only))
    return connection.execute(statement.values(**values)).rowcount > 0


def beat(connection: Connection, job: int, at: datetime, done: int) -> bool:
    """A sign of life; False when somebody has cancelled the job meanwhile."""
    return change(connection, job, {"beat_at": at, "done": done}, only=("running",))


def close_part(connection: Connection, part: Part, values: Mapping[str, Any]) -> None:
    """What became of a part."""
    where = (PrintPart.job_id == part.job_id, PrintPart.number == part.number)
    connection.execute(update(PrintPart).where(*where).values(**values))


def forgotten_before(connection: Connection, at: datetime) -> list[int]:
    """Jobs that have waited on the list since before a moment."""
    statement = select(PrintJob.id).where(PrintJob.state.in_(OPEN), PrintJob.created_at < at)
    return list(connection.scalars(statement.where(PrintJob.held == 1)))


def campaign(connection: Connection, key: int) -> Row[Any]:
    """id, ref, title, options, frozen_hash, message_class, region of a campaign."""
    columns = (Campaign.id, Campaign.ref, Campaign.title, Campaign.options, Campaign.frozen_hash, Campaign.message_class, Campaign.region)  # fmt: skip
    return connection.execute(select(*columns).where(Campaign.id == key)).one()


def paper_step(connection: Connection, key: int) -> int:
    """The campaign's first step on paper; Missing print.no_paper_step when it has none."""
    statement = select(Step.id).where(Step.campaign_id == key, Step.channel == "flyer")
    step = connection.scalar(statement.order_by(Step.number).limit(1))
    if step is None:
        raise Missing("print.no_paper_step", campaign=campaign(connection, key).ref)
    return int(step)


def numbers_to_call(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Delivery → (person, encrypted phone, its key) of the householder, where there is a number that may be called."""
    found: dict[int, Row[Any]] = {}
    wanted = (Delivery.id, Person.id.label("person"), Person.phone, Person.phone_key)
    by_household = (
        select(*wanted)
        .join(Household, (Household.id == Delivery.addressee) & (Delivery.kind == "household"))
        .join(Person, Person.id == Household.head_id)
    )
    alone = select(*wanted).join(
        Person, (Person.id == Delivery.addressee) & (Delivery.kind == "person")
    )
    for some in chunks(ids, 1_000):
        for statement in (by_household, alone):
            asked = statement.where(
                Delivery.id.in_(some), usable_number(Person), Person.status == "active"
            )
            found |= {row.id: row for row in connection.execute(asked)}
    return found
