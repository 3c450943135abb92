"""SQL of the looks: which policies are to be looked at, and when that was done."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, and_, not_, or_, select

from outreach import clock
from outreach.models.audiences import PolicyLook
from outreach.models.policies import Policy
from outreach.store import upsert


def due(connection: Connection, on: date) -> list[str]:
    """Policies to look at: in force and not looked at today, or not looked at since somebody ended them.

    The day alone does not say so: a policy may be ended on a day, or as of an earlier one, when it was looked at.
    """
    live = and_(Policy.status == "live", or_(PolicyLook.on.is_(None), PolicyLook.on < on))
    ended = and_(
        Policy.status == "withdrawn",
        Policy.withdrawn_on <= on,
        or_(PolicyLook.ended.is_(None), not_(PolicyLook.ended)),
    )
    statement = (
        select(Policy.ref)
        .outerjoin(PolicyLook, PolicyLook.policy_id == Policy.id)
        .where(or_(live, ended))
        .order_by(Policy.ref)
    )
    return list(connection.scalars(statement))


def policy_of(connection: Connection, ref: str) -> tuple[int, bool]:
    """(number, whether it has ended) of a policy that is there."""
    row = connection.execute(select(Policy.id, Policy.status).where(Policy.ref == ref)).one()
    return row.id, row.status == "withdrawn"


def looked_on(connection: Connection, policy: int) -> date | None:
    """The day of the last look."""
    return connection.scalar(select(PolicyLook.on).where(PolicyLook.policy_id == policy))


def note_look(connection: Connection, policy: int, on: date, *, ended: bool) -> None:
    """Write down that it was looked, and whether the policy had ended; an earlier day changes nothing."""
    values = {"policy_id": policy, "on": on, "at": clock.now(), "ended": ended}
    statement = upsert(connection, PolicyLook).values(**values)
    given = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["policy_id"],
            set_={"on": given["on"], "at": given["at"], "ended": given["ended"]},
            where=given["on"] >= PolicyLook.on,
        )
    )
