"""How many people to draw, and what so many can show: the reckoner beside a survey's set-up. Pure."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from outreach.errors import Invalid
from outreach.surveys.power import detectable_difference, people_to_detect
from outreach.surveys.sampling import cluster_deff, margin_of, sample_size

CORRELATION = 0.05
"""How alike people of one village are, where nothing is known: 0.02–0.05 is usual for what people know."""

_SHARES = ("margin", "before", "after", "expected", "correlation", "level", "power")
_POSITIVE = ("people", "population", "per_village", "deff")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One of: `margin` (0.05 = ± 5 points), `before` and `after` (two rates to be told apart), `people` to draw.

    expected: the rate that is expected; population: how many there are; response: the share of those drawn who will
    answer; deff: the design effect, or per_village people of each village with a `correlation`.
    """

    margin: float | None = None
    before: float | None = None
    after: float | None = None
    people: int | None = None
    expected: float = 0.5
    population: int | None = None
    response: float = 1.0
    deff: float | None = None
    per_village: int | None = None
    correlation: float = CORRELATION
    level: float = 0.95
    power: float = 0.8


@dataclass(frozen=True)
class Reckoned:
    """What comes out.

    draw: people to draw (of each wave, where a difference is wanted); interviews: how many of them will answer;
    villages: how many; margin: ± of an expected rate, in shares; detects: the smallest rise that a second wave of the same
    size shows with the power asked for, in shares, None where none does; out_of_reach: there are not so many people,
    so all are asked and the figures are those of asking all.
    """

    draw: int
    interviews: int
    villages: int | None
    deff: float
    margin: float
    detects: float | None
    out_of_reach: bool

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)


def reckon(wanted: Wanted) -> Reckoned:
    """Invalid naming the value that cannot be, or when not exactly one thing is asked for."""
    _check(wanted)
    deff = _deff(wanted)
    draw = _draw(wanted, deff)
    out_of_reach = wanted.population is not None and draw > wanted.population
    if wanted.population is not None:
        draw = min(draw, wanted.population)
    interviews = max(1, math.floor(draw * wanted.response + 1e-9))
    first = wanted.before or wanted.expected
    rise = detectable_difference(
        first, interviews, deff=deff, power=wanted.power, alpha=1 - wanted.level
    )
    return Reckoned(
        draw=draw,
        interviews=interviews,
        villages=math.ceil(draw / wanted.per_village) if wanted.per_village else None,
        deff=deff,
        margin=margin_of(interviews, wanted.expected, wanted.population, deff, wanted.level),
        detects=rise,
        out_of_reach=out_of_reach,
    )


def _check(wanted: Wanted) -> None:
    asked = (wanted.margin, wanted.before, wanted.people)
    pair = (wanted.before is None) == (wanted.after is None)
    if sum(one is not None for one in asked) != 1 or not pair:
        raise Invalid("sizing.one_question")
    if wanted.before is not None and wanted.before == wanted.after:
        raise Invalid("sizing.same_rates", value=wanted.before)
    _check_values(wanted)


def _check_values(wanted: Wanted) -> None:
    for name in _SHARES:
        value = getattr(wanted, name)
        if value is not None and not 0 < value < 1:
            raise Invalid("sizing.not_a_share", name=name, value=value)
    if wanted.response != 1 and not 0 < wanted.response < 1:
        raise Invalid("sizing.not_a_share", name="response", value=wanted.response)
    for name in _POSITIVE:
        value = getattr(wanted, name)
        if value is not None and value <= 0:
            raise Invalid("sizing.not_positive", name=name, value=value)


def _deff(wanted: Wanted) -> float:
    if wanted.deff is not None:
        return wanted.deff
    return cluster_deff(wanted.per_village, wanted.correlation) if wanted.per_village else 1.0


def _draw(wanted: Wanted, deff: float) -> int:
    if wanted.margin is not None:
        return sample_size(
            wanted.margin,
            wanted.expected,
            wanted.population,
            deff,
            wanted.response,
            wanted.level,
        )
    if wanted.before is not None and wanted.after is not None:
        return people_to_detect(
            wanted.before,
            wanted.after,
            power=wanted.power,
            alpha=1 - wanted.level,
            deff=deff,
            response=wanted.response,
        )
    return wanted.people or 1
