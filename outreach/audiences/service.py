"""Matching a policy against the register, and one person with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_

from outreach.access.scope import under
from outreach.audiences import queries
from outreach.models.people import Person
from outreach.policies.schemas import PolicyView
from segments.among import answer_among, match_among
from segments.match import Match
from segments.person import Person as Facts
from segments.reading import FIELD_NAMES
from segments.reasons import Finding
from segments.rules import Rule
from segments.truth import Answer as Truth


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
    place = getattr(facts, policy.basis)
    rules = rules_around(policy, place, home)
    return match_among(rules, facts, on, unsure_of(policy), policy.parameter_names)


def answer(policy: PolicyView, facts: Facts, on: date, home: str = "") -> Truth:
    """The answer of `explain` alone."""
    place = getattr(facts, policy.basis)
    return answer_among(rules_around(policy, place, home), facts, on)


def rules_around(policy: PolicyView, place: str, home: str) -> list[Rule]:
    """The rule at a place, and those of the places inside it that have their own: one of them holds."""
    return [policy.rule_for(one, home) for one in (place, *policy.ruled_below(place))]


def unsure_of(policy: PolicyView) -> Finding:
    """What is missing where these rules do not say the same."""
    field = policy.basis
    return Finding(f"{FIELD_NAMES[field]}还不够具体，各地规定不一样，不能判断", field)


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
    return queries.list_hash(connection, campaign)
