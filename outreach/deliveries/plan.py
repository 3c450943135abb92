"""From the frozen audience to deliveries: who gets one thing, once, and whom it serves.

Set-based and repeatable: every INSERT … SELECT skips what is already there, so a planner that was killed
starts again and ends in the same rows. Senders see a firing only when all of it is planned.
"""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import Connection, Update, func, insert, select, update

from outreach.deliveries import funnel
from outreach.deliveries.planning.audience import mine
from outreach.deliveries.planning.households import plan_households
from outreach.deliveries.planning.orders import BY_DOOR, BY_NUMBER, Plan
from outreach.deliveries.planning.people import plan_people, skip_unaddressed
from outreach.deliveries.planning.places import plan_places
from outreach.models.campaigns import AudienceMember, Firing, FiringMember
from outreach.models.deliveries import Delivery, DeliveryBatch, GroupChat, Outcome
from outreach.store import Begin, chunks, refresh_statistics

__all__ = ["BATCH", "CHUNK", "Plan", "write"]

CHUNK = 10_000
"""People per planning transaction."""

BATCH = 500
"""Deliveries per batch."""


def write(begin: Begin, plan: Plan) -> int:
    """Plan a firing whole; returns how many deliveries wait to be sent. Safe to repeat after a crash."""
    if plan.channel in (*BY_NUMBER, *BY_DOOR):
        with begin() as connection:
            ranges = _ranges(connection, plan)
        write_range = plan_people if plan.channel in BY_NUMBER else plan_households
        for low, high in ranges:
            with begin() as connection:
                written = _written(connection, plan)
                if written is None:
                    return 0  # another planner was faster, and its batches are open
                if high > written:  # else a planner that was killed has been here
                    write_range(connection, plan, low, high)
                    connection.execute(_firing(plan).values(planned_to=high))
    with begin() as connection:
        if _written(connection, plan) is None:
            return 0
        plan_places(connection, plan)
        if plan.channel in BY_NUMBER:
            skip_unaddressed(connection, plan)
        connection.execute(_firing(plan).values(planned=True))
        funnel.plant(connection, plan.campaign_id, plan.step_id, plan.firing_id)
        waiting = _open_batches(connection, plan)
        refresh_statistics(connection)
        return waiting


def _ranges(connection: Connection, plan: Plan) -> list[tuple[int, int]]:
    """Spans of people; of a firing that found its own, only where they are."""
    person = FiringMember.person_id if plan.found else AudienceMember.person_id
    whose = (
        FiringMember.firing_id == plan.found
        if plan.found
        else AudienceMember.campaign_id == plan.campaign_id
    )
    low = connection.scalar(select(func.min(person)).where(whose))
    high = connection.scalar(select(func.max(person)).where(whose))
    if low is None or high is None:
        return []
    return [(start, start + CHUNK) for start in range(low, high + 1, CHUNK)]


def _firing(plan: Plan) -> Update:
    return update(Firing).where(Firing.id == plan.firing_id)


def _written(connection: Connection, plan: Plan) -> int | None:
    """Up to which person a firing is planned by now, None = whole; locked, so that two planners never write at once."""
    statement = select(Firing.planned, Firing.planned_to).where(Firing.id == plan.firing_id)
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update()
    row = connection.execute(statement).first()
    return None if row is None or row.planned else int(row.planned_to)


def _open_batches(connection: Connection, plan: Plan) -> int:
    settled = select(Outcome.delivery_id).where(Outcome.delivery_id == Delivery.id).exists()
    # a group is posted to by its own account: a robot, or whoever copies the text into it
    posted_by = func.coalesce(GroupChat.account_id, plan.account_id)
    rows = connection.execute(
        select(Delivery.id, posted_by)
        .outerjoin(GroupChat, (Delivery.kind == "group") & (GroupChat.id == Delivery.addressee))
        .where(*mine(plan), ~settled)
        .order_by(Delivery.id)
    ).all()
    batches = [
        {
            "campaign_id": plan.campaign_id,
            "step_id": plan.step_id,
            "firing_id": plan.firing_id,
            "account_id": account,
            "lo": part[0],
            "hi": part[-1],
            "next": part[0],
            "due_at": plan.due_at,
        }
        for account, run in groupby(rows, key=lambda row: row[1])
        for part in chunks((row[0] for row in run), BATCH)
    ]
    if batches:
        connection.execute(insert(DeliveryBatch), batches)
    return len(rows)
