"""Intervals of a proportion and of differences between proportions.

Wilson 1927; Newcombe 1998, Statistics in Medicine 17:857–872 (one sample), 873–890 (difference of independent
samples), 2635–2650 (paired, method 10); Clopper and Pearson 1934; Korn and Graubard 1999 (logit, design based).
Every pair is (low, high), as shares between 0 and 1; differences lie between −1 and 1.
"""

from __future__ import annotations

import math

from outreach.surveys.distributions import beta_quantile, normal_quantile, t_quantile, two_sided

Interval = tuple[float, float]
Difference = tuple[float, float, float]
"""(difference, low, high)."""


def _share(aware: float, n: float) -> float:
    if not (n > 0 and 0 <= aware <= n and math.isfinite(n)):
        raise ValueError(f"{aware} of {n} is not a proportion")
    return aware / n


def wilson(aware: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval of `aware` of `n` people.

    Raises ValueError when n = 0, aware < 0, aware > n, or level is not between 0 and 1.
    """
    return wilson_at(_share(aware, n), n, level)


def wilson_at(rate: float, n: float, level: float = 0.95) -> Interval:
    """Wilson's interval of a rate on an effective number of people, which need not be whole."""
    z = normal_quantile(two_sided(level))
    scale = 1 + z * z / n
    centre = (rate + z * z / (2 * n)) / scale
    half = z * math.sqrt(rate * (1 - rate) / n + (z / (2 * n)) ** 2) / scale
    return (
        0.0 if rate == 0 else max(0.0, centre - half),
        1.0 if rate == 1 else min(1.0, centre + half),
    )


def agresti_coull(aware: int, n: int, level: float = 0.95) -> Interval:
    """p̃ ± z·√(p̃(1 − p̃)/ñ) with ñ = n + z² and p̃ = (aware + z²/2)/ñ (Agresti and Coull 1998), cut to 0 … 1.

    Wilson's centre with a simpler, wider half. ValueError as for wilson.
    """
    _share(aware, n)
    z = normal_quantile(two_sided(level))
    more = n + z * z
    centre = (aware + z * z / 2) / more
    half = z * math.sqrt(centre * (1 - centre) / more)
    return max(0.0, centre - half), min(1.0, centre + half)


def clopper_pearson(aware: float, n: float, level: float = 0.95) -> Interval:
    """The exact (conservative) interval; both numbers may be effective ones. ValueError as for wilson."""
    _share(aware, n)
    upper = two_sided(level)
    return (
        beta_quantile(1 - upper, aware, n - aware + 1) if aware > 0 else 0.0,
        beta_quantile(upper, aware + 1, n - aware) if aware < n else 1.0,
    )


def logit_t(rate: float, se: float, df: float, level: float = 0.95) -> Interval:
    """The interval on the logit scale with Student's t, for 0 < rate < 1 and `df` > 0."""
    if not 0 < rate < 1:
        raise ValueError(f"the logit of {rate} is not finite")
    half = t_quantile(two_sided(level), df) * se / (rate * (1 - rate))
    centre = math.log(rate / (1 - rate))
    return _expit(centre - half), _expit(centre + half)


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def mover(first: Difference, second: Difference, correlation: float = 0.0) -> Difference:
    """first − second of two estimates (estimate, low, high): the facing arms a and b give √(a² − 2rab + b²).

    The arms may come from Wilson, logit or themselves from a difference (Zou and Donner 2008); `correlation` r is 0
    for independent samples.
    """
    value, low, high = first
    other, other_low, other_high = second
    difference = value - other
    return (
        difference,
        difference - _arm(value - low, other_high - other, correlation),
        difference + _arm(high - value, other - other_low, correlation),
    )


def newcombe(a1: int, n1: int, a2: int, n2: int, level: float = 0.95) -> Difference:
    """p1 − p2 of two independent samples, by Newcombe's hybrid score method. ValueError as for wilson."""
    return mover((_share(a1, n1), *wilson(a1, n1, level)), (_share(a2, n2), *wilson(a2, n2, level)))


def difference_in_differences(
    treated: tuple[int, int, int, int], control: tuple[int, int, int, int], level: float = 0.95
) -> Difference:
    """What the treated rose more than the control; each is (aware after, n after, aware before, n before)."""
    return mover(newcombe(*treated, level=level), newcombe(*control, level=level))


def newcombe_paired(
    both: int, first_only: int, second_only: int, neither: int, level: float = 0.95
) -> Difference:
    """How much the same people changed: rate at the second asking − rate at the first.

    `first_only` were aware at the first asking only, `second_only` at the second only. Newcombe's method 10: score
    intervals of both rates, joined with the continuity-corrected correlation. ValueError when a count is negative
    or all are 0.
    """
    n = both + first_only + second_only + neither
    if min(both, first_only, second_only, neither) < 0 or n == 0:
        raise ValueError("a panel needs people, and no negative counts")
    first, second = both + first_only, both + second_only
    phi = _correlation(both, first_only, second_only, neither)
    p1, p2 = first / n, second / n
    (low1, high1), (low2, high2) = wilson(first, n, level), wilson(second, n, level)
    return (
        p2 - p1,
        p2 - p1 - _arm(p2 - low2, high1 - p1, phi),
        p2 - p1 + _arm(high2 - p2, p1 - low1, phi),
    )


def _arm(a: float, b: float, phi: float) -> float:
    return math.sqrt(max(0.0, a * a - 2 * phi * a * b + b * b))


def _correlation(both: int, first_only: int, second_only: int, neither: int) -> float:
    margins = (both + first_only) * (second_only + neither)
    margins *= (both + second_only) * (first_only + neither)
    if margins == 0:
        return 0.0
    product = both * neither - first_only * second_only
    if product > 0:  # the correction is for positive association only
        n = both + first_only + second_only + neither
        product_corrected = max(product - n / 2, 0.0)
    else:
        product_corrected = float(product)
    return product_corrected / math.sqrt(margins)
