"""How much of a person may stand in a row: traits are left out until nobody is one of few. Pure.

Rule. Town, sex and age band together are what somebody outside could know of a neighbour. The stratum cannot be left out
and its size gives its code away, so it is known with them; so is a drawn village where its weights tell which it is. For
every combination in the file the people of the population who share it are estimated: the sum of the drawing weights (1/probability) of all
sampled people with it, answered or not. When that is under 10 for any combination, a trait is left out of the whole
file: sex first, then the band, then both, then the town. A trait that the figures are weighted to cannot be left out,
because then nobody could count them again; if that is not enough the file is refused. Age in years, birth date, village
and the number of drawing are in no file; villages and strata bear new codes in random order.

Source: C. Skinner and D. Elliot, JRSS B 64 (2002) 855-867 (risk by the estimated size of the group in the population,
not in the sample); P. Samarati, IEEE TKDE 13 (2001) 1010-1027 (k-anonymity by leaving out traits for all rows alike).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from outreach.errors import Refused
from outreach.reports.suppression import LEAST

TRAITS = ("town", "sex", "band")
"""What could be known of somebody from outside."""

STRATUM, VILLAGE = "stratum", "village drawn"
"""What stands in every file: nobody could count again without it."""

_TRIED = (
    TRAITS,
    ("town", "band"),
    ("town", "sex"),
    ("town",),
    ("sex", "band"),
    ("band",),
    ("sex",),
    (),
)


@dataclass(frozen=True)
class Kept:
    """The traits that stand in the file, and about how many people of the population share the rarest combination."""

    traits: tuple[str, ...]
    smallest: int
    groups: int


def keep(
    people: Iterable[tuple[Mapping[str, str], float]], needed: Collection[str], least: int = LEAST
) -> Kept:
    """`people`: the traits and the drawing weight of every sampled person. Refused `evaluation.few` when it cannot be done."""
    every = list(people)
    others = tuple(name for name in needed if name not in TRAITS)
    smallest = 0
    for traits in _TRIED:
        if not set(needed) & set(TRAITS) <= set(traits):
            continue
        sizes = _sizes(every, (*traits, *others, STRATUM, VILLAGE))
        smallest = math.floor(min(sizes) + 1e-9) if sizes else 0
        if smallest >= least or (len(sizes) <= 1 and not (traits or others)):
            return Kept(traits, smallest, len(sizes))
    raise Refused(
        "evaluation.few", smallest=smallest, least=least, traits="、".join(sorted(needed)) or "—"
    )


def _sizes(people: Sequence[tuple[Mapping[str, str], float]], traits: Sequence[str]) -> list[float]:
    found: dict[tuple[str, ...], float] = {}
    for values, weight in people:
        key = tuple(values.get(trait, "") for trait in traits)
        found[key] = found.get(key, 0.0) + weight
    return list(found.values())
