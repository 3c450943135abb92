"""What a leaflet, a letter, a question card, a rhyme, a correction and a clarification have to be."""

from __future__ import annotations

import pytest

from outreach.messages.findings import Finding
from outreach.messages.lint import Draft, lint
from tests.messages.sample_facts import context

LEAFLET = "# 家有3岁以下孩子的，看这里\n> 每孩每年\n1. 备好材料\n2. 到窗口\n带什么：户口簿\n问谁：{{ policy.phone }}\n"
LETTER = "各位乡亲：\n来说一件事。不收费，不要密码。\n{{ office }}"
RHYME = "家有娃娃三岁下\n国家补贴送到家\n带上户口出生证\n到了窗口就能办\n"


def remarks(source: str, channel: str, form: str = "") -> list[Finding]:
    return lint(Draft(channel, "zh-Hans", source, examples=(context(),), form=form))


def codes(source: str, channel: str, form: str = "") -> set[str]:
    return {one.code.removeprefix("messages.") for one in remarks(source, channel, form)}


ROWS = "".join(f"标签{number}：内容\n" for number in "甲乙丙丁戊")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (LEAFLET, set()),
        (LEAFLET.removeprefix("# "), {"markup_heading"}),
        ("", {"markup_heading"}),
        (LEAFLET + "# 又一个\n", {"markup_second_heading"}),
        (LEAFLET + "3. 三\n4. 四\n5. 五\n", {"markup_steps"}),
        (LEAFLET + "4. 四\n", {"markup_step_order"}),
        ("# 标题\n" + ROWS, set()),
        ("# 标题\n" + ROWS + "第六：多了\n", {"leaflet_rows"}),
    ],
)
def test_a_leaflet(source: str, expected: set[str]) -> None:
    found = codes(source or "{{ name }}"[:0] + "{% if name %}{% endif %}", "flyer")
    assert {one for one in found if one.startswith(("markup", "leaflet"))} == expected


def test_what_is_wrong_with_a_leaflet_is_marked_at_its_line() -> None:
    source = "# 标题\n一段\n2. 第二步"
    (found,) = [one for one in remarks(source, "flyer") if "markup" in one.code]
    assert (source[found.start : found.end], found.severity) == ("2. 第二步", "error")
    assert found.message("en") != found.message("zh")
    assert found.hint() == ""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (LETTER, set()),
        (LETTER.replace("：", "，"), {"markup_salutation"}),
        ("各位乡亲：\n来说一件事。", {"markup_closing"}),
        (LETTER.replace("{{ office }}", "村委会"), {"letter_without_office"}),
        (LETTER + "\n{{ policy.valid_until }}", set()),
    ],
)
def test_a_letter(source: str, expected: set[str]) -> None:
    found = codes(source, "flyer", "letter")
    assert {one for one in found if one.startswith(("markup", "letter"))} == expected


def pairs(count: int, answer: str = "能。") -> str:
    return "\n".join(f"问：第{number}个问题？\n答：{answer}" for number in range(count))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (pairs(4), set()),
        (pairs(8), set()),
        (pairs(3), {"qa_count"}),
        (pairs(9), {"qa_count"}),
        (pairs(4, "好" * 60), set()),
        (pairs(4, "好" * 61), {"qa_answer_long"}),
        (pairs(4) + "\n问：没有回答？", {"markup_answer"}),
        ("答：没有问。", {"markup_question"}),
    ],
)
def test_a_question_card(source: str, expected: set[str]) -> None:
    found = codes(source, "flyer", "qa")
    assert {one for one in found if one.startswith(("markup", "qa"))} == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (RHYME, []),
        (RHYME + "不收费，不要密码和验证码，有人要钱不要信。\n{{ office }}", []),
        (RHYME + "出生证明和户口簿原件都要带上才行", ["出生证明和户口簿原件都要带上才行"]),
        (RHYME + "{{ policy.amount_text }}按规定一次一次打到您家的银行卡里面", []),
        ("家有娃娃三岁下\n国家补贴送到家\n带上户口出生证\n去窗口\n" * 2, []),
        ("三岁娃娃有补贴，带上户口去办理\n" * 4, []),
        ("太短\n也短", []),
    ],
)
def test_verses_of_a_rhyme_are_nearly_as_long_as_one_another(
    source: str, expected: list[str]
) -> None:
    found = [one for one in remarks(source, "broadcast", "rhyme") if "rhyme" in one.code]
    assert [one.params["words"] for one in found] == expected
    assert "rhyme_uneven" not in codes(source, "broadcast", "story")


@pytest.mark.parametrize(
    ("source", "absent"),
    [
        ("前天发的电话写错了，正确的是12345。", ""),
        ("更正：原来印的日期有误，应为12月31日。", ""),
        ("更正：电话是12345。", "哪里错了、对的是什么"),
        ("更正：日期写错了。", "对的是什么"),
        ("更正：日期应为12月31日。", "哪里错了"),
    ],
)
def test_a_correction_says_what_was_wrong_and_what_is_right(source: str, absent: str) -> None:
    found = [one for one in remarks(source, "group", "correction") if "correction" in one.code]
    assert [one.params["absent"] for one in found] == ([absent] if absent else [])


@pytest.mark.parametrize(
    ("source", "repeats"),
    [
        ("网传体检要收费。\n其实不收费。", True),
        ("听说不交医保要罚款？\n没有这回事。", True),
        ("体检不收费。\n网上有人说要收费，是假的。", False),
        ("网传体检要收费，这是假的。\n体检不收费。", False),
    ],
)
def test_a_clarification_does_not_begin_with_the_rumour(source: str, repeats: bool) -> None:
    assert ("rumour_first" in codes(source, "group", "clarification")) is repeats
    assert "rumour_first" not in codes(source, "group")
