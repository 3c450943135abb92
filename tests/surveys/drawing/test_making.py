"""Samples of every design: who is in them, with which weight, and how often over many seeds."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid
from outreach.surveys import sampling
from outreach.surveys.drawing.frame import Unit, band
from outreach.surveys.drawing.making import Drawn
from tests.surveys.drawing.people import county, drawn, frame_of, town

PEOPLE = county(town(1, [40, 10, 90, 25]) | town(2, [60, 60, 5]) | town(3, [12, 30]))
TOWNS = {"990101101": 165, "990101102": 125, "990101103": 42}

DESIGNS: dict[str, dict[str, Any]] = {
    "one list": {},
    "by town": {"strata": ("town",)},
    "by town and age": {"strata": ("town", "band")},
    "the same number of each town": {"strata": ("town",), "allocation": "equal"},
    "so many of each town": {"strata": ("town",), "per_stratum": 15},
    "expected rates": {"strata": ("town",), "allocation": "neyman", "rates": dict.fromkeys(TOWNS, 0.4)},
    "with a reserve": {"strata": ("town",), "reserve": 0.5, "batches": 3},
    "villages": {"per_village": 8, "strata": ("town",)},
    "villages of the county": {"per_village": 8, "villages": 4},
    "villages with a reserve": {"per_village": 6, "reserve": 0.5},
}  # fmt: skip
HOMES: dict[str, dict[str, Any]] = {
    "households": {"within": "random"},
    "households by birthday": {"within": "next_birthday", "strata": ("town",)},
    "villages and households": {"within": "random", "per_village": 5, "strata": ("town",)},
}


def sample(found: Drawn) -> list[Any]:
    return [one for one in found.people if not one.reserve]


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_the_weights_of_people_sum_to_the_population(design: dict[str, Any]) -> None:
    found = drawn(PEOPLE, 48, **design)
    weights = math.fsum(one.weight for one in sample(found))
    assert weights == pytest.approx(len(PEOPLE), rel=1e-12)
    assert sum(one["population"] or 0 for one in found.strata.values()) == len(PEOPLE)
    assert {one.stratum for one in found.people} == set(found.strata)
    for name, counts in found.strata.items():
        mine = [one for one in sample(found) if one.stratum == name]
        assert counts["drawn"] == len(mine)
        assert math.fsum(one.weight for one in mine) == pytest.approx(counts["population"])
        assert len({one.cluster for one in mine} - {""}) == (counts["drawn_clusters"] or 0)


@pytest.mark.parametrize("design", [*DESIGNS.values(), *HOMES.values()], ids=[*DESIGNS, *HOMES])
def test_nobody_is_in_twice_and_the_same_seed_draws_the_same(design: dict[str, Any]) -> None:
    found = drawn(PEOPLE, 48, **design)
    ids = [one.unit.id for one in found.people]
    assert len(ids) == len(set(ids))
    assert found == drawn(list(reversed(PEOPLE)), 48, **design)
    assert ids != [one.unit.id for one in drawn(PEOPLE, 48, 2, **design).people]


def inclusion(design: dict[str, Any], size: int, seeds: int) -> tuple[Counter[int], dict[int, float], float]:  # fmt: skip
    """How often each person is drawn, the probability that their weight claims, and the mean of all weights' sums."""
    times: Counter[int] = Counter()
    claimed: dict[int, float] = {}
    total = 0.0
    for seed in range(seeds):
        for one in sample(drawn(PEOPLE, size, seed, **design)):
            times[one.unit.id] += 1
            total += one.weight
            assert claimed.setdefault(one.unit.id, one.weight) == pytest.approx(one.weight)
    return times, claimed, total / seeds


@pytest.mark.parametrize("name", ["by town", "villages", "villages of the county", "villages and households"])  # fmt: skip
def test_everybody_is_drawn_as_often_as_the_weight_says(name: str) -> None:
    """π is constant over seeds, so weight × frequency is 1: within four standard errors for each person."""
    seeds = 400
    design = (DESIGNS | HOMES)[name]
    times, claimed, _ = inclusion(design, 48, seeds)
    assert len(claimed) == len(PEOPLE)
    for person, weight in claimed.items():
        pi = 1 / weight
        error = math.sqrt(pi * (1 - pi) / seeds)
        assert abs(times[person] / seeds - pi) <= 4.5 * error + 1e-12, person


