"""The spoken scripts in eleven varieties: which there are, that they say the same as the common text, and that
nobody hears one before a person who speaks the variety has signed it.

What a machine can see of a dialect is little: that its everyday words are there, that no neighbour's have slipped in,
that it is no half-translated common text. Whether people talk like that, a reader decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from typing import Any

import pytest

from outreach.messages import languages, service
from outreach.messages.composer import Composer
from outreach.messages.lint import lint
from outreach.messages.schemas import SPOKEN, Request
from outreach.messages.spoken import stretches
from outreach.messages.syntax import variables_used
from outreach.messages.variants import VariantFile, read_catalogue
from outreach.people.languages import dialects
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.store import Store
from segments.parse import parse_rule
from tests.messages.sample_facts import context
from tests.messages.test_shipped_texts import BY_PLACE, VARIANTS, draft, starter_context
from tests.town import COUNTY, TODAY

CHANNELS = ("broadcast", "visit", "call")
POLICIES = ("childcare-2025", "elder-80", "resident-medical")

MARKS: Mapping[str, tuple[int, str, str]] = {
    "yue-Hans": (6, "嘅 唔 系 喺 屋企 几多 几时 边个 佢 细路 老人家 而家 冇 嚟", "嘅 唔 喺 屋企 细路 边个 攞 嚟 睇"),
    "zh-Hans-x-sichuan": (5, "屋头 娃儿 好多 好久 咋个 啥子 莫 哪个 哈 要得", "屋头 娃儿 咋个 啥子 醒豁 没得 不消"),
    "nan-Hans": (6, "厝 囝仔 代志 偌济 按怎 底时 毋 袂 予 汝 拢 免 阁", "厝 囝 代志 偌 底时 袂 汝 拢 伫 佮 阁"),
    "hak-Hans": (6, "屋下 细人 个 毋 涯 系 几多 几时 样般 做得 抑系 爱 今下", "屋下 细人 涯 样般 脉个 瞒人 今下 抑系 吂"),
    "wuu-Hans-x-shanghai": (6, "屋里向 小囡 个 勿 侬 搿 几化 辰光 哪能 事体 啥人 侪", "屋里向 小囡 勿 侬 搿 几化 辰光 事体 侪 呒"),
    "hsn-Hans": (5, "屋里 伢子 咯 哒 冇 么子 何什 好多 莫 要得 喊做", "伢子 咯 哒 么子 何什 娭毑"),
    "gan-Hans": (5, "屋里 崽 个 箇 哩 冇 啷样 几多 几时 下子 莫", "崽 箇 啷样 什哩 下子"),
    "cjy-Hans": (4, "娃娃 甚 哩 哇 咱 咋 闹 不敢", "甚 哇 闹不 闹手机 叨啦 不敢信"),
    "zh-Hans-x-dongbei": (4, "咋 啥 整 老人家 事儿 名儿 唠 咱 搁 上", "整 唠 搁哪儿 瞅 撂 信不着"),
    "zh-Hans-x-henan": (5, "中 咋 恁 俺 啥 事儿 名儿 老人家 小孩儿", "恁 俺 就中 也中 小孩儿"),
    "zh-Hans-x-shaanxi": (3, "碎娃 乡党 咧 咋 啥 甭 屋里 旁的", "碎娃 乡党 甭 哪达 旁的"),
}  # fmt: skip
"""Variety → (how many at least, everyday words of it, those among its words that no other of the eleven has)."""

FOREIGN: Mapping[str, str] = {
    "yue-Hans": "的 是 不 什么 怎么 没 孩子",
    "zh-Hans-x-sichuan": "什么 怎么 多少 孩子 没有",
    "nan-Hans": "不 什么 怎么 没 多少 孩子 和",
    "hak-Hans": "的 是 不 什么 怎么 没 我 孩子",
    "wuu-Hans-x-shanghai": "的 不 什么 怎么 没有 孩子 多少",
    "hsn-Hans": "什么 怎么 没 多少 孩子 了",
    "gan-Hans": "的 什么 怎么 没 多少 孩子 了",
    "cjy-Hans": "什么 怎么 孩子",
    "zh-Hans-x-dongbei": "什么 怎么",
    "zh-Hans-x-henan": "什么 怎么 孩子",
    "zh-Hans-x-shaanxi": "什么 怎么 孩子",
}
"""Words of the common language that a variety says otherwise: where they stand, something was not put over."""

FLOOR = {
    **dict.fromkeys(MARKS, 0.18),
    "yue-Hans": 0.33, "nan-Hans": 0.33, "hak-Hans": 0.33, "wuu-Hans-x-shanghai": 0.25, "gan-Hans": 0.25,
}  # fmt: skip
"""The least share of its characters in which a script differs from the common one. Northern speech differs least."""

TEXTS = [v for v in VARIANTS if v.channel in SPOKEN and v.language in MARKS]

every_script = pytest.mark.parametrize("variant", TEXTS, ids=lambda one: str(one.place))
every_variety = pytest.mark.parametrize("language", MARKS)


def common(variant: VariantFile) -> VariantFile:
    return BY_PLACE[f"{variant.channel}/zh-Hans/{variant.policy}"]


def asides(source: str) -> list[str]:
    return [one.text for one in stretches(source) if not one.aloud]


def aloud(source: str) -> str:
    """What the writer wrote to be said: without facts, asides and marks."""
    said = "".join(one.text for one in stretches(source) if one.aloud)
    return re.sub(r"\{\{.*?\}\}|\W", "", said)


def words(listed: str, variant: VariantFile) -> set[str]:
    return {word for word in listed.split() if word in aloud(variant.source)}


# -- which there are -----------------------------------------------------------------------------------------


@every_variety
@pytest.mark.parametrize("policy", POLICIES)
def test_a_variety_has_the_script_for_every_way_of_speaking(language: str, policy: str) -> None:
    wanted = {f"{channel}/{language}/{policy}" for channel in CHANNELS}
    assert wanted <= BY_PLACE.keys()


def test_what_is_written_stays_in_the_common_language_save_where_a_county_asked() -> None:
    written = {str(v.place) for v in VARIANTS if v.language in MARKS and v.channel not in SPOKEN}
    asked = ("yue-Hans", "zh-Hans-x-sichuan")
    assert written == {f"{way}/{tag}/childcare-2025" for way in ("sms", "group") for tag in asked}


@every_variety
def test_a_variety_is_called_by_a_name_and_spoken_somewhere(language: str) -> None:
    assert languages.normalise(language) == language
    assert re.search("[A-Za-z]", languages.name(language)) is None
    assert language in {languages.normalise(tag) for tag in dialects().values()}


@every_script
def test_the_title_says_for_whom(variant: VariantFile) -> None:
    assert read_catalogue().languages[variant.language] in variant.title
    assert variant.title.startswith(common(variant).title)


# -- a draft that says that it is one ------------------------------------------------------------------------


@every_script
def test_a_draft_is_honest_about_itself(variant: VariantFile) -> None:
    assert variant.needs_review
    assert variant.reviewed_by == ""
    assert re.search(r"草稿，.*也没有请母语者看过", variant.notes)
    assert "会讲当地话的人审读签名后才能用" in variant.notes
    assert common(variant).notes in variant.notes


@every_script
def test_a_draft_asks_its_reader_about_words_that_stand_in_it(variant: VariantFile) -> None:
    doubts = re.search(r"没有把握的：(.*?)。", variant.notes)
    assert doubts
    asked = doubts[1].split("；")
    assert len(asked) >= 2
    for doubt in asked:
        named = re.findall("“(.+?)”", doubt)
        in_it = [all(part in variant.source for part in word.split("…")) for word in named]
        assert any(in_it), doubt


# -- the same, said otherwise ----------------------------------------------------------------------------------


@every_script
def test_a_script_says_all_that_the_common_one_says(variant: VariantFile) -> None:
    assert variables_used(variant.source) == variables_used(common(variant).source)
    figures = [re.findall(r"\d+", aloud(one.source)) for one in (variant, common(variant))]
    assert set(figures[0]) == set(figures[1])


@every_script
def test_stage_directions_are_those_of_the_common_text_so_that_every_helper_reads_them(
    variant: VariantFile,
) -> None:
    assert asides(variant.source) == asides(common(variant).source)


@every_script
def test_a_script_is_really_another_one(variant: VariantFile) -> None:
    ours, theirs = aloud(variant.source), aloud(common(variant).source)
    same = SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()
    differs = 1 - sum(block.size for block in same) / len(ours)
    assert differs >= FLOOR[variant.language]


@every_script
def test_a_script_speaks_in_everyday_words_of_its_variety(variant: VariantFile) -> None:
    least, everyday, _ = MARKS[variant.language]
    assert len(words(everyday, variant)) >= least


@every_script
def test_no_neighbours_words_have_slipped_in(variant: VariantFile) -> None:
    others = {
        word
        for language, (_, _, own) in MARKS.items()
        if language != variant.language
        for word in words(own, variant)
    }
    assert others == set()


@every_variety
def test_a_varietys_own_words_are_used(language: str) -> None:
    """A word in the table that no script has would guard nothing."""
    of_it = [v for v in TEXTS if v.language == language]
    for listed in MARKS[language][1:]:
        assert set(listed.split()) == set().union(*(words(listed, v) for v in of_it))


@every_script
def test_nothing_is_left_half_translated(variant: VariantFile) -> None:
    assert words(FOREIGN[variant.language], variant) == set()


@every_script
def test_a_child_or_an_elder_has_no_belittling_name(variant: VariantFile) -> None:
    rude = "老头子 老太婆 老不死 老东西 老家伙 小崽子 兔崽子 小鬼 细鬼 死 瞎 聋 傻 笨"
    assert words(rude, variant) == set()


@pytest.mark.parametrize(
    "facts_of", [context, starter_context], ids=["sample facts", "starter facts"]
)
@every_script
def test_unsigned_only_the_signature_is_missing(
    variant: VariantFile, facts_of: Callable[[str], dict[str, Any]]
) -> None:
    """Signed there is no fault at all, which the tests of all shipped texts see; unsigned nothing may be approved."""
    unsigned = draft(variant, facts_of(variant.policy))
    found = lint(type(unsigned)(**{**vars(unsigned), "reviewed_by": ""}))
    assert [(one.code, one.severity) for one in found] == [("messages.no_reviewer", "error")]


# -- who hears it --------------------------------------------------------------------------------------------------


@cache
def known_policies() -> tuple[PolicyView, ...]:
    documents = {
        path.stem: policies.read_file(path)
        for path in policies.starter_catalogue()
        if path.stem in POLICIES
    }
    return tuple(
        PolicyView(number, ref, "live", number, 1, "", told, parse_rule(told["rule"]), None, None, "")
        for number, (ref, told) in enumerate(documents.items(), 1)
    )  # fmt: skip


def heard(composer: Composer) -> dict[str, str]:
    """Place → the language in which somebody who speaks the place's variety hears the policy."""
    result = {}
    for variant in TEXTS:
        request = Request(variant.language, (variant.policy,), COUNTY, village="清泉村")
        chosen = composer.choose(variant.channel, request)
        assert chosen is not None
        result[str(variant.place)] = chosen.language
    return result


