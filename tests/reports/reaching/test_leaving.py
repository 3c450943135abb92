"""Tables of 触达 at several levels, laid side by side, give away no small count by subtraction."""

from __future__ import annotations

import random

import pytest

from outreach.reports.reaching import leaving
from outreach.reports.schemas import PlaceCount
from outreach.reports.suppression import TOTAL

COUNTY = "600101"


def village(code: str, eligible: int, told: int, relayed: int = 0) -> PlaceCount:
    return PlaceCount(code, eligible=eligible, delivered=told, relayed=relayed)


def two_towns() -> list[PlaceCount]:
    """One town with four told, beside a large one: the large one's own table must not say how many it had."""
    return [
        village("600101101001", 400, 100), village("600101101002", 300, 90), village("600101102001", 200, 4),
    ]  # fmt: skip


def test_a_cell_that_a_county_hides_is_hidden_in_the_table_of_the_town() -> None:
    every = two_towns()
    county = leaving.of_level(every, COUNTY, 9)
    assert county.rows["600101102"][1] == "<10"
    for town in ("600101101", "600101102"):
        assert leaving.of_level(every, town, 12).rows[TOTAL] == county.rows[town]


@pytest.mark.parametrize("seed", range(30))
def test_every_place_is_printed_alike_in_every_table(seed: int) -> None:
    dice = random.Random(seed)
    every = []
    for town in range(dice.randint(1, 4)):
        for place in range(dice.randint(1, 5)):
            fits = dice.choice((0, 4, 15, 60, 300))
            told = dice.randint(0, fits)
            relayed = dice.randint(0, fits - told)
            every.append(village(f"600101{town + 1:03}{place + 1:03}", fits, told, relayed))
    if dice.random() < 0.3:
        every.append(village("600101001", 12, 3))  # known only to the town
    county = leaving.of_level(every, COUNTY, 9)
    whole = leaving.of_level(every, COUNTY, 12)
    assert leaving.of_level(every, "", 9).rows == county.rows
    assert county.rows[TOTAL] == whole.rows[TOTAL]
    for where in county.rows:
        if where == TOTAL:
            continue
        own = leaving.of_level(every, where, 12)
        assert own.rows[TOTAL] == county.rows[where]
        assert all(own.rows[code] == whole.rows[code] for code in own.rows if code != TOTAL)
        solved_nothing(county, own, where)


def solved_nothing(county: leaving.Leaving, own: leaving.Leaving, town: str) -> None:
    """With one hidden cell in a column, its sum is hidden too."""
    for column in range(len(leaving.COLUMNS)):
        for table in (county, own):
            cells = [texts[column] for code, texts in table.rows.items() if code != TOTAL]
            hidden = [one for one in cells if not one.replace(",", "").isdecimal()]
            if len(hidden) == 1:
                assert not table.rows[TOTAL][column].replace(",", "").isdecimal()


def test_grids_are_shown_only_as_far_as_their_village_is() -> None:
    every = two_towns()
    grids = [village("60010110200101", 150, 4), village("60010110200102", 50, 0)]
    shown = leaving.of_grids(every, "600101102001", grids)
    above = leaving.of_level(every, "600101102", 12).rows["600101102001"]
    assert shown.rows[TOTAL] == above
    only = leaving.of_grids(every, "60010110200101", grids)
    assert only.rows == {"60010110200101": shown.rows["60010110200101"]}