@pytest.mark.parametrize("name", HOMES)
def test_the_weighted_total_of_households_is_right_on_average(name: str) -> None:
    """Horvitz–Thompson: one draw misses the population, the mean of many does not."""
    people = county(town(1, [40, 10, 90, 25]) | town(2, [60, 60, 7]), per_home=4)
    totals = [
        math.fsum(one.weight for one in sample(drawn(people, 40, seed, **HOMES[name])))
        for seed in range(200)
    ]
    mean = math.fsum(totals) / len(totals)
    spread = math.sqrt(math.fsum((one - mean) ** 2 for one in totals) / (len(totals) - 1))
    assert abs(mean - len(people)) < 4 * spread / math.sqrt(len(totals))


def test_a_rate_is_unbiased_when_villages_differ() -> None:
    """A village knows or does not: the extreme case of people alike."""
    knowing = {one.id for one in PEOPLE if int(one.region[-1]) % 2}
    truth = len(knowing) / len(PEOPLE)
    rates = []
    for seed in range(400):
        found = sample(drawn(PEOPLE, 48, seed, per_village=8, strata=("town",)))
        whole = math.fsum(one.weight for one in found)
        rates.append(math.fsum(one.weight for one in found if one.unit.id in knowing) / whole)
    mean = math.fsum(rates) / len(rates)
    spread = math.sqrt(math.fsum((one - mean) ** 2 for one in rates) / (len(rates) - 1))
    assert spread > 0
    assert abs(mean - truth) < 4 * spread / math.sqrt(len(rates))


def test_without_strata_it_is_the_draw_that_a_shell_can_repeat() -> None:
    ids = [one.id for one in PEOPLE]
    assert [one.unit.id for one in drawn(PEOPLE, 30, "2026-7").people] == sampling.draw(
        ids, 30, "2026-7"
    )


def test_a_larger_sample_contains_the_smaller_and_so_does_the_reserve() -> None:
    small, large = (drawn(PEOPLE, n, strata=("town",)) for n in (40, 60))
    assert {one.unit.id for one in small.people} < {one.unit.id for one in large.people}
    spare = drawn(PEOPLE, 40, strata=("town",), reserve=0.5, batches=2)
    assert sample(spare) == small.people
    for name in TOWNS:
        order = sorted(
            (one for one in PEOPLE if one.town == name), key=lambda one: sampling.digest(f"1:{one.id}")
        )  # fmt: skip
        mine = [one for one in spare.people if one.stratum == name]
        assert {one.unit.id for one in mine} == {one.id for one in order[: len(mine)]}
        batches = [one.reserve for one in sorted(mine, key=lambda o: order.index(o.unit))]
        assert batches == sorted(batches)
        assert set(batches) == {0, 1, 2}


def test_proportional_neyman_and_equal_shares() -> None:
    def shares(**design: Any) -> dict[str, int]:
        found = drawn(PEOPLE, 90, strata=("town",), **design).strata
        return {name: int(one["drawn"] or 0) for name, one in found.items()}

    assert shares() == sampling.proportional(TOWNS, 90)
    assert shares(allocation="equal") == dict.fromkeys(TOWNS, 30)
    rates = {"990101101": 0.5, "990101102": 0.9, "990101103": 0.1}
    assert shares(allocation="neyman", rates=rates) == sampling.neyman(TOWNS, rates, 90)
    assert shares(per_stratum=50) == {"990101101": 50, "990101102": 50, "990101103": 42}


def test_a_stratum_smaller_than_its_share_is_asked_completely() -> None:
    found = drawn(PEOPLE, 150, strata=("town",), allocation="equal")
    assert [one["drawn"] for one in found.strata.values()] == [54, 54, 42]
    assert {one.weight for one in sample(found) if one.stratum == "990101103"} == {1.0}


def test_every_stratum_has_two_people_where_it_can() -> None:
    people = county(town(1, [400]) | town(2, [3]) | town(3, [1]))
    found = drawn(people, 20, strata=("town",))
    assert [one["drawn"] for one in found.strata.values()] == [17, 2, 1]


