"""Differences between estimates: two samples, two samples before and after, and each group against the rest.

Two independent estimates are joined by MOVER on each side's own interval (Zou and Donner 2008; for two simple random
samples with Wilson it is Newcombe's method). A group and the rest of the same sample may share strata, villages and
raking, so their correlation comes from the linearised difference; it is 0 where groups are strata.

Groups are tested together: p-values are corrected for their number (Holm 1979), and the interval of a group is drawn at
the level at which Holm's procedure decides about it, so it leaves out 0 exactly when the corrected p is below alpha.
Together these intervals do not promise their level for the size of a difference, only for its being there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from outreach.surveys.design import Design, Row, Sample, read
from outreach.surveys.distributions import beta_cdf, t_quantile, t_tails, two_sided
from outreach.surveys.estimation import (
    Estimate,
    estimate_rows,
    limits,
    members_by_value,
    use_of,
)
from outreach.surveys.intervals import Difference, mover, score_limits
from outreach.surveys.linearisation import variance

Verdict = Literal["behind", "ahead", "same", "few"]
_FARTHEST = 1e6
_CLOSE = 1e-12


@dataclass(frozen=True)
class DomainDifference:
    """A group beside all other rows of its sample.

    `difference` = rate of the group − rate of the rest, `se` its linearised standard error, `low` and `high` its
    interval at Holm's `level`, `p` of the two-sided test alone, `p_holm` corrected for the number of groups; `df` by
    Welch. `verdict`: few where either side has an effective number under 100, else behind or ahead where the interval
    lies wholly below or above 0, else same (不能区分).
    """

    value: str
    here: Estimate
    rest: Estimate
    difference: float
    se: float
    df: float
    low: float
    high: float
    level: float
    p: float
    p_holm: float
    verdict: Verdict


def difference_of(first: Estimate, second: Estimate, level: float = 0.95) -> Difference:
    """first − second of two estimates from independent samples, with its interval. Shares between −1 and 1."""
    return mover((first.rate, *limits(first, level)), (second.rate, *limits(second, level)))


def difference_in_differences_of(
    treated: tuple[Estimate, Estimate], control: tuple[Estimate, Estimate], level: float = 0.95
) -> Difference:
    """What the treated rose more than the control, each (after, before), from four independent samples."""
    return mover(difference_of(*treated, level=level), difference_of(*control, level=level))


def mcnemar(first_only: int, second_only: int) -> float:
    """The exact two-sided p-value that the same people changed: of those who changed, half would go either way.

    `first_only` were aware at the first asking only, `second_only` at the second only (McNemar 1947; binomial, twice
    the smaller tail). 1 where nobody changed. Raises ValueError for negative counts.
    """
    if first_only < 0 or second_only < 0:
        raise ValueError("counts are not negative")
    n, fewer = first_only + second_only, min(first_only, second_only)
    if 2 * fewer == n:
        return 1.0
    return min(1.0, 2 * beta_cdf(0.5, n - fewer, fewer + 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for their number (Holm 1979), in their order; never more than 1."""
    corrected = [0.0] * len(p_values)
    most = 0.0
    for rank, at in enumerate(_smallest_first(p_values)):
        most = max(most, min(1.0, (len(p_values) - rank) * p_values[at]))
        corrected[at] = most
    return corrected


def holm_levels(p_values: Sequence[float], level: float = 0.95) -> list[float]:
    """The level of each interval that agrees with Holm: 0 lies outside exactly where the corrected p is small enough.

    The smallest of k p-values is held against (1 − level)/k, the next against (1 − level)/(k − 1), …; from the first
    that is too large, all have its level.
    """
    levels = [0.0] * len(p_values)
    left, stopped = len(p_values), False
    for at in _smallest_first(p_values):
        share = (1 - level) / left
        levels[at] = 1 - share
        stopped = stopped or p_values[at] > share
        left -= 0 if stopped else 1
    return levels


def _smallest_first(p_values: Sequence[float]) -> list[int]:
    return sorted(range(len(p_values)), key=lambda at: p_values[at])


def domains_against_rest(
    rows: Iterable[Row], design: Design, by: str, *, apart: Sequence[str] = ()
) -> list[DomainDifference]:
    """Each value of the column `by` against all other rows, in the order of appearance; none where there is no rest.

    Values in `apart` belong to the rest of the others but are not compared (不详, say). Raises BadDesign as `estimate`.
    """
    table = list(rows)
    members = members_by_value(table, by)
    compared = {value: rows for value, rows in members.items() if value not in apart}
    return groups_against_rest(read(table, design), design, compared)


