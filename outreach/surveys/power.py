"""What a comparison can find: people needed, power, and the smallest difference that is likely to be seen.

Normal approximation for two independent groups of equal size without continuity correction (Fleiss, Levin and Paik
2003, ch. 4). A design effect (Kish 1965) divides the people of a group, the response rate those who were drawn.
"""

from __future__ import annotations

import math

from outreach.surveys.distributions import normal_quantile, two_sided
from outreach.surveys.sampling import power_sample_size

_HALVINGS = 60
_ROUNDING = 1e-9


def people_to_detect(
    p1: float,
    p2: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    deff: float = 1,
    response: float = 1,
) -> int:
    """People to draw in each group so that p1 is told from p2: those of power_sample_size × deff / response.

    Each product is rounded up, as in sample_size. ValueError as for power_sample_size and power_of.
    """
    _check(deff, response)
    asked = math.ceil(power_sample_size(p1, p2, power, alpha) * deff - _ROUNDING)
    return math.ceil(asked / response - _ROUNDING)


def power_of(
    p1: float, p2: float, n: float, *, alpha: float = 0.05, deff: float = 1, response: float = 1
) -> float:
    """How likely a two-sided test finds p1 ≠ p2 when `n` people are drawn in each group (chance in its direction).

    Raises ValueError for rates outside 0 … 1, n, deff or response that are not positive, response above 1.
    """
    _check(deff, response)
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1 and n > 0):
        raise ValueError(f"two rates between 0 and 1 and people are needed, not {p1}, {p2}, {n}")
    middle = (p1 + p2) / 2
    under = math.sqrt(2 * middle * (1 - middle))
    spread = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    room = abs(p1 - p2) * math.sqrt(n * response / deff)
    room -= normal_quantile(two_sided(1 - alpha)) * under
    if spread == 0:
        return 1.0 if room > 0 else 0.0
    return math.erfc(-room / spread / math.sqrt(2)) / 2


def detectable_difference(
    p: float,
    n: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    deff: float = 1,
    response: float = 1,
) -> float | None:
    """The smallest rise above the rate `p` that is found with this power when `n` people are drawn in each group.

    For a fall, ask for 1 − p. None where not even a rise to 1 would be found. ValueError as for power_of, and when
    power is not between 0 and 1.
    """
    if not 0 < power < 1:
        raise ValueError(f"a power lies between 0 and 1, not {power}")
    options = {"alpha": alpha, "deff": deff, "response": response}
    if power_of(p, 1.0, n, **options) < power:
        return None
    low, high = p, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if power_of(p, middle, n, **options) < power:
            low = middle
        else:
            high = middle
    return high - p


def _check(deff: float, response: float) -> None:
    if not (deff > 0 and 0 < response <= 1):
        raise ValueError("deff is positive, response a share above 0")
