"""What keeps policies from being announced: each reason is a code with what it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.policies import contradictions, reviews, signing
from outreach.policies.schemas import PolicyView

Fault = tuple[str, dict[str, Any]]
"""A code of the catalogue and what it names."""


def faults(
    connection: Connection, views: Sequence[PolicyView], region: str, on: date, home: str = ""
) -> list[Fault]:
    """Every reason why these policies cannot be announced in a region on a day; empty = they can.

    home: the installation's region, whose contradictions count besides those below it.
    """
    return faults_by_region(connection, views, on, home)(region)


def faults_by_region(
    connection: Connection, views: Sequence[PolicyView], on: date, home: str = ""
) -> Callable[[str], list[Fault]]:
    """The same as a function for many regions: what contradicts each other is read once."""
    refs = {view.ref for view in views}
    open_ = [
        one
        for one in contradictions.find(connection, home)
        if not one.settled and refs & {one.one.ref, one.other.ref}
    ]

    def at(region: str) -> list[Fault]:
        found = [fault for view in views for fault in policy_faults(view, region, on)]
        here = [one for one in open_ if _touches(one.region, region)]
        return found + [("policies.contradiction_open", _contradiction(one)) for one in here]

    return at


def policy_faults(view: PolicyView, region: str, on: date) -> list[Fault]:
    """The reasons that lie in one policy alone."""
    return list(_faults(view, region, on))


def _faults(view: PolicyView, region: str, on: date) -> Iterator[Fault]:
    named = {"policy": view.plain_name, "ref": view.ref}
    if view.ended(on):
        yield "campaigns.policy_not_live", {**named, "on": view.withdrawn_on or ""}
        return
    if view.status == "revising":
        yield "policies.in_revision", named
    if not view.verified_by:
        yield "campaigns.policy_unverified", named
    if not view.amount_filled(region):
        yield "campaigns.amount_missing", named
    for name in open_parameters(view, region):
        yield "policies.parameter_open", {**named, "parameter": name}
    for department in signing.missing_sign_offs(view, region):
        yield "policies.sign_off_missing", {**named, "department": department}
    due = reviews.due_on(view)
    if due is not None and reviews.overdue(view, on):
        yield "policies.review_overdue", {**named, "due": due}


def open_parameters(view: PolicyView, region: str) -> tuple[str, ...]:
    """Words of what the rule still needs from a region."""
    declared = view.facts.get("parameters") or {}
    return tuple(
        str((declared.get(name) or {}).get("zh", name)) for name in view.rule_at(region).parameters
    )


def _touches(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _contradiction(one: contradictions.Contradiction) -> dict[str, Any]:
    return {
        "one": one.one.plain_name,
        "other": one.other.plain_name,
        "one_ref": one.one.ref,
        "other_ref": one.other.ref,
        "matter": one.matter,
        "offices": "、".join(one.offices),
    }
