"""A score that says what it is made of, and that rises when something is said more plainly."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outreach import wording
from outreach.messages.glossary import glossary, plainer
from outreach.messages.plainness import Part, Plainness, common_characters, plainness

OFFICIAL = (
    "依据有关要求，符合条件的对象应当在集中征缴期内向户籍所在地的乡镇人民政府提交材料进行申领，经审核符合规定的，"
    "由县级财政部门予以社会化发放，逾期未申报的视为自动放弃。"
)
PLAIN = "家有3岁以下孩子的，可以申请补贴。带户口簿，到乡镇去办。不收费，有事打12345。"


def measured(text: str) -> Plainness:
    found = plainness(text)
    assert found is not None
    return found


def part(text: str, code: str) -> Part:
    (one,) = [part for part in measured(text).parts if part.code == code]
    return one


def test_an_office_says_it_worse_than_a_neighbour() -> None:
    assert measured(PLAIN).score >= 98
    assert measured(OFFICIAL).score <= 40
    assert measured(OFFICIAL).score < measured(plainer(OFFICIAL)).score


def test_the_parts_explain_the_score() -> None:
    for text in (OFFICIAL, PLAIN, "好", "字" * 300, "冇嘅" * 20):
        found = measured(text)
        assert sum(one.weight for one in found.parts) == 100
        assert found.score == max(0, round(100 - sum(one.lost for one in found.parts)))
        assert [one.lost for one in found.parts] == sorted(
            (one.lost for one in found.parts), reverse=True
        )
        for one in found.parts:
            assert 0 <= one.lost <= one.weight
            assert (one.value == 0) == (one.lost == 0) == (not one.places)
            assert len(one.places) <= 3
            assert [place.cost for place in one.places] == sorted(
                (place.cost for place in one.places), reverse=True
            )
            assert all(text[place.start : place.end] == place.words for place in one.places)


@pytest.mark.parametrize(
    ("code", "costs", "free"),
    [
        (
            "clauses",
            "您家里有三岁以下的孩子就可以到乡镇办事窗口去申请这一笔补贴",
            "您家里有孩子，就可以申请。",
        ),
        ("jargon", "请来申领。", "请来申请。"),
        ("names", "城市低收入家庭住房租赁补助资格审定", "住房的补助，到窗口问"),
        ("officialese", "对材料进行审核。", "看材料。"),
        ("numbers", "每月80元加上90元再加100元", "每月80元，再加90元。"),
        ("characters", "冇嘅喺", "没有的在"),
    ],
)
def test_each_part_has_something_that_costs_and_something_that_does_not(
    code: str, costs: str, free: str
) -> None:
    assert part(costs, code).lost > 0
    assert part(free, code).lost == 0


def test_a_number_late_in_a_long_clause_is_buried() -> None:
    late = "凡是家里有年纪满了八十岁的老人而且住在本地的都能领80元"
    assert [place.words for place in part(late, "numbers").places] == ["80"]
    assert part("80元" + late.replace("80元", ""), "numbers").places == ()


@pytest.mark.parametrize(
    "text",
    ["", "12345", "Hello world, this is English.", "بالا ياش", "한국어 안내문입니다", "。，！"],
)
def test_what_is_not_in_chinese_has_no_score(text: str) -> None:
    assert plainness(text) is None


def test_the_common_characters_are_level_one_of_gb_2312() -> None:
    known = common_characters()
    assert len(known) == 3755
    assert {"的", "国", "家", "补", "贴", "娃"} <= known
    assert not {"嘅", "冇", "𠊎"} & known


@pytest.mark.parametrize("entry", sorted(glossary().plain))
def test_plain_words_are_plain_themselves(entry: str) -> None:
    """Otherwise saying an entry plainly could cost what it wins."""
    plain = glossary().plain[entry]
    assert not glossary().jargon.search(plain)
    assert not glossary()["officialese.words"].search(plain)
    assert not re.search(r"\d", plain)
    assert {character for character in plain if character not in "，"} <= common_characters()


PIECES = st.sampled_from(
    [
        "家里有", "孩子", "的", "到", "乡镇", "3岁", "3600元", "，", "。", "每月", "老人", "可以", "按照", "带户口簿",
        "去窗口", "12月31日", "：", "、", "乡镇街道便民服务中心", "冇", "\n", "和", "问12345", "由村里", "进行",
    ]
)  # fmt: skip
WORDS = st.sampled_from(sorted(glossary().plain))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(PIECES, WORDS), min_size=1, max_size=30), st.randoms())
def test_saying_an_entry_plainly_never_lowers_the_score(pieces: list[str], chance: object) -> None:
    """One after the other, in any order: each step is worth at least as much as the one before."""
    words = [number for number, piece in enumerate(pieces) if piece in glossary().plain]
    assume(words)
    chance.shuffle(words)  # type: ignore[attr-defined]
    steps = ["".join(pieces)]
    for number in words:
        pieces[number] = glossary().plain[pieces[number]]
        steps.append("".join(pieces))
    # Two neighbours may by chance make a third word of the glossary; that is another text.
    assume(len({plainer(step) for step in steps}) == 1)
    found = [count(step) for step in steps]
    assume(all(after == before - 1 for before, after in pairwise(found)))
    scores = [plainness(step) for step in steps]
    assume(all(scores))
    for before, after in pairwise(scores):
        assert before is not None
        assert after is not None
        assert after.score >= before.score
        lost = {one.code: one.lost for one in before.parts}
        assert all(one.lost <= lost[one.code] + 1e-9 for one in after.parts)


def count(text: str) -> int:
    return len(glossary().jargon.findall(text))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_a_score_or_none(text: str) -> None:
    found = plainness(text)
    assert found is None or 0 <= found.score <= 100


@pytest.mark.parametrize("one", measured(PLAIN).parts, ids=lambda one: one.code)
def test_every_part_is_explained_in_both_languages(one: Part) -> None:
    assert one.name() != one.name("en")
    assert one.meaning() != one.meaning("en")
    assert f"plainness.{one.code}.means" in wording.catalogue()
