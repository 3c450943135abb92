"""Which facts are missing, where a policy cannot be decided: what a list, a date or a parameter would settle.

Of somebody whose answer is unknown, a fact is *missing* when it is not known and stands in a clause that is undecided
for that reason: a clause of the rule, an exclusion, or a clause of an alternative that is itself undecided while no
alternative holds. Who is known only to a region around places with rules of their own lacks the place as well, and
whatever these rules lack. A fact *alone* is missing when it is the only one: as soon as it is known, whatever it turns
out to be, the answer is yes or no.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from outreach import wording
from outreach.policies.schemas import PolicyView
from segments import vocabulary
from segments.fields import FIELDS
from segments.reading import FIELD_NAMES
from segments.rules import Clause, Rule


@dataclass(frozen=True)
class Fact:
    """Something that is not known: a circumstance (list), a field of a person, a parameter that a region fills in."""

    kind: Literal["list", "field", "parameter"]
    name: str


@dataclass(frozen=True)
class Condition:
    """Of whom a rule is undecided, or whom it may fit; an undecided one is missing a fact."""

    rule: Rule
    undecided: bool = True


@dataclass(frozen=True)
class Gap:
    """A fact: of how many it alone is missing, and among what is missing of how many."""

    fact: Fact
    alone: int
    among: int
    says: str

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "kind": self.fact.kind, "name": self.fact.name, "alone": self.alone, "among": self.among, "text": self.says,
        }  # fmt: skip


Missing = tuple[Fact, tuple[Condition, ...]]
"""A fact is missing of whoever meets all conditions."""


def missing(rule: Rule) -> Iterator[Missing]:
    """Every way in which a fact can be missing for a rule."""
    for clause in (*rule.all, *rule.none):
        yield from _of_clause(clause, ())
    for way in rule.any:
        around = (Condition(Rule(any=rule.any)), Condition(Rule(all=way.all)))
        for clause in way.all:
            yield from _of_clause(clause, around)


def _of_clause(clause: Clause, around: tuple[Condition, ...]) -> Iterator[Missing]:
    if clause.parameters:
        yield from ((Fact("parameter", name), around) for name in clause.parameters)
        return
    here = (*around, Condition(Rule((clause,))))
    if FIELDS[clause.field] == "flags":
        for code in clause.operands or ():
            known = Clause("circumstances", "exists", (code,))
            yield Fact("list", code), (*here, Condition(Rule(none=(known,)), undecided=False))
    elif clause.field == "retires_in":
        for name in ("birth_date", "sex", "job_kind"):
            yield Fact("field", name), (*here, Condition(_lacks(name), undecided=False))
    else:
        yield Fact("field", "birth_date" if clause.field == "age" else clause.field), here


def _lacks(name: str) -> Rule:
    """Of men nobody asks which kind of job they have."""
    lacks = Clause(name, "exists", (False,))
    return Rule((lacks,), none=(Clause("sex", "=", ("M",)),) if name == "job_kind" else ())


def says(fact: Fact, alone: int, policy: PolicyView) -> str:
    """One line of Chinese: what to do, and for how many it settles the answer."""
    people = f"{alone:,}"
    if fact.kind == "list":
        name = vocabulary.by_code(fact.name).zh.removesuffix("人员")
        return wording.say("preview.settle_list", list=name, people=people)
    if fact.kind == "parameter":
        declared = (policy.facts.get("parameters") or {}).get(fact.name) or {}
        name = declared.get("zh", fact.name) if isinstance(declared, dict) else fact.name
        return wording.say("preview.settle_parameter", parameter=name, people=people)
    if fact.name == "members":
        return wording.say("preview.settle_members", people=people)
    return wording.say("preview.settle_field", field=FIELD_NAMES[fact.name], people=people)