def test_a_script_is_chosen_when_its_reader_has_signed_and_never_before(store: Store) -> None:
    def composer() -> Composer:
        texts = service.newest(connection, POLICIES)
        return Composer(texts, known_policies(), office="政务办", valid_until=date(2026, 12, 31))

    with store.begin() as connection:
        service.load_files(connection)
        assert set(heard(composer()).values()) == {"zh-Hans"}
        first, *others = (variant.place for variant in TEXTS)
        service.review(connection, first, "阿珍", TODAY)
        only = {place for place, tag in heard(composer()).items() if tag != "zh-Hans"}
        assert only == {str(first)}
        for place in others:
            service.review(connection, place, "阿珍", TODAY)
        signed = composer()
        assert heard(signed) == {str(one.place): one.language for one in TEXTS}
        asked = Request("hak-Hans", ("elder-80",), COUNTY)
        (said,) = signed.compose("broadcast", [asked])
        assert said is not None
        assert "屋下" in said.text
        assert "正式个名喊做高龄津贴" in said.text


@pytest.mark.parametrize(
    ("spoken", "hears"),
    [
        ("cmn-Hans-CN-x-sichuan", "zh-Hans-x-sichuan"),
        ("yue-Hans-CN", "yue-Hans"),
        ("nan", "nan-Hans"),
        ("wuu-Hans-x-wenzhou", "zh-Hans"),
        ("wuu-Hans", "zh-Hans"),
        ("zh-Hans-x-shandong", "zh-Hans"),
    ],
    ids=["a long tag", "a tag with its country", "a code alone", "no Shanghai words in Wenzhou",
         "none in Ningbo either", "a variety without scripts"],
)  # fmt: skip
def test_who_hears_which_script(spoken: str, hears: str) -> None:
    choice = languages.choose(spoken, ["zh-Hans", *MARKS], written_dialects=True)
    assert choice.variant_tag == hears
