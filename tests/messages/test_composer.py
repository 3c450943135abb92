"""The composer that preview and sending share: which text somebody gets, in which characters, and what it says."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.messages import conversion, render
from outreach.messages.composer import Composer, Manner
from outreach.messages.conversion import configuration, convert
from outreach.messages.schemas import Composed, Request, Text
from outreach.policies.schemas import LocalFacts, PolicyView
from segments.parse import parse_rule
from segments.rules import Rule
from tests.town import COUNTY, EAST, WEST

UNTIL = date(2027, 2, 28)


def text(place: str, body: str, key: int = 0, **more: Any) -> Text:
    channel, language, policy = place.split("/")
    values = {
        "id": key or abs(hash(place)), "policy": policy, "channel": channel, "language": language, "form": channel,
        "announce": "general", "version": 1, "title": "", "body": body, "hash": "", "needs_review": False,
        "follow_up": False, "notes": "", "reviewed_by": "", **more,
    }  # fmt: skip
    return Text(**values)


def policy(
    ref: str,
    *locals_: LocalFacts,
    valid_to: date | None = None,
    rule: Rule | None = None,
    **facts: Any,
) -> PolicyView:
    said = {"plain_name": ref, "official_name": f"关于{ref}", "where": "镇上", **facts}
    return PolicyView(1, ref, "live", 1, 1, "", said, rule or Rule(), None, valid_to, "", locals_)


def composer(*texts: Text, policies: Any = (), **more: Any) -> Composer:
    listed = policies or (policy("a"), policy("b"))
    return Composer(texts, listed, office="政务办", valid_until=UNTIL, **more)


def one(made: Composer, request: Request, channel: str = "sms") -> str | None:
    (composed,) = made.compose(channel, [request])
    return None if composed is None else composed.text


# -- which text ------------------------------------------------------------------------------------------

TEXTS = (
    text("sms/zh-Hans/a", "普{{ policy.plain_name }}"),
    text("sms/yue-Hans/a", "粤{{ policy.plain_name }}"),
    text("sms/zh-Hans/bundle", "合{% for p in policies %}{{ p.plain_name }}{% endfor %}"),
    text("broadcast/zh-Hans/a", "普播"),
    text("broadcast/yue-Hans/a", "粤播"),
    text("sms/zh-Hans/unread", "草稿", needs_review=True),
)


@pytest.mark.parametrize(
    ("channel", "language", "refs", "dialects", "expected"),
    [
        ("sms", "zh-Hans", ("a",), False, "普a"),
        ("sms", "yue-Hans", ("a",), False, "普a"),
        ("sms", "yue-Hans", ("a",), True, "粤a"),
        ("sms", "zh-Hans", ("a", "b"), False, "合ab"),
        ("sms", "yue-Hans", ("b", "a"), True, "合ba"),
        ("broadcast", "yue-Hans", ("a",), False, "粤播"),
        ("sms", "zh-Hans", ("b",), False, None),
        ("group", "zh-Hans", ("a",), False, None),
        ("sms", "zh-Hans", ("unread",), False, None),
    ],
    ids=[
        "the common language", "written dialect is off", "written dialect is on", "several policies",
        "the bundle has no dialect", "spoken scripts need no switch", "a policy without a text", "a channel without one",
        "a draft that nobody has read",
    ],
)  # fmt: skip
def test_which_text_somebody_gets(
    channel: str, language: str, refs: tuple[str, ...], dialects: bool, expected: str | None
) -> None:
    made = composer(*TEXTS, manner=Manner(written_dialects=dialects))
    assert one(made, Request(language, refs, COUNTY), channel) == expected


def test_what_a_text_may_say() -> None:
    body = (
        "{{ signature }}{{ village }}{{ name }}:{{ policy.where }}/{{ policy.bring }}/{{ policy.amount_text }}/"
        "{{ policy.valid_until }}/{{ phone }}/{{ policy.phone }}/{{ opt_out }}"
    )
    facts: dict[str, Any] = {
        "amount": {"text": "3600元"},
        "documents": [{"name": "户口簿", "who": "applicant"}, {"name": "缴费记录", "who": "data-sharing"}, {"name": "照片"}],
        "phone": "8001",
    }  # fmt: skip
    local = LocalFacts(EAST, {}, {"where": "东村村委会"})
    made = composer(
        text("sms/zh-Hans/a", body),
        policies=(policy("a", local, valid_to=date(2026, 12, 31), **facts),),
        phone="12345",
        opt_out="退订回T",
    )
    there = one(made, Request("zh-Hans", ("a",), EAST, "东村", "张三"))
    assert there == (
        "【政务办】东村张三:东村村委会/户口簿、照片/3600元/2026年12月31日/12345/8001/退订回T"
    )
    elsewhere = one(made, Request("zh-Hans", ("a",), WEST))
    assert elsewhere == "【政务办】:镇上/户口簿、照片/3600元/2026年12月31日/12345/8001/退订回T"


def test_a_text_holds_until_its_own_end_or_the_policys() -> None:
    body = "{{ policy.valid_until }}"
    for valid_to, said in (
        (None, "2027年2月28日"),
        (date(2028, 1, 1), "2027年2月28日"),
        (date(2026, 12, 5), "2026年12月5日"),
    ):
        made = composer(text("sms/zh-Hans/a", body), policies=(policy("a", valid_to=valid_to),))
        assert one(made, Request("zh-Hans", ("a",), COUNTY)) == said


REQUESTS = st.builds(
    Request,
    language=st.sampled_from(("zh-Hans", "yue-Hans", "zh-Hans-x-sichuan", "")),
    policies=st.sampled_from((("a",), ("b",), ("a", "b"))),
    region=st.sampled_from((EAST, WEST, COUNTY)),
    village=st.sampled_from(("", "东村", "{{ 7 * 7 }}", "#let")),
    name=st.sampled_from(("", "张三", "{% raw %}", "𠮷野")),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(REQUESTS, max_size=12))
def test_many_at_once_are_as_one_by_one(requests: list[Request]) -> None:
    greeting = text("sms/yue-Hans/a", "{{ village }}{{ name }}{{ policy.where }}")
    local = LocalFacts(EAST, {}, {"where": "东村"})
    made = composer(
        *TEXTS,
        greeting,
        policies=(policy("a", local), policy("b")),
        manner=Manner(written_dialects=True),
    )
    together = made.compose("sms", requests)
    assert together == [made.compose("sms", [request])[0] for request in requests]
    for request, composed in zip(requests, together, strict=True):
        if composed is not None and composed.text and "{" in request.village + request.name:
            assert "49" not in composed.text


# -- to everybody, or to a person ----------------------------------------------------------------------

DIBAO = parse_rule({"all": [{"field": "circumstances", "op": "has", "value": "income.dibao"}]})
BOTH_WAYS = (
    text("sms/zh-Hans/a", "大家a"),
    text("sms/zh-Hans/a", "您a", 1, announce="personal"),
    text("sms/zh-Hans/poor", "大家poor"),
    text("sms/zh-Hans/poor", "您poor", 2, announce="personal"),
    text("sms/zh-Hans/bundle", "大家几项"),
    text("sms/zh-Hans/bundle", "您几项", 3, announce="personal"),
    text("sms/zh-Hans/b", "您b", 4, announce="personal"),
    text("visit/zh-Hans/poor", "大家poor"),
    text("visit/zh-Hans/poor", "您poor", 5, announce="personal"),
    text("group/zh-Hans/a", "您a", 6, announce="personal"),
    text("broadcast/zh-Hans/poor", "您poor", 7, announce="personal"),
)
TOLD = (policy("a"), policy("b"), policy("poor", rule=DIBAO))


@pytest.mark.parametrize(
    ("refs", "certain", "private", "to_people", "expected"),
    [
        (("a",), True, False, True, "您a"),
        (("a",), False, False, True, "大家a"),
        (("a",), False, True, True, "大家a"),
        (("a",), True, True, False, "大家a"),
        (("poor",), True, True, True, "您poor"),
        (("poor",), True, False, True, "大家poor"),
        (("poor",), False, True, True, "大家poor"),
        (("a", "poor"), True, True, True, "您几项"),
        (("a", "poor"), True, False, True, "大家几项"),
        (("a", "b"), True, False, True, "您几项"),
        (("b",), True, False, True, "您b"),
        (("b",), False, False, True, None),
        (("b",), True, True, False, None),
    ],
    ids=[
        "certain", "not certain", "private alone is not certain", "the campaign speaks to everybody",
        "sensitive and private", "sensitive where others may read", "sensitive, private, not certain",
        "several with a sensitive one, private", "several with a sensitive one, others may read",
        "several, none sensitive", "only a personal text, certain", "only a personal text, not certain",
        "only a personal text in a general campaign",
    ],
)  # fmt: skip
def test_whether_a_text_speaks_to_a_person(
    refs: tuple[str, ...], certain: bool, private: bool, to_people: bool, expected: str | None
) -> None:
    made = composer(*BOTH_WAYS, policies=TOLD, manner=Manner(personal=to_people))
    request = Request("zh-Hans", refs, COUNTY, certain=certain, private=private)
    assert one(made, request) == expected


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(("sms", "visit", "group", "broadcast")), st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from((("a",), ("b",), ("poor",), ("a", "poor"))), st.sampled_from(("zh-Hans", "yue-Hans", "bo")),
)  # fmt: skip
def test_nobody_else_ever_reads_that_a_sensitive_policy_fits_somebody(
    channel: str,
    certain: bool,
    private: bool,
    to_people: bool,
    refs: tuple[str, ...],
    language: str,
) -> None:
    made = composer(*BOTH_WAYS, policies=TOLD, manner=Manner(personal=to_people))
    request = Request(language, refs, COUNTY, certain=certain, private=private)
    chosen = made.choose(channel, request)
    if chosen is not None and chosen.announce == "personal":
        assert to_people
        assert certain
        assert private or "poor" not in refs
        assert channel not in ("group", "broadcast")


def test_a_list_that_a_village_fills_in_makes_the_policy_sensitive_in_the_county_of_that_village() -> (
    None
):
    open_list = parse_rule(
        {"all": [{"field": "circumstances", "op": "has_any", "value": {"param": "groups"}}]}
    )
    here = LocalFacts(EAST, {"groups": ["income.dibao"]}, {})
    told = (policy("a", here, rule=open_list),)
    asked = Request("zh-Hans", ("a",), WEST, certain=True)
    made = composer(*BOTH_WAYS, policies=told, manner=Manner(personal=True, region=COUNTY))
    assert one(made, asked) == "大家a"


def test_ones_own_language_comes_before_being_spoken_to() -> None:
    made = composer(
        *BOTH_WAYS,
        text("sms/bo/a", "藏a", 11),
        text("sms/yue-Hans/a", "粤a", 12),
        text("sms/yue-Hans/a", "粤您a", 13, announce="personal"),
        policies=TOLD,
        manner=Manner(personal=True, written_dialects=True),
    )

    def asked(language: str, *, certain: bool = True) -> str | None:
        return one(made, Request(language, ("a",), COUNTY, certain=certain))

    assert asked("bo") == "藏a"
    assert asked("yue-Hans") == "粤您a"
    assert asked("yue-Hans", certain=False) == "粤a"
    assert asked("zh-Hans-x-henan") == "您a"


# -- a form -------------------------------------------------------------------------------------------


def test_a_form_is_never_replaced_by_another() -> None:
    made = composer(
        text("sms/zh-Hans/a", "短信"), text("sms/zh-Hans/a", "更正", 21, form="correction"), text("sms/zh-Hans/b", "短信b")
    )  # fmt: skip
    asked = [Request("zh-Hans", ("a",), COUNTY), Request("zh-Hans", ("b",), COUNTY)]
    corrected = made.compose("sms", asked, "correction")
    assert [None if each is None else each.text for each in corrected] == ["更正", None]
    assert one(made, asked[0]) == "短信"


# -- traditional characters -----------------------------------------------------------------------------

HOME = "{{ signature }}{{ village }}{{ name }}：{% if policy.where == '镇上' %}到镇上的窗口里办{% endif %}，{{ policy.plain_name }}，干部会说。{{ opt_out }}"  # fmt: skip


def in_hong_kong(region: str = "zh-Hant-HK", **more: Any) -> Composed | None:
    made = composer(
        text("sms/zh-Hans/a", HOME),
        policies=(policy("a", plain_name="养老补贴"),),
        manner=Manner(**{"written_dialects": True, **more}),
    )
    (composed,) = made.compose("sms", [Request(region, ("a",), COUNTY, "多福里", "范云")])
    return composed


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-Hant-HK", "到鎮上的窗口裏辦，養老補貼，幹部會説。"),
        ("zh-Hant-TW", "到鎮上的窗口裡辦，養老補貼，幹部會說。"),
        ("zh-Hant", "到鎮上的窗口裏辦，養老補貼，幹部會說。"),
        ("yue-Hant-MO", "到鎮上的窗口裏辦，養老補貼，幹部會説。"),
    ],
)
def test_characters_are_changed_and_names_are_not(language: str, said: str) -> None:
    """A condition is asked about the fact as it is; a village, a person and a signature keep their characters."""
    composed = in_hong_kong(language)
    assert composed is not None
    assert composed.text == f"【政务办】多福里范云：{said}拒收请回复R"
    assert composed.converted_from == "zh-Hans"
    assert composed.language.startswith("zh-Hant")


def test_traditional_characters_need_the_switch_as_any_other_written_variety() -> None:
    composed = in_hong_kong(written_dialects=False)
    assert composed is not None
    assert (composed.language, composed.converted_from) == ("zh-Hans", "")
    assert "办" in composed.text


@pytest.mark.parametrize(
    ("language", "dialects", "said", "tag", "origin"),
    [
        ("yue-Hant-HK", False, "粤语说", "yue-Hans", ""),
        ("yue-Hant-HK", True, "粵語説", "yue-Hant-HK", "yue-Hans"),
        ("zh-Hant-TW", False, "普通话说", "zh-Hans", ""),
        ("nan-Hant-TW", False, "闽南语说", "nan-Hans", "nan-Hant"),
    ],
    ids=[
        "dialect without a switch",
        "with the switch",
        "the common language",
        "only written in the other script",
    ],
)
@pytest.mark.parametrize("channel", ["broadcast", "visit", "call"])
def test_a_script_is_read_by_the_office_and_keeps_its_characters(
    channel: str, language: str, dialects: bool, said: str, tag: str, origin: str
) -> None:
    made = composer(
        text(f"{channel}/zh-Hans/a", "普通话说", 1), text(f"{channel}/yue-Hans/a", "粤语说", 2),
        text(f"{channel}/nan-Hant/a", "閩南語說", 3), manner=Manner(written_dialects=dialects),
    )  # fmt: skip
    (composed,) = made.compose(channel, [Request(language, ("a",), COUNTY)])
    assert composed is not None
    assert (composed.text, composed.language, composed.converted_from) == (said, tag, origin)


def test_a_text_written_in_traditional_characters_serves_who_reads_simplified_ones() -> None:
    made = composer(text("sms/zh-Hant-TW/a", "幹部會說"))
    assert made.compose("sms", [Request("zh-Hans", ("a",), COUNTY)]) == [
        Composed("干部会说", abs(hash("sms/zh-Hant-TW/a")), "zh-Hans", "zh-Hant-TW")
    ]


@pytest.mark.parametrize(
    ("source", "target", "table"),
    [
        ("zh-Hans", "zh-Hant", "s2t"),
        ("zh-Hans", "zh-Hant-HK", "s2hk"),
        ("yue-Hans", "yue-Hant-MO", "s2hk"),
        ("zh-Hans-CN", "zh-Hant-TW", "s2tw"),
        ("nan-Hans-x-teochew", "nan-Hant-x-teochew", "s2t"),
        ("zh-Hant", "zh-Hans", "t2s"),
        ("yue-Hant-HK", "yue-Hans", "hk2s"),
        ("zh-Hant-TW", "zh-Hans-CN", "tw2s"),
    ],
)
def test_the_table_follows_the_region_of_the_traditional_side(
    source: str, target: str, table: str
) -> None:
    assert configuration(source, target) == table


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("干部里程", "幹部里程"),
        ("发票和头发", "發票和頭髮"),
        ("皇后在后面", "皇后在後面"),
        ("3600元，拨12345", "3600元，撥12345"),
        ("用软件、看网络视频", "用軟件、看網絡視頻"),
        ("支付宝搜“育儿补贴”", "支付寶搜“育兒補貼”"),
    ],
)
def test_the_script_changes_and_the_words_do_not(simplified: str, traditional: str) -> None:
    assert convert(simplified, "zh-Hans", "zh-Hant") == traditional


HAN = st.sampled_from("里后发干云范镇办说养补贴家")
NAME = st.text(HAN, min_size=1, max_size=4)
BODIES = st.lists(
    st.one_of(
        st.sampled_from(("{{ name }}", "{{ village }}", "{{ signature }}", "{{ policy.phone }}", "{{ policy.where }}")),
        st.text(st.one_of(HAN, st.sampled_from("a1，。\n 元")), max_size=6),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(BODIES, NAME, NAME, st.sampled_from(("zh-Hant", "zh-Hant-HK", "zh-Hant-TW")))
def test_no_placeholder_is_damaged(body: list[str], name: str, village: str, language: str) -> None:
    """What stood for a name holds that very name, and the rest is the same text in other characters."""
    source = "".join(body)
    if not source.strip():
        return
    made = composer(text("sms/zh-Hans/a", source), manner=Manner(written_dialects=True))
    (plain,) = made.compose("sms", [Request("zh-Hans", ("a",), COUNTY, village, name)])
    (changed,) = made.compose("sms", [Request(language, ("a",), COUNTY, village, name)])
    assert plain is not None
    assert changed is not None
    for used, value in (("{{ name }}", name), ("{{ village }}", village)):
        assert changed.text.count(value) >= body.count(used)
    assert len(changed.text) == len(plain.text)
    assert re.sub(r"[^\x00-\x7f]", "字", changed.text) == re.sub(r"[^\x00-\x7f]", "字", plain.text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(NAME, NAME, st.sampled_from(("zh-Hant", "zh-Hant-HK", "zh-Hans"))), max_size=8)
)  # fmt: skip
def test_changed_texts_for_many_at_once_are_as_one_by_one(
    readers: list[tuple[str, str, str]],
) -> None:
    made = composer(
        text("sms/zh-Hans/a", "{% if village == '里' %}里{% else %}{{ name }}{% endif %}说里面"),
        manner=Manner(written_dialects=True),
    )
    asked = [
        Request(language, ("a",), COUNTY, village, name) for name, village, language in readers
    ]
    assert made.compose("sms", asked) == [made.compose("sms", [each])[0] for each in asked]


# -- once for many ---------------------------------------------------------------------------------------


def test_a_text_is_compiled_once_and_written_once_for_equal_facts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """4,000 people in two villages and two scripts: one compilation for each version, one writing for each set of
    facts, one change of characters for each distinct text."""
    written: list[str] = []
    changed: list[str] = []
    write, table = render._write, conversion._table

    def counted(template: Any, context: Any) -> str:
        written.append(context["village"])
        return write(template, context)

    class Table:
        def __init__(self, name: str) -> None:
            self.name = name

        def convert(self, said: str) -> str:
            changed.append(said)
            return str(table(self.name).convert(said))

    monkeypatch.setattr(render, "_write", counted)
    monkeypatch.setattr(conversion, "_table", Table)
    render._compiled.cache_clear()
    conversion._convert.cache_clear()
    made = composer(
        text("sms/zh-Hans/a", "{{ village }}：{{ policy.plain_name }}，会说", 31),
        text("sms/bo/a", "{{ policy.plain_name }}", 32),
        manner=Manner(written_dialects=True),
    )
    asked = [
        Request(language, ("a",), region, village, f"人{number}")
        for number in range(1_000)
        for language, region, village in (
            ("zh-Hans", EAST, "东村"), ("zh-Hant", EAST, "东村"), ("zh-Hans-x-henan", WEST, "西村"), ("bo", WEST, "西村"),
        )
    ]  # fmt: skip
    texts = {each.text for each in made.compose("sms", asked) if each is not None}
    assert texts == {"东村：a，会说", "东村：a，會說", "西村：a，会说", "a"}
    assert render._compiled.cache_info().misses == 2
    assert sorted(written) == ["东村", "东村", "西村", "西村"]
    assert changed == ["", "：a，会说"]
    made.compose("sms", asked)
    assert render._compiled.cache_info().misses == 2
    assert len(changed) == 2


def test_facts_of_a_policy_are_put_into_words_once_for_a_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from outreach.messages import facts

    asked_at: list[str] = []
    words = facts.policy_words

    def counted(view: PolicyView, region: str, until: date) -> dict[str, object]:
        asked_at.append(region)
        return words(view, region, until)

    monkeypatch.setattr(facts, "policy_words", counted)
    made = composer(*TEXTS)
    made.compose("sms", [Request("zh-Hans", ("a",), place) for place in (EAST, WEST, EAST)] * 50)
    assert sorted(asked_at) == [EAST, WEST]
