"""From the weights of the drawing to those of an estimate."""

from __future__ import annotations

import random
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.surveys.awareness import (
    BadDesign,
    Design,
    adjust,
    estimate,
    post_stratify,
    rake,
    response_classes,
    trim,
)
from outreach.wording import say

weights_of_some = st.lists(st.floats(0.5, 200), min_size=1, max_size=60)


def test_those_who_answered_stand_for_the_silent_of_their_class() -> None:
    weights = [10.0, 10, 10, 10, 30, 30]
    classes = ["青", "青", "青", "青", "老", "老"]
    answered = [True, False, False, True, True, False]
    assert response_classes(weights, classes, answered) == [20, 0, 0, 20, 60, 0]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0.5, 200), st.sampled_from("abc"), st.booleans()), max_size=60))
def test_every_class_keeps_its_sum(people: list[tuple[float, str, bool]]) -> None:
    people = people + [(1.0, name, True) for name in "abc"]
    weights, classes, answered = (list(column) for column in zip(*people, strict=True))
    found = response_classes(weights, classes, answered)
    for name in "abc":
        before = sum(w for w, one in zip(weights, classes, strict=True) if one == name)
        after = sum(w for w, one in zip(found, classes, strict=True) if one == name)
        assert after == pytest.approx(before)
    assert all((w > 0) == answer for w, answer in zip(found, answered, strict=True))


def test_classes_remove_the_bias_of_a_group_that_answers_less() -> None:
    """Old people know less and answer less: without classes the rate is too high."""
    people = [("青", k < 240, k < 180) for k in range(300)] + [
        ("老", k < 90, k < 30) for k in range(300)
    ]
    weights = response_classes(
        [1.0] * 600, [one for one, _, _ in people], [a for _, a, _ in people]
    )
    asked = [
        {"outcome": int(knows), "w": w}
        for (_, answers, knows), w in zip(people, weights, strict=True)
        if answers
    ]
    assert estimate(asked, Design()).rate == pytest.approx(210 / 330)
    assert estimate(asked, Design(weight="w")).rate == pytest.approx((180 / 240 + 30 / 90) / 2)


@settings(max_examples=200, deadline=None)
@given(weights_of_some, st.floats(1.5, 6))
def test_trimming_keeps_the_sum_and_the_limit(weights: list[float], times: float) -> None:
    limit = times * median(weights)
    if sum(weights) > limit * len(weights):
        with pytest.raises(BadDesign, match="cannot_trim"):
            trim(weights, times)
        return
    trimmed = trim(weights, times)
    assert sum(trimmed) == pytest.approx(sum(weights))
    assert max(trimmed) <= limit * (1 + 1e-12)
    order = sorted(range(len(weights)), key=lambda at: weights[at])
    assert [trimmed[at] for at in order] == sorted(trimmed)  # nobody overtakes anybody
    light = {trimmed[at] / weights[at] for at in order if trimmed[at] < limit * (1 - 1e-9)}
    assert max(light, default=1) == pytest.approx(min(light, default=1))


def test_trimming_is_the_worked_number() -> None:
    """Limit 5 × 10; the 40 above it go to the nine others, who carry 90: each grows by 4/9."""
    assert trim([10.0] * 9 + [90.0], 5) == pytest.approx([10 * 130 / 90] * 9 + [50])


def test_weights_below_the_limit_stay() -> None:
    assert trim([1.0, 2, 3], 5) == [1, 2, 3]


def test_post_stratification_is_raking_to_one_column() -> None:
    labels = ["女", "男", "女"]
    totals: dict[Any, float] = {"女": 60, "男": 40}
    assert (
        post_stratify([1, 1, 2], labels, totals)
        == rake([1, 1, 2], [(labels, totals)])
        == [20, 40, 40]
    )


