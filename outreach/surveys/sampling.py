"""How many people to ask, how to divide them among strata, and drawing that anybody can repeat. Pure functions.

Sizes: Cochran 1977, ch. 4; Fleiss, Levin and Paik 2003, ch. 4; Kish 1965 for clusters.

The order of drawing is the order of SHA-256("seed:id"), written in hexadecimal, of the UTF-8 text of seed and id. It
needs no generator of a language or version: `printf '%s' '2026-7:1042' | sha256sum` gives the place of person 1042.
The first n are the sample, so a larger sample holds the smaller one, and the order of the frame does not matter.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import TypeVar

from outreach.surveys.distributions import normal_quantile, two_sided

Id = TypeVar("Id", int, str)
_ROUNDING = 1e-9  # 60.00000000001 people are 60


def _up(people: float) -> int:
    return math.ceil(people - _ROUNDING)


def sample_size(
    margin: float,
    p: float = 0.5,
    population: int | None = None,
    deff: float = 1,
    response: float = 1,
    level: float = 0.95,
) -> int:
    """People to draw so that the interval is rate ± `margin` at an expected rate `p`.

    `population` applies the finite population correction, `deff` the design effect, `response` the share of those
    drawn who will answer. More than `population` means that the margin is out of reach. Raises ValueError for shares
    that are not between 0 and 1, a population below 1, a deff that is not positive.
    """
    if not (0 < margin < 1 and 0 < p < 1):
        raise ValueError(f"margin and rate lie between 0 and 1, not {margin} and {p}")
    if not (deff > 0 and 0 < response <= 1) or (population is not None and population < 1):
        raise ValueError("deff is positive, response a share above 0, population at least 1")
    z = normal_quantile(two_sided(level))
    needed = deff * z * z * p * (1 - p) / margin**2
    if population is not None:
        needed /= 1 + (needed - 1) / population
    return _up(_up(needed) / response)


def power_sample_size(p1: float, p2: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """People per arm so that a two-sided test tells `p1` from `p2` with this power (no continuity correction).

    Raises ValueError when the rates are equal or not between 0 and 1, or power or alpha is not.
    """
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1) or p1 == p2:
        raise ValueError(f"two different rates between 0 and 1 are needed, not {p1} and {p2}")
    middle = (p1 + p2) / 2
    noise = normal_quantile(two_sided(1 - alpha)) * math.sqrt(2 * middle * (1 - middle))
    noise += normal_quantile(power) * math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return _up((noise / (p1 - p2)) ** 2)


def margin_of(
    interviews: int,
    p: float = 0.5,
    population: int | None = None,
    deff: float = 1,
    level: float = 0.95,
) -> float:
    """The half width of the interval of an expected rate `p` with so many interviews; what `sample_size` asks for.

    0 where everybody was interviewed. Raises ValueError below one interview.
    """
    if interviews < 1 or not 0 < p < 1 or deff <= 0:
        raise ValueError("at least one interview, a rate between 0 and 1, a positive deff")
    needed = interviews
    z = normal_quantile(two_sided(level))
    if population is None:
        return z * math.sqrt(deff * p * (1 - p) / needed)
    if needed >= population:
        return 0.0
    # sample_size solved for the margin: n0 / (1 + (n0 - 1) / N) = n
    unlimited = needed * (population - 1) / (population - needed)
    return z * math.sqrt(deff * p * (1 - p) / unlimited)


def cluster_deff(size: float, correlation: float) -> float:
    """The design effect 1 + (size − 1) × correlation, for clusters of `size` people correlated inside."""
    if size < 1 or not -1 <= correlation <= 1:
        raise ValueError("a cluster has at least one person; a correlation lies between -1 and 1")
    return 1 + (size - 1) * correlation


def draw(ids: Iterable[Id], n: int, seed: str | int) -> list[Id]:
    """A simple random sample of `n` ids without replacement, in the order of drawing.

    Raises ValueError when an id stands twice in the frame, n is negative or larger than the frame.
    """
    frame = list(ids)
    if len({str(each) for each in frame}) < len(frame):
        raise ValueError("an id stands twice in the frame")
    if not 0 <= n <= len(frame):
        raise ValueError(f"{n} cannot be drawn from {len(frame)}")
    return sorted(frame, key=lambda each: digest(f"{seed}:{each}"))[:n]


def frame_hash(ids: Iterable[int | str]) -> str:
    """SHA-256 (hexadecimal) of the frame: its ids as text, sorted, one per line. The order given does not matter."""
    return digest("".join(f"{each}\n" for each in sorted(str(each) for each in ids)))


def digest(text: str) -> str:
    """SHA-256 (hexadecimal) of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def proportional(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """`n` people divided among strata by their size (Cochran 1977, ch. 5); they sum to n.

    Raises ValueError for a negative size, a negative n, or more people than there are.
    """
    return divide(sizes, {stratum: float(size) for stratum, size in sizes.items()}, n)


def neyman(sizes: Mapping[str, int], rates: Mapping[str, float], n: int) -> dict[str, int]:
    """`n` people divided by size × spread, where the spread is √(p(1−p)) of an expected rate per stratum.

    This gives the smallest standard error for n (Neyman 1934). Strata with an expected rate of 0 or 1 would get nobody:
    give a rate inside. Raises ValueError as `proportional`, and for a rate that is missing or not between 0 and 1.
    """
    if sizes.keys() != rates.keys() or not all(0 < rate < 1 for rate in rates.values()):
        raise ValueError("every stratum needs an expected rate above 0 and below 1")
    need = {
        stratum: size * math.sqrt(rates[stratum] * (1 - rates[stratum]))
        for stratum, size in sizes.items()
    }
    return divide(sizes, need, n)


def equal(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """`n` people divided equally among strata, so that they can be compared; what a small one lacks goes to the others.

    Raises ValueError as `proportional`.
    """
    return divide(sizes, dict.fromkeys(sizes, 1.0), n)


def at_least(shares: Mapping[str, int], sizes: Mapping[str, int], least: int) -> dict[str, int]:
    """The same shares, but no stratum with fewer than `least` of those it has: below two there is no error to estimate.

    What is added is taken from the largest shares, as far as they have more than `least`; they keep their sum where
    that is possible, and otherwise it grows.
    """
    raised = {one: max(share, min(least, sizes[one])) for one, share in shares.items()}
    over = sum(raised.values()) - sum(shares.values())
    for _ in range(over):
        largest = max(raised, key=lambda one: raised[one])
        if raised[largest] <= least:
            break
        raised[largest] -= 1
    return raised


def divide(sizes: Mapping[str, int], need: Mapping[str, float], n: int) -> dict[str, int]:
    """`n` divided in proportion to `need`, nobody getting more than `sizes` says; they sum to n.

    Raises ValueError for a negative size, a negative n, or more than there are.
    """
    if any(size < 0 for size in sizes.values()) or not 0 <= n <= sum(sizes.values()):
        raise ValueError(f"{n} cannot be drawn from {sum(sizes.values())}")
    full: dict[str, int] = {}
    while True:
        left = n - sum(full.values())
        total = math.fsum(need[stratum] for stratum in sizes if stratum not in full)
        exact = {s: left * need[s] / total if total else 0.0 for s in sizes if s not in full}
        over = {stratum: sizes[stratum] for stratum in exact if exact[stratum] >= sizes[stratum]}
        if not over:
            return {**dict.fromkeys(sizes, 0), **full, **_whole(exact, left)}
        full |= over  # asked completely; the rest is shared by the others


def _whole(exact: Mapping[str, float], n: int) -> dict[str, int]:
    """Whole numbers with the sum n: the largest remainders are rounded up, equal ones in the order of strata."""
    parts = {stratum: math.floor(share) for stratum, share in exact.items()}
    remainders = sorted(exact, key=lambda stratum: parts[stratum] - exact[stratum])
    for stratum in remainders[: n - sum(parts.values())]:
        parts[stratum] += 1
    return parts
