"""How a policy ends: the day, the note, the successor, who was told of it, and what is still out there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select

from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid
from outreach.policies import service
from outreach.policies.queries import exits, life
from outreach.policies.queries.exits import TOLD, Told
from outreach.policies.schemas import PolicyView

__all__ = ["TOLD", "Exit", "Told", "check", "retire_due", "told", "told_of", "withdraw"]


@dataclass(frozen=True)
class Exit:
    """That a policy ends. on: the first day on which nobody can claim any more. note: what the 停办告知 says."""

    on: date
    note: str = ""
    successor: str = ""


def withdraw(connection: Connection, ref: str, order: Exit, by: str, today: date) -> PolicyView:
    """End a policy. From `order.on` nothing about it is submitted or sent any more; until then it is in force.

    A day that lies ahead can be moved by saying it again. Invalid names what is wrong with successor or name;
    Conflict when the policy has ended already.
    """
    if not by.strip():
        raise Invalid("policies.withdrawer_needed", policy=ref)
    view = service.get(connection, ref)
    successor = check(connection, view, order)
    status = "withdrawn" if order.on <= today else view.status
    life.set_policy(
        connection, view.id, status=status, withdrawn_on=order.on, exit_note=order.note.strip(),
        successor_id=successor,
    )  # fmt: skip
    return service.get(connection, ref)


def check(connection: Connection, view: PolicyView, order: Exit) -> int | None:
    """Whether a policy can end so; the row number of its successor. Raises like `withdraw`."""
    if view.status == "withdrawn":
        raise Conflict("policies.already_withdrawn", policy=view.ref, on=view.withdrawn_on or "")
    return _successor(connection, view, order.successor)


def _successor(connection: Connection, view: PolicyView, ref: str) -> int | None:
    if not ref:
        return None
    if ref == view.ref:
        raise Invalid("policies.own_successor", policy=ref)
    found = service.get(connection, ref)
    if found.status == "withdrawn":
        raise Invalid("policies.successor_withdrawn", policy=view.ref, successor=ref)
    return found.id


def retire_due(connection: Connection, today: date) -> int:
    """Policies whose last day has passed become withdrawn; returns how many. Right if it runs never or late:
    the version's validity ends the day before, whatever the status says."""
    ended = life.ending(connection, today)
    for policy in ended:
        life.set_policy(connection, policy, status="withdrawn")
    return len(ended)


def told_of(policy_id: int) -> Select[int]:
    """Person row numbers of everybody who was told of a policy, each once, by whatever grade."""
    return exits.told_of(policy_id)


def told(connection: Connection, scope: Scope, policy_id: int) -> Sequence[Told]:
    """How many people were told of a policy by village, each person once, by the strongest grade."""
    return exits.told(connection, scope, policy_id)


def told_people(connection: Connection, scope: Scope, policy_id: int) -> Sequence[Any]:
    """(id, name encrypted, region, status, grade, on, channel) of everybody who was told, for the 停办告知."""
    return exits.told_people(connection, scope, policy_id)
