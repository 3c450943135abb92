"""The naive oracle: plain numpy masks over the population, written without a look at the code that is measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from segments.rules import Clause, Rule
from segments.vocabulary import by_code
from tests.bench_population import HUKOU_TYPES, SEXES, TODAY, UNKNOWN_BIRTH, Population

Mask = npt.NDArray[np.bool_]
Pair = tuple[Mask, Mask]
"""(certainly, possibly)."""


def counts(people: Population, rules: list[Rule]) -> list[tuple[int, int]]:
    """(certain, unknown) among the active, rule by rule."""
    active = people.status == 0
    ages = _ages(people)
    found = []
    for rule in rules:
        sure, maybe = _rule(rule, people, ages)
        found.append((int((sure & active).sum()), int((maybe & ~sure & active).sum())))
    return found


def _ages(people: Population) -> npt.NDArray[Any]:
    """Completed years today; -1 where the birth date is not known."""
    days = people.birth.astype("datetime64[D]")
    years = days.astype("datetime64[Y]")
    months = days.astype("datetime64[M]")
    month = (months - years.astype("datetime64[M]")).astype(int) + 1
    day = (days - months.astype("datetime64[D]")).astype(int) + 1
    later = (month > TODAY.month) | ((month == TODAY.month) & (day > TODAY.day))
    age = TODAY.year - (years.astype(int) + 1970) - later
    return np.where(people.birth == UNKNOWN_BIRTH, -1, age)


def _rule(rule: Rule, people: Population, ages: npt.NDArray[Any]) -> Pair:
    sure = np.ones(len(people), dtype=bool)
    maybe = sure.copy()
    for clause in rule.all:
        yes, could = _clause(clause, people, ages)
        sure, maybe = sure & yes, maybe & could
    for clause in rule.none:
        yes, could = _clause(clause, people, ages)
        sure, maybe = sure & ~could, maybe & ~yes
    if rule.any:
        some, perhaps = np.zeros_like(sure), np.zeros_like(sure)
        for way in rule.any:
            yes, could = _rule(Rule(way.all), people, ages)
            some, perhaps = some | yes, perhaps | could
        sure, maybe = sure & some, maybe & perhaps
    return sure, maybe


def _clause(clause: Clause, people: Population, ages: npt.NDArray[Any]) -> Pair:
    values: Any = clause.operands
    if clause.field == "age":
        high = values[1] if clause.op == "between" else 999
        holds, known = (ages >= values[0]) & (ages <= high), ages >= 0
        holds, known = holds & known, people.birth != UNKNOWN_BIRTH
    elif clause.field == "region":
        inside = np.array([code.startswith(values[0]) for code in people.codes])[people.region]
        around = np.array([values[0].startswith(code) for code in people.codes])[people.region]
        return inside, inside | around
    elif clause.field == "circumstances":
        return _tags(clause.op, values, people)
    else:
        words, column = (
            (SEXES, people.sex) if clause.field == "sex" else (HUKOU_TYPES, people.hukou_type)
        )
        holds, known = np.isin(column, [words.index(one) for one in values]), column > 0
    return holds, holds | ~known


def _tags(op: str, codes: tuple[str, ...], people: Population) -> Pair:
    has = [(people.tags >> by_code(code).bit) & 1 == 1 for code in codes]
    may = [
        one | ((people.known >> by_code(code).bit) & 1 == 0)
        for code, one in zip(codes, has, strict=True)
    ]
    join = np.logical_and.reduce if op == "has_all" else np.logical_or.reduce
    return join(has), join(may)
