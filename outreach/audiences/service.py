"""Matching a policy against the register, and one person with reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.audiences import queries
from outreach.policies.schemas import PolicyView
from segments.match import Finding, Match, match
from segments.person import Person as Facts
from segments.reading import FIELD_NAMES
from segments.truth import answer_on


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
    """One person, one policy: yes, no or unknown, with reasons.

    Of a person who is known only to a region around places with rules of their own the answer is yes or no only
    when the rules of all these places say so.
    """
    field = "hukou_region" if policy.facts.get("region_basis") == "hukou" else "region"
    basis = getattr(facts, field)
    found = match(policy.rule_for(basis, home), facts, on)
    rules = (policy.rule_for(deeper, home) for deeper in policy.ruled_below(basis))
    if all(answer_on(rule, facts, on) == found.answer for rule in rules):
        return found
    text = f"{FIELD_NAMES[field]}还不够具体，各地规定不一样，不能判断"
    missing = (*found.missing, Finding(text, field))
    return replace(
        found, answer="unknown", failed=(), missing=missing, becomes_true_on=None, ends_on=None
    )


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
