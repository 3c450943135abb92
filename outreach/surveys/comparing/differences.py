"""How much the same people changed, by the design of their sample. Pure."""

from __future__ import annotations

import math

from outreach.surveys.distributions import t_quantile, two_sided
from outreach.surveys.intervals import Difference
from outreach.surveys.linearisation import variance
from outreach.surveys.results.measure import Flags, Measure, indexes


def paired(measured: Measure, first: Flags, second: Flags, members: Flags) -> Difference:
    """How much the same people changed: rate at the second asking − rate at the first, by the design of the sample.

    The change of a person is +1, 0 or −1; its mean d = Σw·change / Σw has the linearised values (change − d) / Σw, and
    Student's interval with the degrees of freedom of the design, cut to −1 … 1. A simple random sample is better served
    by Newcombe's method 10. ValueError without members.
    """
    sample, rows = measured.sample, indexes(members)
    if sample is None or not rows:
        raise ValueError("a paired difference by design needs people and a design")
    change = {row: float(second[row]) - float(first[row]) for row in rows}
    total = math.fsum(sample.weights[row] for row in rows)
    mean = math.fsum(sample.weights[row] * change[row] for row in rows) / total
    values = {row: (change[row] - mean) / total for row in rows}
    df = measured.share(second, members).df
    half = t_quantile(two_sided(measured.level), df) * math.sqrt(variance(sample, values))
    return mean, max(-1.0, mean - half), min(1.0, mean + half)
