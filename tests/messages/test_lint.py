from __future__ import annotations

import string
from typing import Any

import pytest

from outreach import wording
from outreach.messages import measure
from outreach.messages.findings import SEVERITY
from outreach.messages.glossary import plainer
from outreach.messages.lint import Draft, lint
from tests.messages.sample_facts import context

GOOD_SMS = (
    "{{ signature }}家有3岁以下孩子、符合条件的，可以申请{{ policy.plain_name }}，{{ policy.amount_text }}。"
    "带{{ policy.bring }}，到{{ policy.where }}办。{{ policy.window_text }}。"
    "不收费，不要密码和验证码。问{{ policy.phone }}。{{ opt_out }}"
)
GOOD_GROUP = (
    "谁能领：3岁以下孩子。\n领多少：{{ policy.amount_text }}。\n带什么：{{ policy.bring }}。\n"
    "到{{ policy.where }}办。{{ policy.window_text }}。\n不收费，不要密码和验证码。问{{ policy.phone }}。\n"
    "{{ office }}，有效至{{ policy.valid_until }}。"
)


def codes(
    source: str,
    channel: str = "sms",
    language: str = "zh-Hans",
    facts: dict[str, Any] | None = None,
    **more: Any,
) -> set[str]:
    draft = Draft(channel, language, source, examples=(context(**(facts or {})),), **more)
    return {finding.code.removeprefix("messages.") for finding in lint(draft)}


def in_group(words: str, **more: Any) -> set[str]:
    return codes(f"{GOOD_GROUP}\n{words}", "group", **more)


@pytest.mark.parametrize(("source", "channel"), [(GOOD_SMS, "sms"), (GOOD_GROUP, "group")])
def test_a_good_text_has_no_findings(source: str, channel: str) -> None:
    assert codes(source, channel) == set()


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (GOOD_SMS.replace("{{ signature }}", "{{ office }}："), "missing_signature"),
        (GOOD_SMS.replace("{{ signature }}", "【示范县卫健局】"), "missing_signature"),
        ("各位：" + GOOD_SMS, "missing_signature"),
        (GOOD_SMS.replace("办。", "办【重要】。"), "second_signature"),
        (GOOD_SMS.replace("{{ opt_out }}", ""), "missing_opt_out"),
        (GOOD_SMS + "谢谢", "missing_opt_out"),
        (GOOD_SMS.replace("办。", "办。" + "孩子多的一起办。" * 6), "too_many_parts"),
        (GOOD_SMS.replace("不收费，", ""), "no_trust_line"),
        (GOOD_SMS.replace("到{{ policy.where }}办。", ""), None),
        (GOOD_SMS.replace("带{{ policy.bring }}，", ""), "questions_open"),
        (GOOD_SMS.replace("{{ policy.window_text }}。", ""), None),
        (GOOD_SMS.replace("问{{ policy.phone }}。", ""), "questions_open"),
        (
            GOOD_SMS.replace("。{{ policy.window_text }}", "，、{{ policy.window_text }}"),
            "gap_in_text",
        ),
        (GOOD_SMS.replace("{{ policy.phone }}", "{{ policy.fone }}"), "unknown_variable"),
        (GOOD_SMS + "{{ 1 + 1 }}", "forbidden"),
        (GOOD_SMS + "{{", "template_syntax"),
        ("字" * 8001, "template_long"),
    ],
)
def test_an_sms_that_lacks_or_has_too_much(source: str, code: str | None) -> None:
    assert codes(source) == ({code} if code else set())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("您可以领{{ policy.plain_name }}。", {"over_promise"}),
        ("符合条件，可以申请。", {"over_promise"}),
        ("这笔钱人人都能领。", {"over_promise"}),
        ("家有3岁以下孩子的，可以领。", set()),
        ("如果孩子不满三岁，您可以领。", set()),
        ("您可能符合，请来核实。", set()),
        ("最好早点来。", {"absolute_word"}),
        ("全国唯一的补贴。", {"absolute_word"}),
        ("最多跑一次。", set()),
        ("特此通知。", {"red_letter"}),
        ("依据国办发（2025）27号。", {"red_letter"}),
        ("不办就后果自负。", {"threat"}),
        ("点 https://t.cn/abc 办。", {"link"}),
        ("看 dwz.cn/abc 就行。", {"link"}),
        ("看 https://www.shifan.gov.cn/a 就行。", {"government_link"}),
        ("打 13800001234 找我。", {"private_number"}),
        ("加我微信。", {"private_number"}),
        ("请尽快申领。", {"jargon"}),
        ("带着孩子的出生证明和户口簿以及父母双方的身份证原件和复印件来", {"long_sentence"}),
        ("您家是低保家庭。", {"disclosure"}),
        ("您家有残疾人。", {"disclosure"}),
        ("如果您家有残疾人，请来问。", set()),
        ("低保、特困家庭另有照顾。", set()),
        ("{{ name }}您好。", {"name_in_public"}),
        ("您还没申请，请抓紧。", {"follow_up_without_date", "follow_up_without_ignore"}),
        ("截至11月20日，还没申请的请抓紧。如已办理请忽略。", set()),
        ("截至{{ list_date }}，还没申请的请抓紧。", {"follow_up_without_ignore"}),
        ("还没有申请的请抓紧，如已申请请忽略。", {"follow_up_without_date"}),
    ],
)
def test_words_in_a_group_message(words: str, expected: set[str]) -> None:
    assert in_group(words) == expected


