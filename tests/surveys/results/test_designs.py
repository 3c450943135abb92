"""Figures of drawn samples by their real design, through the service, on both databases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from outreach.store import Store
from outreach.surveys.comparing import service as comparing
from outreach.surveys.intervals import wilson
from outreach.surveys.results import service
from tests.surveys.results.built import Group, build

STRATIFIED = {
    "strata": {
        "一": {"population": 12000, "clusters": None, "drawn": 150, "drawn_clusters": None},
        "二": {"population": 6000, "clusters": None, "drawn": 150, "drawn_clusters": None},
        "三": {"population": 2000, "clusters": None, "drawn": 100, "drawn_clusters": None},
    }
}


def estimate(store: Store, groups: Sequence[Group], **columns: Any) -> dict[str, Any]:
    with store.begin() as connection:
        build(connection, "s", groups, **columns)
        figure = service.estimate(connection, "s")
    assert json.loads(json.dumps(figure)) == figure
    return figure


def test_a_simple_random_sample_is_wilson_on_its_own_numbers(store: Store) -> None:
    frame = {"strata": {"": {"population": 5000, "clusters": None, "drawn": 420}}}
    found = estimate(store, [Group(280, 400, missed=20, weight=12.5)], frame=frame)
    assert (found["low"], found["high"]) == wilson(280, 400)
    assert (found["rate"], found["method"], found["n_eff"], found["deff"]) == (
        0.7,
        "wilson",
        400,
        1,
    )


def test_a_stratified_sample_is_weighted_and_knows_its_finite_population(store: Store) -> None:
    """Worked number 14."""
    found = estimate(
        store,
        [
            Group(90, 150, stratum="一", weight=80),
            Group(105, 150, stratum="二", weight=40),
            Group(90, 100, stratum="三", weight=20),
        ],
        frame=STRATIFIED,
    )
    assert found["rate"] == pytest.approx(0.66)
    assert found["se"] == pytest.approx(0.026550486, abs=1e-9)
    assert found["df"] == 397
    assert (found["low"], found["high"]) == pytest.approx((0.606038, 0.710107), abs=1e-6)
    assert found["n_eff"] == pytest.approx(318.330, abs=1e-3)
    assert (found["method"], found["use"], found["n"]) == ("logit", "compare", 400)


def test_villages_are_units_and_make_the_figure_less_sure(store: Store) -> None:
    """Worked number 15."""
    counts = [("一", "A", 12, 100), ("一", "B", 15, 100), ("一", "C", 9, 100)]
    counts += [("二", "D", 9, 40), ("二", "E", 7, 40), ("二", "F", 8, 40)]
    groups = [
        Group(aware, 20 if stratum == "一" else 10, stratum=stratum, cluster=name, weight=weight)
        for stratum, name, aware, weight in counts
    ]
    found = estimate(store, groups)
    assert found["rate"] == pytest.approx(0.633333, abs=1e-6)
    assert found["se"] == pytest.approx(0.072807458, abs=1e-9)
    assert (found["df"], found["use"]) == (4, "indicative")
    assert (found["low"], found["high"]) == pytest.approx((0.419716, 0.804872), abs=1e-6)
    assert found["n_eff"] == pytest.approx(43.81, abs=5e-3)
    assert found["deff"] == pytest.approx(90 / found["n_eff"])


def test_answers_are_weighted_to_the_register(store: Store) -> None:
    """Worked number 16."""
    groups = [
        Group(aware, n, traits={"band": band})
        for band, aware, n in (("18-44", 180, 240), ("45-59", 60, 100), ("60+", 24, 60))
    ]
    margins = {"band": {"18-44": 5000, "45-59": 3000, "60+": 2000}}
    found = estimate(store, groups, frame={"margins": margins}, design={"rake": ["band"]})
    assert found["rate"] == pytest.approx(0.635)
    assert found["notes"] == []
    assert 0.0232 < found["se"] < 0.0241


def test_two_margins_are_reached_at_once(store: Store) -> None:
    """Worked number 17."""
    groups = [
        Group(aware, n, traits={"sex": sex, "band": band})
        for sex, band, aware, n in (
            ("F", "18-44", 30, 60), ("F", "60+", 63, 90), ("M", "18-44", 66, 110), ("M", "60+", 112, 140),
        )
    ]  # fmt: skip
    margins = {"sex": {"F": 210, "M": 190}, "band": {"18-44": 180, "60+": 220}}
    design = {"rake": ["sex", "band"]}
    found = estimate(store, groups, frame={"margins": margins}, design=design)
    assert found["rate"] == pytest.approx(0.6575, abs=5e-5)


def test_a_reserve_counts_for_nothing_until_it_is_taken_up(store: Store) -> None:
    found = estimate(store, [Group(30, 40), Group(0, 40, missed=5, reserve=1)])
    assert (found["drawn"], found["n"], found["aware"]) == (40, 40, 30)


def test_people_who_do_not_certainly_fit_are_in_one_base_and_not_in_the_other(store: Store) -> None:
    found = estimate(store, [Group(60, 80), Group(5, 40, traits={"eligible": "unknown"})])
    assert (found["aware"], found["n"]) == (65, 120)
    assert (found["eligible"]["aware"], found["eligible"]["n"]) == (60, 80)
    assert (found["eligible"]["low"], found["eligible"]["high"]) == wilson(60, 80)


def test_where_everybody_fits_there_is_no_second_base(store: Store) -> None:
    assert estimate(store, [Group(60, 80)])["eligible"] is None


def test_the_worst_case_uses_the_weights_of_the_drawing(store: Store) -> None:
    groups = [
        Group(30, 40, missed=60, stratum="一", weight=10),
        Group(10, 40, missed=60, stratum="二", weight=30),
    ]
    found = estimate(store, groups)
    assert found["response"]["low"]
    assert found["worst_case"]["low"] == pytest.approx((300 + 300) / 4000)
    assert found["worst_case"]["high"] == pytest.approx((600 + 2400) / 4000)


def test_a_partial_interview_is_in_the_base_of_what_it_came_to(store: Store) -> None:
    found = estimate(
        store,
        [Group(40, 50, more={"fictional": "unaware"}), Group(5, 10, disposition="partial")],
    )
    assert (found["n"], found["aware"], found["answered"]) == (60, 45, 60)
    assert found["fictional"]["n"] == 50


# -- what goes wrong --------------------------------------------------------------------------------------


def test_nobody_answered(store: Store) -> None:
    groups = [Group(0, 0, missed=30, stratum=name, weight=2) for name in ("一", "二", "三")]
    found = estimate(store, groups, frame=STRATIFIED)
    assert (found["rate"], found["low"], found["use"], found["n"]) == (None, None, "none", 0)
    assert found["worst_case"] == {"low": 0.0, "high": 1.0}


def test_everybody_is_aware(store: Store) -> None:
    groups = [Group(50, 50, stratum=name, weight=w) for name, w in (("一", 80), ("二", 40))]
    found = estimate(store, groups)
    assert (found["rate"], found["high"], found["method"]) == (1.0, 1.0, "clopper-pearson")
    assert 0.9 < found["low"] < 1


def test_a_stratum_where_nobody_answered_is_named(store: Store) -> None:
    groups = [
        Group(90, 150, stratum="一", weight=80),
        Group(105, 150, stratum="二", weight=40),
        Group(0, 0, missed=100, stratum="三", weight=20),
    ]
    found = estimate(store, groups, frame=STRATIFIED)
    assert found["rate"] == pytest.approx((90 * 80 + 105 * 40) / (150 * 120))
    assert found["notes"] == ["“三”没有人回答：这里的 2,000 人没有被代表。"]


def test_a_stratum_with_one_answer_joins_the_one_beside_it(store: Store) -> None:
    groups = [
        Group(30, 50, stratum="一", weight=80),
        Group(1, 1, missed=30, stratum="三", weight=20),
        Group(35, 50, stratum="二", weight=40),
    ]
    found = estimate(store, groups, frame=STRATIFIED)
    assert found["use"] == "indicative"
    assert len(found["notes"]) == 1
    assert "各自回答的人太少" in found["notes"][0]


def test_a_value_of_the_register_that_nobody_answered_for_leaves_the_figure_unweighted(
    store: Store,
) -> None:
    margins = {"band": {"18-44": 5000, "45-59": 3000, "60+": 2000}}
    groups = [Group(60, 80, traits={"band": "18-44"}), Group(20, 40, traits={"band": "60+"})]
    found = estimate(store, groups, frame={"margins": margins}, design={"rake": ["band"]})
    assert found["rate"] == pytest.approx(80 / 120)
    assert len(found["notes"]) == 1
    assert found["notes"][0].startswith("没有按台账人数加权")
    assert "“年龄段”取“45-59”" in found["notes"][0]


def test_answers_of_a_single_village_have_no_interval(store: Store) -> None:
    found = estimate(store, [Group(30, 40, cluster="A"), Group(0, 0, missed=9, cluster="B")])
    assert (found["rate"], found["use"], found["aware"], found["n"]) == (None, "none", 30, 40)


def test_people_without_a_weight_leave_counts_and_a_reason(store: Store) -> None:
    found = estimate(store, [Group(30, 50, weight=2), Group(5, 10, weight=0)])
    assert (found["rate"], found["low"], found["aware"], found["n"]) == (None, None, 35, 60)
    assert found["notes"][0].startswith("有 10 个人没有权数")


def test_who_answered_also_stands_for_the_silent_of_their_class(store: Store) -> None:
    groups = [
        Group(40, 50, missed=50, traits={"band": "18-44"}),
        Group(20, 100, traits={"band": "60+"}),
    ]
    found = estimate(store, groups, design={"classes": ["band"]})
    assert found["rate"] == pytest.approx((80 + 20) / 200)
    assert (found["method"], found["notes"]) == ("logit", [])


def test_a_class_that_was_silent_joins_the_one_beside_it(store: Store) -> None:
    groups = [
        Group(40, 50, traits={"band": "18-44"}),
        Group(0, 0, missed=50, traits={"band": "45-59"}),
        Group(20, 100, traits={"band": "60+"}),
    ]
    found = estimate(store, groups, design={"classes": ["band"]})
    assert len(found["notes"]) == 1
    assert "45-59 + 60+" in found["notes"][0]
    assert found["rate"] == pytest.approx((40 + 30) / 200)


def test_heavy_weights_are_cut_and_that_is_said(store: Store) -> None:
    groups = [Group(60, 100, weight=1), Group(10, 10, weight=40)]
    found = estimate(store, groups, design={"trim": 5})
    assert found["rate"] < (60 + 400) / 500
    assert found["notes"] == ["10 个人的权数超过中位数的 5 倍，已截断。"]


def test_six_people_are_no_figure_however_alike_their_villages_answer(store: Store) -> None:
    """A variance that two villages happen to agree on would make 6 people as good as 200."""
    with store.begin() as connection:
        here = [
            Group(1, 3, cluster="A", town="990101101"), Group(1, 3, cluster="B", town="990101101"),
        ]  # fmt: skip
        there = [Group(9 + k, 20, cluster=f"V{k}", town="990101102") for k in range(6)]
        build(connection, "s", [*here, *there], frame={"strata": {}, "margins": {}})
        small, _ = comparing.towns(connection, "s")
    assert (small.n, small.use, small.rate) == (6, "none", None)


def test_a_stratum_that_answers_less_does_not_count_for_less(store: Store) -> None:
    """Half of the larger town was missed; each town still counts by its people, and nobody named classes."""
    frame = {
        "strata": {
            "a": {"population": 8000, "clusters": None, "drawn": 200},
            "b": {"population": 2000, "clusters": None, "drawn": 200},
        }
    }
    groups = [
        Group(40, 100, missed=100, stratum="a", town="a", weight=40),
        Group(160, 200, stratum="b", town="b", weight=10),
    ]
    found = estimate(store, groups, frame=frame, design={"strata": ["town"]})
    assert found["rate"] == pytest.approx(0.8 * 0.4 + 0.2 * 0.8)
