"""One rate with its uncertainty from a sample with weights, strata and clusters.

The rate is Σwy / Σw; the value of a row for its variance is (y − rate) / Σw, see outreach/surveys/linearisation.py.
Later stages of drawing inside a cluster add nothing to it. A group of rows is a domain: the units without a member of
the group still count.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from outreach.surveys.design import Design, Row, Sample, read, refuse_shortened, units_by_stratum
from outreach.surveys.intervals import Interval, clopper_pearson, logit_t, wilson_at
from outreach.surveys.linearisation import variance
from outreach.surveys.weighting import kish

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
    return estimate_rows(sample, design, range(len(sample.outcomes)))


def estimate_groups(rows: Iterable[Row], design: Design, by: str) -> list[tuple[str, Estimate]]:
    """The same for each value of the column `by`, in the order in which they first appear."""
    table = list(rows)
    sample = read(table, design)
    return [
        (value, estimate_rows(sample, design, members))
        for value, members in members_by_value(table, by).items()
    ]


def members_by_value(table: Sequence[Row], by: str) -> dict[str, list[int]]:
    """The indexes of the rows with each value of the column `by` ('' where it is empty), in order of appearance."""
    members: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(table):
        members["" if row.get(by) is None else str(row[by]).strip()].append(at)
    for value, rows in members.items():
        refuse_shortened(value, by, rows[0] + 1)
    return members


def estimate_rows(sample: Sample, design: Design, members: Sequence[int]) -> Estimate:
    """The estimate of some rows of a sample, given by their indexes; `sample` was read by `design`."""
    weights = [sample.weights[row] for row in members]
    outcomes = [sample.outcomes[row] for row in members]
    n = len(outcomes)
    rate = _rate(outcomes, weights)
    method: str = design.method or ("logit" if design.given else "wilson")
    df = _degrees(sample, members)
    if method == "wilson" and _simple(sample, design):
        se, n_eff = math.sqrt(rate * (1 - rate) / n), float(n)
    else:
        total = math.fsum(weights)
        values = {row: (sample.outcomes[row] - rate) / total for row in members}
        se, n_eff = _precision(sample, members, weights, rate, variance(sample, values))
    if method == "logit" and rate in (0, 1):
        method = "clopper-pearson"
    low, high = _limits(rate, se, n_eff, df, method, design.level)
    return Estimate(rate, se, low, high, n / n_eff, n, n_eff, df, method, use_of(n_eff))


def limits(found: Estimate, level: float) -> Interval:
    """The interval of an estimate at another level, by the method of its own interval."""
    return _limits(found.rate, found.se, found.n_eff, found.df, found.method, level)


def _limits(rate: float, se: float, n_eff: float, df: int, method: str, level: float) -> Interval:
    if method == "wilson":
        return wilson_at(rate, n_eff, level)
    if method == "clopper-pearson":
        return clopper_pearson(rate * n_eff, n_eff, level)
    return logit_t(rate, se, df, level)


def _rate(outcomes: list[float], weights: list[float]) -> float:
    if len(set(outcomes)) == 1:
        return outcomes[0]
    return math.fsum(w * y for w, y in zip(weights, outcomes, strict=True)) / math.fsum(weights)


def _simple(sample: Sample, design: Design) -> bool:
    """A simple random sample: nothing given, or only weights that are all the same."""
    structured = any((design.stratum, design.cluster, design.fpc, design.rake))
    return not structured and len(set(sample.weights)) == 1


def _degrees(sample: Sample, members: Sequence[int]) -> int:
    """Units − strata among those with a member; at least 1, where a group has one unit in each stratum."""
    strata = units_by_stratum(sample.units[row] for row in members)
    units = sum(len(units) for units in strata.values())
    return max(units - len(strata), 1) if len(sample.outcomes) > 1 else 0


def _precision(
    sample: Sample, members: Sequence[int], weights: list[float], rate: float, squared: float
) -> tuple[float, float]:
    """(se, n_eff); rows that say nothing about their spread must not look certain."""
    spread = rate * (1 - rate)
    if squared > 1e-12 * spread / len(weights):
        return math.sqrt(squared), spread / squared
    n_eff = kish(weights)
    if spread == 0 or _everybody(sample):
        return 0.0, n_eff
    # Clusters with equal rates, or a group inside one cluster: each cluster is worth one person, not endless ones.
    n_eff = min(n_eff, len({sample.units[row] for row in members}))
    return math.sqrt(spread / n_eff), n_eff


def _everybody(sample: Sample) -> bool:
    return all(units == sample.populations.get(stratum) for stratum, units in sample.drawn.items())
