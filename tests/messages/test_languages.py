"""Which text a person gets: the chain, and what it is called."""

from __future__ import annotations

import csv
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid
from outreach.messages import languages
from outreach.messages.language_names import LANGUAGES
from outreach.messages.languages import DEFAULT, Choice, chain, choose, normalise
from outreach.people.languages import dialects

TAGS = [
    "zh-Hans", "zh-Hant", "zh-Hans-CN", "zh-Hans-x-sichuan", "zh-Hans-CN-x-sichuan", "yue-Hans", "yue-Hant-HK",
    "nan-Hans-x-teochew", "wuu-Hans-x-shanghai", "hak-Hans", "gan-Hans", "hsn-Hans", "cjy-Hans",
    "bo", "ug", "mn-Mong", "mn-Cyrl", "za", "ii", "ko", "kk-Arab", "ky-Arab", "en", "yue-Hant", "zh-Hant-TW",
    "nan-Hant-TW", "lis-Lisu", "lis-Latn", "khb-Talu", "adx",
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
        ("mn", "mn-Mong"),
        ("mn-MN", "mn-Cyrl-MN"),
        ("kk", "kk-Arab"),
        ("kk-KZ", "kk-Cyrl-KZ"),
        ("ky", "ky-Arab"),
        ("lis", "lis-Lisu"),
        ("lis-latn", "lis-Latn"),
        ("khb", "khb-Talu"),
        ("adx-Tibt", "adx"),
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


HONG_KONG = "zh-Hant-HK zh-Hant zh-Hant-HK<zh-Hans-HK zh-Hant-HK<zh-Hans zh-Hans"
COMMON = "zh-Hans zh-Hans<zh-Hant zh-Hans<zh-Hant-HK zh-Hans<zh-Hant-MO zh-Hans<zh-Hant-TW"


def other_script(variety: str) -> str:
    """A variety's own text, then those in traditional characters, then the common language by its chain."""
    own = f"{variety}-Hans"
    changed = (f"{own}<{variety}-Hant{region}" for region in ("", "-HK", "-MO", "-TW"))
    return " ".join([own, *changed, COMMON])


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("zh-Hans", COMMON),
        ("zh-HK", HONG_KONG),
        ("yue-Hant-HK", f"yue-Hant-HK yue-Hant yue-Hant-HK<yue-Hans-HK yue-Hant-HK<yue-Hans {HONG_KONG}"),
        ("yue-Hant", "yue-Hant yue-Hant<yue-Hans zh-Hant zh-Hant<zh-Hans zh-Hans"),
        *((variety, other_script(variety)) for variety in ("yue", "nan", "wuu", "hak", "gan", "hsn", "cjy", "cdo")),
        *((variety, other_script(variety)) for variety in ("cpx", "mnp", "czo", "czh", "cnp", "csp", "hnm")),
        ("nan-Latn", "nan-Latn zh-Latn zh-Hans"),
        ("bo-CN", "bo-CN bo"),
        ("adx-Tibt", "adx bo"),
        ("khg", "khg bo"),
        ("ug", "ug"),
        ("mn-Mong-CN", "mn-Mong-CN mn-Mong"),
        ("mn-Cyrl", "mn-Cyrl"),
        ("mvf-Mong", "mvf-Mong mn-Mong"),
        ("za", "za"),
        ("zyb-Latn", "zyb-Latn za"),
        ("ii", "ii"),
        ("ko", "ko"),
        ("kk-Arab", "kk-Arab"),
        ("kk-Arab-CN", "kk-Arab-CN kk-Arab"),
        ("ky-Arab", "ky-Arab"),
        ("khb-Talu", "khb-Talu"),
        ("tdd-Tale", "tdd-Tale"),
        ("lis-Lisu", "lis-Lisu"),
        ("lis-Latn", "lis-Latn"),
        *((tag, tag) for tag in ("pcc", "hea", "cqd", "hmd", "kmc", "doc", "bca", "nxq", "hni", "lhu", "wbm", "kac")),
        *((tag, tag) for tag in ("sjo-Mong", "swi", "tji", "sce", "slr", "ium", "en")),
    ],
)  # fmt: skip
def test_the_chain_is_written_out(tag: str, expected: str) -> None:
    assert " ".join(map(str, chain(tag))) == expected


