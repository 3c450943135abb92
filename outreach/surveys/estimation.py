"""One rate with its uncertainty from a sample with weights, strata and clusters.

The rate is Σwy / Σw. Its variance is Taylor's linearisation over primary sampling units with replacement inside
strata, times 1 − n/N where the population is given (Lohr 2022, ch. 9; Korn and Graubard 1999). Later stages of drawing
inside a cluster add nothing to it. A group of rows is a domain: the units without a member of the group still count.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Literal

from outreach.surveys.design import Design, Row, Sample, read, units_by_stratum
from outreach.surveys.errors import BadDesign
from outreach.surveys.intervals import clopper_pearson, logit_t, wilson_at
from outreach.surveys.weighting import kish, residuals

Use = Literal["none", "indicative", "compare"]
INDICATIVE = 30
COMPARE = 100


@dataclass(frozen=True)
class Estimate:
    """A rate and how sure it is.

    `se` is the standard error with the finite population correction where given; `n` rows; `n_eff` = p(1−p)/se², the
    people of a simple random sample that would be as sure (Kish's number where the rows say nothing about it: nobody
    or everybody aware); `deff` = n/n_eff; `df` units − strata; `method` wilson, logit or clopper-pearson; `use` what
    the figure is good for.
    """

    rate: float
    se: float
    low: float
    high: float
    deff: float
    n: int
    n_eff: float
    df: int
    method: str
    use: Use


def use_of(n_eff: float) -> Use:
    """none under 30 effective people (样本不足), indicative under 100 (仅供参考), else compare (可比较)."""
    people = round(n_eff, 9)  # 30 people remain 30 after a division
    if people < INDICATIVE:
        return "none"
    return "indicative" if people < COMPARE else "compare"


def estimate(rows: Iterable[Row], design: Design | None = None) -> Estimate:
    """The share of rows with outcome 1 in the population from which they were drawn.

    `rows` are mappings from column to value (numbers or text), `design` names the columns (by default only the column
    "outcome"). Without any design Wilson's interval is the classic one: n_eff = n. Raises BadDesign, a ValueError, for
    no rows, a value that is no number (naming row and column), or a stratum with a single cluster (naming it).
    """
    design = design or Design()
    sample = read(rows, design)
    return _estimate(sample, design, [True] * len(sample.outcomes))


def estimate_groups(rows: Iterable[Row], design: Design, by: str) -> list[tuple[str, Estimate]]:
    """The same for each value of the column `by`, in the order in which they first appear."""
    table = list(rows)
    sample = read(table, design)
    labels = ["" if row.get(by) is None else str(row[by]).strip() for row in table]
    return [
        (value, _estimate(sample, design, [label == value for label in labels]))
        for value in dict.fromkeys(labels)
    ]


def estimate_sample(sample: Sample, design: Design, members: list[bool]) -> Estimate:
    """The same of rows that were read (and raked) once, for the rows that are members: one read serves many outcomes.

    Raises BadDesign as `estimate` does, also when nobody is a member.
    """
    if not any(members):
        raise BadDesign("surveys.no_rows")
    return _estimate(sample, design, members)


def _estimate(sample: Sample, design: Design, members: list[bool]) -> Estimate:
    weights = [w for w, member in zip(sample.weights, members, strict=True) if member]
    outcomes = [y for y, member in zip(sample.outcomes, members, strict=True) if member]
    n = len(outcomes)
    rate = _rate(outcomes, weights)
    method: str = design.method or ("logit" if design.given else "wilson")
    df = _degrees(sample, members)
    if method == "wilson" and _simple(sample, design):
        se, n_eff = math.sqrt(rate * (1 - rate) / n), float(n)
    else:
        variance = _variance(sample, members, rate, math.fsum(weights), design)
        se, n_eff = _precision(sample, members, weights, rate, variance)
    if method == "wilson":
        low, high = wilson_at(rate, n_eff, design.level)
    elif rate in (0, 1):
        method = "clopper-pearson"
        low, high = clopper_pearson(rate * n_eff, n_eff, design.level)
    else:
        low, high = logit_t(rate, se, df, design.level)
    return Estimate(rate, se, low, high, n / n_eff, n, n_eff, df, method, use_of(n_eff))


def _rate(outcomes: list[float], weights: list[float]) -> float:
    if len(set(outcomes)) == 1:
        return outcomes[0]
    return math.fsum(w * y for w, y in zip(weights, outcomes, strict=True)) / math.fsum(weights)


def _simple(sample: Sample, design: Design) -> bool:
    """A simple random sample: nothing given, or only weights that are all the same."""
    structured = any((design.stratum, design.cluster, design.fpc, design.rake))
    return not structured and len(set(sample.weights)) == 1


def _degrees(sample: Sample, members: list[bool]) -> int:
    """Units − strata among those with a member; at least 1, where a group has one unit in each stratum."""
    strata = units_by_stratum(u for u, member in zip(sample.units, members, strict=True) if member)
    units = sum(len(units) for units in strata.values())
    return max(units - len(strata), 1) if len(sample.outcomes) > 1 else 0


def _variance(
    sample: Sample, members: list[bool], rate: float, total: float, design: Design
) -> float:
    deviations = [
        (y - rate) if member else 0.0 for y, member in zip(sample.outcomes, members, strict=True)
    ]
    if sample.raked:
        deviations = residuals(deviations, sample.weights, sample.raked)
    sums: dict[str, dict[Hashable, float]] = defaultdict(lambda: defaultdict(float))
    for (stratum, unit), weight, deviation in zip(
        sample.units, sample.weights, deviations, strict=True
    ):
        sums[stratum][unit] += weight * deviation / total
    return math.fsum(
        _spread(stratum, list(units.values()), sample.populations.get(stratum, math.inf), design)
        for stratum, units in sums.items()
    )


def _spread(stratum: str, totals: list[float], population: float, design: Design) -> float:
    n = len(totals)
    if n < 2:
        code = "surveys.lonely_stratum" if design.stratum else "surveys.one_unit"
        raise BadDesign(code, stratum=stratum)
    mean = math.fsum(totals) / n
    return (1 - n / population) * n / (n - 1) * math.fsum((t - mean) ** 2 for t in totals)


def _precision(
    sample: Sample, members: list[bool], weights: list[float], rate: float, variance: float
) -> tuple[float, float]:
    """(se, n_eff); rows that say nothing about their spread must not look certain."""
    spread = rate * (1 - rate)
    if variance > 1e-12 * spread / len(weights):
        return math.sqrt(variance), spread / variance
    n_eff = kish(weights)
    if spread == 0 or _everybody(sample):
        return 0.0, n_eff
    # Clusters with equal rates, or a group inside one cluster: each cluster is worth one person, not endless ones.
    units = {u for u, member in zip(sample.units, members, strict=True) if member}
    n_eff = min(n_eff, len(units))
    return math.sqrt(spread / n_eff), n_eff


def _everybody(sample: Sample) -> bool:
    return all(
        len(units) == sample.populations.get(stratum)
        for stratum, units in units_by_stratum(sample.units).items()
    )
