"""Estimates from weighted, stratified and clustered rows: the worked numbers and what must always hold."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.surveys.awareness import (
    BadDesign,
    Design,
    Estimate,
    clopper_pearson,
    estimate,
    estimate_groups,
    kish,
    use_of,
    wilson,
)
from outreach.surveys.design import Targets

Rows = list[dict[str, Any]]


def people(aware: int, n: int, **facts: object) -> Rows:
    return [{"outcome": int(k < aware), **facts} for k in range(n)]


STRATIFIED: Rows = [
    *people(90, 150, w=80, town="甲", size=12000),
    *people(105, 150, w=40, town="乙", size=6000),
    *people(90, 100, w=20, town="丙", size=2000),
]
CLUSTERED: Rows = [
    *people(12, 20, w=100, town="甲", village="1"),
    *people(15, 20, w=100, town="甲", village="2"),
    *people(9, 20, w=100, town="甲", village="3"),
    *people(9, 10, w=40, town="乙", village="1"),
    *people(7, 10, w=40, town="乙", village="2"),
    *people(8, 10, w=40, town="乙", village="3"),
]
POSTSTRATIFIED: Rows = [
    *people(180, 240, age="青"),
    *people(60, 100, age="中"),
    *people(24, 60, age="老"),
]
AGES = {"age": {"青": 5000, "中": 3000, "老": 2000}}


def test_a_stratified_sample_gives_the_worked_numbers() -> None:
    found = estimate(STRATIFIED, Design(weight="w", stratum="town", fpc="size"))
    assert found.rate == pytest.approx(0.660, abs=1e-12)
    assert found.se == pytest.approx(0.026550486, abs=5e-10)
    assert (found.low, found.high) == pytest.approx((0.606038, 0.710107), abs=5e-7)
    assert found.n_eff == pytest.approx(318.330, abs=5e-4)
    assert found.deff == pytest.approx(400 / 318.330, abs=1e-5)
    assert (found.n, found.df, found.method, found.use) == (400, 397, "logit", "compare")


def test_without_the_finite_population_correction_it_is_less_sure() -> None:
    found = estimate(STRATIFIED, Design(weight="w", stratum="town"))
    assert found.se == pytest.approx(0.026754482, abs=5e-10)
    # Kish divides by the variance p(1 − p)/(n − 1); deff here is n / n_eff.
    assert (found.n - 1) / found.n_eff == pytest.approx(1.27275, abs=5e-6)


def test_wilson_takes_the_effective_number_of_people() -> None:
    design = Design(weight="w", stratum="town", fpc="size", method="wilson")
    found = estimate(STRATIFIED, design)
    assert (found.low, found.high) == pytest.approx((0.606330, 0.709854), abs=5e-7)
    assert found.method == "wilson"


def test_the_unweighted_rate_of_that_sample_misleads() -> None:
    assert estimate(STRATIFIED).rate == pytest.approx(0.7125)


def test_kish_gives_the_worked_number() -> None:
    n_eff = kish([row["w"] for row in STRATIFIED])
    assert n_eff == pytest.approx(322.5806, abs=5e-5)
    assert 400 / n_eff == pytest.approx(1.24, abs=1e-9)


def test_a_clustered_sample_gives_the_worked_numbers() -> None:
    """Villages have the same names in both towns: they are six, not three."""
    found = estimate(CLUSTERED, Design(weight="w", stratum="town", cluster="village"))
    assert found.rate == pytest.approx(0.633333, abs=5e-7)
    assert found.se == pytest.approx(0.072807458, abs=5e-10)
    assert (found.low, found.high) == pytest.approx((0.419716, 0.804872), abs=5e-7)
    assert found.n_eff == pytest.approx(43.81, abs=5e-3)
    assert (found.n - 1) / found.n_eff == pytest.approx(2.0316, abs=5e-5)
    assert (found.df, found.use) == (4, "indicative")


def test_the_clustered_error_is_that_of_the_delete_one_jackknife() -> None:
    """JKn recomputed from rates with one village left out, whose weight goes to the others of its town."""
    squares = []
    rate = sum(r["w"] * r["outcome"] for r in CLUSTERED) / sum(r["w"] for r in CLUSTERED)
    for town, village in {(r["town"], r["village"]) for r in CLUSTERED}:
        kept = [r for r in CLUSTERED if (r["town"], r["village"]) != (town, village)]
        weights = [r["w"] * (1.5 if r["town"] == town else 1) for r in kept]
        total = sum(w * r["outcome"] for w, r in zip(weights, kept, strict=True))
        squares.append(2 / 3 * (total / sum(weights) - rate) ** 2)
    found = estimate(CLUSTERED, Design(weight="w", stratum="town", cluster="village"))
    assert found.se == pytest.approx(math.sqrt(sum(squares)), abs=1e-9)


def test_raking_one_column_is_post_stratification() -> None:
    assert estimate(POSTSTRATIFIED).rate == pytest.approx(0.660)
    found = estimate(POSTSTRATIFIED, Design(rake=AGES))
    assert found.rate == pytest.approx(0.635, abs=1e-12)
    inside = sum(
        share**2 * p * (1 - p) / n
        for share, p, n in [(0.5, 0.75, 240), (0.3, 0.6, 100), (0.2, 0.4, 60)]
    )
    assert found.se == pytest.approx(math.sqrt(400 / 399 * inside), abs=1e-12)
    # Between Cochran's formula over all samples and the one given these numbers per age.
    assert 0.023283 < found.se < 0.024021


def test_raking_two_columns_gives_the_worked_rate() -> None:
    cells = [
        ("男", "城", 30, 60),
        ("男", "乡", 63, 90),
        ("女", "城", 66, 110),
        ("女", "乡", 112, 140),
    ]
    rows = [r for sex, place, a, n in cells for r in people(a, n, sex=sex, place=place)]
    targets: Targets = {"sex": {"男": 210, "女": 190}, "place": {"城": 180, "乡": 220}}
    assert estimate(rows).rate == pytest.approx(0.6775)
    found = estimate(rows, Design(rake=targets))
    assert found.rate == pytest.approx(0.6575, abs=5e-5)
    fixed_weights = estimate(
        [{**row, "w": w} for row, w in zip(rows, _raked(rows, targets), strict=True)],
        Design(weight="w"),
    )
    assert found.rate == pytest.approx(fixed_weights.rate, abs=1e-12)
    assert found.se < fixed_weights.se  # sex and place explain a part of who is aware


def _raked(rows: Rows, targets: Targets) -> list[float]:
    weights = [1.0] * len(rows)
    for _ in range(200):
        for column, counts in targets.items():
            sums = dict.fromkeys(counts, 0.0)
            for row, weight in zip(rows, weights, strict=True):
                sums[row[column]] += weight
            weights = [
                weight * counts[row[column]] / sums[row[column]]
                for row, weight in zip(rows, weights, strict=True)
            ]
    return weights


samples = st.lists(st.integers(0, 1), min_size=2, max_size=80)


@settings(max_examples=150, deadline=None)
@given(samples, st.floats(0.01, 1000), st.sampled_from(["wilson", "logit"]))
def test_equal_weights_are_no_weights(outcomes: list[int], weight: float, method: Any) -> None:
    rows = [{"outcome": y, "w": weight} for y in outcomes]
    weighted = asdict(estimate(rows, Design(weight="w", method=method)))
    plain = asdict(estimate(rows, Design(method=method)))
    assert weighted.pop("method") == plain.pop("method")
    assert weighted.pop("use") == plain.pop("use")
    assert weighted == pytest.approx(plain, rel=1e-9, abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(samples)
def test_rows_without_a_design_get_wilsons_interval(outcomes: list[int]) -> None:
    found = estimate([{"outcome": y} for y in outcomes])
    n = len(outcomes)
    assert (found.low, found.high) == pytest.approx(wilson(sum(outcomes), n), abs=1e-12)
    assert (found.n_eff, found.deff, found.df, found.method) == (n, 1, n - 1, "wilson")
    assert found.se == pytest.approx(math.sqrt(found.rate * (1 - found.rate) / n))


drawn = st.lists(
    st.fixed_dictionaries(
        {
            "outcome": st.integers(0, 1),
            "w": st.floats(0.5, 50),
            "s": st.sampled_from("ab"),
            "c": st.sampled_from("xyz"),
        }
    ),
    max_size=60,
).map(lambda rows: rows + [{"outcome": 0, "w": 1.0, "s": s, "c": c} for s in "ab" for c in "xyz"])


@settings(max_examples=200, deadline=None)
@given(drawn, st.sampled_from(["wilson", "logit"]))
def test_any_design_gives_finite_numbers_that_fit_together(rows: Rows, method: Any) -> None:
    design = Design(weight="w", stratum="s", cluster="c", method=method)
    groups = estimate_groups(rows, design, by="c")
    for found in (estimate(rows, design), *(group for _, group in groups)):
        assert 0 <= found.low <= found.rate + 1e-12
        assert found.rate <= found.high + 1e-12 <= 1 + 1e-11
        assert found.deff * found.n_eff == pytest.approx(found.n)
        assert found.use == use_of(found.n_eff)
        if 0 < found.rate < 1:
            assert found.n_eff == pytest.approx(found.rate * (1 - found.rate) / found.se**2)


@settings(max_examples=100, deadline=None)
@given(drawn)
def test_the_opposite_outcome_mirrors_the_interval(rows: Rows) -> None:
    design = Design(weight="w", stratum="s", cluster="c")
    found = estimate(rows, design)
    mirrored = estimate([{**row, "outcome": 1 - row["outcome"]} for row in rows], design)
    assert (mirrored.rate, mirrored.se) == pytest.approx((1 - found.rate, found.se), abs=1e-9)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - found.high, 1 - found.low), abs=1e-9)


@pytest.mark.parametrize("aware", [0, 30])
def test_nobody_or_everybody_aware_gets_the_exact_interval(aware: int) -> None:
    found = estimate(people(aware, 30), Design(method="logit"))
    assert (found.low, found.high) == pytest.approx(clopper_pearson(aware, 30), abs=1e-12)
    assert (found.method, found.n_eff, found.use) == ("clopper-pearson", 30, "indicative")


def test_everybody_aware_with_unequal_weights_counts_fewer_people() -> None:
    rows = people(30, 30, w=1) + people(30, 30, w=3)
    found = estimate(rows, Design(weight="w"))
    assert found.n_eff == pytest.approx(48)
    assert found.low == pytest.approx(clopper_pearson(48, 48)[0], abs=1e-9)
    assert estimate(rows, Design(weight="w", method="wilson")).low == pytest.approx(
        wilson(48, 48)[0], abs=1e-9
    )


def test_a_group_is_a_domain_of_the_whole_sample() -> None:
    """A town that is a stratum is estimated as if it stood alone."""
    design = Design(weight="w", stratum="town", fpc="size")
    groups = dict(estimate_groups(STRATIFIED, design, by="town"))
    assert list(groups) == ["甲", "乙", "丙"]
    for town, group in groups.items():
        alone = estimate([r for r in STRATIFIED if r["town"] == town], design)
        assert _numbers(group) == pytest.approx(_numbers(alone), abs=1e-9)


def _numbers(found: Estimate) -> list[float]:
    return [found.rate, found.se, found.low, found.high, found.n_eff, found.df]


def test_a_group_without_a_design_is_its_own_wilson_interval() -> None:
    groups = dict(estimate_groups(POSTSTRATIFIED, Design(), by="age"))
    assert (groups["中"].low, groups["中"].high) == pytest.approx(wilson(60, 100), abs=1e-12)


def test_a_group_inside_one_cluster_is_worth_one_cluster() -> None:
    design = Design(weight="w", stratum="town", cluster="village")
    rows = [{**row, "place": row["town"] + row["village"]} for row in CLUSTERED]
    for _, group in estimate_groups(rows, design, by="place"):
        assert (group.n_eff, group.use) == (1, "none")
        assert group.high - group.low > 0.9


def test_clusters_that_happen_to_be_equal_are_not_certain() -> None:
    rows = [row for village in "abcd" for row in people(5, 10, village=village)]
    found = estimate(rows, Design(cluster="village"))
    assert found.n_eff == pytest.approx(4)
    assert found.se == pytest.approx(0.25)


def test_asking_everybody_leaves_no_sampling_error() -> None:
    found = estimate(people(30, 80, N=80), Design(fpc="N"))
    assert (found.se, found.low, found.high) == pytest.approx((0, 0.375, 0.375), abs=1e-12)


@pytest.mark.parametrize(
    ("n_eff", "use"),
    [
        (29.9, "none"),
        (30, "indicative"),
        (30 - 1e-12, "indicative"),
        (99.9, "indicative"),
        (100, "compare"),
    ],
)
def test_what_a_figure_is_good_for(n_eff: float, use: str) -> None:
    assert use_of(n_eff) == use


def test_one_row_without_a_design_is_still_given() -> None:
    found = estimate(people(1, 1))
    assert (found.low, found.high) == pytest.approx(wilson(1, 1))
    assert (found.df, found.use) == (0, "none")


@pytest.mark.parametrize(
    ("rows", "design", "code", "params"),
    [
        ([], {}, "surveys.no_rows", {}),
        ([{"aware": 1}], {}, "surveys.column_missing", {"column": "outcome"}),
        ([*people(1, 3), {"outcome": 2}], {}, "surveys.bad_outcome", {"row": 4, "value": 2}),
        ([{"outcome": ""}], {}, "surveys.blank", {"row": 1, "column": "outcome"}),
        ([{"outcome": None}], {}, "surveys.blank", {"row": 1}),
        ([{"outcome": "知道"}], {}, "surveys.bad_outcome", {"value": "知道"}),
        (people(1, 2, w=0), {"weight": "w"}, "surveys.bad_number", {"row": 1, "column": "w"}),
        (people(1, 2, w="-1"), {"weight": "w"}, "surveys.bad_number", {"value": "-1"}),
        (people(1, 2, w="nan"), {"weight": "w"}, "surveys.bad_number", {"value": "nan"}),
        (people(1, 2, w="1_0"), {"weight": "w"}, "surveys.bad_number", {"value": "1_0"}),
        (people(1, 2, w="1e308"), {"weight": "w"}, "surveys.bad_number", {"value": "1e308"}),
        (people(1, 2, s="1.3E+10"), {"stratum": "s"}, "surveys.shortened", {"row": 1, "value": "1.3E+10"}),
        (people(1, 2, s="4.41900E+11"), {"cluster": "s"}, "surveys.shortened", {"column": "s"}),
        (people(1, 2, s=" "), {"stratum": "s"}, "surveys.blank", {"column": "s"}),
        (people(1, 2, s="甲") + people(1, 1, s="乙"), {"stratum": "s"}, "surveys.lonely_stratum", {"stratum": "乙"}),
        (people(2, 5, s="甲", c="1"), {"stratum": "s", "cluster": "c"}, "surveys.lonely_stratum", {"stratum": "甲"}),
        (people(5, 5, c="1"), {"cluster": "c"}, "surveys.one_unit", {}),
        (people(1, 1), {"method": "logit"}, "surveys.one_unit", {}),
        (people(1, 3, N=2), {"fpc": "N"}, "surveys.fpc_too_small", {"drawn": 3}),
        (people(1, 2, N=9) + people(1, 1, N=8), {"fpc": "N"}, "surveys.fpc_varies", {"row": 3}),
        (people(1, 2, g="x"), {"rake": {"g": {"y": 5}}}, "surveys.no_target", {"row": 1, "value": "x"}),
        (people(1, 2, g="x"), {"rake": {"g": {"x": 5, "y": 5}}}, "surveys.nobody_for_target", {"value": "y"}),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_names_its_place(
    rows: Rows, design: dict[str, Any], code: str, params: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=code) as raised:
        estimate(rows, Design(**design))
    assert isinstance(raised.value, BadDesign)
    assert raised.value.code == code
    assert params.items() <= raised.value.params.items()


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": 95},
        {"level": 0},
        {"level": 1 - 1e-16},
        {"level": math.nan},
        {"method": "wald"},
        {"method": ""},
    ],
    ids=str,
)
def test_an_impossible_design_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadDesign):
        Design(**wrong)


def test_outcomes_may_be_truth_values_numbers_or_texts() -> None:
    rows: Rows = [{"outcome": value} for value in (True, 1, 1.0, "1", " １ ", False, 0, "0")]  # noqa: RUF001
    assert estimate(rows).rate == 5 / 8
