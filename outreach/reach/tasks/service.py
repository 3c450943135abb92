"""Tasks: opened by a word at a door or on the phone, kept until somebody closes them, given to another, taken up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.queries import actor_by_name
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid
from outreach.reach.tasks import queries
from outreach.reach.tasks.schemas import RESULTS, NewTask, TaskView


@dataclass(frozen=True)
class Hand:
    """Who does it, and within which region."""

    by: str
    scope: Scope


def open_task(connection: Connection, task: NewTask, by: str) -> int:
    """Open a task; its number. The caller has looked whether the deed behind it is allowed."""
    key = queries.put(connection, task, by, clock.now())
    _note(connection, by, key, {"move": "open", "kind": task.kind, "delivery": task.delivery_id})
    return key


def listed(
    connection: Connection, scope: Scope, *, helper: str | None = None, kind: str = ""
) -> list[TaskView]:
    """Open tasks, those that are due first. helper: whose ('' = nobody's), None = everybody's."""
    return queries.some(connection, scope, helper=helper, kind=kind)


def closed(connection: Connection, scope: Scope, limit: int = 50) -> list[TaskView]:
    """What was done lately, newest first."""
    return queries.some(connection, scope, states=("done",), limit=limit)


def close(
    connection: Connection, task: int, result: str, hand: Hand, *, note: str = ""
) -> TaskView:
    """It is done, with a result of its kind; `other` says which. The task as it was before.

    Missing tasks.unknown; Invalid tasks.result, tasks.note; Conflict tasks.not_open.
    """
    there = queries.one(connection, hand.scope, task)
    known = RESULTS[there.kind]
    if result not in known:
        raise Invalid("tasks.result", value=result, known="、".join(known))
    if result == "other" and not note.strip():
        raise Invalid("tasks.note")
    values = {
        "state": "done", "result": result, "closed_by": hand.by, "closed_at": clock.now(),
        "note": " ".join(part for part in (there.note, note.strip()) if part),
    }  # fmt: skip
    if not queries.change(connection, task, values, states=("open",)):
        raise Conflict("tasks.not_open", task=task)
    _note(connection, hand.by, task, {"move": "close", "result": result})
    return there


def reopen(connection: Connection, task: int, hand: Hand) -> None:
    """It was closed by mistake. Missing tasks.unknown; Conflict tasks.not_closed."""
    queries.one(connection, hand.scope, task)
    values = {"state": "open", "result": "", "closed_by": "", "closed_at": None}
    if not queries.change(connection, task, values, states=("done",)):
        raise Conflict("tasks.not_closed", task=task)
    _note(connection, hand.by, task, {"move": "reopen"})


def begin(connection: Connection, task: int, hand: Hand) -> None:
    """我来办: somebody works on it, and it is theirs. Missing tasks.unknown; Conflict tasks.not_open."""
    there = queries.one(connection, hand.scope, task)
    values = {"helper": hand.by, "begun_at": there.begun_at or clock.now()}
    if not queries.change(connection, task, values, states=("open",)):
        raise Conflict("tasks.not_open", task=task)
    _note(connection, hand.by, task, {"move": "begin"})


def reassign(
    connection: Connection, task: int, helper: str, hand: Hand, *, due_on: date | None = None
) -> None:
    """Somebody else's, or nobody's (''), and perhaps due on another day.

    Missing tasks.unknown; Invalid tasks.helper when that user may not do it there; Conflict tasks.not_open.
    """
    there = queries.one(connection, hand.scope, task)
    if helper:
        actor = actor_by_name(connection, helper)
        able = actor is not None and actor.may(Action.VISITS_RECORD)
        if actor is None or not able or not actor.scope.covers(there.region):
            raise Invalid("tasks.helper", helper=helper)
    values: dict[str, object] = {"helper": helper}
    if due_on is not None:
        values["due_on"] = due_on
    if not queries.change(connection, task, values, states=("open",)):
        raise Conflict("tasks.not_open", task=task)
    _note(connection, hand.by, task, {"move": "reassign", "helper": helper})


def drop(connection: Connection, tasks: Sequence[TaskView], by: str) -> list[TaskView]:
    """The reason for them is gone. Those on which work has begun, or which are done, stay: they are given back."""
    kept = []
    for one in tasks:
        values = {"state": "dropped", "closed_by": by, "closed_at": clock.now()}
        if one.begun_at is not None or not queries.change(
            connection, one.id, values, states=("open",)
        ):
            kept.append(one)
        else:
            _note(connection, by, one.id, {"move": "drop"})
    return kept


def _note(connection: Connection, by: str, task: int, detail: dict[str, object]) -> None:
    audit.record(connection, by, Action.VISITS_RECORD, f"task:{task}", detail)
