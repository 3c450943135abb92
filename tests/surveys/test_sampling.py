"""Sizes, shares of strata, and drawing."""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from outreach.surveys.awareness import cluster_deff, power_sample_size, sample_size
from outreach.surveys.sampling import (
    at_least,
    draw,
    equal,
    frame_hash,
    margin_of,
    neyman,
    proportional,
)

TOWNS = {"a": 12000, "b": 6000, "c": 2000}
RATES = {"a": 0.6, "b": 0.7, "c": 0.9}


@pytest.mark.parametrize(
    ("population", "people"),
    [(500, 218), (1000, 278), (5000, 357), (20_000, 377), (300_000, 384), (None, 385)],
)
def test_people_for_five_points(population: int | None, people: int) -> None:
    assert sample_size(0.05, population=population) == people


@pytest.mark.parametrize(("population", "people"), [(450_000, 1065), (1000, 517)])
def test_people_for_three_points(population: int, people: int) -> None:
    assert sample_size(0.03, population=population) == people


@pytest.mark.parametrize(("population", "people"), [(20_000, 935), (1000, 610)])
def test_people_to_draw_with_clusters_and_non_response(population: int, people: int) -> None:
    assert sample_size(0.05, population=population, deff=1.5, response=0.6) == people


@pytest.mark.parametrize(("n", "population", "deff"), [(385, None, 1), (357, 5000, 1), (561, 20_000, 1.5), (610 * 0.6, 1000, 1.5)])  # fmt: skip
def test_the_margin_of_a_size_is_the_one_that_gave_it(
    n: float, population: int | None, deff: float
) -> None:
    assert margin_of(int(n), population=population, deff=deff) == pytest.approx(0.05, abs=2e-4)


def test_everybody_asked_leaves_no_margin() -> None:
    assert margin_of(500, population=500) == 0


ask: Callable[..., int] = sample_size


@pytest.mark.parametrize(
    "wrong",
    [
        {"margin": 0},
        {"margin": 1},
        {"margin": 0.05, "p": 0},
        {"margin": 0.05, "population": 0},
        {"margin": 0.05, "deff": 0},
        {"margin": 0.05, "response": 0},
        {"margin": 0.05, "response": 1.2},
        {"margin": 0.05, "level": 95},
    ],
    ids=str,
)
def test_an_impossible_size_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"between|positive"):
        ask(**wrong)


def test_people_per_arm_to_tell_70_from_80_percent() -> None:
    assert power_sample_size(0.7, 0.8) == 294
    assert power_sample_size(0.8, 0.7) == 294


@settings(max_examples=100, deadline=None)
@given(st.floats(0.2, 0.6), st.floats(0.05, 0.15), st.sampled_from([0.8, 0.9]))
def test_people_per_arm_are_near_those_of_the_arcsine_formula(
    p: float, rise: float, power: float
) -> None:
    effect = proportion_effectsize(p + rise, p)
    theirs = NormalIndPower().solve_power(effect, alpha=0.05, power=power)
    assert power_sample_size(p, p + rise, power) == pytest.approx(theirs, rel=0.05, abs=2)


@pytest.mark.parametrize(("p1", "p2"), [(0.7, 0.7), (-0.1, 0.5), (0.5, 1.1)])
def test_rates_that_no_test_can_tell_are_refused(p1: float, p2: float) -> None:
    with pytest.raises(ValueError, match="different rates"):
        power_sample_size(p1, p2)


@pytest.mark.parametrize(
    ("size", "correlation", "deff"), [(20, 0.05, 1.95), (10, 0.05, 1.45), (20, 0.02, 1.38)]
)
def test_the_design_effect_of_clusters(size: int, correlation: float, deff: float) -> None:
    assert cluster_deff(size, correlation) == pytest.approx(deff)


def test_an_empty_cluster_is_refused() -> None:
    with pytest.raises(ValueError, match="cluster"):
        cluster_deff(0, 0.05)


def test_proportional_shares_are_the_worked_numbers() -> None:
    assert proportional(TOWNS, 400) == {"a": 240, "b": 120, "c": 40}


