"""Facts and rules of the benchmark as plain arrays and spans, for a program that knows nothing of ours."""

from __future__ import annotations

import json
from bisect import bisect_left
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from segments.person import cutoff_birth
from segments.regions import next_code
from segments.rules import Clause, Rule
from segments.vocabulary import by_code
from tests.bench_population import HUKOU_TYPES, SEXES, TODAY, Population

EPOCH = date(1970, 1, 1).toordinal()


def hand_over(people: Population, rules: list[Rule], folder: Path) -> None:
    """Arrays and plain rules, as a program that knows nothing of circumstances and regions can use them."""
    facts: dict[str, Any] = {
        "active": people.status == 0, "birth": people.birth, "region": people.region, "sex": people.sex,
        "hukou_type": people.hukou_type,
    }  # fmt: skip
    told = {f"p{number}": _flat(rule, people, facts) for number, rule in enumerate(rules)}
    np.savez(folder / "people.npz", **facts)
    (folder / "rules.json").write_text(json.dumps(told), "utf-8")


def _flat(rule: Rule, people: Population, facts: dict[str, Any]) -> dict[str, Any]:
    every: list[Any] = []
    some: list[Any] = []
    for clause in rule.all:
        found = _ways(clause, people, facts)
        if len(found) == 1:
            every += found[0]
        else:
            some.append(found)
    for clause in rule.none:
        for code in clause.operands or ():
            name = f"absent_{_plain(str(code))}"
            bit = by_code(str(code)).bit
            facts[name] = (((people.known & ~people.tags) >> bit) & 1).astype(bool)
            every.append([name, None, None])
    if rule.any:
        some.append(
            [
                [leaf for clause in way.all for leaf in _ways(clause, people, facts)[0]]
                for way in rule.any
                if all(len(_ways(clause, people, facts)) == 1 for clause in way.all)
            ]
            + [
                [
                    *(
                        leaf
                        for other in way.all
                        if other is not clause
                        for leaf in _ways(other, people, facts)[0]
                    ),
                    *one,
                ]
                for way in rule.any
                for clause in way.all
                if len(_ways(clause, people, facts)) > 1
                for one in _ways(clause, people, facts)
            ]
        )
    return {"all": every, "any": some}


def _plain(code: str) -> str:
    return code.replace(".", "_").replace("-", "_")


def _ways(clause: Clause, people: Population, facts: dict[str, Any]) -> list[list[Any]]:
    """Alternatives of leaves [fact, low, high]."""
    values: Any = clause.operands
    if clause.field == "age":
        oldest = -(10**5)
        if clause.op == "between":
            oldest = cutoff_birth(values[1] + 1, TODAY).toordinal() - EPOCH + 1
        return [[["birth", oldest, cutoff_birth(values[0], TODAY).toordinal() - EPOCH]]]
    if clause.field == "region":
        low, high = (bisect_left(people.codes, one) for one in (values[0], next_code(values[0])))
        return [[["region", low, high - 1]]]
    if clause.field == "circumstances":
        leaves = []
        for code in values:
            name = f"has_{_plain(code)}"
            facts[name] = ((people.tags >> by_code(code).bit) & 1).astype(bool)
            leaves.append([name, None, None])
        return [leaves] if clause.op == "has_all" else [[one] for one in leaves]
    words = SEXES if clause.field == "sex" else HUKOU_TYPES
    return [[[clause.field, words.index(one), words.index(one)]] for one in values]