def test_a_follow_up_is_one_by_its_mark_too() -> None:
    assert in_group("请抓紧。", follow_up=True) == {
        "follow_up_without_date",
        "follow_up_without_ignore",
    }


def test_a_group_message_of_2049_bytes_is_too_long() -> None:
    size = measure.utf8_bytes("清泉村")
    fitting = "{{ village }}" + "a" * (2048 - size)
    assert "group_too_long" not in codes(fitting, "group")
    assert "group_too_long" in codes(fitting + "a", "group")


@pytest.mark.parametrize(
    ("language", "reviewed_by", "needs_review", "expected"),
    [
        ("zh-Hans", "", False, set()),
        ("zh-Hans", "", True, {"no_reviewer"}),
        ("yue-Hans", "", False, {"no_reviewer"}),
        ("yue-Hans", "  ", True, {"no_reviewer"}),
        ("yue-Hans", "陈某", True, set()),
        ("zh-Hans-x-sichuan", "", True, {"no_reviewer"}),
    ],
)
def test_a_dialect_needs_somebody_who_stands_for_it(
    language: str, reviewed_by: str, needs_review: bool, expected: set[str]
) -> None:
    source = GOOD_SMS.replace("可以申请", "可以申请{{ policy.official_name }}，")
    assert (
        codes(source, language=language, reviewed_by=reviewed_by, needs_review=needs_review)
        == expected
    )


def test_a_dialect_says_money_and_the_official_name_in_the_common_language_too() -> None:
    spoken = GOOD_SMS.replace("{{ policy.amount_text }}", "每个细路3600蚊")
    expected = {
        "common_amount_missing", "common_name_missing", "questions_open", "typed_amount",
    }  # fmt: skip
    assert codes(spoken, language="yue-Hans", reviewed_by="陈某") == expected


def test_the_official_name_is_no_jargon_where_it_is_meant() -> None:
    assert (
        codes(
            GOOD_GROUP + "正式的名字叫{{ policy.official_name }}。",
            "group",
            facts={"policy": context("resident-medical")["policy"]},
        )
        == set()
    )


def test_a_fact_that_is_missing_is_said_with_its_name() -> None:
    facts = {key: value for key, value in context().items() if key != "village"}
    (finding,) = lint(Draft("group", "zh-Hans", GOOD_GROUP + "{{ village }}", examples=(facts,)))
    assert (finding.code, finding.severity) == ("messages.missing_value", "error")
    assert "village" in finding.message()


