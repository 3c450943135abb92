"""Where somebody belongs under a policy, and how much it comes to there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from outreach.audiences.calculator.told import Told
from outreach.policies.schemas import PolicyView
from segments.amounts import amount_for
from segments.person import Person
from segments.regions import ancestors

UNFILLED = "金额以当地标准为准"


@dataclass(frozen=True)
class Place:
    """Where it is asked, and the region that the installation serves ('' = the whole country)."""

    here: str = ""
    home: str = ""


@dataclass(frozen=True)
class Amount:
    """What may be claimed in words, how it was reckoned ('' = a plain figure), and the mark of the formula."""

    text: str
    how: str = ""
    mark: str = ""


def region_of(policy: PolicyView, told: Told, place: Place) -> str:
    """Where the person belongs by hukou or residence, or the place where it is asked when less is known."""
    mine = getattr(told.facts, policy.basis)
    return place.here if place.here.startswith(mine) else mine


def served(policy: PolicyView, told: Told, place: Place) -> str:
    """Whose facts count: where the person belongs, or where it is asked when that lies elsewhere."""
    region = region_of(policy, told, place)
    return region if region.startswith(place.here) else place.here


def amount_of(policy: PolicyView, told: Told, on: date, place: Place) -> Amount:
    """What every place says where the person may belong; where they differ only that the place decides."""
    region = served(policy, told, place)
    inside = {one.region for one in policy.locals if region in ancestors(one.region)}
    first, *others = (_amount_at(policy, told, on, one) for one in (region, *sorted(inside)))
    return first if all(one == first for one in others) else Amount(UNFILLED)


def _amount_at(policy: PolicyView, told: Told, on: date, region: str) -> Amount:
    """A figure only where somebody stands for it, reckoned for this person where a formula can.

    Words without a figure (每年一次免费健康检查) promise no sum.
    """
    facts = policy.facts_at(region)
    amount = facts.get("amount")
    text = str((amount.get("text") if isinstance(amount, Mapping) else amount) or "")
    figure = any(one.isdecimal() for one in text)
    plain = UNFILLED if figure and not policy.amount_filled(region) else text
    reckoned = _reckoned(facts, told, on, policy.parameters_at(region))
    if reckoned is None:
        return Amount(plain)
    if reckoned.yuan is None and plain:
        return Amount(f"{plain}；{reckoned.text}", reckoned.basis, reckoned.mark)
    return Amount(reckoned.text, reckoned.basis, reckoned.mark)


def _reckoned(facts: Mapping[str, Any], told: Told, on: date, parameters: Mapping[str, Any]) -> Any:
    """What a formula says for the first and the last possible birth date alike; formulas go up or down with age."""
    people: list[Person] = [told.facts]
    if told.born:
        people = [replace(told.facts, birth=day) for day in told.born]
    said = [amount_for(facts, one, on, parameters) for one in people]
    return said[0] if all(one == said[0] for one in said) else None
