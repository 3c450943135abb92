from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach import wording
from outreach.errors import Invalid
from outreach.messages.markup import Leaflet, Letter, parse_flyer, parse_letter, parse_qa

FLYER = """\
# 家有3岁以下孩子的，看这里

> 发到满3周岁
> 2025年以前出生的按月折算
1. 手机上搜“育儿补贴”
2. 照着提示填
带什么：户口簿
问谁：12345

不收费，不要密码和验证码。
正式的名字：育儿补贴制度
"""


def test_a_flyer_falls_into_its_parts() -> None:
    assert parse_flyer(FLYER) == Leaflet(
        heading="家有3岁以下孩子的，看这里",
        unit_lines=("发到满3周岁", "2025年以前出生的按月折算"),
        steps=("手机上搜“育儿补贴”", "照着提示填"),
        rows=(("带什么", "户口簿"), ("问谁", "12345")),
        paragraphs=("不收费，不要密码和验证码。", "正式的名字：育儿补贴制度"),
    )


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("\uff1e每人每月", {"unit_lines": ("每人每月",)}),
        ("1、去村委会", {"steps": ("去村委会",)}),
        ("1\uff0e去村委会", {"steps": ("去村委会",)}),
        ("1.去村委会", {"steps": ("去村委会",)}),
        ("1.5米以下的孩子也算。", {"paragraphs": ("1.5米以下的孩子也算。",)}),
        ("3岁以下都算。", {"paragraphs": ("3岁以下都算。",)}),
        ("何时办: 全年", {"rows": (("何时办", "全年"),)}),
        ("五个字标签：是一句话", {"paragraphs": ("五个字标签：是一句话",)}),
        ("신청하는 곳：향, 진", {"rows": (("신청하는 곳", "향, 진"),)}),
        ("ۋاقتى：يىل بويى", {"rows": (("ۋاقتى", "يىل بويى"),)}),
        ("Aeu gijmaz：hukoujbouh", {"rows": (("Aeu gijmaz", "hukoujbouh"),)}),
        ("12345：打这个号码。", {"paragraphs": ("12345：打这个号码。",)}),
        ("记住，是：真的", {"paragraphs": ("记住，是：真的",)}),
    ],
)
def test_a_line_is_known_by_its_mark_in_either_width(line: str, part: dict[str, object]) -> None:
    assert parse_flyer(f"# 标题\n{line}") == Leaflet(**{"heading": "标题", **part})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "heading", 1),
        ("\n带什么：户口簿", "heading", 2),
        ("#\n带什么：户口簿", "empty", 1),
        ("# 一\n\n# 二", "second_heading", 3),
        ("# 一\n>", "empty", 2),
        ("# 一\n1.", "empty", 2),
        ("# 一\n带什么：", "empty", 2),
        ("# 一\n1. 甲\n3. 丙", "step_order", 3),
        ("# 一\n2. 乙", "step_order", 2),
        ("# 一\n1. 甲\n2. 乙\n3. 丙\n4. 丁\n5. 戊", "steps", 6),
    ],
)
def test_a_flyer_that_cannot_be_set_names_the_line(text: str, code: str, line: int) -> None:
    with pytest.raises(Invalid) as caught:
        parse_flyer(text)
    assert (caught.value.code, caught.value.params["line"]) == (f"messages.markup_{code}", line)


def test_a_letter_falls_into_its_parts() -> None:
    text = "各位乡亲：\n\n您好！\n有一件事说一说。\n\n示范县民政局\n2026年11月23日"
    assert parse_letter(text) == Letter(
        "各位乡亲：", ("您好！", "有一件事说一说。"), ("示范县民政局", "2026年11月23日")
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "salutation", 1),
        ("\n各位乡亲\n您好。\n民政局", "salutation", 2),
        ("各位乡亲：", "letter_empty", 2),
        ("各位乡亲：\n民政局", "letter_empty", 2),
        ("各位乡亲：\n您好。\n再见。", "closing", 3),
    ],
)
def test_a_letter_without_greeting_words_or_sender_names_the_line(
    text: str, code: str, line: int
) -> None:
    with pytest.raises(Invalid) as caught:
        parse_letter(text)
    assert (caught.value.code, caught.value.params["line"]) == (f"messages.markup_{code}", line)


def test_a_card_falls_into_pairs() -> None:
    text = "问：谁能领？\n答：3岁以下的孩子。\n\n问: 收费吗？\n答: 不收。\n"
    assert parse_qa(text) == [("谁能领？", "3岁以下的孩子。"), ("收费吗？", "不收。")]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "question", 1),
        ("谁能领？", "question", 1),
        ("答：能。", "question", 1),
        ("问：谁？\n问：谁？", "answer", 2),
        ("问：谁？\n\n您。", "answer", 3),
        ("问：谁？\n答：您。\n问：多少？", "answer", 4),
        ("问：\n答：您。", "empty", 1),
        ("问：谁？\n答：", "empty", 2),
    ],
)
def test_a_card_out_of_step_names_the_line(text: str, code: str, line: int) -> None:
    with pytest.raises(Invalid) as caught:
        parse_qa(text)
    assert (caught.value.code, caught.value.params["line"]) == (f"messages.markup_{code}", line)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_fault_says_its_line_in_both_languages(lang: wording.Lang) -> None:
    codes = [code for code in wording.catalogue() if code.startswith("messages.markup_")]
    assert len(codes) == 10
    for code in codes:
        said = wording.say(code, lang, line=7, text="x", most=4, given="3", expected=2)
        assert "7" in said


_words = st.text(st.sampled_from("字家孩办领好的。"), min_size=1, max_size=12)


@given(st.lists(_words, min_size=1, max_size=4), st.lists(_words, max_size=4))
def test_what_is_written_with_marks_comes_back_without_them(
    steps: list[str], paragraphs: list[str]
) -> None:
    lines = ["# 标题", *(f"{n}. {words}" for n, words in enumerate(steps, 1)), *paragraphs]
    leaflet = parse_flyer("\n".join(lines))
    assert (leaflet.steps, leaflet.paragraphs) == (tuple(steps), tuple(paragraphs))


@contextmanager
def naming_a_line(text: str) -> Iterator[None]:
    line = 1
    try:
        yield
    except Invalid as problem:
        line = int(str(problem.params["line"]))
    assert 1 <= line <= text.count("\n") + 2


@given(st.text(st.sampled_from("#\uff1e>1234.、：:问答 \n字，。！"), max_size=60))
def test_no_text_breaks_a_parser_without_naming_a_line(text: str) -> None:
    for parse in (parse_flyer, parse_letter, parse_qa):
        with naming_a_line(text):
            parse(text)
