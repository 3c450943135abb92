"""Matching a policy against the register, and one person with reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_

from outreach.audiences import queries
from outreach.audiences.predicates import under
from outreach.models.people import Person
from outreach.policies.schemas import PolicyView
from segments.match import Match, match
from segments.person import Person as Facts
from segments.reading import FIELD_NAMES
from segments.reasons import Finding
from segments.truth import Answer as Truth
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
    return summed(parts), parts if by else []


def summed(parts: Sequence[Answer]) -> Answer:
    """All parts together."""
    return Answer(
        "",
        sum(part.likely for part in parts),
        sum(part.unknown for part in parts),
        sum(part.not_ for part in parts),
        sum(part.blocked for part in parts),
    )


def explain(policy: PolicyView, facts: Facts, on: date, home: str = "") -> Match:
    """One person, one policy: yes, no or unknown, with reasons.

    Of a person who is known only to a region around places with rules of their own the answer is yes or no only
    when the rules of all these places say so.
    """
    field = _basis(policy)
    rule = policy.rule_for(getattr(facts, field), home)
    found = match(rule, facts, on, policy.parameter_names)
    if answer(policy, facts, on, home) == found.answer:
        return found
    text = f"{FIELD_NAMES[field]}还不够具体，各地规定不一样，不能判断"
    missing = (*found.missing, Finding(text, field))
    return replace(
        found, answer="unknown", failed=(), missing=missing, becomes_true_on=None, ends_on=None
    )


def answer(policy: PolicyView, facts: Facts, on: date, home: str = "") -> Truth:
    """The answer of `explain` alone."""
    place = getattr(facts, _basis(policy))
    found = answer_on(policy.rule_for(place, home), facts, on)
    rules = (policy.rule_for(deeper, home) for deeper in policy.ruled_below(place))
    return found if all(answer_on(rule, facts, on) == found for rule in rules) else "unknown"


def _basis(policy: PolicyView) -> str:
    return "hukou_region" if policy.facts.get("region_basis") == "hukou" else "region"


def freeze(  # noqa: PLR0913 - whom a signature binds, in all its parts
    connection: Connection,
    campaign: int,
    policies: Sequence[PolicyView],
    scope: str,
    on: date,
    *,
    general: bool,
    home: str = "",
    among: ColumnElement[bool] | None = None,
) -> str:
    """Write the audience of all policies and return its hash (SHA-256 over every row, in order).

    `general`: everyone whose answer is not no, and the text states the condition; else only yes. `among`: only these
    people, whatever else holds for them.
    """
    queries.unfreeze(connection, campaign)
    inside = under(Person.region, scope)
    inside = inside if among is None else and_(inside, among)
    for policy in policies:
        queries.freeze(connection, campaign, policy, inside, on, take_unknown=general, home=home)
    digest = hashlib.sha256()
    for member in queries.members(connection, campaign):
        digest.update(repr(member).encode())
    return digest.hexdigest()
