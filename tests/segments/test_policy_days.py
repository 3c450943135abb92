"""The days on which the answer of a shipped policy changes, against a look at every day."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from segments import vocabulary
from segments.errors import FactsError
from segments.match import match
from segments.person import Person
from segments.truth import answer_on
from tests.segments.catalogue import CATALOGUE, HOME, rule_here

PEOPLE = 12
DAYS = 900
CODES = [one.code for one in vocabulary.CIRCUMSTANCES]
AGES = (0, 3, 5, 13, 16, 18, 49, 50, 55, 60, 63, 65, 80)
LEAP = tuple(date(year, 2, 29) for year in (1944, 1964, 1968, 2008, 2012, 2016, 2024))


def facts(chance: random.Random, on: date) -> Person:
    """Somebody near an age that a policy asks for; some of the facts are not known."""
    near = timedelta(days=chance.choice(AGES) * 365.2425 + chance.randint(-400, 400))
    birth = chance.choice((on - near, on - near, on - near, chance.choice(LEAP), None))
    true, known = 0, 0
    for code in chance.sample(CODES, len(CODES)):
        has, lacks = vocabulary.codes(true), vocabulary.codes(known & ~true)
        drawn = chance.random()
        try:
            if drawn < 0.1:
                true, known = vocabulary.settle((*has, code), lacks)
            elif drawn < 0.7:
                true, known = vocabulary.settle(has, (*lacks, code))
        except FactsError:
            continue
    places = (HOME, f"{HOME}101", "43", "", "44")
    return Person(
        birth=birth,
        sex=chance.choice(("M", "F", "F", "")),
        region=chance.choice(places),
        hukou_region=chance.choice(places),
        hukou_type=chance.choice(("", "rural", "urban", "resident")),
        circumstances=true,
        circumstances_known=known,
        income_month=chance.choice((None, 0, 599, 600, 899, 900, 2000, 2001, 2499, 2500)),
        household_size=chance.choice((None, 1, 3)),
        paid_months=chance.choice((None, 0, 5, 6, 11, 12, 60)),
        paid_months_running=chance.choice((None, 0, 6)),
        job_kind=chance.choice(("", "worker", "cadre")),
    )


@pytest.mark.parametrize("policy", CATALOGUE)
def test_becomes_true_and_ends_as_the_days_say(policy: str) -> None:
    rule = rule_here(policy)
    chance = random.Random(policy)
    for _ in range(PEOPLE):
        on = date(2024, 9, 1) + timedelta(days=chance.randint(0, 1200))
        person = facts(chance, on)
        days = [on + timedelta(days=number) for number in range(DAYS)]
        each = [answer_on(rule, person, day) for day in days]
        found = match(rule, person, on)
        yes = next((day for day, one in zip(days, each, strict=True) if one == "yes"), None)
        assert within(found.becomes_true_on, days) == (None if yes == on else yes), (person, on)
        assert within(found.ends_on, days) == last_before_no(days, each), (person, on)
        assert found.answer == each[0]


def within(day: date | None, days: list[date]) -> date | None:
    """What lies beyond the last day was not looked at."""
    return day if day is not None and day < days[-1] else None


def last_before_no(days: Sequence[date], each: Sequence[str]) -> date | None:
    """The last day of the first stretch without a no, where it ends."""
    begun = next((number for number, one in enumerate(each) if one != "no"), None)
    if begun is None:
        return None
    no = next((number for number, one in enumerate(each) if number > begun and one == "no"), None)
    return None if no is None else days[no - 1]
