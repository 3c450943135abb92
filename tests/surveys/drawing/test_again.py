"""The same people again, and fresh ones beside them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from outreach.surveys.design_order import DesignOrder
from outreach.surveys.drawing.again import Before, draw_again
from outreach.surveys.drawing.frame import Unit, build
from outreach.surveys.drawing.making import Asked, Drawn, draw
from tests.surveys.drawing.people import ON, county, town

PEOPLE = county(town(1, [40, 10, 90, 25]) | town(2, [60, 60, 5]))


def waves(
    now: list[Unit], fresh: float = 0.25, asked: frozenset[int] = frozenset(), **design: Any
) -> tuple[Drawn, Drawn]:
    order = DesignOrder(**design)
    first = draw(build(PEOPLE, order, ON), Asked(order, 60, "1", ON))
    sample = [one for one in first.people if not one.reserve]
    before = Before(
        sample=[(one.unit.id, one.stratum, one.cluster) for one in sample],
        frame={"strata": first.strata, "villages": first.villages},
        asked={one.unit.id for one in first.people} | asked,
    )
    again = replace(order, fresh=fresh, reserve=0)
    return first, draw_again(build(now, again, ON), Asked(again, 0, "2", ON), before)


DESIGNS: dict[str, dict[str, Any]] = {
    "one list": {},
    "by town": {"strata": ("town",), "reserve": 0.2},
    "villages": {"strata": ("town",), "per_village": 10},
}


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_the_same_people_and_a_quarter_of_new_ones_stand_for_the_population(
    design: dict[str, Any],
) -> None:
    first, second = waves(PEOPLE, **design)
    sample = {one.unit.id for one in first.people if not one.reserve}
    same = {one.unit.id for one in second.people if one.traits["panel"] == "same"}
    fresh = {one.unit.id for one in second.people if one.traits["panel"] == "fresh"}
    assert same == sample
    assert len(fresh) == round(len(sample) / 3)
    assert not fresh & {one.unit.id for one in first.people}
    assert math.fsum(one.weight for one in second.people) == pytest.approx(len(PEOPLE))
    assert {one.stratum for one in second.people} <= set(second.strata)


def test_who_left_is_not_asked_and_who_was_ever_asked_is_not_fresh() -> None:
    gone = {one.id for one in PEOPLE if one.id % 5 == 0}
    earlier = frozenset(one.id for one in PEOPLE if one.id % 3 == 0)
    now = [one for one in PEOPLE if one.id not in gone]
    _, second = waves(now, asked=earlier, strata=("town",))
    ids = {one.unit.id for one in second.people}
    assert not ids & gone
    fresh = {one.unit.id for one in second.people if one.traits["panel"] == "fresh"}
    assert fresh
    assert not fresh & earlier
    assert math.fsum(one.weight for one in second.people) == pytest.approx(len(now))


def test_fresh_people_of_a_clustered_panel_come_from_the_drawn_villages() -> None:
    first, second = waves(PEOPLE, strata=("town",), per_village=5, within="random")
    assert {one.unit.village for one in second.people} <= set(first.villages)
    homes = [one.unit.home for one in second.people]
    assert len(homes) == len(set(homes))
    clusters = {one.cluster for one in first.people}
    assert {one.cluster for one in second.people} <= clusters


def test_without_a_fresh_share_only_the_same_are_asked() -> None:
    first, second = waves(PEOPLE, fresh=0.0)
    assert {one.unit.id for one in second.people} == {one.unit.id for one in first.people}
    assert {one.weight for one in second.people} == {len(PEOPLE) / 60}
