"""Weights: Kish's effective size, raking to known totals (Deming and Stephan 1940), residuals of raking.

Raking to one margin is post-stratification. Rows with the same values in all raked columns are one cell: they get the
same factor and the same regression, so rounds run over cells, and a million rows cost little more than a thousand.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, overload

from outreach.surveys.errors import BadDesign

Margin = tuple[Sequence[Hashable], Mapping[Any, float]]
"""The value of each row in one column, and the population count of each value."""
Table = Sequence[Sequence[float]]

_ROUNDS = 10_000
_CLOSE = 1e-12
_SAME_TOTAL = 1e-6


def kish(weights: Sequence[float]) -> float:
    """Kish's effective number of rows, (Σw)² / Σw²."""
    return math.fsum(weights) ** 2 / math.fsum(weight * weight for weight in weights)


@overload
def rake(weights: Sequence[float], margins: Sequence[Margin]) -> list[float]: ...
@overload
def rake(weights: Table, margins: Table) -> list[list[float]]: ...
def rake(
    weights: Sequence[float] | Table, margins: Sequence[Margin] | Table
) -> list[float] | list[list[float]]:
    """Weights multiplied by factors per value until every margin has its population total.

    Either one weight per row, with margins (labels, targets):
    `rake([1, 1, 2], [(["男", "女", "女"], {"男": 90, "女": 95})])`; or a table of weights, with the totals of its rows
    and the totals of its columns. Raises BadDesign (a ValueError) for no weights, a weight or target that is not
    positive, a value without target or the reverse, margins with different totals, or no convergence.
    """
    if weights and isinstance(weights[0], Sequence):
        return _rake_table(cast("Table", weights), cast("Table", margins))
    named = {str(k): margin for k, margin in enumerate(cast("Sequence[Margin]", margins), 1)}
    return rake_columns(cast("Sequence[float]", weights), named)


def _rake_table(table: Table, totals: Table) -> list[list[float]]:
    width = len(table[0])
    if any(len(row) != width for row in table) or len(totals) != 2:
        raise BadDesign("surveys.not_a_table")
    cells = [(i, j) for i in range(len(table)) for j in range(width)]
    margins: dict[str, Margin] = {
        "1": ([i for i, _ in cells], dict(enumerate(totals[0]))),
        "2": ([j for _, j in cells], dict(enumerate(totals[1]))),
    }
    flat = rake_columns([table[i][j] for i, j in cells], margins)
    return [flat[start : start + width] for start in range(0, len(flat), width)]


def rake_columns(weights: Sequence[float], margins: Mapping[str, Margin]) -> list[float]:
    """The same with named columns, so that an error can name them."""
    _check(weights, margins)
    cells = _cells([labels for labels, _ in margins.values()])
    before = cells.sums(weights)
    raked = list(before)
    for _ in range(_ROUNDS):
        shift = 0.0
        for labels, (_, targets) in zip(cells.labels, margins.values(), strict=True):
            sums = _sums(labels, raked)
            factors = {label: targets[label] / total for label, total in sums.items()}
            raked = [weight * factors[label] for weight, label in zip(raked, labels, strict=True)]
            shift = max(shift, *(abs(factor - 1) for factor in factors.values()))
        if shift < _CLOSE or len(margins) == 1:
            factor_of = [new / old for new, old in zip(raked, before, strict=True)]
            return [
                weight * factor_of[cell] for weight, cell in zip(weights, cells.of_row, strict=True)
            ]
    raise BadDesign("surveys.rake_diverges", columns="、".join(margins))


@dataclass(frozen=True)
class _Cells:
    """`of_row` the cell of each row; `labels` for each margin the label of each cell; `count` how many cells."""

    of_row: list[int]
    labels: list[list[Hashable]]
    count: int

    def sums(self, values: Iterable[float]) -> list[float]:
        """The sum of the values of the rows in each cell."""
        sums = [0.0] * self.count
        for cell, value in zip(self.of_row, values, strict=True):
            sums[cell] += value
        return sums


def _cells(margins: Sequence[Sequence[Hashable]]) -> _Cells:
    numbers: dict[tuple[Hashable, ...], int] = {}
    of_row = [numbers.setdefault(key, len(numbers)) for key in zip(*margins, strict=True)]
    return _Cells(of_row, [list(labels) for labels in zip(*numbers, strict=True)], len(numbers))


def _sums(labels: Sequence[Hashable], values: Sequence[float]) -> dict[Hashable, float]:
    sums: dict[Hashable, float] = {}
    for label, value in zip(labels, values, strict=True):
        sums[label] = sums.get(label, 0.0) + value
    return sums


def _check(weights: Sequence[float], margins: Mapping[str, Margin]) -> None:
    if not weights or not margins:
        raise BadDesign("surveys.nothing_to_rake")
    for row, weight in enumerate(weights, 1):
        if not (weight > 0 and math.isfinite(weight)):
            raise BadDesign("surveys.bad_number", row=row, column="weight", value=weight)
    for column, (labels, targets) in margins.items():
        _check_margin(column, labels, targets, len(weights))
    totals = {column: math.fsum(targets.values()) for column, (_, targets) in margins.items()}
    first = min(totals, key=lambda column: totals[column])
    last = max(totals, key=lambda column: totals[column])
    if totals[last] - totals[first] > _SAME_TOTAL * totals[last]:
        raise BadDesign(
            "surveys.targets_disagree",
            column=first,
            total=totals[first],
            other=last,
            other_total=totals[last],
        )


def _check_margin(
    column: str, labels: Sequence[Hashable], targets: Mapping[Hashable, float], rows: int
) -> None:
    if len(labels) != rows:
        raise BadDesign("surveys.labels_missing", column=column, labels=len(labels), rows=rows)
    for value, count in targets.items():
        if not (count > 0 and math.isfinite(count)):
            raise BadDesign("surveys.bad_target", column=column, value=value, count=count)
    for row, label in enumerate(labels, 1):
        if label not in targets:
            raise BadDesign("surveys.no_target", row=row, column=column, value=label)
    for value in targets.keys() - set(labels):
        raise BadDesign("surveys.nobody_for_target", column=column, value=value)


def residuals(
    values: Sequence[float], weights: Sequence[float], margins: Sequence[Sequence[Hashable]]
) -> list[float]:
    """What the raked columns do not explain of `values`: weighted least squares on all their values together.

    `weights` are those **before** raking (Deville and Särndal 1992: the regression belongs to the design; the raked
    weights then multiply its residuals). Raked totals are known, so only this part of a value varies from sample to
    sample. Solved by subtracting weighted means column by column until they are nil.
    """
    cells = _cells(margins)
    heavy = cells.sums(weights)
    products = cells.sums(value * weight for value, weight in zip(values, weights, strict=True))
    start = [product / weight for product, weight in zip(products, heavy, strict=True)]
    rest = list(start)
    totals = [_sums(labels, heavy) for labels in cells.labels]
    for _ in range(_ROUNDS):
        shift = 0.0
        for labels, total in zip(cells.labels, totals, strict=True):
            sums = _sums(labels, [mean * weight for mean, weight in zip(rest, heavy, strict=True)])
            means = {label: sums[label] / total[label] for label in sums}
            rest = [mean - means[label] for mean, label in zip(rest, labels, strict=True)]
            shift = max(shift, *(abs(mean) for mean in means.values()))
        if shift < _CLOSE or len(margins) <= 1:
            break
    explained = [first - last for first, last in zip(start, rest, strict=True)]
    return [value - explained[cell] for value, cell in zip(values, cells.of_row, strict=True)]
