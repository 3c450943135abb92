"""One rule and what was told: the answer over every birth date that is possible, and the questions still open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from outreach.audiences.calculator.told import PLACES, QUESTIONS, Told
from segments import vocabulary
from segments.fields import FIELDS
from segments.person import Person, cutoff_birth
from segments.retirement import cutoff_birth_for, schedule_for
from segments.rules import Clause, Rule
from segments.truth import Answer, answer_on, either, truth_of, way_holds
from segments.turning import candidates

_DAY = timedelta(days=1)
BORN = ("age", "birth_date", "retires_in")
"""Fields that read the birth date."""

_NOBODY = Person()
_ASKED_AS = {"age": "birth", "birth_date": "birth"} | {field: key for key, field in PLACES.items()}


@dataclass(frozen=True)
class State:
    """The answer, and what is open: (number of the clause, question). Nothing is open once there is an answer."""

    answer: Answer
    open: frozenset[tuple[int, str]] = frozenset()

    @property
    def questions(self) -> frozenset[str]:
        """The questions whose answers bear on it."""
        return frozenset(question for _, question in self.open)


def state_of(rule: Rule, told: Told, on: date) -> State:
    """Yes or no only where every possible birth date says the same. More answers never reverse it."""
    people = possible((rule,), told, on)
    said = {answer_on(rule, one, on) for one in people}
    if len(said) == 1 and said != {"unknown"}:
        return State(said.pop())
    found = {(-1, "birth")} if len(said) > 1 else set()
    for one in people:
        if answer_on(rule, one, on) != "no":
            found.update(_open(rule, one, on))
    return State("unknown", frozenset(found))


def opening(rule: Rule, on: date, ahead: int) -> date:
    """The day from `on` on which applications are open, at most `ahead` days later; `on` where that is no day.

    A policy that is closed today is asked about as of the day when it opens.
    """
    times = Rule(all=tuple(one for one in rule.all if one.field == "today"))
    latest = on + timedelta(days=ahead)
    days = (on, *candidates(times, _NOBODY, on))
    open_ = (day for day in days if day <= latest and answer_on(times, _NOBODY, day) == "yes")
    return next(open_, on)


def possible(rules: Sequence[Rule], told: Told, on: date) -> list[Person]:
    """The person with each birth date that makes a difference under the rules; one person where it is known."""
    if told.born is None:
        return [told.facts]
    first, last = told.born
    turns = {day for rule in rules for day in turning(rule, told.facts, on)}
    days = [day for day in sorted(turns) if first < day <= last]
    return [replace(told.facts, birth=day) for day in (first, *days)]


def turning(rule: Rule, person: Person, on: date) -> Iterator[date]:
    """Birth dates from which on a clause says something else than for those born the day before."""
    for clause in rule.clauses():
        yield from _TURNING[clause.field](clause, person, on) if clause.field in _TURNING else ()


def _by_age(clause: Clause, _person: Person, on: date) -> Iterator[date]:
    for value in clause.operands or ():
        for age in {0, value, value + 1}:
            yield cutoff_birth(age, clause.day(on)) + _DAY


def _by_date(clause: Clause, _person: Person, _on: date) -> Iterator[date]:
    for value in clause.operands or ():
        yield value
        yield value + _DAY


def _by_retirement(clause: Clause, person: Person, on: date) -> Iterator[date]:
    if schedule_for(person.sex, person.job_kind) is None:
        return
    for value in clause.operands or ():
        for months in {value, max(value - 1, 0)}:
            latest = cutoff_birth_for(months, person.sex, person.job_kind, clause.day(on))
            yield latest + _DAY


_TURNING = {"age": _by_age, "birth_date": _by_date, "retires_in": _by_retirement}


def _open(rule: Rule, person: Person, on: date) -> Iterator[tuple[int, str]]:
    """Every unknown clause that the answer still rests on, with what must be asked to know it."""
    for number, clause in enumerate(rule.clauses()):
        if _matters(rule, clause, person, on) and truth_of(clause, person, on) is None:
            for question in questions_of(clause, person):
                yield number, question


def _matters(rule: Rule, clause: Clause, person: Person, on: date) -> bool:
    """A clause of an alternative matters while no alternative holds and its own can still hold."""
    mine = [way for way in rule.any if any(one is clause for one in way.all)]
    if not mine:
        return True
    return (
        either(way_holds(way, person, on) for way in rule.any) is None
        and way_holds(mine[0], person, on) is None
    )


def questions_of(clause: Clause, person: Person) -> tuple[str, ...]:
    """What to ask so that a clause is known; nothing while a region has not filled in its value."""
    if clause.operands is None:
        return ()
    if FIELDS[clause.field] == "flags":
        asked = vocabulary.mask(clause.operands)
        return vocabulary.codes(asked & ~person.circumstances_known)
    if clause.field == "retires_in":
        return _for_retirement(person)
    question = _ASKED_AS.get(clause.field, clause.field)
    return (question,) if question in QUESTIONS else ()


def _for_retirement(person: Person) -> tuple[str, ...]:
    lacking = [name for name in ("birth", "sex") if not getattr(person, name)]
    if person.sex == "F" and not person.job_kind:
        lacking.append("job_kind")
    return tuple(lacking)
