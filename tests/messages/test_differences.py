"""Two versions of a text: what went, what came, in stretches that a person reads."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.messages.differences import Run, differences

CASES = {
    "nothing changed": ("一样", "一样", "=一样"),
    "a word in the middle": ("到镇政府办。", "到便民中心办。", "=到 -镇政府 +便民中心 =办。"),
    "close changes are one": ("每孩每年领", "每人每月领", "=每 -孩每年 +人每月 =领"),
    "a mark keeps two changes apart": ("带身份证，找张三。", "带户口簿，找李四。", "=带 -身份证 +户口簿 =，找 -张三 +李四 =。"),
    "a number is never cut in two": ("领3600元", "领3800元", "=领 -3600 +3800 =元"),
    "a date stays whole": ("12:30开始", "13:30开始", "-12:30 +13:30 =开始"),
    "a variable is never cut in two": ("到{{ policy.where }}。", "到{{ policy.phone }}。", "=到 -{{_policy.where_}} +{{_policy.phone_}} =。"),
    "only added": ("不收费。", "办事不收费。", "+办事 =不收费。"),
    "only taken out, at the end": ("不收费。请转告", "不收费。", "=不收费。 -请转告"),
    "from nothing": ("", "新的", "+新的"),
    "to nothing": ("旧的", "", "-旧的"),
    "both empty": ("", "", ""),
    "all else": ("甲乙", "丙丁", "-甲乙 +丙丁"),
}  # fmt: skip
SIGN = {"same": "=", "gone": "-", "new": "+"}


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES)
def test_what_changed_is_said_in_whole_stretches(before: str, after: str, expected: str) -> None:
    said = [SIGN[run.kind] + run.text.replace(" ", "_") for run in differences(before, after)]
    assert " ".join(said) == expected


TEXT = st.text("甲乙丙，。12 ab{}%\n𬭛", max_size=40)


def _without(runs: tuple[Run, ...], kind: str) -> str:
    return "".join(run.text for run in runs if run.kind != kind)


@given(TEXT, TEXT)
def test_both_texts_can_be_read_out_of_it(before: str, after: str) -> None:
    runs = differences(before, after)
    assert _without(runs, "new") == before
    assert _without(runs, "gone") == after
    assert all(run.text for run in runs)
    assert all(one.kind != other.kind for one, other in pairwise(runs))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("啊" * 8_000, "啊" * 20_000),
        ("啊吧了" * 2_500, "吧啊了的" * 5_000),
        ("啊\n" * 4_000, "吧\n啊\n" * 4_000),
        ("{{" * 4_000, "{%" * 8_000),
    ],
)
def test_what_is_pasted_without_sense_is_compared_in_no_time(before: str, after: str) -> None:
    begun = time.process_time()
    runs = differences(before, after)
    assert time.process_time() - begun < 2
    assert "".join(run.text for run in runs if run.kind != "new") == before
    assert "".join(run.text for run in runs if run.kind != "gone") == after


def test_of_two_long_texts_the_line_that_changed_is_shown() -> None:
    lines = [f"第{number}行，家有孩子的乡亲都来看一看。\n" for number in range(300)]
    before, after = "".join(lines), "".join([*lines[:40], "换了。\n", *lines[41:]])
    changed = [run for run in differences(before, after) if run.kind != "same"]
    assert [run.text for run in changed] == [lines[40], "换了。\n"]
