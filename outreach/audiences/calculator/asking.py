"""What to ask next: the one fact that settles most of the policies that are still open.

Each open policy weighs the same. A question is judged by how many policies it settles over its possible answers, each
as likely as the other (for a birth date: each day of a century). Where no single answer settles anything, the one
that most policies wait for comes first. What is left is ordered by a fixed list, so the same facts always lead to the
same question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from outreach.audiences.calculator.told import (
    CHOICES,
    ELSEWHERE,
    NUMBERS,
    PLACES,
    Told,
)
from outreach.audiences.calculator.weighing import State, state_of, turning
from segments import vocabulary
from segments.errors import FactsError
from segments.person import HUKOU_TYPES, SEXES, age_on, cutoff_birth
from segments.retirement import JOB_KINDS
from segments.rules import Rule

_ORDER = (
    "birth", *PLACES, "sex", "hukou_type", *(one.code for one in vocabulary.CIRCUMSTANCES), *NUMBERS, "job_kind",
    "members",
)  # fmt: skip
_CENTURY = 100
_FIXED: Mapping[str, tuple[str, ...]] = {
    "sex": SEXES, "hukou_type": HUKOU_TYPES, "job_kind": JOB_KINDS,
}  # fmt: skip
HOUSEHOLD = frozenset({"income_month", "household_size", "members"})
"""Facts that all members of a household share."""

_AGES: tuple[tuple[tuple[str, ...], int, int], ...] = (
    (("stu.kindergarten",), 2, 7),
    (("stu.poor",), 5, 40),
    (("stu.high", "stu.voc", "stu.hvoc", "stu.college"), 13, 40),
    (("stu.k12",), 5, 25),
    (("child.",), 0, 25),
    (("elder.",), 55, 200),
    (("mat.",), 12, 60),
    (("mil.veteran",), 17, 200),
    (("emp.", "pension.", "land.", "ins.employee", "fp.", "paid_months", "job_kind", "income.tekun.central"), 15, 200),
)  # fmt: skip
"""Ages at which a question makes sense. It only says what is asked; what is not asked stays unknown in every answer."""


@dataclass(frozen=True)
class Question:
    """What to ask, of which member of a household (None = of all), and what it is worth.

    `settles`: policies that its answer settles on average; `touches`: policies that wait for it.
    """

    key: str
    settles: float
    touches: int
    member: int | None = 0


@dataclass(frozen=True)
class Case:
    """One person and the rules of the policies as they hold for this person, each with the day that it is asked of."""

    told: Told
    rules: Sequence[tuple[Rule, date]]


@dataclass(frozen=True)
class Open:
    """A policy that somebody's answer may settle."""

    told: Told
    rule: Rule
    day: date
    state: State


def next_question(cases: Sequence[Case], on: date, here: str) -> Question | None:
    """The question that settles most over all cases; None when no answer would change anything."""
    cases = [Case(supposed(case.told, on), case.rules) for case in cases]
    states = [[state_of(rule, case.told, day) for rule, day in case.rules] for case in cases]
    found = [
        question
        for key, members in _candidates(cases, states, on).items()
        if (question := _worth(key, members, cases, states, (on, here))) is not None
    ]
    return min(found, key=_rank, default=None)


def _rank(one: Question) -> tuple[float, int, int, int]:
    return -round(one.settles, 9), -one.touches, _ORDER.index(one.key), one.member or 0


def _candidates(
    cases: Sequence[Case], states: Sequence[Sequence[State]], on: date
) -> dict[tuple[str, int | None], tuple[int, ...]]:
    """(question, member) → the cases that the answer goes into."""
    found: dict[tuple[str, int | None], tuple[int, ...]] = {}
    everybody = tuple(range(len(cases)))
    for number, (case, mine) in enumerate(zip(cases, states, strict=True)):
        for key in sorted({key for state in mine for key in state.questions}):
            if key in case.told.unsure or not makes_sense(key, case.told, on):
                continue
            shared = key in HOUSEHOLD and len(cases) > 1
            found[key, None if shared else number] = everybody if shared else (number,)
    return found


