"""Intervals against statsmodels and against what must hold for any sample; worked numbers: test_worked_numbers.py."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from outreach.surveys.awareness import (
    agresti_coull,
    clopper_pearson,
    logit_t,
    newcombe,
    newcombe_paired,
    wilson,
    wilson_at,
)

counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])


def test_clopper_pearson_takes_effective_numbers() -> None:
    low, high = clopper_pearson(0, 43.8)
    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / 43.8), abs=1e-12)


def test_logit_t_gives_the_worked_numbers() -> None:
    assert logit_t(0.633333333, 0.072807458, 4) == pytest.approx((0.419716, 0.804872), abs=5e-7)


@settings(max_examples=200, deadline=None)
@given(counts, levels)
def test_intervals_of_one_sample_agree_with_statsmodels(
    sample: tuple[int, int], level: float
) -> None:
    for ours, name in (
        (wilson, "wilson"),
        (clopper_pearson, "beta"),
        (agresti_coull, "agresti_coull"),
    ):
        theirs = proportion_confint(*sample, alpha=1 - level, method=name)
        cut = (max(0.0, theirs[0]), min(1.0, theirs[1]))
        assert ours(*sample, level) == pytest.approx(cut, abs=1e-9), name


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
    for interval in (wilson, clopper_pearson, agresti_coull):
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
    for interval in (wilson, clopper_pearson, agresti_coull):
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
