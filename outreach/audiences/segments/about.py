"""What is known of a person and a policy together, joined: eligible by the policy's own rule, the rest from reach.

For everybody in SQL and for one person; the two must agree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from outreach.audiences import service
from outreach.audiences.facts import facts_of
from outreach.audiences.predicates import eligible, members
from outreach.errors import Missing
from outreach.models.people import Person
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reach.service import AboutOne, Ledger
from segments.compile import About, Sql, compile_rule
from segments.person import Person as Facts
from segments.rules import Rule

_TRUTH = {"yes": True, "no": False, "unknown": None}


def about_for(connection: Connection, views: Sequence[PolicyView], home: str = "") -> About:
    """For `compile_rule(about=…)`: every fact about the given policies, over the columns of models.people.Person.

    Raises Missing policies.unknown, when it is asked, for a policy that is none of `views`.
    """
    by_ref = {view.ref: view for view in views}
    reach = Ledger.read(connection).sql

    def about(fact: str, ref: str, on: date) -> tuple[Sql, Sql]:
        if ref not in by_ref:
            raise Missing("policies.unknown", policy=ref)
        return eligible(by_ref[ref], on, home) if fact == "eligible" else reach(fact, ref, on)

    return about


def predicate(connection: Connection, rule: Rule, on: date, home: str = "") -> tuple[Sql, Sql]:
    """(certain, possible) of a segment's rule for everybody on a day; facts about policies included."""
    views = policies.all_policies(connection, refs_of(rule))
    about = about_for(connection, views, home)
    return compile_rule(rule, Person, on, about=about, members=members)


def refs_of(rule: Rule) -> list[str]:
    """The policies that a rule reads something about."""
    from segments.fields import FIELDS

    named = (
        one
        for clause in rule.clauses()
        if FIELDS[clause.field] == "policy"
        for one in clause.operands or ()
    )
    return sorted(set(named))


def people_for(
    connection: Connection, ids: Collection[int], views: Sequence[PolicyView], home: str = ""
) -> dict[int, Facts]:
    """Person → facts that also answer for the given policies: the other half of `about_for`, for `match`."""
    by_ref = {view.ref: view for view in views}
    ledger = Ledger.read(connection)
    return {
        number: replace(facts, about=_One(by_ref, home, facts, ledger.of(connection, number)))
        for number, facts in facts_of(connection, ids).items()
    }


@dataclass(frozen=True)
class _One:
    views: Mapping[str, PolicyView]
    home: str
    facts: Facts
    reach: AboutOne

    def __call__(self, fact: str, ref: str, on: date) -> bool | None:
        if ref not in self.views:
            raise Missing("policies.unknown", policy=ref)
        if fact != "eligible":
            return self.reach(fact, ref, on)
        return _TRUTH[service.answer(self.views[ref], self.facts, on, self.home)]
