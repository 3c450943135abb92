"""Statements on helpers, their households, training and duty."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, update
from sqlalchemy.orm import aliased

from outreach.access.scope import Scope
from outreach.models.campaigns import Campaign, CampaignPolicy
from outreach.models.people import Household, Person
from outreach.models.policies import Policy, PolicyVersion
from outreach.models.work import Duty, HelperHousehold, Task, Training
from outreach.store import chunks, upsert

LIVE = ("submitted", "approved", "scheduled", "running", "paused")
"""Campaigns about which people will be asked questions, now or soon."""


def households(connection: Connection, scope: Scope) -> Sequence[Any]:
    """(id, region, address, name, helper) of every lived-in household of a scope; address and name encrypted."""
    there = aliased(Person)
    lived_in = select(there.id).where(there.household_id == Household.id, there.status == "active")
    return connection.execute(
        select(
            Household.id, Household.region, Household.address, func.coalesce(Person.name, "").label("name"),
            func.coalesce(HelperHousehold.helper, "").label("helper"),
        )
        .outerjoin(Person, Person.id == Household.head_id)
        .outerjoin(HelperHousehold, HelperHousehold.household_id == Household.id)
        .where(scope.condition(Household.region), lived_in.exists())
        .order_by(Household.region, Household.id)
    ).all()  # fmt: skip


def lived_in_regions(connection: Connection, scope: Scope) -> dict[str, int]:
    """Region → lived-in households there that nobody looks after, for every region of a scope with households."""
    there = aliased(Person)
    lived_in = select(there.id).where(there.household_id == Household.id, there.status == "active")
    nobodys = case((HelperHousehold.household_id.is_(None), 1), else_=0)
    rows = connection.execute(
        select(Household.region, func.sum(nobodys))
        .outerjoin(HelperHousehold, HelperHousehold.household_id == Household.id)
        .where(scope.condition(Household.region), lived_in.exists())
        .group_by(Household.region)
    )
    return {row[0]: int(row[1]) for row in rows}


def helped(connection: Connection, helper: str) -> set[int]:
    """The households of a helper."""
    mine = HelperHousehold.helper == helper
    return set(connection.scalars(select(HelperHousehold.household_id).where(mine)))


def sizes(connection: Connection, helpers: Collection[str] | None = None) -> dict[str, int]:
    """Helper → how many households they look after."""
    statement = select(HelperHousehold.helper, func.count()).group_by(HelperHousehold.helper)
    if helpers is not None:
        statement = statement.where(HelperHousehold.helper.in_(helpers))
    return {row[0]: int(row[1]) for row in connection.execute(statement)}


def assign(
    connection: Connection, helper: str, homes: Collection[int], since: date, by: str
) -> None:
    """They look after these households from now on, whoever did before."""
    for some in chunks(sorted(homes)):
        statement = upsert(connection, HelperHousehold)
        given = statement.excluded
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["household_id"],
                set_={"helper": given.helper, "since": given.since, "by": given.by},
                where=HelperHousehold.helper != given.helper,
            ),
            [{"household_id": one, "helper": helper, "since": since, "by": by} for one in some],
        )


def release(connection: Connection, homes: Collection[int]) -> None:
    """Nobody looks after these households any more."""
    for some in chunks(sorted(homes)):
        connection.execute(
            delete(HelperHousehold).where(HelperHousehold.household_id.in_(some))
        )  # fmt: skip


def move_tasks(connection: Connection, helper: str, to: str, homes: Collection[int]) -> int:
    """Open tasks at these households that were a helper's are another's; how many."""
    moved = 0
    for some in chunks(sorted(homes)):
        mine = (Task.helper == helper) & (Task.state == "open") & Task.household_id.in_(some)
        moved += connection.execute(update(Task).where(mine).values(helper=to)).rowcount
    return moved


# -- training ----------------------------------------------------------------------------------------


def version(connection: Connection, policy: str, number: int | None) -> Any:
    """(id, number) of a version of a policy, the newest when no number is named."""
    statement = (
        select(PolicyVersion.id, PolicyVersion.number)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .where(Policy.ref == policy)
        .order_by(PolicyVersion.number.desc())
        .limit(1)
    )
    if number is not None:
        statement = statement.where(PolicyVersion.number == number)
    return connection.execute(statement).one_or_none()


def put_training(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write down who was taught; how many were not written down yet."""
    new = 0
    for row in rows:
        statement = upsert(connection, Training).values(**row).on_conflict_do_nothing()
        new += connection.execute(statement.returning(Training.id)).first() is not None
    return new


