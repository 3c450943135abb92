"""Promises, voice, links, trust, spoken texts, glyphs, bytes: each rule both ways, with what it marks."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.messages.findings import SEVERITY, Finding, stops, summary
from outreach.messages.lint import Draft, lint
from outreach.messages.lint.limits import ROBOT_BYTES, robot_bytes
from tests.messages.sample_facts import context


def remarks(words: str, channel: str = "flyer", form: str = "", **more: Any) -> list[Finding]:
    facts = more.pop("facts", {})
    draft = Draft(
        channel,
        more.pop("language", "zh-Hans"),
        words,
        examples=(context(**facts),),
        form=form,
        **more,
    )
    return lint(draft)


def codes(words: str, channel: str = "flyer", form: str = "", **more: Any) -> set[str]:
    return {one.code.removeprefix("messages.") for one in remarks(words, channel, form, **more)}


@pytest.mark.parametrize(
    ("announce", "words", "expected"),
    [
        ("general", "符合条件，可以申请。", {"over_promise"}),
        ("general", "您已符合条件。", {"over_promise"}),
        ("general", "符合条件的，可以申请。", set()),
        ("general", "您可以领补贴。", {"over_promise"}),
        ("general", "您能领补贴吗？", set()),
        ("general", "来问问能领多少。", set()),
        ("general", "保证通过。", {"over_promise"}),
        ("general", "当天到账。", {"over_promise"}),
        ("general", "已批准，请来领。", {"over_promise"}),
        ("general", "年满80周岁可以领。", set()),
        ("general", "哪些人能领？", set()),
        ("personal", "您符合条件，可以申请，以受理部门审核为准。", set()),
        ("personal", "您符合条件，可以申请。", {"no_proviso"}),
        ("personal", "您可能符合，请来核实。", {"no_proviso"}),
        ("personal", "您可能符合，能不能领由民政办审核。", set()),
        ("personal", "您可以领补贴。以受理部门审核为准。", {"over_promise"}),
        ("personal", "您不符合条件。以受理部门审核为准。", {"told_not_eligible"}),
        ("general", "您家目前不能领这项补贴。", {"told_not_eligible"}),
        ("general", "如果您不符合条件，也可以来问。", set()),
        ("general", "不符合条件的，窗口会说明原因。", set()),
    ],
)
def test_only_the_office_says_yes_and_nobody_is_told_no_in_writing(
    announce: Any, words: str, expected: set[str]
) -> None:
    rules = {"over_promise", "no_proviso", "told_not_eligible"}
    assert codes(words, announce=announce) & rules == expected


def test_at_the_door_a_worker_may_explain_that_somebody_does_not_qualify() -> None:
    assert "told_not_eligible" not in codes("您目前不符合条件，原因是……", "visit")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("依据：国办发\u30142023\u301539号", set()),
        ("政策来源：国办发\u30142023\u301539号", set()),
        ("按国办发\u30142023\u301539号办理。", {"red_letter"}),
        ("各乡镇人民政府、街道办事处：", {"red_letter"}),
        ("各有关单位、各部门：", {"red_letter"}),
        ("各位乡亲：", set()),
        ("现将有关事项通知如下。", {"red_letter"}),
        ("抄送县委办。", {"red_letter"}),
        ("3栋2单元101号", set()),
        ("逾期不候。", {"threat"}),
        ("否则将停发待遇。", {"threat"}),
        ("否则三个月后停用。", {"threat"}),
        ("不交的列入黑名单。", {"threat"}),
        ("逾期不予受理，视为自动放弃。", {"threat"}),
        ("名额有限。", {"absolute_word"}),
        ("过了12月31日，要等明年再交。", set()),
        ("史上最优惠。", {"absolute_word"}),
        ("最高补贴3000元。", {"typed_amount"}),
        ("最多跑一次。", set()),
    ],
)
def test_the_voice(words: str, expected: set[str]) -> None:
    rules = {"red_letter", "threat", "absolute_word", "typed_amount"}
    assert codes(words) & rules == expected


def test_a_document_number_stands_on_paper_only() -> None:
    assert "red_letter" in codes("依据：国办发\u30142023\u301539号", "sms")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("点 https://dwz.cn/abc 。", {"link"}),
        ("点t.cn/AbC。", {"link"}),
        ("上WWW.EXAMPLE.COM。", {"link"}),
        ("上 www.gjzwfw.gov.cn 。", {"government_link"}),
        ("看 https://a.gov.cn.evil.com/x 。", {"link"}),
        ("看 https://shifan.gov.cn:8443/a 。", {"government_link"}),
        ("打138 0000 1234。", {"private_number"}),
        ("打138-0000-1234。", {"private_number"}),
        ("加我薇信。", {"private_number"}),
        ("微信号：abc。", {"private_number"}),
        ("QQ群123456。", {"private_number"}),
        ("打400-123-4567。", {"paid_number"}),
        ("打0571-87654321。", set()),
        ("打12345或12333。", set()),
        ("微信搜“育儿补贴”。", set()),
        ("带1份材料，13800米外。", set()),
        ("3.5元", set()),
    ],
)
def test_links_and_numbers(words: str, expected: set[str]) -> None:
    rules = {"link", "government_link", "private_number", "paid_number"}
    assert codes(words, "sms") & rules == expected


@pytest.mark.parametrize(
    ("words", "channel", "expected"),
    [
        ("{{ office }}。不收费，不要密码和验证码。", "group", set()),
        ("{{ office }}。不收费。", "group", {"no_password_line"}),
        ("{{ office }}。密码不要给人。", "group", {"no_trust_line"}),
        ("不收费，不要密码。", "group", {"no_office"}),
        ("示范县卫健局提醒：不收费，不要密码。", "group", set()),
        ("不收费，不要密码。", "flyer", set()),
        ("我是{{ office }}的，不收费，不要密码。", "visit", set()),
        ("{{ office }}来电，不收费，不要密码。", "call", {"no_name_said"}),
        ("（先报名字和单位。）{{ office }}来电，不收费，不要密码。", "call", set()),
    ],
)
def test_who_speaks_and_that_it_costs_nothing(words: str, channel: str, expected: set[str]) -> None:
    rules = {"no_password_line", "no_trust_line", "no_office", "no_name_said"}
    assert codes(words, channel) & rules == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("3-6岁的孩子。", ["3-6"]),
        ("报销50%。", ["%"]),
        ("打开手机APP。", ["APP"]),
        ("连上WiFi。", ["WiFi"]),
        ("编号20260001。", ["20260001"]),
        ("身高/体重。", ["/"]),
        ("打0571-87654321。", []),
        ("打{{ phone }}。", []),
        ("打{{ policy.phone }}。", []),
        ("补贴3600元，12月31日前办。", []),
        ("打HPV疫苗。", []),
        ("（记号：A/B，50%）您好。", []),
        ("到乡镇（A/B）办。", ["/"]),
        ("三到六岁的孩子，百分之五十。", []),
    ],
)
@pytest.mark.parametrize("channel", ["broadcast", "visit", "call"])
def test_what_cannot_be_read_aloud_is_marked(channel: str, words: str, expected: list[str]) -> None:
    found = [one for one in remarks(words, channel) if one.code == "messages.not_read_aloud"]
    assert [one.params["words"] for one in found] == expected
    for one in found:
        if "{" not in words:
            assert words[one.start : one.end] == one.params["words"]


def test_written_texts_may_hold_signs() -> None:
    assert "not_read_aloud" not in codes("3-6岁，50%。", "flyer")


@pytest.mark.parametrize(("length", "slow"), [(315, False), (316, True)])
def test_a_loudspeaker_text_takes_ninety_seconds_at_the_most(length: int, slow: bool) -> None:
    assert ("reading_time" in codes("好" * length, "broadcast")) is slow
    assert "reading_time" not in codes("（" + "好" * length + "）", "broadcast")
    assert "reading_time" not in codes("好" * length, "visit")


@pytest.mark.parametrize(
    ("words", "channel", "expected"),
    [
        ("\U00020bb6只细路", "flyer", {"missing_glyph"}),
        ("\U00020bb6只细路", "group", {"missing_glyph"}),
        ("\U00020bb6只细路", "broadcast", {"missing_glyph"}),
        ("\U00020bb6只细路", "visit", {"missing_glyph"}),
        ("\U00020bb6只细路", "sms", set()),
        ("\U0002028e屋下", "flyer", set()),
        ("\ue000好", "sms", {"unassigned_character"}),
        ("\ue000好", "flyer", {"unassigned_character"}),
        ("\U0003fffd好", "sms", {"unassigned_character"}),
        ("普通的字", "flyer", set()),
    ],
)
def test_glyphs_that_paper_or_phones_lack(words: str, channel: str, expected: set[str]) -> None:
    found = [
        one for one in remarks(words, channel) if "glyph" in one.code or "unassigned" in one.code
    ]
    assert {one.code.removeprefix("messages.") for one in found} == expected
    assert all(one.start == 0 and one.end == 1 for one in found)


def test_a_text_in_another_script_is_held_against_the_fonts_of_that_script() -> None:
    """A machine without the font says what to install; the rules of Chinese words are silent."""
    found = remarks(
        "{{ policy.official_name }} {{ policy.amount_text }} \u0628\u0627\u0644\u0627 " * 9,
        language="ug",
        reviewed_by="阿某",
    )
    said = {one.code for one in found} - {"messages.markup_heading"}
    assert said <= {"flyer.script_font"}
    korean = remarks(
        "\ub300\ub9cc " * 20 + "{{ policy.official_name }}{{ policy.amount_text }}",
        "broadcast",
        language="ko",
        reviewed_by="金某",
    )
    assert {one.code for one in korean} == {"messages.no_office"}


def test_many_missing_characters_are_one_remark() -> None:
    (found,) = [one for one in remarks("\U00020bb6\U0002a736\U00023350") if "glyph" in one.code]
    assert found.params["code_points"] == "U+20BB6 U+2A736 U+23350"


@pytest.mark.parametrize(
    ("providers", "limit"),
    [
        ((), 2048), (("wecom",), 2048), (("wecom_markdown",), 4096), (("dingtalk",), 20_000),
        (("feishu",), 20_480), (("dingtalk", "feishu"), 20_000), (("dingtalk", "wecom"), 2048), (("unheard",), 2048),
        (("dingtalk", "unheard"), 2048),
    ],
)  # fmt: skip
def test_a_group_message_fits_the_robot_with_the_least_room(
    providers: tuple[str, ...], limit: int
) -> None:
    assert robot_bytes(providers) == limit
    fitting = "a" * min(limit, 3900)
    if limit < 3900:
        assert "group_too_long" not in codes(fitting, "group", providers=providers)
        (found,) = [
            one
            for one in remarks(fitting + "字", "group", providers=providers)
            if "too_long" in one.code
        ]
        assert (found.start, found.end) == (limit, limit + 1)
    else:
        assert "group_too_long" not in codes("好" * 1300, "group", providers=providers)


def test_every_robot_has_room_for_a_sentence() -> None:
    assert min(ROBOT_BYTES.values()) == 2048


@pytest.mark.parametrize(
    ("office", "expected"),
    [
        ("县卫健局", set()), ("卫健", set()), ("示范县卫生健康局办公室", set()), ("局", {"signature_length"}),
        ("示范县人民政府卫生健康委员会", {"signature_length"}),
    ],
)  # fmt: skip
def test_a_signature_that_carriers_register(office: str, expected: set[str]) -> None:
    found = codes("{{ signature }}你好。{{ opt_out }}", "sms", facts={"signature": f"【{office}】"})
    assert found & {"signature_length", "second_signature", "missing_signature"} == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("好" * 400, {"too_many_parts"}), ("好" * 480, {"too_many_parts"}), ("好" * 500, {"sms_too_long"}),
        ("好" * 60, set()),
    ],
)  # fmt: skip
def test_carriers_cut_what_is_longer_than_eight_parts_or_500_characters(
    body: str, expected: set[str]
) -> None:
    found = codes("{{ signature }}" + body + "{{ opt_out }}", "sms")
    assert found & {"sms_too_long", "too_many_parts"} == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("{ policy.phone }", "{ policy.phone }"),
        ("问policy.phone。", "policy.phone"),
        ("\uff5b\uff5b policy.phone \uff5d\uff5d", "\uff5b\uff5b policy.phone \uff5d\uff5d"),
        ("{% raw %}{{ phone }}{% endraw %}", "{{ phone }}"),
        ("问{{ policy.phone }}。", ""),
    ],
)  # fmt: skip
def test_a_variable_that_would_reach_people_as_it_is(words: str, expected: str) -> None:
    found = [one.params["words"] for one in remarks(words) if one.code == "messages.braces_left"]
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("每孩3600元。", 1),
        ("第一行\n每月 80 元。", 2),
        ("发三千六百元。", 1),
        ("{{ policy.amount_text }}", 0),
        ("{% if policies|length > 3 %}元{% endif %}", 0),
    ],
)
def test_money_that_was_typed_is_marked_with_its_line(source: str, line: int) -> None:
    found = [one.line for one in remarks(source) if one.code == "messages.typed_amount"]
    assert found == ([line] if line else [])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("有效至{{ policy.valid_until }}。", set()),
        ("{% for p in policies %}{{ p.valid_until }}{% endfor %}", set()),
        ("本条12月31日前有效。", set()),
        ("办理到12月31日止。", set()),
        ("请尽快来办。", {"no_valid_until"}),
    ],
)
def test_a_group_message_says_until_when_it_holds(words: str, expected: set[str]) -> None:
    assert codes(words, "group") & {"no_valid_until"} == expected
    assert "no_valid_until" not in codes(words, "sms")


@pytest.mark.parametrize(
    ("words", "form", "asked"),
    [
        ("好。", "", True),
        ("好。", "rhyme", False),
        ("好。", "correction", False),
        ("好。", "story", False),
    ],
)
def test_a_rhyme_or_a_correction_need_not_answer_all_six_questions(
    words: str, form: str, asked: bool
) -> None:
    (found,) = [
        one for one in remarks(words, "broadcast", form) if one.code == "messages.questions_open"
    ]
    assert ("领多少" in found.message()) is asked
    assert "问谁" in found.message()


@pytest.mark.parametrize(
    ("words", "answered"),
    [
        ("有事打0571-87654321。", "问谁"), ("问12345。", "问谁"), ("电话见通知。", "问谁"), ("到村卫生室，早上8点。", "怎么领"),
        ("在窗口办。", "怎么领"), ("早上8点到10点。", "什么时候"), ("工作日都行。", "什么时候"), ("带身份证。", "带什么"),
        ("年满60周岁的。", "谁能领"), ("免费。", "领多少"),
    ],
)  # fmt: skip
def test_a_question_is_answered_in_the_words_that_people_use(words: str, answered: str) -> None:
    def still_open(text: str) -> str:
        found = [one for one in remarks(text, "broadcast") if one.code == "messages.questions_open"]
        return str(found[0].params["questions"]) if found else ""

    assert answered in still_open("好。")
    assert answered not in still_open(words)


def test_the_second_language_repeats_days_where_it_tells_the_window() -> None:
    words = "{{ policy.official_name }}，{{ policy.amount_text }}，年底前交。"
    facts = {"policy": context("resident-medical")["policy"]}
    more: dict[str, Any] = {"language": "yue-Hans", "reviewed_by": "陈某", "facts": facts}
    assert "common_date_missing" in codes(words, "broadcast", **more)
    assert "common_date_missing" not in codes(words, "sms", **more)
    assert "common_date_missing" not in codes(
        words + "{{ policy.window_text }}", "broadcast", **more
    )


def test_a_mark_is_where_the_words_are() -> None:
    source = "各位乡亲：\n{{ village }}的人人都能领。\n请申领。"
    text = "各位乡亲：\n清泉村的人人都能领。\n请申领。"
    found = {one.code: one for one in remarks(source, "group")}
    promise, jargon = found["messages.over_promise"], found["messages.jargon"]
    assert (text[promise.start : promise.end], promise.line) == ("人人都能领", 2)
    assert (text[jargon.start : jargon.end], jargon.line) == ("申领", 3)


def test_words_that_a_fact_brings_have_no_line_in_the_template() -> None:
    policy = {**context()["policy"], "where": "户籍所在地"}
    (found,) = [
        one
        for one in remarks("到{{ policy.where }}办。", facts={"policy": policy})
        if one.code == "messages.jargon"
    ]
    assert (found.line, found.start, found.end) == (0, 1, 6)


def test_the_longest_names_are_tried_too_and_a_code_is_marked_in_the_first_example_that_has_it() -> (
    None
):
    usual, long = context(), context(village="很长很长" * 8)
    source = "{{ village }}的乡亲。人人有份。"
    found = {
        one.code: one for one in lint(Draft("flyer", "zh-Hans", source, examples=(usual, long)))
    }
    assert found["messages.over_promise"].example == 0
    assert found["messages.long_sentence"].example == 1


def test_a_summary_counts_errors_first() -> None:
    found = remarks("人人有份，人人都能领。最好来。", "group")
    said = summary(found)
    assert stops(found)
    assert (said.errors, said.warnings) == (
        sum(one.severity == "error" for one in found),
        sum(one.severity == "warning" for one in found),
    )
    assert list(said.codes.values()) == [said.codes[code] for code in said.codes]
    assert [SEVERITY[code] for code in said.codes] == sorted(SEVERITY[code] for code in said.codes)
    assert said.codes["messages.over_promise"] == 2
    assert not stops([one for one in found if one.severity == "warning"])
    assert summary([]).errors == 0


MESSY = (
    "各乡镇人民政府：按\u30142023\u301539号，您家是低保，保证通过，您不符合。{x}https://t.cn/a 13800001234 400-123-4567 "
    "加我微信 否则停发 请回复银行卡号 身份证110101199003078515 您家孩子2岁了 \ue000 3-6岁 申领 100% 8元 "
    + "长"
    * 70
)


@pytest.mark.parametrize("channel", ["sms", "group", "broadcast", "visit", "call", "flyer"])
@pytest.mark.parametrize("announce", ["general", "personal"])
def test_every_remark_is_filled_in_and_marks_words_of_the_text(channel: str, announce: Any) -> None:
    text = MESSY
    found = remarks(MESSY, channel, announce=announce, sensitive=True, follow_up=True)
    assert len(found) > 8
    for one in found:
        for lang in ("zh", "en"):
            said = one.message(lang) + one.hint(lang)
            assert "{" not in said.replace("{{", "").replace("{x}", "")
        assert 0 <= one.start <= one.end <= len(text)
