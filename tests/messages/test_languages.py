from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid
from outreach.messages import languages
from outreach.messages.languages import Choice, chain, choose, normalise

TAGS = [
    "zh-Hans", "zh-Hant", "zh-Hans-CN", "zh-Hans-x-sichuan", "zh-Hans-CN-x-sichuan", "yue-Hans", "yue-Hant-HK",
    "nan-Hans-x-teochew", "wuu-Hans-x-shanghai", "hak-Hans", "gan-Hans", "hsn-Hans", "cjy-Hans",
    "bo", "ug", "mn-Mong", "mn-Cyrl", "za", "ii", "ko", "kk-Arab", "ky-Arab", "en",
]  # fmt: skip


@pytest.mark.parametrize(
    ("given_tag", "expected"),
    [
        ("zh-Hans", "zh-Hans"),
        ("ZH_hans", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans-CN"),
        ("zh-HK", "zh-Hant-HK"),
        ("cmn", "zh-Hans"),
        ("cmn-Hans-CN-x-Sichuan", "zh-Hans-CN-x-sichuan"),
        ("zh-yue", "yue-Hans"),
        ("zh-cmn-Hant", "zh-Hant"),
        ("yue-hant-hk", "yue-Hant-HK"),
        ("cjy", "cjy-Hans"),
        ("bo-Tibt-CN", "bo-CN"),
        ("ug-Arab", "ug"),
        ("mn-mong", "mn-Mong"),
        ("kk-arab-cn", "kk-Arab-CN"),
        ("nan-Latn", "nan-Latn"),
        (" ko-CN ", "ko-CN"),
    ],
)
def test_a_tag_gets_its_one_spelling(given_tag: str, expected: str) -> None:
    assert normalise(given_tag) == expected


@pytest.mark.parametrize(
    "bad", ["", "普通话", "z", "zh-", "zh--Hans", "zh-Hans-x", "chinese mandarin", "zh-Hans;DROP"]
)
def test_what_is_no_tag_is_named_with_examples(bad: str) -> None:
    with pytest.raises(Invalid) as problem:
        normalise(bad)
    assert (problem.value.code, problem.value.params) == ("messages.language_tag", {"tag": bad})


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("zh-Hans", ("zh-Hans",)),
        ("zh-Hans-x-sichuan", ("zh-Hans-x-sichuan", "zh-Hans")),
        (
            "cmn-Hans-CN-x-sichuan",
            ("zh-Hans-CN-x-sichuan", "zh-Hans-x-sichuan", "zh-Hans-CN", "zh-Hans"),
        ),
        ("yue-Hans-CN", ("yue-Hans-CN", "yue-Hans", "zh-Hans-CN", "zh-Hans")),
        ("yue-Hant-HK", ("yue-Hant-HK", "yue-Hant", "zh-Hant-HK", "zh-Hant", "zh-Hans")),
        ("nan-Hans-x-teochew", ("nan-Hans-x-teochew", "nan-Hans", "zh-Hans")),
        ("hak", ("hak-Hans", "zh-Hans")),
        ("bo-CN", ("bo-CN", "bo")),
        ("ug", ("ug",)),
        ("mn-Mong-CN", ("mn-Mong-CN", "mn-Mong")),
        ("za", ("za",)),
        ("ii", ("ii",)),
        ("ko", ("ko",)),
        ("kk-Arab", ("kk-Arab",)),
    ],
)
def test_the_chain_is_written_out(tag: str, expected: tuple[str, ...]) -> None:
    assert chain(tag) == expected


SHIPPED = ["zh-Hans", "zh-Hans-x-sichuan", "yue-Hans"]


