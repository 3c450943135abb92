"""Statements on tasks; each takes a Scope first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, insert, select, update
from sqlalchemy.orm import aliased

from outreach.access.scope import Scope
from outreach.errors import Missing
from outreach.models.people import Household, Person
from outreach.models.policies import Policy
from outreach.models.work import Task
from outreach.reach.tasks.schemas import NewTask, TaskView

_OWN = tuple(
    name
    for name in TaskView.__dataclass_fields__
    if name not in ("policy", "name", "address")
)  # fmt: skip


def put(connection: Connection, task: NewTask, by: str, at: datetime) -> int:
    """Write a task; its number."""
    values = {**asdict(task), "opened_by": by, "opened_at": at, "state": "open"}
    return int(
        connection.execute(insert(Task).values(**values).returning(Task.id)).scalar_one()
    )  # fmt: skip


def _views(scope: Scope) -> Select[Any]:
    head, alone = aliased(Person), aliased(Person)
    name = case((alone.id.is_not(None), alone.name), else_=head.name)
    home = func.coalesce(Task.household_id, alone.household_id)
    return (
        select(
            *[getattr(Task, one) for one in _OWN], func.coalesce(Policy.ref, "").label("policy"),
            func.coalesce(name, "").label("name"), func.coalesce(Household.address, "").label("address"),
        )
        .outerjoin(Policy, Policy.id == Task.policy_id)
        .outerjoin(alone, alone.id == Task.person_id)
        .outerjoin(Household, Household.id == home)
        .outerjoin(head, head.id == Household.head_id)
        .where(scope.condition(Task.region))
    )  # fmt: skip


def _view(row: Row[Any]) -> TaskView:
    return TaskView(**row._mapping)


def one(connection: Connection, scope: Scope, key: int) -> TaskView:
    """One task; Missing tasks.unknown when there is none inside the scope."""
    row = connection.execute(_views(scope).where(Task.id == key)).one_or_none()
    if row is None:
        raise Missing("tasks.unknown", task=key)
    return _view(row)


def some(
    connection: Connection,
    scope: Scope,
    *,
    states: Collection[str] = ("open",),
    helper: str | None = None,
    kind: str = "",
    limit: int = 500,
) -> list[TaskView]:
    """Tasks of a scope: the open ones by day, the closed ones newest first. helper '' = nobody's."""
    statement = _views(scope).where(Task.state.in_(states))
    if helper is not None:
        statement = statement.where(Task.helper == helper)
    if kind:
        statement = statement.where(Task.kind == kind)
    order = (
        (Task.due_on, Task.id) if set(states) == {"open"} else (Task.closed_at.desc(), Task.id.desc())
    )  # fmt: skip
    return [_view(row) for row in connection.execute(statement.order_by(*order).limit(limit))]


def counts(connection: Connection, scope: Scope) -> dict[str, int]:
    """Helper → open tasks of a scope."""
    statement = (
        select(Task.helper, func.count())
        .where(scope.condition(Task.region), Task.state == "open")
        .group_by(Task.helper)
    )
    return {row[0]: int(row[1]) for row in connection.execute(statement)}


def of_deliveries(connection: Connection, ids: Sequence[int]) -> list[TaskView]:
    """Tasks that words about these deliveries have opened."""
    statement = _views(Scope()).where(Task.delivery_id.in_(ids)).order_by(Task.id)
    return [_view(row) for row in connection.execute(statement)]


def change(
    connection: Connection, key: int, values: Mapping[str, Any], *, states: Collection[str]
) -> bool:
    """Change a task that is in one of these states; False when somebody was faster."""
    statement = update(Task).where(Task.id == key, Task.state.in_(states)).values(**values)
    return bool(connection.execute(statement).rowcount)