def test_neyman_shares_are_the_worked_numbers_rounded() -> None:
    shares = neyman(TOWNS, RATES, 400)
    assert shares == {"a": 255, "b": 119, "c": 26}
    for town, exact in {"a": 254.81, "b": 119.18, "c": 26.01}.items():
        need = {t: TOWNS[t] * math.sqrt(RATES[t] * (1 - RATES[t])) for t in TOWNS}
        assert 400 * need[town] / sum(need.values()) == pytest.approx(exact, abs=0.005)


def test_a_small_stratum_is_asked_completely_and_the_rest_goes_to_the_others() -> None:
    shares = neyman({"big": 1000, "small": 10}, {"big": 0.01, "small": 0.5}, 300)
    assert shares == {"big": 290, "small": 10}


sizes = st.dictionaries(st.text(max_size=3), st.integers(0, 500), max_size=8)


@settings(max_examples=200, deadline=None)
@given(sizes, st.data())
def test_shares_sum_to_n_and_never_exceed_a_stratum(
    strata: dict[str, int], data: st.DataObject
) -> None:
    n = data.draw(st.integers(0, sum(strata.values())))
    rates = {stratum: data.draw(st.floats(0.01, 0.99)) for stratum in strata}
    for shares in (proportional(strata, n), neyman(strata, rates, n), equal(strata, n)):
        assert shares.keys() == strata.keys()
        assert sum(shares.values()) == n
        assert all(0 <= shares[stratum] <= strata[stratum] for stratum in strata)


@settings(max_examples=100, deadline=None)
@given(sizes, st.data())
def test_two_of_each_stratum_where_it_can_be(strata: dict[str, int], data: st.DataObject) -> None:
    least = sum(min(2, size) for size in strata.values())
    n = data.draw(st.integers(least, sum(strata.values())))
    shares = at_least(proportional(strata, n), strata, 2)
    assert sum(shares.values()) == n
    assert all(min(2, strata[one]) <= shares[one] <= strata[one] for one in strata)


def test_shares_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="drawn"):
        proportional({"a": 5}, 6)
    with pytest.raises(ValueError, match="drawn"):
        proportional({"a": -5, "b": 10}, 2)
    with pytest.raises(ValueError, match="rate"):
        neyman({"a": 5}, {"a": 1.0}, 2)
    with pytest.raises(ValueError, match="rate"):
        neyman({"a": 5}, {}, 2)


def test_a_draw_is_the_same_for_ever() -> None:
    assert draw(range(1, 1001), 5, "2026-7") == [670, 931, 70, 812, 8]


def test_a_draw_follows_the_written_recipe() -> None:
    by_hand = sorted(range(50), key=lambda each: hashlib.sha256(f"7:{each}".encode()).hexdigest())
    assert draw(range(50), 10, 7) == by_hand[:10]


frames = st.lists(st.integers(0, 10**12), unique=True, max_size=60)


@settings(max_examples=200, deadline=None)
@given(frames, st.text(max_size=10), st.data())
def test_a_draw_is_a_subset_whatever_the_order_of_the_frame(
    frame: list[int], seed: str, data: st.DataObject
) -> None:
    n = data.draw(st.integers(0, len(frame)))
    drawn = draw(frame, n, seed)
    assert len(drawn) == len(set(drawn)) == n
    assert set(drawn) <= set(frame)
    shuffled = data.draw(st.permutations(frame))
    assert draw(shuffled, n, seed) == drawn
    assert draw(frame, len(frame), seed)[:n] == drawn
    assert frame_hash(shuffled) == frame_hash(frame)


def test_everybody_is_drawn_about_equally_often() -> None:
    times = Counter(each for seed in range(2000) for each in draw(range(10), 3, seed))
    chi_square = sum((times[each] - 600) ** 2 / 600 for each in range(10))
    assert chi_square < 27.9  # the 99.9 % point of 9 degrees of freedom


def test_the_hash_of_a_frame_changes_with_its_people() -> None:
    assert frame_hash([1, 2, 3]) != frame_hash([1, 2]) != frame_hash([12])
    assert frame_hash([12, 3]) != frame_hash([1, 23])


def test_a_draw_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        draw([1, 2, 1], 1, "x")
    with pytest.raises(ValueError, match="drawn"):
        draw([1, 2], 3, "x")
    with pytest.raises(ValueError, match="drawn"):
        draw([1, 2], -1, "x")


def test_the_draw_does_not_touch_the_random_generator() -> None:
    random.seed(5)
    state = random.getstate()
    draw(range(100), 10, "x")
    assert random.getstate() == state