def groups_against_rest(
    sample: Sample, design: Design, groups: Mapping[str, Sequence[int]]
) -> list[DomainDifference]:
    """The same for groups of row indexes of a sample that was read by `design`."""
    rows = range(len(sample.outcomes))
    pairs = [
        _pair(sample, design, value, inside)
        for value, inside in groups.items()
        if len(inside) < len(rows)
    ]
    p_values = [pair.p for pair in pairs]
    corrected = zip(pairs, holm(p_values), holm_levels(p_values, design.level), strict=True)
    return [pair.judged(p_holm, level) for pair, p_holm, level in corrected]


@dataclass(frozen=True)
class _Pair:
    """A group and the rest, before they are corrected for their number."""

    value: str
    here: Estimate
    rest: Estimate
    se: float
    correlation: float

    @property
    def df(self) -> float:
        """Welch: each side weighs with the variance it has left at its effective number."""
        here, rest = _left(self.here), _left(self.rest)
        parts = here**2 / max(self.here.df, 1) + rest**2 / max(self.rest.df, 1)
        return (here + rest) ** 2 / parts

    def limits(self, t: float) -> Difference:
        """The difference when each side is stretched by a quantile of Student's t."""
        here = score_limits(self.here.rate, self.here.n_eff, t)
        rest = score_limits(self.rest.rate, self.rest.n_eff, t)
        return mover((self.here.rate, *here), (self.rest.rate, *rest), self.correlation)

    @property
    def p(self) -> float:
        """The tails beyond the quantile at which the interval of the difference just reaches 0."""
        if self.here.rate == self.rest.rate:
            return 1.0
        near, far = 0.0, 1.0
        while not self._reaches(far) and far < _FARTHEST:
            near, far = far, far * 2
        middle = (near + far) / 2
        while far - near > _CLOSE * far and near < middle < far:
            near, far = (near, middle) if self._reaches(middle) else (middle, far)
            middle = (near + far) / 2
        return t_tails(middle, self.df)

    def _reaches(self, t: float) -> bool:
        _, low, high = self.limits(t)
        return low <= 0 <= high

    def judged(self, p_holm: float, level: float) -> DomainDifference:
        """With the interval at this level, and what it says."""
        difference, low, high = self.limits(t_quantile(two_sided(level), self.df))
        verdict: Verdict = "behind" if high < 0 else "ahead" if low > 0 else "same"
        if use_of(min(self.here.n_eff, self.rest.n_eff)) != "compare":
            verdict = "few"
        return DomainDifference(
            self.value, self.here, self.rest, difference, self.se, self.df, low, high, level,
            self.p, p_holm, verdict,
        )  # fmt: skip


def _left(side: Estimate) -> float:
    """The variance at the effective number; two more aware and two more not keep it above 0 (Agresti and Coull 1998)."""
    rate = (side.rate * side.n_eff + 2) / (side.n_eff + 4)
    return rate * (1 - rate) / side.n_eff


def _pair(sample: Sample, design: Design, value: str, inside: Sequence[int]) -> _Pair:
    chosen = set(inside)
    outside = [row for row in range(len(sample.outcomes)) if row not in chosen]
    here, rest = estimate_rows(sample, design, inside), estimate_rows(sample, design, outside)
    ours, others = _values(sample, inside, here.rate), _values(sample, outside, rest.rate)
    alone = variance(sample, ours), variance(sample, others)
    squared = variance(sample, {**ours, **{row: -value for row, value in others.items()}})
    correlation = 0.0
    if all(own > _CLOSE * side.se**2 > 0 for own, side in zip(alone, (here, rest), strict=True)):
        correlation = (math.fsum(alone) - squared) / (2 * math.sqrt(alone[0] * alone[1]))
    return _Pair(value, here, rest, math.sqrt(max(squared, 0.0)), min(1.0, max(-1.0, correlation)))


def _values(sample: Sample, rows: Sequence[int], rate: float) -> dict[int, float]:
    total = math.fsum(sample.weights[row] for row in rows)
    return {row: (sample.outcomes[row] - rate) / total for row in rows}