def delete_training(connection: Connection, helper: str, version_id: int, on: date) -> int:
    """It was written down by mistake; how many lines went."""
    mine = (Training.helper == helper) & (Training.version_id == version_id) & (Training.on == on)
    return connection.execute(delete(Training).where(mine)).rowcount


def trainings(connection: Connection, helpers: Collection[str]) -> Sequence[Any]:
    """(helper, policy, number, on, note) of some helpers, the newest first."""
    return connection.execute(
        select(
            Training.helper, Policy.ref.label("policy"), PolicyVersion.number, Training.on, Training.note
        )
        .join(PolicyVersion, PolicyVersion.id == Training.version_id)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .where(Training.helper.in_(helpers))
        .order_by(Training.on.desc(), Training.helper, Policy.ref)
    ).all()  # fmt: skip


def taught(connection: Connection, helpers: Collection[str]) -> set[tuple[str, int]]:
    """(helper, version) of what they were taught."""
    rows = connection.execute(
        select(Training.helper, Training.version_id).where(Training.helper.in_(helpers))
    )
    return {(row[0], row[1]) for row in rows}


def told_about(connection: Connection) -> Sequence[Any]:
    """(campaign, region, policy, name, version_id, number) of what live campaigns tell."""
    name = PolicyVersion.facts["plain_name"].as_string().label("name")
    return connection.execute(
        select(
            Campaign.ref.label("campaign"), Campaign.region, Policy.ref.label("policy"), name,
            PolicyVersion.id.label("version_id"), PolicyVersion.number,
        )
        .join(CampaignPolicy, CampaignPolicy.campaign_id == Campaign.id)
        .join(Policy, Policy.id == CampaignPolicy.policy_id)
        .join(PolicyVersion, PolicyVersion.id == CampaignPolicy.version_id)
        .where(Campaign.status.in_(LIVE))
        .order_by(Campaign.id, Policy.ref)
    ).all()  # fmt: skip


# -- duty ----------------------------------------------------------------------------------------------


def put_duty(connection: Connection, values: Mapping[str, Any]) -> int:
    """A turn of duty; its number."""
    return int(connection.execute(insert(Duty).values(**values).returning(Duty.id)).scalar_one())


def duty(connection: Connection, key: int) -> Any:
    """(id, region) of a turn."""
    return connection.execute(select(Duty.id, Duty.region).where(Duty.id == key)).one_or_none()


def delete_duty(connection: Connection, key: int) -> None:
    """It does not take place."""
    connection.execute(delete(Duty).where(Duty.id == key))


_DUTY = (Duty.id, Duty.region, Duty.on, Duty.starts, Duty.ends, Duty.helper, Duty.place, Duty.phone)


def duties(connection: Connection, scope: Scope, first: date, last: date) -> Sequence[Any]:
    """Turns inside a scope between two days, in order of time."""
    statement = select(*_DUTY).where(scope.condition(Duty.region), Duty.on.between(first, last))
    return connection.execute(statement.order_by(Duty.on, Duty.starts, Duty.region)).all()


def duties_for(connection: Connection, regions: Sequence[str], on: date) -> Sequence[Any]:
    """Turns of a day at any of these regions, the nearest region first."""
    statement = select(*_DUTY).where(Duty.region.in_(regions), Duty.on == on)
    return connection.execute(statement.order_by(Duty.region.desc(), Duty.starts, Duty.id)).all()
