"""The reckoner: what is asked of it, and what so many people can show."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.errors import Invalid
from outreach.surveys.sizing import Wanted, reckon
from outreach.wording import catalogue


@pytest.mark.parametrize(
    ("wanted", "draw", "interviews"),
    [
        ({"margin": 0.05}, 385, 385),
        ({"margin": 0.03, "population": 450_000}, 1065, 1065),
        ({"margin": 0.05, "deff": 1.5, "response": 0.6, "population": 20_000}, 935, 561),
        ({"margin": 0.05, "deff": 1.5, "response": 0.6, "population": 1000}, 610, 366),
        ({"before": 0.7, "after": 0.8}, 294, 294),
        ({"before": 0.7, "after": 0.8, "deff": 2, "response": 0.5}, 1176, 588),
        ({"people": 120, "response": 0.8}, 120, 96),
    ],
    ids=str,
)
def test_people_to_draw(wanted: dict[str, Any], draw: int, interviews: int) -> None:
    found = reckon(Wanted(**wanted))
    assert (found.draw, found.interviews) == (draw, interviews)


@pytest.mark.parametrize(
    ("m", "rho", "deff"), [(20, 0.05, 1.95), (10, 0.05, 1.45), (20, 0.02, 1.38)]
)
def test_villages_and_their_design_effect(m: int, rho: float, deff: float) -> None:
    found = reckon(Wanted(margin=0.05, per_village=m, correlation=rho))
    assert found.deff == pytest.approx(deff)
    assert found.villages == -(-found.draw // m)


def test_what_a_number_of_people_can_show() -> None:
    found = reckon(Wanted(people=294, expected=0.7))
    assert found.detects == pytest.approx(0.1, abs=2e-4)
    assert found.margin == pytest.approx(0.0524, abs=1e-4)
    assert reckon(Wanted(people=3)).detects is None


def test_no_more_are_drawn_than_there_are() -> None:
    found = reckon(Wanted(margin=0.05, population=300, response=0.5))
    assert (found.draw, found.out_of_reach) == (300, True)
    assert found.margin > 0.05


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({}, "sizing.one_question"),
        ({"margin": 0.1, "people": 4}, "sizing.one_question"),
        ({"before": 0.1}, "sizing.one_question"),
        ({"before": 0.1, "after": 0.1}, "sizing.same_rates"),
        ({"margin": 5}, "sizing.not_a_share"),
        ({"margin": 0.05, "response": 0}, "sizing.not_a_share"),
        ({"margin": 0.05, "level": 95}, "sizing.not_a_share"),
        ({"margin": 0.05, "population": 0}, "sizing.not_positive"),
        ({"people": -3}, "sizing.not_positive"),
        ({"margin": 0.05, "deff": 0.0}, "sizing.not_positive"),
    ],
    ids=str,
)
def test_a_question_that_cannot_be_answered_is_named(wanted: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as raised:
        reckon(Wanted(**wanted))
    assert raised.value.code == code
    assert code in catalogue()
