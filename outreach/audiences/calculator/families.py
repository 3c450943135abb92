"""A household without names: who belongs to it by relation, and what was told of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from outreach.audiences.calculator.asking import Case, Question, next_question
from outreach.audiences.calculator.figures import Place
from outreach.audiences.calculator.results import (
    AHEAD,
    TIERS,
    Result,
    Tier,
    answers,
    rule_for,
)
from outreach.audiences.calculator.told import Told, told_of
from outreach.audiences.calculator.weighing import opening
from outreach.policies.schemas import PolicyView
from segments.errors import FactsError

MOST = 20
"""Members of one household that are reckoned at once."""

LONGEST = 20
"""Characters of a relation."""


@dataclass(frozen=True)
class Member:
    """本人, 配偶, 孩子 …, and what was told."""

    relation: str
    told: Told


@dataclass(frozen=True)
class Family:
    """Members in the order told; `complete`: nobody of the household is left out."""

    members: tuple[Member, ...]
    complete: bool = False


@dataclass(frozen=True)
class Benefit:
    """One policy for a household: the members whom it may concern, with the best answer of them."""

    policy: PolicyView
    tier: Tier
    members: tuple[tuple[int, Result], ...]


def family_of(data: object, on: date, here: str = "") -> Family:
    """A household as JSON: `members` [{`relation`, `facts`}], `facts` that all share, `complete`.

    What a member tells goes before what all share. Raises FactsError that names the key (`members[1].facts.age`).
    """
    if not isinstance(data, Mapping) or not data.keys() <= {"members", "facts", "complete"}:
        raise FactsError("calculator.not_household", "")
    listed, shared = data.get("members"), data.get("facts") or {}
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST:
        raise FactsError("calculator.bad_household", "members", most=MOST)
    if not isinstance(data.get("complete", False), bool):
        raise FactsError("calculator.bad_complete", "complete", value=data["complete"])
    _within("facts", shared, on, here)
    each = (_member(one, f"members[{n}]", shared, (on, here)) for n, one in enumerate(listed))
    return Family(tuple(each), bool(data.get("complete", False)))


def _member(one: object, path: str, shared: Mapping[str, Any], where: tuple[date, str]) -> Member:
    if not isinstance(one, Mapping) or not one.keys() <= {"relation", "facts"}:
        raise FactsError("calculator.not_member", path)
    relation = one.get("relation", "")
    if not isinstance(relation, str) or len(relation) > LONGEST:
        raise FactsError("calculator.bad_relation", f"{path}.relation", most=LONGEST)
    own = one.get("facts") or {}
    facts = {**shared, **own} if isinstance(own, Mapping) else own
    return Member(relation, _within(f"{path}.facts", facts, *where))


def _within(path: str, facts: object, on: date, here: str) -> Told:
    try:
        return told_of(facts, on, here)
    except FactsError as error:
        inner = f"{path}.{error.key}" if error.key else path
        given = {name: value for name, value in error.params.items() if name != "key"}
        raise FactsError(error.code, inner, **given) from error


def filled(family: Family) -> list[Told]:
    """What is known of each member, with the household counted where nobody is left out."""
    if not family.complete:
        return [one.told for one in family.members]
    births = tuple(one.told.facts.birth for one in family.members)
    return [_counted(one.told, births) for one in family.members]


def _counted(told: Told, births: tuple[date | None, ...]) -> Told:
    size = len(births) if told.facts.household_size is None else told.facts.household_size
    members = births if told.facts.members is None else told.facts.members
    return replace(told, facts=replace(told.facts, members=members, household_size=size))


def family_answers(
    family: Family, policies: Sequence[PolicyView], on: date, place: Place
) -> list[list[Result]]:
    """The results of each member, in the order of the members."""
    return [answers(policies, told, on, place) for told in filled(family)]


def benefits(each: Sequence[Sequence[Result]], tiers: Iterable[Tier] = TIERS[:3]) -> list[Benefit]:
    """What may concern the household, policy by policy, the best answers first."""
    wanted = tuple(tiers)
    found: dict[int, list[tuple[int, Result]]] = {}
    for number, results in enumerate(each):
        for one in results:
            if one.tier in wanted:
                found.setdefault(one.policy.id, []).append((number, one))
    listed = [_benefit(members) for members in found.values()]
    return sorted(listed, key=lambda one: (TIERS.index(one.tier), one.policy.ref))


def _benefit(members: list[tuple[int, Result]]) -> Benefit:
    ordered = sorted(members, key=lambda one: (TIERS.index(one[1].tier), one[0]))
    return Benefit(ordered[0][1].policy, ordered[0][1].tier, tuple(ordered))


def ask(
    family: Family, policies: Iterable[PolicyView], on: date, place: Place, ahead: int = AHEAD
) -> Question | None:
    """What to ask next, and of whom; a household of one is a person. None when nothing is left to settle.

    `ahead`: how many days later a policy may open to be asked about already.
    """
    listed = list(policies)
    cases = [_case(told, listed, on, place, ahead) for told in filled(family)]
    return next_question(cases, on, place.here)


def _case(told: Told, policies: Iterable[PolicyView], on: date, place: Place, ahead: int) -> Case:
    rules = [rule_for(one, told, place) for one in policies]
    return Case(told, [(rule, opening(rule, on, ahead)) for rule in rules])
