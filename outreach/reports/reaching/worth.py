"""每知晓一人成本: money for each person who is aware because of it. The one place that decides whether it may be said. Pure."""

from __future__ import annotations

from typing import Protocol

from outreach.reports.reaching.schemas import AwareCost, Costs


class Compared(Protocol):
    """A comparison of two shares of people who are aware, as `surveys.comparing` gives it: −1 to 1, None = not compared."""

    @property
    def difference(self) -> float | None:
        """Later minus earlier, or told minus not yet told."""
        ...

    @property
    def low(self) -> float | None:
        """Lower end of its interval."""
        ...

    @property
    def high(self) -> float | None:
        """Upper end of its interval."""
        ...

    @property
    def may_claim(self) -> bool:
        """Whether it may be said that something changed."""
        ...

    @property
    def by_campaign(self) -> bool:
        """Whether the change may be ascribed to the campaign."""
        ...


def per_aware(costs: Costs, people: int, compared: Compared | None) -> AwareCost:
    """fen / (people × difference), with the interval that follows from the difference's own.

    people: everybody who certainly fits. Without a comparison, with an interval that holds zero, or where the design
    does not let one say that awareness rose, there is no figure: `why_not` is the code of the sentence that says so.
    """
    if compared is None or None in (compared.difference, compared.low, compared.high):
        return AwareCost("reaching.cost.no_comparison")
    difference, low, high = (float(one or 0) for one in (compared.difference, compared.low, compared.high))  # fmt: skip
    if low <= 0:
        return AwareCost("reaching.cost.not_above_zero", params={"low": low * 100, "high": high * 100})  # fmt: skip
    if not compared.may_claim:
        return AwareCost("reaching.cost.design")
    if not people or not costs.fen:
        return AwareCost("reaching.cost.no_money")
    each = costs.fen / people
    caution = "" if compared.by_campaign else "reaching.cost.not_by_campaign"
    return AwareCost("", each / difference, each / high, each / low, caution=caution)