def everybody(seed: int) -> dict[str, Any]:
    dice = random.Random(seed)
    sex = [dice.choice("FM") for _ in range(400)]
    town = [dice.choice("abc") for _ in range(400)]
    weights = [400.0 if dice.random() < 0.03 else dice.choice([5.0, 10, 20]) for _ in range(400)]
    responded = [dice.random() < (0.9 if one == "F" else 0.4) for one in sex]
    margins = {
        "sex": (sex, {"F": 3000.0, "M": 3500.0}),
        "town": (town, {"a": 1500.0, "b": 2500.0, "c": 2500.0}),
    }
    return {"weights": weights, "responded": responded, "classes": sex, "margins": margins}


@pytest.mark.parametrize("seed", range(5))
def test_after_all_steps_the_totals_hold_and_no_weight_is_heavy(seed: int) -> None:
    given_ = everybody(seed)
    found = adjust(**given_, trim_at=5)
    answered = [at for at, answer in enumerate(given_["responded"]) if answer]
    for labels, totals in given_["margins"].values():
        for value, total in totals.items():
            held = sum(
                w for w, at in zip(found.weights, answered, strict=True) if labels[at] == value
            )
            assert held == pytest.approx(total, rel=1e-9)
    assert found.trimmed > 0
    assert found.over == 0
    assert max(found.weights) <= 5 * median(found.weights) * 1.001


def test_an_estimate_rakes_the_base_to_the_same_weights() -> None:
    given_ = everybody(1)
    found = adjust(**given_, trim_at=5)
    answered = [at for at, answer in enumerate(given_["responded"]) if answer]
    sex, town = given_["margins"]["sex"], given_["margins"]["town"]
    rows = [
        {"outcome": int(at % 3 > 0), "w": w, "sex": sex[0][at], "town": town[0][at]}
        for at, w in zip(answered, found.base, strict=True)
    ]
    rated = estimate(rows, Design(weight="w", rake={"sex": sex[1], "town": town[1]}))
    by_hand = sum(w * r["outcome"] for w, r in zip(found.weights, rows, strict=True)) / sum(
        found.weights
    )
    assert rated.rate == pytest.approx(by_hand)


def test_without_steps_the_weights_are_those_of_the_drawing() -> None:
    found = adjust([1.0, 2, 3], [True, False, True])
    assert (found.base, found.weights, found.trimmed, found.over) == ([1, 3], [1, 3], 0, 0)


def test_totals_that_demand_heavy_weights_win_over_the_limit() -> None:
    labels = ["少"] + ["多"] * 30
    margins = {"g": (labels, {"少": 500.0, "多": 500.0})}
    found = adjust([1.0] * 31, [True] * 31, trim_at=5, margins=margins)
    assert found.weights[0] == pytest.approx(500)
    assert found.over == 1


@pytest.mark.parametrize(
    ("call", "code", "params"),
    [
        (lambda: response_classes([1, 1], "ab", [True, False]), "surveys.silent_class", {"name": "b", "people": 1}),
        (lambda: response_classes([1, 0], "ab", [True, True]), "surveys.bad_number", {"row": 2}),
        (lambda: response_classes([1], "ab", [True]), "surveys.labels_missing", {}),
        (lambda: trim([1, 2], 1), "surveys.bad_trim", {"times": 1}),
        (lambda: trim([1, 2], float("nan")), "surveys.bad_trim", {}),
        (lambda: trim([1, 1, 1, 1000], 2), "surveys.cannot_trim", {"heaviest": 1000}),
        (lambda: adjust([1, 1], [False, False]), "surveys.no_rows", {}),
        (lambda: post_stratify([1], "a", {"b": 1}), "surveys.no_target", {"value": "a"}),
    ],
)  # fmt: skip
def test_what_cannot_be_adjusted_names_its_place(
    call: Any, code: str, params: dict[str, object]
) -> None:
    with pytest.raises(BadDesign) as raised:
        call()
    assert raised.value.code == code
    assert params.items() <= raised.value.params.items()
    assert say(code, "zh", **raised.value.params) != say(code, "en", **raised.value.params)
