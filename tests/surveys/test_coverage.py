"""How often intervals hold the true rate; tests/interval_coverage.py prints more of it into docs/statistics.md."""

from __future__ import annotations

import math
from statistics import mean

import pytest

from outreach.surveys.awareness import agresti_coull, clopper_pearson
from outreach.surveys.intervals import Interval
from tests.interval_coverage import GRID, Population, averaged, drawn, exact

COMPLEX = [
    Population(villages=(15, 15), correlation=0.02),
    Population(villages=(10, 10, 10), correlation=0.1),
    Population(villages=(20, 20), correlation=0.05, raked=True),
    Population(villages=(20, 20, 20), correlation=0.05),
]


@pytest.mark.parametrize("n", [50, 100, 200, 400])
def test_wilson_holds_the_rate_as_often_as_it_says(n: int) -> None:
    each = [exact(n, p) for p in GRID]
    assert 0.948 <= mean(each) <= 0.954
    assert min(each) >= 0.925


@pytest.mark.parametrize("interval", [clopper_pearson, agresti_coull])
def test_the_careful_intervals_hold_it_more_often(interval: object) -> None:
    assert callable(interval)
    each = [exact(50, p, interval) for p in GRID[::6]]
    assert min(each) >= (0.95 if interval is clopper_pearson else 0.93)
    assert mean(each) > 0.95


def wald(aware: int, n: int) -> Interval:
    """What the product never uses."""
    half = 1.959963984540054 * math.sqrt(aware * (n - aware) / n**3)
    return aware / n - half, aware / n + half


@pytest.mark.parametrize(("n", "p", "textbook"), [(30, 0.95, 0.783), (50, 0.98, 0.636)])
def test_the_textbook_interval_fails_near_the_ends(n: int, p: float, textbook: float) -> None:
    assert exact(n, p, wald) == pytest.approx(textbook, abs=0.001)
    assert exact(n, p) > 0.92


def test_a_complex_sample_of_30_villages_holds_it_too() -> None:
    """The standard error of 250 draws is 1.4 points: the bounds are 3 of them from 95 %."""
    held = averaged(COMPLEX[1], draws=250).logit
    assert 0.908 <= held <= 0.992


@pytest.mark.slow
@pytest.mark.parametrize("population", COMPLEX, ids=str)
def test_complex_samples_hold_it_in_94_to_96_of_100(population: Population) -> None:
    assert 0.94 <= averaged(population, draws=10_000).logit <= 0.96


@pytest.mark.slow
def test_with_few_villages_students_t_is_what_holds_it() -> None:
    """Wilson on the effective number does not know how few villages there are; it is not the default of a design."""
    held = drawn(Population(villages=(3, 3), correlation=0.1), 0.5, draws=2000)
    assert held.wilson < 0.92 < held.logit
