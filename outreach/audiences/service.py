"""Matching a policy against the register, and one person with reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.audiences import queries
from outreach.policies.schemas import PolicyView
from segments.match import Match, match
from segments.person import Person as Facts


@dataclass(frozen=True)
class Answer:
    """How many people of a group a policy fits."""

    group: str
    likely: int
    unknown: int
    not_: int
    blocked: int

    def as_dict(self) -> dict[str, Any]:
        """The names of the contract."""
        fields = asdict(self)
        fields["not"] = fields.pop("not_")
        return fields


def answers(
    connection: Connection,
    policy: PolicyView,
    on: date,
    *,
    scope: str = "",
    home: str = "",
    by: str = "",
    depth: int = 9,
) -> tuple[Answer, list[Answer]]:
    """The total and its parts; likely + unknown + not + blocked = people in scope."""
    parts = [
        Answer(*row)
        for row in queries.totals(connection, policy, scope, on, by, home=home, depth=depth)
    ]
    total = Answer(
        "",
        sum(part.likely for part in parts),
        sum(part.unknown for part in parts),
        sum(part.not_ for part in parts),
        sum(part.blocked for part in parts),
    )
    return total, parts if by else []


def explain(policy: PolicyView, facts: Facts, on: date, home: str = "") -> Match:
    """One person, one policy: yes, no or unknown, with reasons."""
    basis = facts.hukou_region if policy.facts.get("region_basis") == "hukou" else facts.region
    return match(policy.rule_for(basis, home), facts, on)


def freeze(
    connection: Connection,
    campaign: int,
    policies: Sequence[PolicyView],
    scope: str,
    on: date,
    *,
    general: bool,
    home: str = "",
) -> str:
    """Write the audience of all policies and return its hash (SHA-256 over every row, in order).

    `general`: everyone whose answer is not no, and the text states the condition; else only yes.
    """
    queries.unfreeze(connection, campaign)
    for policy in policies:
        queries.freeze(connection, campaign, policy, scope, on, take_unknown=general, home=home)
    digest = hashlib.sha256()
    for member in queries.members(connection, campaign):
        digest.update(repr(member).encode())
    return digest.hexdigest()
