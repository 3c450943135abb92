"""The variance of a linearised estimate over primary sampling units, with replacement inside strata.

V = Σ_h (1 − n_h/N_h) · n_h/(n_h − 1) · Σ_i (t_hi − t̄_h)², where t_hi is the sum of weight × value over unit i of
stratum h, and the value of a row is its share in the estimate's first derivative (Taylor; Lohr 2022, ch. 9; Korn and
Graubard 1999). Where weights are raked, the residual of the values in a regression on the raked columns takes their
place: the regression with the weights before raking, the sum with those after (Deville and Särndal 1992; Deville,
Särndal and Sautory 1993). That is what `calibrate(calfun = "raking")` of R's survey package does.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping

from outreach.surveys.design import Sample
from outreach.surveys.errors import BadDesign
from outreach.surveys.weighting import residuals


def variance(sample: Sample, values: Mapping[int, float]) -> float:
    """The variance of Σ weight × value; rows (by index) that are not in `values` have the value 0.

    Every unit of the sample counts, also one without a row in `values`. Raises BadDesign naming a stratum that has a
    single unit, for which no variance can be known.
    """
    for stratum, units in sample.drawn.items():
        if units < 2:
            code = "surveys.lonely_stratum" if sample.stratified else "surveys.one_unit"
            raise BadDesign(code, stratum=stratum)
    if sample.raked:
        dense = [values.get(row, 0.0) for row in range(len(sample.outcomes))]
        values = dict(enumerate(residuals(dense, sample.base, sample.raked)))
    totals: dict[str, dict[Hashable, float]] = defaultdict(lambda: defaultdict(float))
    for row, value in values.items():
        stratum, unit = sample.units[row]
        totals[stratum][unit] += sample.weights[row] * value
    return math.fsum(
        _spread(list(units.values()), sample.drawn[stratum], sample.populations.get(stratum))
        for stratum, units in totals.items()
    )


def _spread(totals: list[float], n: int, population: float | None) -> float:
    mean = math.fsum(totals) / n
    squares = math.fsum((total - mean) ** 2 for total in totals)
    squares += (n - len(totals)) * mean * mean  # units without a row of the group
    left = 1.0 if population is None else 1 - n / population
    return left * n / (n - 1) * squares
