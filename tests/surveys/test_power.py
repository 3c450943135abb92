"""What a comparison can find."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import power_proportions_2indep

from outreach.surveys.awareness import (
    detectable_difference,
    people_to_detect,
    power_of,
    power_sample_size,
)

rates = st.floats(0.05, 0.8)
rises = st.floats(0.03, 0.15)


def test_ten_points_from_70_percent_are_found_with_the_worked_number_of_people() -> None:
    assert power_of(0.7, 0.8, 294) >= 0.8 > power_of(0.7, 0.8, 293)
    assert detectable_difference(0.7, 293.15) == pytest.approx(0.1, abs=1e-4)


def test_villages_and_silence_ask_for_more_people() -> None:
    assert people_to_detect(0.7, 0.8) == 294
    assert people_to_detect(0.7, 0.8, deff=1.5) == 441
    assert people_to_detect(0.7, 0.8, deff=1.5, response=0.6) == 735


@settings(max_examples=100, deadline=None)
@given(rates, rises, st.integers(50, 2000))
def test_power_agrees_with_statsmodels(p: float, rise: float, n: int) -> None:
    theirs = power_proportions_2indep(rise, p, n, alternative="larger", alpha=0.025).power
    assert power_of(p, p + rise, n) == pytest.approx(theirs, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(rates, rises, st.floats(1, 3), st.floats(0.3, 1))
def test_the_people_needed_find_the_difference_and_fewer_do_not(
    p: float, rise: float, deff: float, response: float
) -> None:
    drawn = people_to_detect(p, p + rise, deff=deff, response=response)
    assert power_of(p, p + rise, drawn, deff=deff, response=response) >= 0.8
    fewer = (power_sample_size(p, p + rise) - 1) * deff / response
    assert power_of(p, p + rise, fewer, deff=deff, response=response) < 0.8


@settings(max_examples=100, deadline=None)
@given(rates, st.integers(50, 5000), st.floats(1, 3))
def test_the_smallest_difference_is_found_with_just_that_power(
    p: float, n: int, deff: float
) -> None:
    rise = detectable_difference(p, n, deff=deff)
    if rise is None:
        assert power_of(p, 1, n, deff=deff) < 0.8
    else:
        assert power_of(p, p + rise, n, deff=deff) == pytest.approx(0.8, abs=1e-6)


@pytest.mark.parametrize(("n", "deff"), [(294, 1), (588, 2)])
def test_294_in_each_wave_show_a_rise_from_70_to_80(n: int, deff: float) -> None:
    assert detectable_difference(0.7, n, deff=deff) == pytest.approx(0.1, abs=2e-4)


@pytest.mark.parametrize(("p", "n"), [(0.95, 30), (0.7, 2)])
def test_few_people_find_nothing_near_the_top(p: float, n: int) -> None:
    assert detectable_difference(p, n) is None


find: Callable[..., float] = power_of


@pytest.mark.parametrize(
    "wrong",
    [{"p1": -0.1}, {"p2": 1.1}, {"n": 0}, {"deff": 0}, {"response": 0}, {"response": 2}],
    ids=str,
)
def test_an_impossible_comparison_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"between|positive"):
        find(**{"p1": 0.5, "p2": 0.6, "n": 100, **wrong})


def test_a_power_outside_0_and_1_is_refused() -> None:
    with pytest.raises(ValueError, match="power"):
        detectable_difference(0.5, 100, power=1)