@pytest.mark.parametrize(
    ("tag", "first"),
    [
        ("zh-Hans-x-sichuan", "zh-Hans-x-sichuan zh-Hans"),
        ("cmn-Hans-CN-x-sichuan", "zh-Hans-CN-x-sichuan zh-Hans-x-sichuan zh-Hans-CN zh-Hans"),
        ("nan-Hans-x-teochew", "nan-Hans-x-teochew nan-Hans nan-Hans-x-teochew<nan-Hant-x-teochew"),
        ("wuu-Hans-x-wenzhou", "wuu-Hans-x-wenzhou wuu-Hans"),
        ("yue-Hans-CN", "yue-Hans-CN yue-Hans"),
    ],
)
def test_a_local_variety_comes_before_what_it_belongs_to(tag: str, first: str) -> None:
    links = list(map(str, chain(tag)))
    assert links[: len(first.split())] == first.split()
    assert DEFAULT in links


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
        ("yue-Hant-HK", ["yue-Hans"], True, Choice("yue-Hans", False, False, "yue-Hant-HK")),
        ("yue-Hant-HK", ["yue-Hans", "zh-Hans"], False, Choice("zh-Hans", False, False)),
        ("zh-HK", ["zh-Hans"], True, Choice("zh-Hans", False, False, "zh-Hant-HK")),
        ("zh-HK", ["zh-Hans"], False, Choice("zh-Hans", False, False)),
        (
            "zh-Hant-TW",
            ["zh-Hans", "zh-Hant-HK"],
            True,
            Choice("zh-Hans", False, False, "zh-Hant-TW"),
        ),
        (
            "nan-Hant-TW",
            ["nan-Hans", "zh-Hant"],
            True,
            Choice("nan-Hans", False, False, "nan-Hant-TW"),
        ),
        ("nan-Hans-x-teochew", ["nan-Hans", "zh-Hans"], True, Choice("nan-Hans", False, False)),
        ("yue-Hans", ["yue-Hant-HK"], True, Choice("yue-Hant-HK", False, False, "yue-Hans")),
        ("yue-Hans", ["zh-Hant"], False, Choice("zh-Hant", False, False, "zh-Hans")),
        ("zh-Hans", ["zh-Hant-TW"], False, Choice("zh-Hant-TW", False, False, "zh-Hans")),
        ("kk-Arab", ["zh-Hans", "kk-Cyrl", "ug"], True, Choice(None, False, True)),
        ("lis-Lisu", ["lis-Latn", "zh-Hans"], True, Choice(None, False, True)),
        ("lis", ["lis-Lisu"], True, Choice("lis-Lisu", True, False)),
        ("khb-Talu", ["tdd-Tale", "zh-Hans"], True, Choice(None, False, True)),
        ("mn-Mong-CN", ["mn-Cyrl", "mn-Mong"], False, Choice("mn-Mong", False, False)),
        ("adx-Tibt", ["bo", "zh-Hans"], False, Choice("bo", False, False)),
        (
            "wuu-Hans-x-wenzhou",
            ["wuu-Hans-x-shanghai", "zh-Hans"],
            True,
            Choice("zh-Hans", False, False),
        ),
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
    got = choice.converted or choice.variant_tag
    families = {normalise(one).split("-")[0] for one in (tag, got, choice.variant_tag)}
    assert len(families - {"adx", "bo"}) <= 1 or families <= languages.CHINESE
    if choice.converted:  # only Chinese, and only between simplified and traditional characters
        assert families <= languages.CHINESE
        assert {"Hans", "Hant"} == {
            one.split("-")[1] for one in (got, normalise(choice.variant_tag))
        }
    assert dialects or not languages.needs_switch(got)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(TAGS))
