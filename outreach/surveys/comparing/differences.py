"""Differences between two rates, each with the interval that its own design gives it. Pure.

A difference joins the arms of both intervals (MOVER, Zou and Donner 2008): for two simple random samples it is
Newcombe's hybrid score interval. The two sides must not share people; two places of one sample, or two samples, do not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from outreach.surveys.distributions import t_quantile, two_sided
from outreach.surveys.estimation import limits
from outreach.surveys.intervals import Difference, mover
from outreach.surveys.linearisation import variance
from outreach.surveys.results.measure import Flags, Measure
from outreach.surveys.results.shares import Share

_HALVINGS = 24  # p to 1e-7


def between(first: Share, second: Share, level: float = 0.95) -> Difference:
    """first − second with its interval. Raises ValueError for people who were only counted."""
    one, other = first.estimate, second.estimate
    return mover((one.rate, *limits(one, level)), (other.rate, *limits(other, level)))


def p_value(first: Share, second: Share) -> float:
    """1 − the highest level at which the interval of the difference leaves zero out: 1 where there is no difference."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        level = (low + high) / 2
        _, below, above = between(first, second, min(max(level, 1e-9), 1 - 1e-9))
        if below > 0 or above < 0:
            low = level
        else:
            high = level
    return 1 - (low + high) / 2


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for their number (Holm 1979), in their order."""
    corrected = [0.0] * len(p_values)
    most = 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=lambda k: p_values[k])):
        most = max(most, min(1.0, (len(p_values) - rank) * p_values[at]))
        corrected[at] = most
    return corrected


def holm_levels(p_values: Sequence[float], level: float = 0.95) -> list[float]:
    """The level of each interval that agrees with Holm's correction: zero is outside exactly where p is small enough.

    The smallest of k p-values is held against (1 − level)/k, the next against (1 − level)/(k − 1), until one is too large; from there on
    all have its level.
    """
    alpha, levels = 1 - level, [0.0] * len(p_values)
    left, stopped = len(p_values), False
    for at in sorted(range(len(p_values)), key=lambda k: p_values[k]):
        levels[at] = 1 - alpha / left
        stopped = stopped or p_values[at] > alpha / left
        left -= 0 if stopped else 1
    return levels


def paired(measured: Measure, first: Flags, second: Flags, members: Flags) -> Difference:
    """How much the same people changed: rate at the second asking − rate at the first, by the design of the sample.

    The change of a person is +1, 0 or −1; its mean d = Σw·change / Σw has the linearised values (change − d) / Σw, and
    Student's interval with the degrees of freedom of the design, cut to −1 … 1. ValueError for a simple random sample
    (Newcombe's method 10 is for that) and without members.
    """
    sample, rows = measured.sample, [row for row, inside in enumerate(members) if inside]
    if sample is None or not rows:
        raise ValueError("a paired difference by design needs people and a design")
    change = {row: float(second[row]) - float(first[row]) for row in rows}
    total = math.fsum(sample.weights[row] for row in rows)
    mean = math.fsum(sample.weights[row] * change[row] for row in rows) / total
    values = {row: (change[row] - mean) / total for row in rows}
    df = measured.share(second, members).df
    half = t_quantile(two_sided(measured.level), df) * math.sqrt(variance(sample, values))
    return mean, max(-1.0, mean - half), min(1.0, mean + half)