def makes_sense(key: str, told: Told, on: date) -> bool:
    """Whether somebody of this age and sex would be asked at all."""
    if key.startswith("mat.") and told.facts.sex == "M":
        return False
    first, last = told.born or (told.facts.birth, told.facts.birth)
    if first is None or last is None:
        return True
    spans = ((least, most) for words, least, most in _AGES if key.startswith(words))
    return all(age_on(first, on) >= least and age_on(last, on) <= most for least, most in spans)


def supposed(told: Told, on: date) -> Told:
    """The same, with no to every circumstance that nobody of this age and sex has. It never decides an answer."""
    unknown = [
        one.code
        for one in vocabulary.CIRCUMSTANCES
        if not told.facts.circumstances_known & one.mask and not makes_sense(one.code, told, on)
    ]
    known = told.facts.circumstances_known | vocabulary.mask(unknown)
    return replace(told, facts=replace(told.facts, circumstances_known=known))


def _worth(
    asked: tuple[str, int | None],
    members: Sequence[int],
    cases: Sequence[Case],
    states: Sequence[Sequence[State]],
    where: tuple[date, str],
) -> Question | None:
    """What one question is worth; None when none of its answers changes anything."""
    key, member = asked
    open_ = [
        Open(cases[number].told, rule, day, state)
        for number in members
        for (rule, day), state in zip(cases[number].rules, states[number], strict=True)
        if key in state.questions
    ]
    if not open_:
        return None
    on, here = where
    weighed = list(_answers(key, open_, on, here))
    settles, changed = 0.0, False
    for one in open_:
        for weight, value in weighed:
            after = _after(one, key, value)
            settles += weight * (after is not None and after.answer != "unknown")
            changed = changed or (after is not None and after != one.state)
    return Question(key, settles, len(open_), member) if changed else None


def _after(one: Open, key: str, value: Any) -> State | None:
    """None when this person cannot give this answer."""
    try:
        return state_of(one.rule, one.told.fact(key, value), one.day)
    except FactsError:
        return None


def _answers(key: str, open_: Sequence[Open], on: date, here: str) -> Iterator[tuple[float, Any]]:
    """(weight, answer): one answer for each difference that the rules make, weights sum to 1."""
    if key == "birth":
        yield from _births(open_, on)
        return
    values = _VALUES[key](open_, key, on) if key in _VALUES else (True, False)
    if key in PLACES:
        values = (here, ELSEWHERE) if here else (ELSEWHERE,)
    for value in values:
        yield 1 / len(values), value


def _births(open_: Sequence[Open], on: date) -> Iterator[tuple[float, date]]:
    first, last = open_[0].told.born or (cutoff_birth(_CENTURY, on), on)
    days = {day for one in open_ for day in turning(one.rule, one.told.facts, one.day)}
    starts = sorted({first, *(day for day in days if first < day <= last)})
    length = (last - first).days + 1
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        until = (last - start).days + 1 if end is None else (end - start).days
        yield until / length, start


def _numbers(open_: Sequence[Open], key: str, _on: date) -> tuple[int, ...]:
    values = {0}
    for one in open_:
        for clause in one.rule.clauses():
            for value in (clause.operands or ()) if clause.field == key else ():
                values.update((max(value - 1, 0), value, value + 1))
    return tuple(sorted(values))


def _fixed(_open: Sequence[Open], key: str, _on: date) -> tuple[str, ...]:
    return _FIXED[key]


def _households(open_: Sequence[Open], _key: str, _on: date) -> tuple[tuple[date | None, ...], ...]:
    """Households with as many people of the ages that a rule counts as make a difference."""
    found: set[tuple[date | None, ...]] = {()}
    for one in open_:
        for clause in one.rule.clauses():
            if clause.field == "members":
                born = cutoff_birth(clause.aged[0], clause.day(one.day))
                for value in clause.operands or ():
                    found.update((born,) * n for n in (max(value - 1, 0), value, value + 1))
    return tuple(sorted(found, key=len))


_Values = Callable[[Sequence[Open], str, date], tuple[Any, ...]]
_VALUES: dict[str, _Values] = {
    **dict.fromkeys(NUMBERS, _numbers),
    **dict.fromkeys(CHOICES, _fixed),
    "members": _households,
}