def test_a_chain_begins_with_the_tag_holds_no_tag_twice_and_is_in_one_spelling(tag: str) -> None:
    links = chain(tag)
    assert links[0].tag == normalise(tag)
    assert len(set(links)) == len(links)
    tags = [one for link in links for one in (link.tag, link.source) if one]
    assert [normalise(each) for each in tags] == tags
    if not languages.falls_back(tag):
        assert not any(each.startswith("zh") for each in tags)


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
        ("khb-Talu", "傣语（西双版纳）"),
        ("zh-HK", "普通话（繁体字）"),
        ("zh-Hans-x-wuhan", "普通话（wuhan）"),
        ("mn-Cyrl", "蒙古语（西里尔字母）"),
        ("lis-Latn", "傈僳语（拉丁字母）"),
        ("nan-Latn", "闽南话（拉丁字母）"),
        ("qaa", "qaa"),
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


@pytest.mark.parametrize(
    "tag",
    [
        "zh-Hans", "cmn-Hans-CN", "cmn-Hans-CN-x-sichuan", "cmn-Hans-CN-x-henan", "cmn-Hans-CN-x-shaanxi",
        "cmn-Hans-CN-x-dongbei", "cmn-Hans-CN-x-shandong", "cjy-Hans", "yue-Hans-CN", "yue-Hant", "nan-Hans",
        "nan-Hans-x-teochew", "cdo", "cpx", "mnp", "czo", "wuu-Hans-x-shanghai", "wuu-Hans-x-suzhou",
        "wuu-Hans-x-wenzhou", "hak-Hans", "gan", "hsn", "czh", "csp", "cnp", "hnm", "luh", "sjc", "bo-Tibt", "adx",
        "khg", "ug-Arab", "mn-Mong", "mvf-Mong", "kk-Arab", "ky-Arab", "za-Latn", "ko-CN", "ko-Kore", "ii-Yiii",
        "khb-Talu", "tdd-Tale", "pcc", "hea", "cqd", "hmd", "kmc", "doc", "bca", "nxq", "hni", "lis-Lisu", "lhu",
        "wbm", "kac", "sjo-Mong", "swi", "tji", "sce", "slr", "ium", "zh-Hant-TW", "zh-Hant-HK", "nan-Hant", "hak-Hant",
    ],
)  # fmt: skip
def test_every_language_spoken_in_the_country_has_a_chinese_name(tag: str) -> None:
    said = languages.name(tag)
    assert said != normalise(tag)
    assert said.isascii() is False
    assert not set("abcdefghijklmnopqrstuvwxyz") & set(said)


def test_whatever_the_register_says_is_spoken_somewhere_has_a_name_and_a_chain() -> None:
    """The table of places and the words of a list make tags that this module reads."""
    spoken = {*dialects().values(), *people_tags()}
    assert len(spoken) > 30
    for tag in spoken:
        assert languages.name(tag) != normalise(tag), tag
        assert chain(tag)


def people_tags() -> set[str]:
    """Every tag that a word in a list can become."""
    text = resources.files("outreach.people").joinpath("languages.csv").read_text("utf-8")
    return {row["tag"] for row in csv.DictReader(text.splitlines())}


def test_names_differ_so_that_a_list_of_gaps_can_be_acted_upon() -> None:
    names = [languages.name(tag) for tag in LANGUAGES]
    assert len(names) == len(set(names))


def test_a_record_that_names_no_language_is_one_gap_and_stops_nobody() -> None:
    assert choose("说不清", ["zh-Hans"]) == Choice(None, exact=False, gap=True)
    assert choose("?", ["zh-Hans"], spoken=True) == Choice(None, exact=False, gap=True)
    assert languages.name("说不清") == "说不清"
    assert not languages.falls_back("说不清")
