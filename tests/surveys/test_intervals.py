"""Intervals against the worked numbers, against statsmodels, and against what must hold for any sample."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from outreach.surveys.awareness import (
    clopper_pearson,
    difference_in_differences,
    logit_t,
    newcombe,
    newcombe_paired,
    wilson,
    wilson_at,
)

counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@pytest.mark.parametrize(
    ("aware", "n", "low", "high"),
    [
        (280, 400, 0.653363, 0.742832),
        (380, 400, 0.924036, 0.967403),
        (0, 30, 0.0, 0.113513),
        (30, 30, 0.886487, 1.0),
        (19, 20, 0.763869, 0.991119),
    ],
)
def test_wilson_gives_the_worked_numbers(aware: int, n: int, low: float, high: float) -> None:
    assert wilson(aware, n) == pytest.approx((low, high), abs=5e-7)


@pytest.mark.parametrize(
    ("aware", "n", "low", "high"), [(280, 400, 0.653323, 0.742872), (19, 20, 0.745885, 1.009102)]
)
def test_the_centre_of_wilson_is_that_of_agresti_and_coull(
    aware: int, n: int, low: float, high: float
) -> None:
    z = 1.959963984540054
    centre = sum(wilson(aware, n)) / 2
    half = z * math.sqrt(centre * (1 - centre) / (n + z * z))
    assert (centre - half, centre + half) == pytest.approx((low, high), abs=5e-7)


@pytest.mark.parametrize(("n", "p", "coverage"), [(30, 0.95, 0.940), (50, 0.98, 0.921)])
def test_wilson_covers_the_truth_where_the_textbook_interval_fails(
    n: int, p: float, coverage: float
) -> None:
    covered = sum(
        math.comb(n, x) * p**x * (1 - p) ** (n - x)
        for x in range(n + 1)
        if wilson(x, n)[0] <= p <= wilson(x, n)[1]
    )
    assert covered == pytest.approx(coverage, abs=0.002)


def test_clopper_pearson_gives_the_worked_numbers() -> None:
    assert clopper_pearson(19, 20) == pytest.approx((0.751267, 0.998735), abs=5e-7)


def test_clopper_pearson_takes_effective_numbers() -> None:
    low, high = clopper_pearson(0, 43.8)
    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / 43.8), abs=1e-12)


@pytest.mark.parametrize(
    ("sample", "low", "high"),
    [
        ((380, 400, 280, 400), 0.199913, 0.299778),
        ((190, 200, 140, 200), 0.178745, 0.320516),
        ((56, 70, 48, 80), 0.052431, 0.333873),
    ],
)
def test_newcombe_gives_the_worked_numbers(
    sample: tuple[int, int, int, int], low: float, high: float
) -> None:
    a1, n1, a2, n2 = sample
    assert newcombe(*sample) == pytest.approx((a1 / n1 - a2 / n2, low, high), abs=5e-7)


def test_a_panel_rises_by_the_worked_number() -> None:
    change = newcombe_paired(both=130, first_only=10, second_only=45, neither=15)
    assert change == pytest.approx((0.175, 0.105211, 0.244089), abs=5e-7)


def test_what_the_treated_rose_more_than_the_control() -> None:
    lift = difference_in_differences((172, 200, 140, 200), (146, 200, 138, 200))
    assert lift == pytest.approx((0.12, 0.000588, 0.238542), abs=5e-7)


def test_logit_t_gives_the_worked_numbers() -> None:
    assert logit_t(0.633333333, 0.072807458, 4) == pytest.approx((0.419716, 0.804872), abs=5e-7)


@settings(max_examples=200, deadline=None)
@given(counts, levels)
def test_wilson_and_clopper_pearson_agree_with_statsmodels(
    sample: tuple[int, int], level: float
) -> None:
    for ours, name in ((wilson, "wilson"), (clopper_pearson, "beta")):
        theirs = proportion_confint(*sample, alpha=1 - level, method=name)
        assert ours(*sample, level) == pytest.approx(theirs, abs=1e-9), name


@settings(max_examples=200, deadline=None)
@given(counts, counts, levels)
def test_newcombe_agrees_with_statsmodels(
    first: tuple[int, int], second: tuple[int, int], level: float
) -> None:
    theirs = confint_proportions_2indep(
        *first, *second, compare="diff", method="newcomb", alpha=1 - level
    )
    assert newcombe(*first, *second, level)[1:] == pytest.approx(theirs, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(counts, levels)
def test_an_interval_holds_its_rate_and_mirrors(sample: tuple[int, int], level: float) -> None:
    aware, n = sample
    for interval in (wilson, clopper_pearson):
        low, high = interval(aware, n, level)
        assert 0 <= low <= aware / n <= high <= 1
        assert interval(n - aware, n, level) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 1), st.integers(1, 500))
def test_more_people_make_a_narrower_interval(rate: float, n: int) -> None:
    widths = [high - low for low, high in (wilson_at(rate, n * k) for k in (1, 2, 5, 20))]
    assert all(wide > narrow for wide, narrow in pairwise(widths))


panels = st.tuples(*[st.integers(0, 200)] * 4).filter(lambda cells: sum(cells) > 0)


@settings(max_examples=200, deadline=None)
@given(panels)
def test_a_panel_interval_holds_the_change_and_mirrors(cells: tuple[int, int, int, int]) -> None:
    both, first_only, second_only, neither = cells
    change, low, high = newcombe_paired(*cells)
    assert -1 - 1e-12 <= low <= change <= high <= 1 + 1e-12
    back = newcombe_paired(both, second_only, first_only, neither)
    assert back == pytest.approx((-change, -high, -low), abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(counts, counts)
def test_a_difference_changes_its_sign_with_the_order(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    difference, low, high = newcombe(*first, *second)
    assert low <= difference <= high
    assert newcombe(*second, *first) == pytest.approx((-difference, -high, -low), abs=1e-12)


@pytest.mark.parametrize(("aware", "n"), [(0, 0), (5, 4), (-1, 4), (1, -3), (1, math.nan)])
def test_what_is_no_proportion_is_refused(aware: int, n: int) -> None:
    for interval in (wilson, clopper_pearson):
        with pytest.raises(ValueError, match="not a proportion"):
            interval(aware, n)
    with pytest.raises(ValueError, match="not a proportion"):
        newcombe(1, 2, aware, n)
    with pytest.raises(ValueError, match="not a proportion"):
        newcombe(aware, n, 1, 2)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_a_level_outside_0_and_1_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        wilson(1, 2, level)


@pytest.mark.parametrize("cells", [(0, 0, 0, 0), (5, -1, 3, 3)])
def test_what_is_no_panel_is_refused(cells: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="panel"):
        newcombe_paired(*cells)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_logit_needs_a_rate_inside(rate: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        logit_t(rate, 0.1, 5)
