"""What is said about a policy: only what its figures carry."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from outreach.reports.overview.judging import LATE_DAYS, Judgement, State, judge

TODAY = date(2026, 11, 23)
SOON = TODAY + timedelta(days=LATE_DAYS)

CASES: dict[str, tuple[State, Judgement]] = {
    "nobody was asked and no window closes": (State(1000, 10), "unasked"),
    "a survey with too few answers says nothing": (State(1000, 10, use="none"), "few"),
    "a low rate alone is no reason to call it behind": (State(1000, 10, use="compare"), "same"),
    "one town behind for sure": (State(1000, 990, use="compare", behind=1, compared=8), "towns"),
    "towns compared and none behind": (State(1000, 990, use="compare", compared=8), "same"),
    "lower than the wave before, wholly below zero": (
        State(1000, 990, use="compare", behind=2, compared=8, change=(-0.2, -0.01)),
        "dropped",
    ),
    "lower than the wave before, but zero is inside": (
        State(1000, 990, use="compare", change=(-0.2, 0.01)),
        "same",
    ),
    "an upper limit of exactly zero is not below zero": (
        State(1000, 990, use="compare", change=(-0.2, 0.0)),
        "same",
    ),
    "the window closes in thirty days and a tenth is missing": (
        State(1000, 899, closes=SOON, use="compare"),
        "late",
    ),
    "the window closes in thirty days and nine of ten are told": (
        State(1000, 900, closes=SOON, use="compare"),
        "same",
    ),
    "the window closes in thirty-one days": (
        State(1000, 0, closes=SOON + timedelta(days=1), use="compare"),
        "same",
    ),
    "the window closes today": (State(1000, 0, closes=TODAY), "late"),
    "the window closed yesterday": (State(1000, 0, closes=TODAY - timedelta(days=1)), "unasked"),
    "nobody fits, so nobody is late": (State(0, 0, closes=TODAY), "unasked"),
}


@pytest.mark.parametrize(("state", "said"), CASES.values(), ids=CASES)
def test_a_policy_is_judged_by_the_first_rule_that_holds(state: State, said: Judgement) -> None:
    assert judge(state, TODAY) == said


def test_more_told_than_fit_leaves_nobody_untold() -> None:
    assert State(10, 12).untold == 0