@pytest.mark.parametrize(
    ("tag", "available", "dialects", "expected"),
    [
        ("zh-Hans", SHIPPED, True, Choice("zh-Hans", True, False)),
        ("zh-Hans-CN", SHIPPED, False, Choice("zh-Hans", True, False)),
        ("yue-Hans-CN", SHIPPED, True, Choice("yue-Hans", True, False)),
        ("yue-Hans", SHIPPED, False, Choice("zh-Hans", False, False)),
        ("cmn-Hans-CN-x-sichuan", SHIPPED, True, Choice("zh-Hans-x-sichuan", True, False)),
        (
            "zh-Hans-x-sichuan",
            ["zh-Hans-CN-x-sichuan"],
            True,
            Choice("zh-Hans-CN-x-sichuan", True, False),
        ),
        ("zh-Hans-x-sichuan", SHIPPED, False, Choice("zh-Hans", False, False)),
        ("zh-Hans-x-henan", SHIPPED, True, Choice("zh-Hans", False, False)),
        ("hak-Hans", SHIPPED, True, Choice("zh-Hans", False, False)),
        ("yue-Hant-HK", ["zh-Hans", "zh-Hant"], True, Choice("zh-Hant", False, False)),
        ("yue-Hant-HK", ["zh-Hans", "zh-Hant"], False, Choice("zh-Hans", False, False)),
        ("bo-CN", SHIPPED, True, Choice(None, False, True)),
        ("bo-Tibt-CN", [*SHIPPED, "bo"], False, Choice("bo", False, False)),
        ("mn-Mong", ["zh-Hans", "mn-Cyrl"], True, Choice(None, False, True)),
        ("ug", ["ug"], False, Choice("ug", True, False)),
        ("", SHIPPED, False, Choice("zh-Hans", True, False)),
        ("yue-Hans", [], True, Choice(None, False, True)),
    ],
)
def test_somebody_gets_the_best_text_there_is(
    tag: str, available: list[str], dialects: bool, expected: Choice
) -> None:
    assert choose(tag, available, written_dialects=dialects) == expected


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(TAGS), st.lists(st.sampled_from(TAGS), unique=True), st.booleans())
def test_a_choice_is_available_and_in_the_chain_or_it_is_a_gap(
    tag: str, available: list[str], dialects: bool
) -> None:
    choice = choose(tag, available, written_dialects=dialects)
    assert choice.gap == (choice.variant_tag is None)
    if choice.variant_tag is None:
        assert not choice.exact
        return
    assert choice.variant_tag in available
    family = normalise(choice.variant_tag).split("-")[0]
    assert (
        family == normalise(tag).split("-")[0]
        or {family, normalise(tag).split("-")[0]} <= languages.CHINESE
    )
    assert dialects or not languages.needs_switch(choice.variant_tag)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(TAGS))
def test_a_chain_begins_with_the_tag_holds_no_tag_twice_and_is_in_one_spelling(tag: str) -> None:
    tags = chain(tag)
    assert tags[0] == normalise(tag)
    assert len(set(tags)) == len(tags)
    assert [normalise(each) for each in tags] == list(tags)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("zh-Hans", "普通话"),
        ("zh-Hans-x-sichuan", "四川话"),
        ("cmn-Hans-CN-x-sichuan", "四川话"),
        ("yue-Hans", "粤语"),
        ("yue-Hant-HK", "粤语（繁体字）"),
        ("nan-Hans-x-teochew", "潮汕话"),
        ("ug", "维吾尔语"),
        ("mn-Mong-CN", "蒙古语"),
        ("khb-Talu", "khb-Talu"),
    ],
)
def test_pages_say_the_language_in_chinese(tag: str, expected: str) -> None:
    assert languages.name(tag) == expected


@pytest.mark.parametrize(
    ("tag", "switch", "reviewer"),
    [
        ("zh-Hans", False, False),
        ("zh-Hans-CN", False, False),
        ("zh-Hant", True, False),
        ("zh-Hans-x-sichuan", True, True),
        ("yue-Hans", True, True),
        ("bo", False, True),
        ("ko-CN", False, True),
    ],
)
def test_who_needs_the_switch_and_who_a_reviewer(tag: str, switch: bool, reviewer: bool) -> None:
    assert languages.needs_switch(tag) is switch
    assert languages.needs_reviewer(tag) is reviewer
