"""The days on which the answer for a person can change by the passing of time alone, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta

from segments.person import Person, birthday
from segments.retirement import first_day_within
from segments.rules import Clause, Rule
from segments.truth import Answer, answer_on

_DAY = timedelta(days=1)
_LEAPING = frozenset({"02-28", "02-29", "03-01"})


def turns(rule: Rule, person: Person, on: date) -> tuple[date | None, date | None]:
    """(becomes_true_on, ends_on): see `match.Match`.

    Between two of the candidate days nothing changes, so looking at those days is exact.
    """
    days = candidates(rule, person, on)
    return turning(lambda day: answer_on(rule, person, day), days, on)


def turning(
    answers: Callable[[date], Answer], days: Sequence[date], on: date
) -> tuple[date | None, date | None]:
    """(becomes_true_on, ends_on) of answers that change on no other days than these, all after `on`, in order."""
    said = [(day, answers(day)) for day in (on, *days)]
    becomes = next((day for day, answer in said if answer == "yes"), None)
    in_stretch = False
    for day, answer in said:
        if in_stretch and answer == "no":
            return (becomes if becomes != on else None), day - _DAY
        in_stretch = in_stretch or answer != "no"
    return (becomes if becomes != on else None), None


def candidates(rule: Rule, person: Person, on: date) -> list[date]:
    """The days after `on` on which a clause can change: birthdays, dates of the rule, retirement, seasons.

    Seasons come back every year. Between two other candidates the answer repeats itself from year to year, so the
    first two years after each of them show all that can happen; a season that begins or ends about 29 February needs
    as many years as there may be between two such days.
    """
    clauses = [one for one in rule.clauses() if one.op != "exists" and one.operands]
    days = {day for one in clauses for day in _earlier(one, _once(one, person))}
    around = {day.year for day in (on, *(day for day in days if day > on))}
    yearly = [one for one in clauses if one.op == "yearly"]
    leaping = any(_LEAPING & {*(one.operands or ())} for one in yearly)
    years = {year + step for year in around for step in range(-1, 10 if leaping else 3)}
    for one in yearly:
        days.update(_earlier(one, _seasons(one, years)))
    return sorted(day for day in days if day > on)


def _earlier(clause: Clause, days: Iterable[date | None]) -> Iterator[date]:
    """A clause that looks ahead changes so many days before its fact does."""
    ahead = timedelta(days=clause.in_days)
    for day in days:
        if day is not None and _fits(day, clause.in_days):
            yield day - ahead


def _fits(day: date, in_days: int) -> bool:
    return date.min.toordinal() <= day.toordinal() - in_days <= date.max.toordinal()


def _birthdays(clause: Clause, person: Person) -> Iterator[date | None]:
    for value in clause.operands or ():
        for age in (0, value, value + 1):
            yield person.birth and birthday(person.birth, age)


def _members(clause: Clause, person: Person) -> Iterator[date | None]:
    for born in person.members or ():
        for age in (clause.aged[0], clause.aged[1] + 1):
            yield born and birthday(born, age)


def _retirement(clause: Clause, person: Person) -> Iterator[date | None]:
    for value in clause.operands or ():
        for months in (max(value, 0), max(value - 1, 0)):
            born = person.birth
            yield born and first_day_within(months, born, person.sex, person.job_kind)


def _dates(clause: Clause, _person: Person) -> Iterator[date | None]:
    for value in clause.operands or () if clause.op != "yearly" else ():
        yield value
        yield value + _DAY if value < date.max else None


_ONCE: dict[str, Callable[[Clause, Person], Iterator[date | None]]] = {
    "age": _birthdays,
    "members": _members,
    "retires_in": _retirement,
    "today": _dates,
}
"""Field → the days on which its fact changes, where it does so only once for each value."""


def _once(clause: Clause, person: Person) -> Iterator[date | None]:
    turning = _ONCE.get(clause.field)
    return turning(clause, person) if turning else iter(())


def _seasons(clause: Clause, years: Iterable[int]) -> Iterator[date]:
    start, end = clause.operands or ("", "")
    for year in years:
        if date.min.year < year < date.max.year:
            yield _from(year, start)
            after = _from(year, end)
            yield after if f"{after:%m-%d}" > end else after + _DAY


def _from(year: int, season: str) -> date:
    """The first day of a year not before MM-DD: 29 February is 1 March in years without it."""
    month, day = int(season[:2]), int(season[3:])
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 3, 1)
