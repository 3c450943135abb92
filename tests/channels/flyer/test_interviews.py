"""What interviewers carry: nobody is lost, nothing of what people were told stands there, everything fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channels.flyer.errors import FlyerError
from channels.flyer.single.interviews import (
    Box,
    InterviewerCard,
    InterviewList,
    InterviewRow,
    PaperOption,
    PaperQuestion,
    Questionnaire,
    render_interview_lists,
    render_interviewer_cards,
    render_questionnaire,
)
from tests.channels.flyer import reading
from tests.channels.flyer.samples import META, PRESS

MARKING = "工作评估，未经统计部门审批，不得作为统计数据发布"
CODES = tuple((str(n), "完成不在家拒访联系不上"[n % 8 : n % 8 + 3]) for n in range(1, 15))
LIST = InterviewList(
    pack="3", title="体检知晓调查", area="柳溪镇永安村", interviewer="钱某", marking=MARKING,
    rows=tuple(InterviewRow(number=str(n), name=f"老人{n}", door=f"{n}栋2单元", phone="13800000001") for n in range(1, 24)),
    codes=CODES, questions=tuple(Box(number=str(n), wide=n == 8) for n in range(1, 10)),
)  # fmt: skip
FORM = Questionnaire(
    title="体检知晓调查", marking=MARKING, opening="您好。", codes=CODES,
    questions=tuple(
        PaperQuestion(number=str(n), text=f"第{n}题问什么？", options=tuple(PaperOption(number=str(k), label=f"答案{k}") for k in range(1, 6)))
        for n in range(1, 9)
    ),
)  # fmt: skip
CARD = InterviewerCard(id="1", name="钱某", purpose="为“体检知晓调查”上门访问", marking=MARKING, points=("自愿。", "不收钱。"))  # fmt: skip


def test_everybody_stands_on_a_list_ten_to_a_page() -> None:
    made = render_interview_lists([LIST, replace(LIST, pack="4", rows=LIST.rows[:2])], META, PRESS)
    assert (made.pages, made.sheets, made.problems) == (4, 25, ())
    assert reading.paper(made.pdf) == {(297, 210)}
    text = reading.words(made.pdf)
    for number in range(1, 24):
        assert any(f"老人{number}" in "".join(page.split()) for page in text)
    assert all(MARKING in page and "结果代码" in page and "演示数据" in page for page in text)
    assert "第3包" in "".join(text[0].split())
    assert "1/3" in "".join(text[0].split())


def test_the_longest_words_stay_in_their_row() -> None:
    long = InterviewRow(
        number="999999", name="买买提·阿不都热合曼江·吐尔逊", door="示范县经济技术开发区柳溪街道" * 3 + "12栋3单元1502室",
        phone="13800000001", note="由监护人买买提·阿不都热合曼江回答；这户已登记请勿打扰：不要上门，结果填“拒访”",
    )  # fmt: skip
    made = render_interview_lists([replace(LIST, rows=(long,) * 10)], META, PRESS)
    assert made.pages == 1


def test_a_rare_character_is_reported_and_nobody_vanishes() -> None:
    rare = InterviewRow(number="1", name="王\U000323ae", door="1栋")
    made = render_interview_lists([replace(LIST, rows=(rare,))], META, PRESS)
    assert [one.code for one in made.problems] == ["flyer.glyph_replaced"]
    assert "王〓" in reading.words(made.pdf)[0]


def test_a_long_questionnaire_has_no_boxes_on_the_list() -> None:
    many = tuple(Box(number=str(n)) for n in range(1, 14))
    text = reading.words(render_interview_lists([replace(LIST, questions=many)], META, PRESS).pdf)
    assert "13题" not in "".join(text[0].split())
    assert "题号格" not in text[0]


def test_nobody_to_ask_is_no_page() -> None:
    assert render_interview_lists([], META, PRESS).pages == 0
    assert render_interviewer_cards([], META, PRESS).pages == 0


def test_the_questionnaire_bears_its_marking_and_every_answer() -> None:
    made = render_questionnaire(FORM, META, PRESS)
    text = "".join("".join(reading.words(made.pdf)).split())
    assert made.pages <= 2
    assert (
        text.count("".join(MARKING.split())) == made.pages + 1
    )  # the foot of each page, and the head
    assert all(f"第{n}题问什么？" in text for n in range(1, 9))
    assert text.count("答案5") == 8


def test_an_open_question_gets_lines_and_a_long_form_more_pages() -> None:
    words = PaperQuestion(number="9", text="您有什么想说的？", options=())
    made = render_questionnaire(replace(FORM, questions=FORM.questions * 3 + (words,)), META, PRESS)
    assert 3 <= made.pages <= 8
    with pytest.raises(FlyerError) as problem:
        render_questionnaire(replace(FORM, questions=FORM.questions * 20), META, PRESS)
    assert problem.value.code == "flyer.too_many_pages"


@pytest.mark.parametrize("cards", [1, 2, 3])
def test_two_cards_lie_on_a_page(cards: int) -> None:
    made = render_interviewer_cards([replace(CARD, id=str(n)) for n in range(cards)], META, PRESS)
    assert (made.pages, made.sheets) == (-(-cards // 2), cards)
    text = "".join(reading.words(made.pdf)[0].split())
    assert "访问员卡" in text
    assert "".join(META.phone.split()) in text
    assert "打办公室电话核实" in text


def test_a_card_without_a_name_has_a_line_and_too_many_words_are_refused() -> None:
    assert render_interviewer_cards([replace(CARD, name="")], META, PRESS).pages == 1
    with pytest.raises(FlyerError) as problem:
        render_interviewer_cards(
            [replace(CARD, points=("自愿，随时可以停。" * 5,) * 12)], META, PRESS
        )
    assert problem.value.code == "flyer.sheet_overflow"
