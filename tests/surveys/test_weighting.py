"""Raking to known totals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.surveys.awareness import BadDesign, rake
from outreach.surveys.weighting import residuals

rake_anything: Callable[..., Any] = rake


def test_a_table_is_raked_to_the_worked_numbers() -> None:
    raked = rake([[60, 90], [110, 140]], [[210, 190], [180, 220]])
    flat = [cell for row in raked for cell in row]
    assert flat == pytest.approx([90.444363, 119.555637, 89.555637, 100.444363], abs=5e-7)
    factors = [new / old for new, old in zip(flat, [60, 90, 110, 140], strict=True)]
    assert factors == pytest.approx([1.507406, 1.328396, 0.814142, 0.717460], abs=5e-7)
    assert flat[0] * flat[3] / (flat[1] * flat[2]) == pytest.approx(0.848485, abs=5e-7)


def test_rows_are_raked_by_their_labels() -> None:
    raked = rake([1, 1, 2], [(["男", "女", "女"], {"男": 90, "女": 95})])
    assert raked == pytest.approx([90, 95 / 3, 190 / 3])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.5, 20), st.integers(0, 2), st.integers(0, 1)), max_size=40),
    st.lists(st.floats(50, 500), min_size=3, max_size=3),
    st.floats(0.2, 0.8),
)
def test_all_totals_are_met_at_once(
    people: list[tuple[float, int, int]], rows: list[float], share: float
) -> None:
    people = people + [(1.0, i, j) for i in range(3) for j in range(2)]
    columns = [sum(rows) * share, sum(rows) * (1 - share)]
    weights = [weight for weight, _, _ in people]
    first, second = [i for _, i, _ in people], [j for _, _, j in people]
    raked = rake(weights, [(first, dict(enumerate(rows))), (second, dict(enumerate(columns)))])
    for labels, totals in ((first, rows), (second, columns)):
        for value, total in enumerate(totals):
            found = sum(w for w, label in zip(raked, labels, strict=True) if label == value)
            assert found == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize(
    ("weights", "margins", "code"),
    [
        ([], [(["a"], {"a": 1})], "surveys.nothing_to_rake"),
        ([1], [], "surveys.nothing_to_rake"),
        ([0], [(["a"], {"a": 1})], "surveys.bad_number"),
        ([1, 1], [(["a"], {"a": 1})], "surveys.labels_missing"),
        ([1], [(["a"], {"b": 1})], "surveys.no_target"),
        ([1], [(["a"], {"a": 1, "b": 1})], "surveys.nobody_for_target"),
        ([1], [(["a"], {"a": 0})], "surveys.bad_target"),
        ([1], [(["a"], {"a": 1}), (["x"], {"x": 2})], "surveys.targets_disagree"),
        ([1, 1], [("ab", {"a": 1, "b": 2}), ("xy", {"x": 2, "y": 1})], "surveys.rake_diverges"),
        ([[1, 2], [3]], [[1, 2], [1, 2]], "surveys.not_a_table"),
        ([[1, 2], [3, 4]], [[1, 2]], "surveys.not_a_table"),
        ([[1, 2], [3, 4]], [[1, 2, 3], [3, 3]], "surveys.nobody_for_target"),
    ],
)
def test_what_cannot_be_raked_is_refused(weights: Any, margins: Any, code: str) -> None:
    with pytest.raises(ValueError, match=code) as raised:
        rake_anything(weights, margins)
    assert isinstance(raised.value, BadDesign)


def test_residuals_are_nil_for_what_the_columns_explain() -> None:
    sex, place = [0, 0, 1, 1, 1], [0, 1, 0, 1, 1]
    values = [2.0 * s - 3.0 * p + 1 for s, p in zip(sex, place, strict=True)]
    rest = residuals(values, [1, 2, 3, 4, 5], [sex, place])
    assert rest == pytest.approx([0] * 5, abs=1e-9)