@pytest.mark.parametrize(
    ("size", "design", "code"),
    [
        (5, {"strata": ("town",)}, "planning.few_for_strata"),
        (40, {"strata": ("town",), "allocation": "neyman", "rates": {"990101101": 0.5}}, "planning.rates_missing"),
        (40, {"strata": ("town",), "per_village": 10, "villages": 4}, "planning.few_villages"),
    ],
)  # fmt: skip
def test_a_design_that_leaves_no_error_to_estimate_is_refused(
    size: int, design: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as raised:
        drawn(PEOPLE, size, **design)
    assert raised.value.code == code


def test_more_than_there_are_means_everybody() -> None:
    for design in ({}, {"strata": ("town",)}, {"per_village": 500, "strata": ("town",)}):
        found = drawn(PEOPLE, 10_000, **design)
        assert len(found.people) == len(PEOPLE)
        assert {one.weight for one in found.people} == {1.0}


def test_one_person_alone_is_the_sample() -> None:
    alone = county(town(1, [1]))
    for design in ({}, {"strata": ("town", "sex")}, {"per_village": 5}, {"within": "random"}):
        (only,) = drawn(alone, 1, **design).people
        assert (only.weight, only.unit.id) == (1.0, 1)


def test_a_village_that_is_in_every_sample_is_a_stratum_of_its_own() -> None:
    people = county(town(1, [500, 40, 50, 60, 30, 20]))
    found = drawn(people, 60, per_village=10, strata=("town",))
    large = "990101101200"
    assert found.strata[f"990101101/{large}"]["population"] == 500
    assert found.strata[f"990101101/{large}"]["clusters"] is None
    mine = [one for one in found.people if one.unit.village == large]
    assert {one.cluster for one in mine} == {""}
    assert len(mine) == 43  # as many as a village of its size stands for: 10 × 6 × 500/700
    assert found.villages[large] == {
        "stratum": f"990101101/{large}", "size": 500, "drawn": 43, "weight": 1.0, "certain": True,
    }  # fmt: skip


def test_where_all_villages_are_drawn_each_is_a_stratum() -> None:
    found = drawn(PEOPLE, 9 * 5, per_village=5, villages=9, strata=("town",))
    assert len(found.strata) == 9
    assert {one.cluster for one in found.people} == {""}


def test_where_there_are_fewer_villages_than_asked_for_more_are_asked_of_each() -> None:
    found = drawn(PEOPLE, 120, per_village=8, villages=15, strata=("town",))
    assert abs(len(found.people) - 120) <= 9 / 2
    assert math.fsum(one.weight for one in found.people) == pytest.approx(len(PEOPLE))


def test_who_is_in_no_village_cannot_be_drawn_by_villages() -> None:
    lost = [Unit(10_000 + n, "990101101", None, "", None) for n in range(5)]
    frame = frame_of([*PEOPLE, *lost], per_village=5)
    assert (len(frame.units), frame.left_out) == (len(PEOPLE), 5)
    assert len(frame_of([*PEOPLE, *lost]).units) == len(PEOPLE) + 5


def test_one_person_of_a_household_and_never_two() -> None:
    found = drawn(PEOPLE, 60, within="next_birthday")
    homes = [one.unit.home for one in found.people]
    assert len(set(homes)) == len(homes) == 60
    everybody = Counter(one.home for one in PEOPLE)
    whole = len(everybody)
    for one in found.people:
        assert one.weight == pytest.approx(whole / 60 * everybody[one.unit.home])


@pytest.mark.parametrize(
    ("age", "name"),
    [(None, ""), (0, "<18"), (17, "<18"), (18, "18-44"), (44, "18-44"), (45, "45-59"), (59, "45-59"), (60, "60+"), (101, "60+")],
)  # fmt: skip
def test_age_bands(age: int | None, name: str) -> None:
    assert band(age) == name


sizes = st.lists(st.integers(1, 60), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(sizes, min_size=1, max_size=4), st.integers(1, 12), st.integers(0, 10**6), st.data()
)
def test_any_county_by_villages_weighs_what_it_has(
    towns: list[list[int]], per_village: int, seed: int, data: st.DataObject
) -> None:
    villages = {code: n for at, of in enumerate(towns) for code, n in town(at, of).items()}
    least = sum(min(2, len(of)) for of in towns)
    number = data.draw(st.integers(least, len(villages)))
    people = county(villages)
    found = drawn(people, 1, seed, per_village=per_village, villages=number, strata=("town",))
    assert math.fsum(one.weight for one in found.people) == pytest.approx(len(people))
    drawn_villages = {one.unit.village for one in found.people}
    assert len(drawn_villages) >= number
    for counts in found.strata.values():
        clusters = counts["drawn_clusters"]
        assert clusters is None or 2 <= clusters < (counts["clusters"] or 0)
