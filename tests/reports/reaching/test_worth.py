"""Whether a cost per aware person may be said, and which: one rule."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from outreach.reports.reaching.schemas import Costs
from outreach.reports.reaching.worth import per_aware
from outreach.wording import say

SPENT = Costs(60_000, 400)


@dataclass(frozen=True)
class Lift:
    difference: float | None
    low: float | None
    high: float | None
    may_claim: bool = True
    by_campaign: bool = True


@pytest.mark.parametrize(
    ("costs", "people", "lift", "why_not"),
    [
        pytest.param(SPENT, 1000, None, "reaching.cost.no_comparison", id="nobody compared anything"),
        pytest.param(SPENT, 1000, Lift(None, None, None), "reaching.cost.no_comparison", id="too few to compare"),
        pytest.param(SPENT, 1000, Lift(0.05, -0.01, 0.11), "reaching.cost.not_above_zero", id="the interval holds zero"),
        pytest.param(SPENT, 1000, Lift(0.05, 0.0, 0.11), "reaching.cost.not_above_zero", id="it touches zero"),
        pytest.param(SPENT, 1000, Lift(-0.2, -0.3, -0.1), "reaching.cost.not_above_zero", id="it fell"),
        pytest.param(SPENT, 1000, Lift(0.25, 0.2, 0.3, may_claim=False), "reaching.cost.design", id="the design forbids it"),
        pytest.param(SPENT, 0, Lift(0.25, 0.2, 0.3), "reaching.cost.no_money", id="nobody fits"),
        pytest.param(Costs(0, 0), 1000, Lift(0.25, 0.2, 0.3), "reaching.cost.no_money", id="nothing was spent"),
    ],
)  # fmt: skip
def test_without_a_rise_that_may_be_claimed_there_is_no_figure(
    costs: Costs, people: int, lift: Lift | None, why_not: str
) -> None:
    found = per_aware(costs, people, lift)
    assert (found.why_not, found.fen) == (why_not, 0.0)
    for lang in ("zh", "en"):
        assert "{" not in say(why_not, lang, **found.params)


def test_a_rise_above_zero_has_a_cost_with_the_interval_that_follows_from_it() -> None:
    found = per_aware(SPENT, 1000, Lift(0.25, 0.20, 0.30))
    assert found.why_not == ""
    assert (found.fen, found.low, found.high) == pytest.approx((240.0, 200.0, 300.0))


def test_per_reached_person_is_money_over_people_and_nothing_where_nobody_was_told() -> None:
    assert SPENT.per_person == 150
    assert Costs(500, 0).per_person is None


def test_a_rise_without_a_comparison_group_carries_its_caution() -> None:
    assert per_aware(SPENT, 1000, Lift(0.25, 0.20, 0.30)).caution == ""
    alone = per_aware(SPENT, 1000, Lift(0.25, 0.20, 0.30, by_campaign=False))
    assert alone.caution == "reaching.cost.not_by_campaign"
    assert alone.fen == pytest.approx(240)
