"""Who learns what about whom: every channel, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.messages.findings import stops
from outreach.messages.lint import Draft, lint
from segments import vocabulary
from tests.messages.sample_facts import context

PERSONAL = "{{ signature }}您可能符合{{ policy.plain_name }}的条件，以受理部门审核为准。问{{ policy.phone }}。{{ opt_out }}"


def codes(draft: Draft) -> set[str]:
    return {finding.code.removeprefix("messages.") for finding in lint(draft)}


def draft(source: str, channel: str, **more: Any) -> Draft:
    return Draft(channel, "zh-Hans", source, examples=(context(),), **more)


RULES = {
    "disclosure", "disclosure_no_general", "disclosure_confirmed", "disclosure_sealed", "personal_in_public",
    "name_in_public",
}  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "announce", "sensitive", "private", "general_exists", "expected"),
    [
        # A sensitive policy, said to the person.
        ("sms", "personal", True, False, True, {"disclosure_confirmed"}),
        ("call", "personal", True, False, True, {"disclosure_confirmed"}),
        ("sms", "personal", True, False, False, {"disclosure_no_general"}),
        ("call", "personal", True, False, False, {"disclosure_no_general"}),
        ("sms", "personal", True, True, False, set()),
        ("visit", "personal", True, False, True, set()),
        ("visit", "personal", True, False, False, set()),
        ("flyer", "personal", True, False, True, {"disclosure_sealed"}),
        ("flyer", "personal", True, False, False, {"disclosure_no_general"}),
        ("flyer", "personal", True, True, False, set()),
        ("group", "personal", True, False, True, {"personal_in_public"}),
        ("broadcast", "personal", True, True, True, {"personal_in_public"}),
        # An open policy, said to the person: fine, but never where everybody reads.
        ("sms", "personal", False, False, False, set()),
        ("flyer", "personal", False, False, False, set()),
        ("group", "personal", False, False, True, {"personal_in_public"}),
        # Said to everybody: fine everywhere.
        ("sms", "general", True, False, False, set()),
        ("group", "general", True, False, False, set()),
        ("broadcast", "general", True, False, False, set()),
        ("flyer", "general", True, False, False, set()),
    ],
)
def test_where_a_text_about_a_policy_may_go(
    channel: str,
    announce: Any,
    sensitive: bool,
    private: bool,
    general_exists: bool,
    expected: set[str],
) -> None:
    given = draft(
        PERSONAL, channel, announce=announce, sensitive=sensitive, private=private, general_exists=general_exists
    )  # fmt: skip
    assert codes(given) & RULES == expected


@pytest.mark.parametrize("channel", ["sms", "call", "flyer"])
def test_a_name_in_a_general_text_of_a_sensitive_policy_would_go_to_everybody(channel: str) -> None:
    given = draft("{{ name }}您好。" + PERSONAL, channel, sensitive=True)
    assert codes(given) & {*RULES, "name_in_general"} == {"name_in_general"}
    assert stops(lint(given))


def test_a_name_has_no_place_where_everybody_reads_and_may_stand_elsewhere() -> None:
    assert "name_in_general" not in codes(draft("{{ name }}您好。", "sms"))
    assert "name_in_general" not in codes(draft("{{ name }}您好。", "visit", sensitive=True))
    assert "name_in_public" in codes(draft("{{ name }}您好。", "group"))


def test_a_condition_on_the_number_stops_nothing_and_names_what_the_rule_reads() -> None:
    given = draft(
        PERSONAL, "sms", announce="personal", sensitive=True, circumstances=("低保对象", "特困人员")
    )
    (finding,) = [one for one in lint(given) if one.code == "messages.disclosure_confirmed"]
    assert not stops([finding])
    assert "低保对象、特困人员" in finding.message()
    income = draft(PERSONAL, "sms", announce="personal", sensitive=True)
    assert any(
        "收入" in one.message()
        for one in lint(income)
        if one.code == "messages.disclosure_confirmed"
    )


@pytest.mark.parametrize("channel", ["sms", "group", "broadcast", "call", "flyer"])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("您家是低保家庭。", True),
        ("您是重度残疾人。", True),
        ("您家有残疾人。", True),
        ("您被认定为特困人员，请来办。", True),
        ("你家孩子是孤儿。", True),
        ("您属于监测户。", True),
        ("您的低保金到了。", True),
        ("您家里有精神病人。", True),
        ("您享受的五保待遇不变。", True),
        # A condition, a question, or said of nobody.
        ("如果您家有残疾人，请来问。", False),
        ("您家有没有残疾人？", False),
        ("您家有残疾人吗？", False),
        ("低保、特困家庭另有照顾。", False),
        ("持证残疾人可以申请。", False),
        ("独居老人请互相转告。", False),
        ("您好，低保家庭可以来问。", False),
        ("您好：残疾人可以来办。", False),
        ("请您转告身边的残疾人。", False),
        ("您村里的低保户由村里代办。", False),
        # Everybody is in these.
        ("您的大病保险不用另外交钱。", False),
        # Open circumstances are no secret.
        ("您是退役军人。", False),
        ("您家孩子在幼儿园。", False),
    ],
)
def test_a_circumstance_is_never_said_of_the_reader(channel: str, words: str, told: bool) -> None:
    found = [one for one in lint(draft(words, channel)) if one.code == "messages.disclosure"]
    assert bool(found) is told
    for one in found:
        assert words[one.start : one.end] == one.params["word"]
        assert one.line == 1


def test_face_to_face_or_sealed_it_may_be_said() -> None:
    assert "disclosure" not in codes(draft("您家是低保家庭。", "visit"))
    assert "disclosure" not in codes(draft("您家是低保家庭。", "flyer", private=True))


@pytest.mark.parametrize("word", [one.zh for one in vocabulary.CIRCUMSTANCES if one.sensitive])
def test_every_sensitive_circumstance_of_the_vocabulary_is_known_to_the_rule(word: str) -> None:
    assert "disclosure" in codes(draft(f"您是{word}。", "sms"))


@pytest.mark.parametrize(
    "word",
    [one.zh for one in vocabulary.CIRCUMSTANCES if not one.sensitive and "困难" not in one.zh],
)
def test_an_open_circumstance_may_be_said(word: str) -> None:
    assert "disclosure" not in codes(draft(f"您是{word}。", "sms"))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("身份证110101199003078515已登记。", "identity_data"),
        ("打到6222 0212 3456 7890 123卡上。", "identity_data"),
        ("您家孩子今年2岁了。", "child_data"),
        ("您的女儿2024年3月5日出生，请来办。", "child_data"),
        ("请回复银行卡号和姓名。", "asks_secret"),
        ("把验证码发给我们。", "asks_secret"),
        ("家有3岁以下孩子的，请看看。", None),
        ("您家有3岁以下孩子吗？", None),
        ("如果您家孩子满2岁，请来问。", None),
        ("您家孩子3岁以前都能申请。", None),
        ("不要把验证码发给任何人。", None),
        ("我不会问您的银行卡号、密码和验证码。", None),
        ("带身份证和银行卡。", None),
        ("在网上填写身份证号，输入手机收到的验证码。", None),
        ("请把卡号报给工作人员。", "asks_secret"),
        ("电话0571-12345678。", None),
        ("2026年12月31日前办。", None),
    ],
)
def test_data_of_one_person(words: str, code: str | None) -> None:
    found = codes(draft(words, "sms")) & {"identity_data", "child_data", "asks_secret"}
    assert found == ({code} if code else set())


def test_an_identity_number_is_not_repeated_in_the_remark() -> None:
    (finding,) = [
        one
        for one in lint(draft("身份证110101199003078515。", "sms"))
        if one.code == "messages.identity_data"
    ]
    assert "110101199003078515" not in finding.message()
    assert (finding.start, finding.end) == (3, 21)
