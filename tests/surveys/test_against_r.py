"""Rates, errors, limits, degrees of freedom and design effects against R's survey package.

r_vectors.csv was computed with R 4.2.2 and survey 4.1-1 by oracle.R from the designs FIXED below:
`python -m tests.surveys.test_against_r` writes it again. The other tests run R where it is installed.
"""

from __future__ import annotations

import csv
import itertools
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from outreach.surveys.awareness import (
    Estimate,
    domains_against_rest,
    estimate,
    estimate_groups,
)
from tests.surveys.r_oracle import Case, asked_of_r, prepared

VECTORS = Path(__file__).with_name("r_vectors.csv")
RAKED = ((), ("age",), ("age", "sex"))
Answers = Mapping[tuple[str, str], Mapping[str, float]]


def every_design(seed: int) -> list[Case]:
    flags = itertools.product([False, True], [False, True], [False, True], [False, True], RAKED)
    return [
        Case(
            name="-".join(
                ["strata" * strata, "villages" * clusters, "fpc" * fpc, "weights" * unequal, *rake]
            ),
            strata=strata,
            clusters=clusters,
            fpc=fpc,
            unequal=unequal,
            rake=rake,
            seed=seed,
        )
        for strata, clusters, fpc, unequal, rake in flags
    ]


FIXED = every_design(seed=1)


def computed(case: Case) -> dict[str, Estimate]:
    rows = prepared(case.rows(), case)
    areas = estimate_groups(rows, case.design(), "area")
    return {"": estimate(rows, case.design()), **dict(areas)}


def assert_same(case: Case, answers: Answers) -> None:
    found = computed(case)
    assert len(found) == 4
    for area, ours in found.items():
        theirs = answers[case.name, area]
        numbers = (ours.rate, ours.se, ours.low, ours.high)
        expected = [theirs[key] for key in ("rate", "se", "low", "high")]
        assert numbers == pytest.approx(expected, abs=1e-6), (case.name, area)
        assert ours.df == theirs["df"]
        # R divides by the variance p(1 − p)/(n − 1) of a simple sample, the contract by p(1 − p)/n.
        assert (ours.n - 1) / ours.n_eff == pytest.approx(theirs["deff"], abs=1e-6)
    for pair in domains_against_rest(prepared(case.rows(), case), case.design(), "area"):
        theirs = answers[case.name, pair.value]  # of svyglm(outcome ~ inside)
        expected = [theirs["difference"], theirs["difference_se"]]
        assert (pair.difference, pair.se) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("case", FIXED, ids=lambda case: case.name)
def test_a_fixed_design_gives_the_numbers_that_r_gave(case: Case) -> None:
    with VECTORS.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["name"] == case.name]
    assert_same(case, {(row["name"], row["domain"]): _numbers(row) for row in rows})


def _numbers(row: Mapping[str, str]) -> dict[str, float]:
    return {
        key: float(value)
        for key, value in row.items()
        if key not in ("name", "domain") and value != "NA"
    }


def test_r_agrees_about_designs_drawn_anew(tmp_path: Path) -> None:
    cases = every_design(seed=7)[-6:]  # with strata, villages and sizes
    answers = asked_of_r(cases, tmp_path)
    for case in cases:
        assert_same(case, answers)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
def test_r_agrees_about_every_kind_of_design(seed: int, tmp_path: Path) -> None:
    cases = every_design(seed)
    answers = asked_of_r(cases, tmp_path)
    for case in cases:
        assert_same(case, answers)


def test_the_other_function_of_r_differs_only_where_weights_differ_before_raking() -> None:
    """rake() and postStratify() regress without weights; calibrate() with those before raking, as we do."""
    with VECTORS.open(newline="") as file:
        rows = {row["name"]: _numbers(row) for row in csv.DictReader(file) if not row["domain"]}
    apart = {
        case: abs(rows[case.name]["se_rake"] - rows[case.name]["se"]) for case in FIXED if case.rake
    }
    for case, distance in apart.items():
        differs = case.unequal and len(case.rake) > 1
        assert (1e-5 < distance < 0.003) if differs else (distance < 1e-9), case.name


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asked_of_r(FIXED, Path(folder))
        VECTORS.write_text((Path(folder) / "answers.csv").read_text())
