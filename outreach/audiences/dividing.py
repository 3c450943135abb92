"""Counts by region, age band and language together, in SQL: everybody in one pass in the order of regions, and only
whom the rule may fit by all three at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal_column, select

from outreach.audiences.predicates import AGE_BANDS, age_band
from outreach.models.people import Person
from segments.person import cutoff_birth

Row = tuple[str, int, int, int, int]
"""(group, likely, unknown, not, blocked)."""

OLDEST = "80+"


def divided(
    connection: Connection,
    pair: tuple[ColumnElement[bool], ColumnElement[bool]],
    inside: ColumnElement[bool],
    on: date,
    depth: int,
) -> dict[str, list[Row]]:
    """region (codes of `depth`), age_band, language → rows of everybody inside, by a pair (certain, possible)."""
    certain, possible = pair
    everybody = _everybody(connection, inside, on, depth)
    stopped = Person.status != literal_column("'active'")
    blocked = _by_all(connection, [inside, stopped], on, depth, func.count())
    fits = [inside, possible, Person.status == "active"]
    likely = func.sum(case((certain, 1), else_=0))
    fitting = _by_all(connection, fits, on, depth, func.count(), likely)
    found = {}
    for place, (name, whole) in enumerate(everybody.items()):
        away, maybe, sure = (
            _folded(rows, place, number)
            for rows, number in ((blocked, 0), (fitting, 0), (fitting, 1))
        )
        found[name] = [
            (one, sure[one], maybe[one] - sure[one], whole[one] - away[one] - maybe[one], away[one])
            for one in sorted(whole)
            if whole[one]
        ]
    return found


def _everybody(
    connection: Connection, inside: ColumnElement[bool], on: date, depth: int
) -> dict[str, Counter[str]]:
    """Group → people. The regions come in the order of the index, so nothing is sorted."""
    older = [
        func.sum(case((Person.birth <= cutoff_birth(age, on), 1), else_=0)) for age, _ in AGE_BANDS
    ]
    rows = connection.execute(
        select(Person.region, func.count(), func.count(Person.birth), *older)
        .where(inside)
        .group_by(Person.region)
    )
    regions: Counter[str] = Counter()
    sums = [0] * (len(AGE_BANDS) + 2)
    for region, *numbers in rows:
        regions[region[:depth]] += numbers[0]
        sums = [one + int(other or 0) for one, other in zip(sums, numbers, strict=True)]
    people, *steps = sums
    names = [*(name for _, name in AGE_BANDS), OLDEST]
    # the known, less those who have completed 3 years, are 0-2; less those of 18, 3-17; and so on
    bands = {
        name: low - high for name, low, high in zip(names, steps, [*steps[1:], 0], strict=True)
    }
    spoken = connection.execute(
        select(Person.language, func.count())
        .where(inside, Person.language != "")
        .group_by(Person.language)
    )
    languages = Counter({row[0]: int(row[1]) for row in spoken})
    languages[""] = people - languages.total()
    return {
        "region": regions,
        "age_band": Counter({"": people - steps[0], **bands}),
        "language": languages,
    }


def _by_all(
    connection: Connection,
    where: list[ColumnElement[bool]],
    on: date,
    depth: int,
    *sums: ColumnElement[int],
) -> list[tuple[Any, ...]]:
    """(region, age band, language, sums…)."""
    groups = (func.substr(Person.region, 1, depth), age_band(on), Person.language)
    rows = connection.execute(select(*groups, *sums).where(*where).group_by(*groups))
    return [tuple(row) for row in rows]


def _folded(rows: Iterable[tuple[Any, ...]], place: int, number: int) -> Counter[str]:
    """The sums of one group, whatever the others are."""
    found: Counter[str] = Counter()
    for row in rows:
        found[row[place]] += int(row[3 + number] or 0)
    return found
