"""Differences between estimates: two samples, two samples before and after, and each group against the rest.

Two estimates are joined by MOVER on each side's own interval, with its own degrees of freedom (Zou and Donner 2008; for
two simple random samples it is Newcombe's method). A group and the rest of the same sample may share strata, villages and
raking, so their correlation comes from the linearised difference; it is 0 where groups are strata.

difference ± t·se is not used: a group whose people are all aware has no linearised error, and one with three villages
often seems to have little, which the degrees of freedom of the whole sample do not show.

Groups are tested together: p-values are corrected for their number (Holm 1979), and the interval of a group is drawn at
the level at which Holm's procedure decides about it, so it leaves out 0 exactly when the corrected p is below alpha.
Together these intervals do not promise their level for the size of a difference, only for its being there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from outreach.surveys.design import Design, Row, Sample, read
from outreach.surveys.distributions import beta_cdf
from outreach.surveys.estimation import (
    Estimate,
    estimate_rows,
    limits,
    members_by_value,
    use_of,
)
from outreach.surveys.intervals import Difference, mover
from outreach.surveys.linearisation import variance

Verdict = Literal["behind", "ahead", "same", "few"]
_SMALLEST = 1e-12
_LARGEST_Z = 7.2
_ROUNDS = 100
_CLOSE = 1e-12


@dataclass(frozen=True)
class DomainDifference:
    """A group beside all other rows of its sample.

    `difference` = rate of the group − rate of the rest, `se` its linearised standard error, `low` and `high` its
    interval at Holm's `level`, `p` of the two-sided test alone (1 − the highest level whose interval leaves out 0),
    `p_holm` corrected for the number of groups. `verdict`: few where either side has an effective number under 100, else behind or ahead where the interval
    lies wholly below or above 0, else same (不能区分).
    """

    value: str
    here: Estimate
    rest: Estimate
    difference: float
    se: float
    low: float
    high: float
    level: float
    p: float
    p_holm: float
    verdict: Verdict


def difference_of(
    first: Estimate, second: Estimate, level: float = 0.95, correlation: float = 0.0
) -> Difference:
    """first − second of two estimates with its interval, as shares; `correlation` is 0 for independent samples."""
    one, other = (first.rate, *limits(first, level)), (second.rate, *limits(second, level))
    return mover(one, other, correlation)


def p_of_difference(first: Estimate, second: Estimate, correlation: float = 0.0) -> float:
    """1 − the highest level at which the interval of the difference leaves out 0; not below 1e-12."""
    if first.rate == second.rate:
        return 1.0

    def beyond(z: float) -> float:
        """How far the limit facing 0 lies beyond it, at the level of this normal quantile."""
        level = min(max(math.erf(z / math.sqrt(2)), _SMALLEST), 1 - _SMALLEST)
        difference, low, high = difference_of(first, second, level, correlation)
        return low if difference > 0 else -high

    return max(math.erfc(_root(beyond, 0.0, _LARGEST_Z) / math.sqrt(2)), _SMALLEST)


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function is 0 (Illinois: false position that halves the end which stays twice)."""
    above, below = falling(low), falling(high)
    moved = 0.0
    if below >= 0:
        return high
    for _ in range(_ROUNDS):
        middle = low + (high - low) * above / (above - below)
        found = falling(middle)
        if abs(found) < _CLOSE or high - low < _CLOSE:
            return middle
        if found > 0:
            low, above, below = middle, found, below / (2 if moved > 0 else 1)
        else:
            high, below, above = middle, found, above / (2 if moved < 0 else 1)
        moved = found
    return (low + high) / 2


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

    @cached_property
    def p(self) -> float:
        """Alone, before it is corrected."""
        return p_of_difference(self.here, self.rest, self.correlation)

    def judged(self, p_holm: float, level: float) -> DomainDifference:
        """With the interval at this level, and what it says."""
        difference, low, high = difference_of(self.here, self.rest, level, self.correlation)
        verdict: Verdict = "behind" if high < 0 else "ahead" if low > 0 else "same"
        if use_of(min(self.here.n_eff, self.rest.n_eff)) != "compare":
            verdict = "few"
        return DomainDifference(
            self.value, self.here, self.rest, difference, self.se, low, high, level,
            self.p, p_holm, verdict,
        )  # fmt: skip


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