def test_an_empty_fact_leaves_a_gap_that_is_seen() -> None:
    empty = {**context()["policy"], "amount_text": ""}
    assert "gap_in_text" in codes(GOOD_SMS, facts={"policy": empty})


def test_the_place_where_an_sms_becomes_dearer_is_named() -> None:
    source = "{{ signature }}" + "补" * 62 + "{{ opt_out }}"
    draft = Draft("sms", "zh-Hans", source, examples=(context(),), most_parts=1)
    (finding,) = [f for f in lint(draft) if f.code == "messages.too_many_parts"]
    assert finding.params == {"parts": 2, "limit": 1, "character": "拒", "place": 71, "cut": 6}
    assert "第 71 字" in finding.message()


@pytest.mark.parametrize(
    ("text", "place", "forcing"),
    [
        ("a" * 160, 0, []),
        ("a" * 161, 160, []),
        ("a" * 100 + "中" + "a" * 10, 100, ["中"]),
        ("补偿办法" * 17, 0, []),
        ("补" * 71, 70, ["补"]),
        ("补偿办法" * 18, 70, []),
        ("补偿办法" * 34, 134, []),
        ("", 0, []),
    ],
)
def test_where_the_last_part_begins_and_what_forces_it(
    text: str, place: int, forcing: list[str]
) -> None:
    assert measure.last_part_begins(text) == place
    assert measure.forcing_characters(text) == forcing
    assert measure.forcing_characters(text, "china") == []


def test_a_single_han_character_in_a_latin_text_is_blamed() -> None:
    source = "{{ signature }}" + "a" * 100 + "中{{ opt_out }}"
    facts = context(signature="", opt_out="STOP")
    found = {f.code: f for f in lint(Draft("sms", "en", source, examples=(facts,)))}
    assert found["messages.forcing_character"].params == {"characters": "中", "place": 101}


@pytest.mark.parametrize(
    ("officialese", "plain"),
    [
        ("优化生育政策促进人口长期均衡发展", "生娃养娃有这些福利"),
        ("请及时申领", "请及时申请"),
        ("城乡居民基本医疗保险缴纳", "居民医保交"),
        ("孩子3600元", "孩子3600元"),
    ],
)
def test_officialese_is_said_plainly(officialese: str, plain: str) -> None:
    assert plainer(officialese) == plain


def test_the_golden_pair_is_offered_as_advice() -> None:
    draft = Draft(
        "group", "zh-Hans", GOOD_GROUP + "优化生育政策促进人口长期均衡发展。", examples=(context(),)
    )
    (finding,) = lint(draft)
    assert finding.code == "messages.jargon"
    assert finding.hint() == "改成“生娃养娃有这些福利”。"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", 0), ("，。！", 0), ("字" * 210, 60), ("字" * 211, 61), ("打12345。", 2)],
)
def test_reading_time_is_at_210_characters_a_minute(text: str, seconds: int) -> None:
    assert measure.reading_seconds(text) == seconds


def test_the_pace_is_between_200_and_220() -> None:
    assert (
        measure.reading_seconds("字" * 400, 220)
        < measure.reading_seconds("字" * 400)
        < measure.reading_seconds("字" * 400, 200)
    )


@pytest.mark.parametrize("code", sorted(SEVERITY))
def test_every_finding_has_words_and_advice_in_both_languages(code: str) -> None:
    for key in (code, f"{code}.fix"):
        for lang in ("zh", "en"):
            words = wording.catalogue()[key][lang]
            assert words
            assert all(
                name is None or name.isidentifier()
                for _, name, _, _ in string.Formatter().parse(words)
            )


def test_errors_come_first() -> None:
    draft = Draft("group", "zh-Hans", "最好来。特此通知。请申领。", examples=(context(),))
    order = [finding.severity for finding in lint(draft)]
    assert order == sorted(order)
    assert {"error", "warning"} == set(order)
