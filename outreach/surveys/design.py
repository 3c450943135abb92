"""How a sample was drawn, read from rows: outcomes, weights, strata, clusters, finite populations, raking."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from outreach.surveys.errors import BadDesign
from outreach.surveys.weighting import Margin, rake_columns

Method = Literal["wilson", "logit"]
Row = Mapping[str, object]
Targets = Mapping[str, Mapping[str, float]]
_SHORTENED = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")
_LARGEST = 1e15  # squares and sums of a million weights stay numbers


@dataclass(frozen=True, kw_only=True)
class Design:
    """Which column of the rows holds what.

    `outcome` holds 0 or 1; `weight` 1/probability of being drawn; `stratum` and `cluster` names (a cluster belongs to
    its stratum: the same name elsewhere is another cluster); `fpc` the population size of the row's stratum, with
    `cluster` its number of clusters; `rake` population counts per column and value. `method` None means logit where
    any of these is given, else wilson. `level` is the confidence level.
    """

    outcome: str = "outcome"
    weight: str | None = None
    stratum: str | None = None
    cluster: str | None = None
    fpc: str | None = None
    rake: Targets | None = None
    method: Method | None = None
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.method not in (None, "wilson", "logit"):
            raise BadDesign("surveys.unknown_method", method=self.method)
        if not (0 < self.level < 1 and (1 + self.level) / 2 < 1):
            raise BadDesign("surveys.bad_level", level=self.level)

    @property
    def given(self) -> bool:
        """Whether anything but the outcome is said about how the rows were drawn."""
        return any((self.weight, self.stratum, self.cluster, self.fpc, self.rake))

    @property
    def columns(self) -> list[str]:
        """Every column that the rows must have."""
        named = (self.outcome, self.weight, self.stratum, self.cluster, self.fpc)
        return list(dict.fromkeys([c for c in named if c is not None] + list(self.rake or {})))


@dataclass(frozen=True)
class Sample:
    """Rows read by a design; all lists have one entry per row."""

    outcomes: list[float]
    base: list[float]  # the weights as given
    weights: list[float]  # after raking; the same where nothing is raked
    strata: list[str]
    units: list[tuple[str, Hashable]]  # the primary sampling unit: cluster, or the row itself
    populations: dict[str, float]  # units in the population by stratum, where known
    raked: list[list[str]]  # the values of each raked column
    stratified: bool

    @cached_property
    def drawn(self) -> dict[str, int]:
        """How many units each stratum has in the whole sample."""
        return {stratum: len(units) for stratum, units in units_by_stratum(self.units).items()}


def read(rows: Iterable[Row], design: Design) -> Sample:
    """The rows as numbers and labels, with raked weights. Raises BadDesign naming the row (from 1) and the column."""
    table = list(rows)
    if not table:
        raise BadDesign("surveys.no_rows")
    outcomes = [_outcome(row, design.outcome, at) for at, row in enumerate(table, 1)]
    weights = [1.0] * len(table)
    if design.weight is not None:
        weights = [_positive(row, design.weight, at) for at, row in enumerate(table, 1)]
    strata = _labels(table, design.stratum)
    clusters: Sequence[Hashable] = _labels(table, design.cluster)
    if design.cluster is None:
        clusters = range(len(table))
    units = list(zip(strata, clusters, strict=True))
    margins: dict[str, Margin] = {
        column: (_labels(table, column), dict[Hashable, float](targets.items()))
        for column, targets in (design.rake or {}).items()
    }
    return Sample(
        outcomes,
        weights,
        rake_columns(weights, margins) if margins else weights,
        strata,
        units,
        _populations(table, design.fpc, strata, units),
        [_labels(table, column) for column in design.rake or {}],
        design.stratum is not None,
    )


def _populations(
    table: list[Row], column: str | None, strata: list[str], units: list[tuple[str, Hashable]]
) -> dict[str, float]:
    if column is None:
        return {}
    populations: dict[str, float] = {}
    for at, (row, stratum) in enumerate(zip(table, strata, strict=True), 1):
        size = _positive(row, column, at)
        if populations.setdefault(stratum, size) != size:
            _refuse("surveys.fpc_varies", row, column, at, stratum=stratum)
    for stratum, drawn in units_by_stratum(units).items():
        if len(drawn) > populations[stratum]:
            raise BadDesign(
                "surveys.fpc_too_small",
                column=column,
                stratum=stratum,
                size=populations[stratum],
                drawn=len(drawn),
            )
    return populations


def units_by_stratum(units: Iterable[tuple[str, Hashable]]) -> dict[str, set[Hashable]]:
    """The sampling units of each stratum."""
    drawn: dict[str, set[Hashable]] = defaultdict(set)
    for stratum, unit in units:
        drawn[stratum].add(unit)
    return drawn


def _labels(table: list[Row], column: str | None) -> list[str]:
    if column is None:
        return [""] * len(table)
    labels = [_text(row, column, at) for at, row in enumerate(table, 1)]
    for at, label in enumerate(labels, 1):
        if not label:
            raise BadDesign("surveys.blank", row=at, column=column)
        refuse_shortened(label, column, at)
    return labels


def refuse_shortened(label: str, column: str, at: int) -> None:
    """Raises BadDesign for a code that a spreadsheet shortened (1.3E+10): different ones look the same."""
    if _SHORTENED.fullmatch(label):
        raise BadDesign("surveys.shortened", row=at, column=column, value=label)


def _text(row: Row, column: str, at: int) -> str:
    if column not in row:
        raise BadDesign("surveys.column_missing", row=at, column=column, columns="、".join(row))
    value = row[column]
    return "" if value is None else str(value).strip()


def _outcome(row: Row, column: str, at: int) -> float:
    number = _as_number(row, column, at)
    if number not in (0, 1):
        _refuse("surveys.bad_outcome", row, column, at)
    return number


def _as_number(row: Row, column: str, at: int) -> float:
    """The number in a cell, also in full-width digits; NaN where there is none, BadDesign where it is empty."""
    text = _text(row, column, at)
    if not text:
        raise BadDesign("surveys.blank", row=at, column=column)
    if isinstance(row[column], bool):
        return float(row[column] is True)
    try:
        return math.nan if "_" in text else float(unicodedata.normalize("NFKC", text))
    except ValueError:
        return math.nan


def _positive(row: Row, column: str, at: int) -> float:
    number = _as_number(row, column, at)
    if not 1 / _LARGEST <= number <= _LARGEST:
        _refuse("surveys.bad_number", row, column, at)
    return number


def _refuse(code: str, row: Row, column: str, at: int, **more: object) -> None:
    raise BadDesign(code, row=at, column=column, value=row[column], **more)
