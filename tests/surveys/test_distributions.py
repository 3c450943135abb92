"""Quantiles against scipy, which only tests may use."""

from __future__ import annotations

import importlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.surveys.distributions import (
    beta_cdf,
    beta_quantile,
    normal_quantile,
    t_quantile,
    t_tails,
)

scipy_stats = importlib.import_module("scipy.stats")

shapes = st.floats(0.3, 5000)
shares = st.floats(0.0005, 0.9995)


@settings(max_examples=200, deadline=None)
@given(shares, st.one_of(st.integers(1, 50), st.floats(1, 100_000)))
def test_t_agrees_with_scipy(p: float, df: float) -> None:
    assert t_quantile(p, df) == pytest.approx(scipy_stats.t.ppf(p, df), rel=1e-9, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(shares, shapes, shapes)
def test_beta_agrees_with_scipy(p: float, a: float, b: float) -> None:
    x = beta_quantile(p, a, b)
    assert x == pytest.approx(scipy_stats.beta.ppf(p, a, b), abs=1e-9)
    assert beta_cdf(x, a, b) == pytest.approx(scipy_stats.beta.cdf(x, a, b), abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(st.floats(-40, 40), st.one_of(st.integers(1, 50), st.floats(1, 1e8)))
def test_tails_of_t_agree_with_scipy(t: float, df: float) -> None:
    assert t_tails(t, df) == pytest.approx(2 * scipy_stats.t.sf(abs(t), df), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("df", [1, 2, 5, 40])
def test_a_level_of_nearly_1_keeps_its_digits(df: int) -> None:
    assert t_quantile(1 - 1e-9, df) == pytest.approx(scipy_stats.t.isf(1e-9, df), rel=1e-6)


def test_the_worked_t_of_4_degrees_of_freedom() -> None:
    assert t_quantile(0.975, 4) == pytest.approx(2.776445, abs=5e-7)


def test_the_worked_z() -> None:
    assert normal_quantile(0.975) == pytest.approx(1.959963984540054, abs=1e-14)


def test_t_is_smooth_where_its_expansion_begins() -> None:
    assert t_quantile(0.975, 999.999) == pytest.approx(t_quantile(0.975, 1000.001), abs=1e-8)


@pytest.mark.parametrize(("p", "x"), [(0, 0), (1, 1)])
def test_the_ends_of_beta(p: float, x: float) -> None:
    assert beta_quantile(p, 2, 3) == x
    assert beta_cdf(x, 2, 3) == p


@pytest.mark.parametrize("p", [0.0, 1.0, -1.0])
def test_a_normal_quantile_needs_a_probability(p: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        normal_quantile(p)


def test_impossible_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="degrees"):
        t_quantile(0.975, 0)
    with pytest.raises(ValueError, match="degrees"):
        t_tails(1, 0)
    with pytest.raises(ValueError, match="shapes"):
        beta_cdf(0.5, 0, 1)
    with pytest.raises(ValueError, match="probability"):
        beta_quantile(1.1, 1, 1)
