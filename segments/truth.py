"""Whether a rule holds for one person on a day: true, false, or None where a fact is missing. The plain oracle."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Literal

from segments import regions, vocabulary
from segments.fields import FIELDS
from segments.person import Person, age_on, cutoff_birth
from segments.retirement import months_to_retirement
from segments.rules import Alternative, Clause, Rule

Answer = Literal["yes", "no", "unknown"]
Truth = bool | None

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}


def answer_on(rule: Rule, person: Person, on: date) -> Answer:
    """The answer alone."""
    truth = both(
        [
            *(truth_of(clause, person, on) for clause in rule.all),
            *([either(way_holds(one, person, on) for one in rule.any)] if rule.any else []),
            *(opposite(truth_of(clause, person, on)) for clause in rule.none),
        ]
    )
    return "unknown" if truth is None else "yes" if truth else "no"


def both(truths: Iterable[Truth]) -> Truth:
    """AND: false if one is, else unknown if one is."""
    seen = set(truths)
    return False if False in seen else None if None in seen else True


def either(truths: Iterable[Truth]) -> Truth:
    """OR: true if one is, else unknown if one is."""
    return opposite(both(opposite(truth) for truth in truths))


def opposite(truth: Truth) -> Truth:
    """NOT."""
    return None if truth is None else not truth


def way_holds(alternative: Alternative, person: Person, on: date) -> Truth:
    """Whether all clauses of an alternative hold."""
    return both(truth_of(clause, person, on) for clause in alternative.all)


def truth_of(clause: Clause, person: Person, on: date) -> Truth:
    """Whether one clause holds."""
    values = clause.operands
    if values is None:
        return None
    kind = FIELDS[clause.field]
    if kind == "flags":
        return _flags(clause.op, vocabulary.mask(values), person)
    if kind == "policy":
        day = clause.day(on)
        return either(person.about(clause.field, policy, day) for policy in values)
    fact = fact_of(clause, person, on)
    if clause.op == "exists":
        return (fact is not None) is values[0]
    if kind == "region":
        return either(regions.within(fact or "", code) for code in values)
    return None if fact is None else _holds(clause, fact, values)


def in_season(day: date, start: str, end: str) -> bool:
    """Whether a day lies in a season of every year (MM-DD, both ends included), which may go over New Year."""
    here = f"{day:%m-%d}"
    return start <= here <= end if start <= end else here >= start or here <= end


def fact_of(clause: Clause, person: Person, on: date) -> Any:
    """What is known of the person about the clause's field, or None."""
    day = clause.day(on)
    if clause.field == "today":
        return day
    if clause.field == "age":
        return None if person.birth is None else age_on(person.birth, day)
    if clause.field == "members":
        return _members(person, clause.aged, day)
    if clause.field == "retires_in":
        born = person.birth
        return born and months_to_retirement(born, person.sex, person.job_kind, day)
    value = getattr(person, "birth" if clause.field == "birth_date" else clause.field)
    return None if value == "" else value


def _members(person: Person, aged: tuple[int, int], day: date) -> int | None:
    """People of the household in a span of ages; one whose birth date is not known might be in it."""
    if person.members is None or None in person.members:
        return None
    youngest, oldest = cutoff_birth(aged[0], day), cutoff_birth(aged[1] + 1, day)
    return sum(born is not None and oldest < born <= youngest for born in person.members)


def _holds(clause: Clause, fact: Any, values: tuple[Any, ...]) -> bool:
    if clause.field == "age" and fact < 0:
        return False  # not born yet: no age at all
    if clause.op == "yearly":
        return in_season(fact, *values)
    if clause.op == "between":
        return bool(values[0] <= fact <= values[1])
    return fact in values if clause.op == "in" else _COMPARE[clause.op](fact, values[0])


def _flags(op: str, asked: int, person: Person) -> Truth:
    true = person.circumstances & asked
    known = person.circumstances_known & asked
    if op == "exists":
        return known == asked
    if op == "has_all":
        return True if true == asked else False if true != known else None
    return True if true else False if known == asked else None
