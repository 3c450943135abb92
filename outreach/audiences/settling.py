"""Which list, date or parameter would settle most of those whose answer to a policy is unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, not_, or_, select

from outreach.access.scope import under
from outreach.audiences.gaps import Condition, Fact, Gap, missing, says
from outreach.audiences.predicates import eligible, members
from outreach.audiences.preview import warm_one
from outreach.audiences.segments.about import predicate
from outreach.audiences.segments.schemas import Asked
from outreach.models.people import Person
from outreach.policies.schemas import PolicyView
from segments.compile import compile_rule
from segments.regions import ancestors
from segments.rules import Rule

if TYPE_CHECKING:
    from pyroaring import BitMap

    from outreach.audiences.snapshot.answers import Answers


def settle(
    connection: Connection, policy: PolicyView, asked: Asked, segment: Rule | None = None
) -> list[Gap]:
    """The facts that are missing where the policy is unknown, those first that alone settle most.

    Only people whose answer to the policy itself is unknown are counted, of those who may belong to the segment.
    """
    warm = warm_one(connection, asked, segment)
    if warm is None:
        counts = _in_sql(connection, policy, asked, segment)
    else:
        counts = _in_snapshot(warm, policy, asked, segment)
    gaps = [
        Gap(fact, alone, among, says(fact, alone, policy))
        for fact, (alone, among) in counts.items()
        if among
    ]
    return sorted(gaps, key=lambda gap: (-gap.alone, -gap.among, gap.fact.kind, gap.fact.name))


@dataclass(frozen=True)
class Helpful:
    """A list of a circumstance, and how many answers (person × policy) it alone would settle."""

    circumstance: str
    answers: int


def most_helpful(
    connection: Connection, policies: Iterable[PolicyView], asked: Asked
) -> list[Helpful]:
    """Over several policies: the lists that would settle any answer by themselves, the best first."""
    found: defaultdict[str, int] = defaultdict(int)
    for policy in policies:
        for gap in settle(connection, policy, asked):
            if gap.fact.kind == "list":
                found[gap.fact.name] += gap.alone
    listed = [Helpful(code, answers) for code, answers in found.items() if answers]
    return sorted(listed, key=lambda one: (-one.answers, one.circumstance))


Counts = dict[Fact, tuple[int, int]]
"""Fact → (of how many it alone is missing, among what is missing of how many)."""


def _rules(policy: PolicyView, home: str) -> Iterator[tuple[str, str, Rule]]:
    """(part of the register, around which place, rule): what is missing there for whom. '' = for everybody there."""
    for region in [*policy.ruled_regions, ""]:
        yield region, "", policy.rule_for(region, home)
        for deeper in policy.ruled_below(region):
            yield region, deeper, policy.rule_for(deeper, home)


def _in_sql(
    connection: Connection, policy: PolicyView, asked: Asked, segment: Rule | None
) -> Counts:
    certain, possible = eligible(policy, asked.on, asked.home)
    where = [
        under(Person.region, asked.scope), possible, not_(certain), Person.status == "active",
    ]  # fmt: skip
    if segment is not None:
        where.append(predicate(connection, segment, asked.on, asked.home)[1])
    lacking = _lacking_in_sql(policy, asked)
    if not lacking:
        return {}
    flags = [
        case((or_(false(), *ways), 1), else_=0).label(f"fact_{number}")
        for number, ways in enumerate(lacking.values())
    ]
    each = select(*flags).where(*where).subquery()
    number = sum(each.c[1:], start=each.c[0])
    sums = [
        (func.sum(case((and_(one == 1, number == 1), 1), else_=0)), func.sum(one)) for one in each.c
    ]
    row = connection.execute(select(*(one for pair in sums for one in pair))).one()
    counts = [int(one or 0) for one in row]
    return {fact: (counts[2 * place], counts[2 * place + 1]) for place, fact in enumerate(lacking)}


def _lacking_in_sql(policy: PolicyView, asked: Asked) -> dict[Fact, list[ColumnElement[bool]]]:
    basis = getattr(Person, policy.basis)
    found: dict[Fact, list[ColumnElement[bool]]] = defaultdict(list)
    taken: ColumnElement[bool] = false()
    before = None
    for region, deeper, rule in _rules(policy, asked.home):
        if before is not None and region != before:
            taken = or_(taken, under(basis, before))
        before = region
        here = and_(under(basis, region), not_(taken))
        if deeper:
            here = and_(here, basis.in_(ancestors(deeper)))
            found[Fact("field", policy.basis)].append(here)
        for fact, conditions in missing(rule):
            found[fact].append(and_(here, *(_meets_in_sql(one, asked) for one in conditions)))
    return found


def _meets_in_sql(condition: Condition, asked: Asked) -> ColumnElement[bool]:
    certain, possible = compile_rule(condition.rule, Person, asked.on, members=members)
    return and_(possible, not_(certain)) if condition.undecided else possible


def _in_snapshot(warm: Answers, policy: PolicyView, asked: Asked, segment: Rule | None) -> Counts:
    """Who lacks one fact, and who lacks more than one, are told apart as the facts are gone through."""
    open_ones = warm.policy(policy, asked.on, home=asked.home).unknown
    open_ones &= warm.everybody(asked.scope)
    if segment is not None:
        open_ones &= warm.rule(segment, asked.on).maybe
    lacking = _lacking(warm, policy, asked, open_ones)
    once, twice = open_ones - open_ones, open_ones - open_ones
    for who in lacking.values():
        twice |= once & who
        once |= who
    return {fact: (len(who - twice), len(who)) for fact, who in lacking.items()}


def _lacking(
    warm: Answers, policy: PolicyView, asked: Asked, open_ones: BitMap
) -> dict[Fact, BitMap]:
    basis = policy.basis
    places = warm.index.places(basis)
    found: dict[Fact, BitMap] = {}
    left, before = open_ones, ""
    for region, deeper, rule in _rules(policy, asked.home):
        if before and region != before:
            left = left - places.under(before)
        before = region
        here = left & places.under(region) if region else left
        if deeper:
            here = here & places.around(deeper)
            _put(found, Fact("field", basis), here)
        for fact, conditions in missing(rule):
            _put(found, fact, _meeting(warm, conditions, asked, here))
    return found


def _put(found: dict[Fact, BitMap], fact: Fact, who: BitMap) -> None:
    found[fact] = found[fact] | who if fact in found else who


def _meeting(
    warm: Answers, conditions: tuple[Condition, ...], asked: Asked, inside: BitMap
) -> BitMap:
    for one in conditions:
        found = warm.rule(one.rule, asked.on, inside)
        inside = found.unknown if one.undecided else found.maybe
    return inside
