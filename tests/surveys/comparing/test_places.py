"""Towns beside the rest of the county, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from outreach.store import Store
from outreach.surveys.comparing import service
from outreach.surveys.comparing.schemas import TownFigure
from outreach.surveys.intervals import wilson
from tests.surveys.results.built import TOWNS, Group, add_towns, build

CODES = list(TOWNS)


def towns(store: Store, groups: Sequence[Group], **columns: Any) -> dict[str, TownFigure]:
    with store.begin() as connection:
        add_towns(connection)
        build(connection, "s", groups, **columns)
        found = service.towns(connection, "s")
    assert [one.code for one in found] == sorted(one.code for one in found)
    return {one.code: one for one in found}


def county(*aware: int, n: int = 120) -> list[Group]:
    return [Group(each, n, town=code) for code, each in zip(CODES, aware, strict=False)]


def test_only_a_town_whose_corrected_interval_lies_below_zero_is_behind(store: Store) -> None:
    found = towns(store, county(96, 60, 92, 100, 95, 60))
    assert {code for code, one in found.items() if one.verdict == "behind"} == {CODES[1], CODES[5]}
    for one in found.values():
        assert one.diff_low is not None
        assert one.diff_high is not None
        assert (one.verdict == "behind") == (one.diff_high < 0)
        assert (one.verdict == "ahead") == (one.diff_low > 0)
        assert one.p_holm is not None
        assert one.p is not None
        assert one.p <= one.p_holm <= 1
        assert (one.p_holm < 0.05) == (one.verdict in ("behind", "ahead"))


def test_a_difference_that_alone_would_count_does_not_among_many(store: Store) -> None:
    one = towns(store, county(80, 90, 92, 91, 90, 92, 91, 90))[CODES[0]]
    assert one.p is not None
    assert one.p < 0.05
    assert one.p_holm == pytest.approx(8 * one.p)
    assert one.word() == "不能区分"


def test_nothing_can_be_told_apart_where_all_are_alike(store: Store) -> None:
    found = towns(store, county(84, 85, 83, 84))
    assert {one.word() for one in found.values()} == {"不能区分"}


@pytest.mark.parametrize(
    ("n", "shown", "word"),
    [(29, False, "样本不足"), (30, True, "仅供参考，不比较"), (99, True, "仅供参考，不比较"), (100, True, "不能区分")],
)  # fmt: skip
def test_few_answers_give_no_figure_and_no_verdict(
    store: Store, n: int, shown: bool, word: str
) -> None:
    groups = [Group(n * 7 // 10, n, town=CODES[0]), Group(140, 200, town=CODES[1])]
    one = towns(store, groups)[CODES[0]]
    assert (one.rate is not None) is shown
    assert one.word() == word
    if shown:
        assert (one.low, one.high) == wilson(n * 7 // 10, n)
    assert (one.difference is None) is (n < 100)


def test_a_town_of_the_frame_where_nobody_was_asked_is_listed(store: Store) -> None:
    margins = {"town": dict.fromkeys(CODES[:3], 1000)}
    found = towns(store, county(80, 82), frame={"margins": margins})
    assert found[CODES[2]].word() == "样本不足"
    assert found[CODES[2]].n == 0


def test_towns_as_strata_are_weighed_by_their_people(store: Store) -> None:
    frame = {"strata": {code: {"population": 2000, "clusters": None} for code in CODES[:2]}}
    groups = [
        Group(90, 150, town=CODES[0], stratum=CODES[0], weight=2000 / 150),
        Group(120, 150, town=CODES[1], stratum=CODES[1], weight=2000 / 150),
    ]
    found = towns(store, groups, frame=frame)
    assert found[CODES[0]].difference == pytest.approx(-0.2)
    assert found[CODES[0]].verdict == "behind"
    assert found[CODES[0]].n_eff > 150  # the correction for a finite town


def test_a_quiz_compares_no_towns(store: Store) -> None:
    with store.begin() as connection:
        build(connection, "q", county(80, 20), kind="quiz")
        assert service.towns(connection, "q") == ()


def test_villages_are_figures_of_their_own_with_enough_answers(store: Store) -> None:
    groups = [
        Group(84, 120, town=CODES[0], village=f"{CODES[0]}001"),
        Group(30, 120, town=CODES[0], village=f"{CODES[0]}002"),
        Group(20, 24, town=CODES[0], village=f"{CODES[0]}003"),
    ]
    with store.begin() as connection:
        build(connection, "s", groups)
        found = service.villages(connection, "s")
    assert [one.word() for one in found] == ["没有落后", "落后", "样本不足"]
    assert found[2].rate is None


def test_a_single_town_has_a_figure_and_nobody_to_compare_with(store: Store) -> None:
    one = towns(store, [Group(140, 200, town=CODES[0])])[CODES[0]]
    assert one.rate == 0.7
    assert one.difference is None
    assert one.word() == "没有足够的其他地方可比"
