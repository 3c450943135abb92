"""Whose number a number is, as far as a chunk of new people can tell by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from outreach.people.intake.register import Plan
from outreach.people.queries.register import CLERK_HOUSEHOLDS

if TYPE_CHECKING:
    from outreach.people.intake.writing import Written


def class_new(plan: Plan, written: Sequence[Written]) -> tuple[dict[bytes, str], set[bytes]]:
    """Number → its class, for numbers that only new people of this chunk have; and the numbers to be looked at.

    `queries.register.class_phones` says what the classes mean, and a test holds both together.
    """
    owners: dict[bytes, list[Written]] = {}
    for one in written:
        if one.planned.old is None and one.planned.row.phone_key:
            owners.setdefault(one.planned.row.phone_key, []).append(one)
    touched = {
        key
        for one in written
        if one.planned.old is not None
        for key in (one.planned.row.phone_key, one.planned.old.phone_key)
        if key
    }
    kinds: dict[bytes, str] = {}
    unclear: set[bytes] = set()
    for key, some in owners.items():
        active = all(one.planned.row.facts.get("status", "active") == "active" for one in some)
        if key in plan.phones or key in touched or not active:
            unclear.add(key)
        else:
            kinds[key] = _kind(some)
    return kinds, unclear


def _kind(owners: Sequence[Written]) -> str:
    homes = len({one.household_id or -one.person_id for one in owners})
    if homes >= CLERK_HOUSEHOLDS:
        return "clerk"
    if homes > 1:
        return "unknown"
    return "family" if len(owners) > 1 else "own"
