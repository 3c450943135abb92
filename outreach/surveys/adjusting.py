"""From the weights of the drawing to those of an estimate, in one order: drawing → response → trimming → raking.

1. A person drawn with probability π weighs 1/π.
2. Those who answered also stand for those of their response class who did not (weighting classes: Little and Rubin
   2019, ch. 3; it assumes that inside a class answering has nothing to do with what would be answered).
3. Weights above k × median are cut to it and the rest carries what was cut (Potter 1990): a little bias for less
   variance.
4. Raking comes last, because population totals must hold exactly in what is published. Where it makes weights heavy
   again, they are cut and raked again.

The linearised error starts from the weights before the last raking (`Adjusted.base`), so an estimate takes those as
its weight and rakes them itself. Steps 2 and 3 count as fixed: that is the usual, slightly cautious practice.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from outreach.surveys.errors import BadDesign
from outreach.surveys.weighting import Margin, rake_columns

_AGAIN = 20
_NEARLY = 1.001  # cutting and raking in turn come near the limit and never quite there


@dataclass(frozen=True)
class Adjusted:
    """The weights of those who answered, in their order.

    `base` before the last raking (the weight column of a Design with `rake`); `weights` after it; `trimmed` people
    whose weight was cut; `over` people whose raked weight is still a thousandth or more above k × median, because the totals demand it.
    """

    base: list[float]
    weights: list[float]
    trimmed: int
    over: int


def adjust(
    weights: Sequence[float],
    responded: Sequence[bool],
    *,
    classes: Sequence[Hashable] | None = None,
    trim_at: float | None = None,
    margins: Mapping[str, Margin] | None = None,
) -> Adjusted:
    """All steps in their order; the lists have one entry per person drawn who belongs to the population.

    `classes` are the response classes (none: nobody stands for the silent), `trim_at` is k, `margins` are population
    counts by column. Labels of margins belong to all people drawn, too. Raises BadDesign as the single steps do, and
    where nobody answered.
    """
    if not any(responded):
        raise BadDesign("surveys.no_rows")
    if classes is not None:
        weights = response_classes(weights, classes, responded)
    answered = [at for at, answer in enumerate(responded) if answer]
    before = [weights[at] for at in answered]
    own = {
        column: ([labels[at] for at in answered], totals)
        for column, (labels, totals) in (margins or {}).items()
    }
    return _trimmed_and_raked(before, trim_at, own)


def _trimmed_and_raked(
    before: list[float], times: float | None, margins: Mapping[str, Margin]
) -> Adjusted:
    if times is None:
        return Adjusted(before, rake_columns(before, margins) if margins else before, 0, 0)
    cut: set[int] = set()
    base = before
    raked = before
    for _ in range(_AGAIN):
        base = trim(raked, times)
        cut.update(_over(raked, times))
        raked = rake_columns(base, margins) if margins else base
        if not _over(raked, times):
            break
    return Adjusted(base, raked, len(cut), len(_over(raked, times)))


def _over(weights: Sequence[float], times: float) -> list[int]:
    limit = times * median(weights) * _NEARLY
    return [at for at, weight in enumerate(weights) if weight > limit]


def response_classes(
    weights: Sequence[float], classes: Sequence[Hashable], responded: Sequence[bool]
) -> list[float]:
    """Weights divided by the weighted share of their class that answered; 0 for those who did not.

    The lists have one entry per person drawn who belongs to the population (not the deceased, moved or ineligible).
    The sum of every class is kept. Raises BadDesign naming a class in which nobody answered: join it with a similar
    one; and for lists that do not fit together or a weight that is not positive.
    """
    if not len(weights) == len(classes) == len(responded):
        raise BadDesign(
            "surveys.labels_missing", column="class", labels=len(classes), rows=len(weights)
        )
    drawn: dict[Hashable, float] = {}
    answered: dict[Hashable, float] = {}
    for at, (weight, name, answer) in enumerate(zip(weights, classes, responded, strict=True), 1):
        if not (weight > 0 and math.isfinite(weight)):
            raise BadDesign("surveys.bad_number", row=at, column="weight", value=weight)
        drawn[name] = drawn.get(name, 0.0) + weight
        answered[name] = answered.get(name, 0.0) + (weight if answer else 0.0)
    for name, total in answered.items():
        if total == 0:
            raise BadDesign("surveys.silent_class", name=name, people=list(classes).count(name))
    return [
        weight * drawn[name] / answered[name] if answer else 0.0
        for weight, name, answer in zip(weights, classes, responded, strict=True)
    ]


def trim(weights: Sequence[float], times_median: float) -> list[float]:
    """No weight above `times_median` × the median of the weights; the others grow by one factor, so the sum is kept.

    Whoever would be lifted above the limit gets the limit. Raises BadDesign where times_median is not above 1, and
    where so few weights carry the sum that all together cannot keep it under the limit.
    """
    if not (times_median > 1 and math.isfinite(times_median)):
        raise BadDesign("surveys.bad_trim", times=times_median)
    total = math.fsum(weights)
    limit = times_median * median(weights)
    if total > limit * len(weights):
        raise BadDesign("surveys.cannot_trim", times=times_median, heaviest=max(weights))
    # The light ones get one factor; it grows as more of them reach the limit, so sorting finds it in one pass.
    order = sorted(weights)
    light, heavy = math.fsum(order), 0
    factor = 1.0
    while order and order[-1] * factor > limit:
        light -= order.pop()
        heavy += 1
        if light <= 0:
            break
        factor = (total - heavy * limit) / light
    return [min(limit, weight * factor) for weight in weights]


def post_stratify(
    weights: Sequence[float],
    labels: Sequence[Hashable],
    totals: Mapping[Any, float],
    column: str = "class",
) -> list[float]:
    """Weights multiplied by one factor per label, so that each label sums to its population total (raking to one)."""
    return rake_columns(weights, {column: (labels, totals)})
