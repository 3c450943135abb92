"""What each policy at a place means for somebody: the answer in careful words, the amount, and how to get it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Literal

from outreach.audiences.calculator.asking import supposed
from outreach.audiences.calculator.figures import (
    Amount,
    Place,
    amount_of,
    region_of,
    served,
)
from outreach.audiences.calculator.told import Told
from outreach.audiences.calculator.weighing import BORN, opening, possible, state_of
from outreach.audiences.service import rules_around, unsure_of
from outreach.policies.schemas import PolicyView
from segments.among import match_among
from segments.match import Match, match
from segments.reasons import Finding
from segments.rules import Rule

AHEAD = 90
"""Days: what begins later than this is for workers, not for residents (product §2)."""

YEAR = 366
"""Days: a window that opens later than this is not looked at."""

Tier = Literal["yes", "maybe", "soon", "later", "no"]
TIERS: tuple[Tier, ...] = ("yes", "maybe", "soon", "later", "no")
WORDS: Mapping[Tier, str] = {
    "yes": "可能符合，请核实",
    "maybe": "可能符合，请核实",
    "soon": "快要符合",
    "later": "以后可能符合",
    "no": "按填的情况不符合",
}
"""What is told is borne out by no list, so nobody is told that they may apply, however well it fits (product §2).
`later` and `no` are words for workers only: no resident reads them."""

HOTLINE = "12345"


@dataclass(frozen=True)
class Result:
    """One policy for one person. `asks`: the questions that are still open.

    `opens`: the day on which applications open, where they are closed now and the answer then is not no.
    `unlikely`: unknown, but only because of what nobody of this age has (a veteran of three years).
    """

    policy: PolicyView
    facts: Mapping[str, Any]
    match: Match
    tier: Tier
    amount: Amount
    asks: frozenset[str]
    unlikely: bool = False
    opens: date | None = None

    @property
    def words(self) -> str:
        """The answer in the words that may be said."""
        return WORDS[self.tier]

    @property
    def bring(self) -> tuple[str, ...]:
        """What the applicant brings; what offices can look up for themselves is not asked for."""
        listed = self.facts.get("documents") or []
        return tuple(one["name"] for one in listed if one.get("who", "applicant") == "applicant")

    def word(self, key: str) -> str:
        """A fact in words."""
        value = self.facts.get(key)
        return str((value.get("text") if isinstance(value, Mapping) else value) or "")

    @property
    def phone(self) -> str:
        """Whom to ask."""
        return self.word("phone") or HOTLINE

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "policy": self.policy.ref,
            "name": self.policy.plain_name,
            "tier": self.tier,
            "words": self.words,
            **self.match.as_json(),
            "amount": {"text": self.amount.text, "how": self.amount.how, "mark": self.amount.mark},
            "bring": list(self.bring),
            "where": self.word("where"),
            "how": list(self.facts.get("how_to_apply") or []),
            "phone": self.phone,
            "asks": sorted(self.asks),
            "unlikely": self.unlikely,
            "opens": self.opens and self.opens.isoformat(),
            "verified": bool(self.policy.verified_by),
        }


def answers(policies: Iterable[PolicyView], told: Told, on: date, place: Place) -> list[Result]:
    """Every policy: what fits first, then what may fit, then what will; policies of one kind in the order given."""
    found = [_result(policy, told, on, place) for policy in policies]
    return sorted(
        found, key=lambda one: (TIERS.index(one.tier), one.unlikely, one.match.answer != "yes")
    )


def rule_for(policy: PolicyView, told: Told, place: Place) -> Rule:
    """The rule with what holds here, or at the place below it that the person named."""
    return policy.rule_for(region_of(policy, told, place), place.home)


def _result(policy: PolicyView, told: Told, on: date, place: Place) -> Result:
    rules = rules_around(policy, region_of(policy, told, place), place.home)
    rule = rules[0]
    found = matched(rule, told, on, policy.parameter_names, (rules[1:], unsure_of(policy)))
    facts = policy.facts_at(served(policy, told, place))
    day = opening(rule, on, YEAR)
    state = state_of(rule, told, day)
    no = all(state_of(one, told, day).answer == "no" for one in rules)
    opens = day if day > on and not no else None
    may = state.answer == "unknown" and state_of(rule, supposed(told, on), day).answer == "no"
    return Result(
        policy=policy,
        facts=facts,
        match=found,
        tier="no" if opens and may else _tier(found, opens, on),
        amount=amount_of(policy, told, on, place),
        asks=state.questions,
        unlikely=may,
        opens=opens,
    )


def _tier(found: Match, opens: date | None, on: date) -> Tier:
    if found.answer != "no":
        return "yes" if found.answer == "yes" and not found.check else "maybe"
    begins = found.becomes_true_on or opens
    if begins is None:
        return "no"
    return "soon" if begins <= on + timedelta(days=AHEAD) else "later"


Around = tuple[Sequence[Rule], Finding]
"""The rules of places inside the one that is known, and what is missing where they say something else."""

_EXACTLY: Around = ((), Finding("", ""))


def matched(
    rule: Rule,
    told: Told,
    on: date,
    names: Mapping[str, str] = MappingProxyType({}),
    around: Around = _EXACTLY,
) -> Match:
    """`segments.match` where the birth date is known or nothing is; else what all possible birth dates have in common."""
    rules, unsure = (rule, *around[0]), around[1]
    each = [match_among(rules, one, on, unsure, names) for one in possible(rules, told, on)]
    if told.born is None:
        return each[0]
    said = {one.answer for one in each}
    may = [one for one in each if one.answer != "no"] or each
    met = _common([one.met for one in each])
    missing = [finding for one in may for finding in one.missing]
    if len(said) > 1:
        missing = [*_about_birth(match(rule, told.facts, on, names), met), *missing]
    clauses = (clause for one in rules for clause in one.clauses())
    moves = any(clause.field in ("age", "retires_in", "members") for clause in clauses)
    return Match(
        answer=each[0].answer if len(said) == 1 else "unknown",
        met=met,
        failed=_common([one.failed for one in each]),
        missing=tuple(dict.fromkeys(missing)),
        check=rule.check,
        becomes_true_on=None if moves or len(said) > 1 else each[0].becomes_true_on,
        ends_on=None if moves or len(said) > 1 else each[0].ends_on,
    )


def _about_birth(without: Match, met: Iterable[Finding]) -> Iterator[Finding]:
    """What is missing of the birth date, without what every possible one meets."""
    known = tuple(_bare(one).text for one in met)
    for one in without.missing:
        if one.field in BORN and not one.text.endswith(known):
            yield one


def _common(each: Sequence[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """What is found for all of them; a birth date, or an age that is not everybody's, is left out of its sentence."""
    shared = {one for one in each[0] if all(one in other for other in each)}
    bare = [[_bare(finding) for finding in one] for one in each]
    return tuple(
        one if one in shared and one.field != "birth_date" else _bare(one)
        for one in each[0]
        if all(_bare(one) in other for other in bare)
    )


def _bare(finding: Finding) -> Finding:
    if finding.field not in BORN or not finding.fact:
        return finding
    return replace(finding, text=finding.text.rpartition("（")[0], fact="")
