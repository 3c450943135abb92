"""Who gets which text, and where the gaps are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.messages.composer import Composer, Manner
from outreach.messages.coverage import Coverage, Share, StepAsked, cover
from outreach.messages.remarks import remarks
from outreach.messages.schemas import Request, Text
from outreach.policies.schemas import PolicyView
from outreach.wording import catalogue
from segments.parse import parse_rule
from segments.rules import Rule

DIBAO = parse_rule({"all": [{"field": "circumstances", "op": "has", "value": "income.dibao"}]})
CHANNELS = ("sms", "group", "broadcast", "visit", "call", "flyer")


def text(place: str, **more: Any) -> Text:
    channel, language, policy = place.split("/")
    values = {
        "id": abs(hash((place, *more))), "policy": policy, "channel": channel, "language": language, "form": channel,
        "announce": "general", "version": 1, "title": "", "body": place, "hash": "", "needs_review": False,
        "follow_up": False, "notes": "", "reviewed_by": "", **more,
    }  # fmt: skip
    return Text(**values)


def policy(ref: str, rule: Rule | None = None) -> PolicyView:
    return PolicyView(1, ref, "live", 1, 1, "", {"plain_name": ref}, rule or Rule(), None, None, "")


POLICIES = (policy("a"), policy("b"), policy("poor", DIBAO))
TEXTS = (
    text("sms/zh-Hans/a"),
    text("sms/zh-Hans/bundle"),
    text("sms/yue-Hans/a", needs_review=True, reviewed_by="梁老师"),
    text("sms/zh-Hans/poor"),
    text("sms/zh-Hans/poor", announce="personal"),
    text("sms/bo/a", needs_review=True),
    text("sms/hak-Hans/a", needs_review=True),
    text("broadcast/zh-Hans/a"),
    text("broadcast/zh-Hans-x-sichuan/a", needs_review=True),
    text("flyer/ug/a", needs_review=True, reviewed_by="阿依古丽"),
    text("flyer/ko/a", needs_review=True),
    text("broadcast/zh-Hans/a", form="rhyme"),
)


def composer(**manner: Any) -> Composer:
    return Composer(
        TEXTS, POLICIES, office="政务办", valid_until=date(2027, 2, 28), manner=Manner(**manner)
    )


def asked(channel: str, *requests: Request, form: str = "", number: int = 1) -> StepAsked:
    return StepAsked(number, channel, form, [(request, 3) for request in requests])


def one(channel: str, request: Request, form: str = "", **manner: Any) -> Share:
    """The only share of a step that one kind of reader asks for."""
    (step,) = cover(composer(**manner), [asked(channel, request, form=form)]).steps
    (share,) = step.shares
    assert (step.readers, share.count) == (3, 3)
    return share


def reader(language: str, *refs: str, **more: Any) -> Request:
    return Request(language, refs or ("a",), "", **more)


@pytest.mark.parametrize(
    ("channel", "language", "dialects", "answer", "given", "place"),
    [
        ("sms", "zh-Hans", False, "exact", "zh-Hans", "sms/zh-Hans/a"),
        ("sms", "", False, "exact", "zh-Hans", "sms/zh-Hans/a"),
        ("sms", "zh-Hans-x-henan", False, "fallback", "zh-Hans", "sms/zh-Hans/a"),
        ("sms", "yue-Hans", False, "fallback", "zh-Hans", "sms/zh-Hans/a"),
        ("sms", "yue-Hans", True, "exact", "yue-Hans", "sms/yue-Hans/a"),
        ("sms", "yue-Hans-CN", True, "exact", "yue-Hans", "sms/yue-Hans/a"),
        ("sms", "yue-Hant-HK", True, "converted", "yue-Hant-HK", "sms/yue-Hans/a"),
        ("sms", "zh-Hant-TW", True, "converted", "zh-Hant-TW", "sms/zh-Hans/a"),
        ("sms", "zh-Hant-TW", False, "fallback", "zh-Hans", "sms/zh-Hans/a"),
        ("sms", "ug-Arab", True, "gap", "", ""),
        ("sms", "bo-Tibt", False, "gap", "", ""),
        ("group", "zh-Hans", False, "gap", "", ""),
        ("broadcast", "zh-Hant-TW", False, "exact", "zh-Hans", "broadcast/zh-Hans/a"),
        ("broadcast", "zh-Hant-TW", True, "converted", "zh-Hant-TW", "broadcast/zh-Hans/a"),
        ("broadcast", "zh-Hans-x-sichuan", False, "fallback", "zh-Hans", "broadcast/zh-Hans/a"),
        ("flyer", "zh-Hans", False, "sheet", "zh-Hans", ""),
        ("flyer", "yue-Hans", False, "sheet", "zh-Hans", ""),
        ("flyer", "ug", False, "bilingual", "ug", "flyer/ug/a"),
        ("flyer", "ko", False, "gap", "", ""),
        ("flyer", "kk-Arab", True, "gap", "", ""),
    ],
)
def test_what_a_reader_gets(
    channel: str, language: str, dialects: bool, answer: str, given: str, place: str
) -> None:
    share = one(channel, reader(language), written_dialects=dialects)
    assert (share.answer, share.given, share.text) == (answer, given, place)


def test_a_text_that_nobody_has_read_is_named() -> None:
    assert one("sms", reader("bo")).waiting == "sms/bo/a"
    spoken = one("broadcast", reader("zh-Hans-x-sichuan"))
    assert (spoken.answer, spoken.waiting) == ("fallback", "broadcast/zh-Hans-x-sichuan/a")
    assert one("flyer", reader("ko")).waiting == "flyer/ko/a"


def test_the_switch_for_written_dialect_says_what_it_holds_back() -> None:
    assert one("sms", reader("yue-Hans")).switched_off == "sms/yue-Hans/a"
    assert one("sms", reader("yue-Hant-HK")).switched_off == "sms/yue-Hans/a"
    assert one("sms", reader("yue-Hans"), written_dialects=True).switched_off == ""
    assert one("sms", reader("zh-Hans-x-henan")).switched_off == ""
    assert one("broadcast", reader("zh-Hans-x-sichuan")).switched_off == ""
    assert one("broadcast", reader("zh-Hant-TW")).switched_off == ""
    assert one("flyer", reader("yue-Hans")).switched_off == ""
    assert not one("sms", reader("yue-Hans")).switched_off_unread
    assert one("sms", reader("hak-Hans")).switched_off_unread


@pytest.mark.parametrize(
    ("certain", "private", "personal", "kept_back"),
    [
        (True, True, True, ""),
        (True, False, False, "not_private"),
        (False, True, False, "uncertain"),
    ],
)
def test_a_personal_text_that_gives_way_says_why(
    certain: bool, private: bool, personal: bool, kept_back: str
) -> None:
    request = reader("zh-Hans", "poor", certain=certain, private=private)
    share = one("sms", request, personal=True)
    assert (share.personal, share.kept_back) == (personal, kept_back)
    assert one("sms", request).kept_back == ""  # the campaign speaks to everybody


def test_several_policies_need_the_text_for_several() -> None:
    assert one("sms", reader("zh-Hans", "a", "b")).text == "sms/zh-Hans/bundle"
    assert one("sms", reader("bo", "a", "b")).policy == "bundle"


def test_a_sheet_is_looked_at_policy_by_policy() -> None:
    (step,) = cover(composer(), [asked("flyer", reader("ug", "a", "b"))]).steps
    assert step.readers == 3
    assert {(share.policy, share.answer) for share in step.shares} == {
        ("a", "bilingual"),
        ("b", "gap"),
    }
    assert step.gaps == 3


def test_a_form_is_asked_for_by_its_name() -> None:
    assert one("broadcast", reader("zh-Hans"), "rhyme").answer == "exact"
    assert one("broadcast", reader("zh-Hans", "b"), "rhyme").answer == "gap"
    assert (
        one("flyer", reader("zh-Hans"), "letter").answer == "gap"
    )  # a letter is a text, not facts


def test_a_bilingual_sheet_of_another_step_closes_a_gap() -> None:
    both = [asked("sms", reader("ug"), reader("kk-Arab")), asked("flyer", reader("ug"), number=2)]
    sms, _ = cover(composer(), both).steps
    assert {(share.language, share.answer, share.step) for share in sms.shares} == {
        ("ug", "bilingual", 2), ("kk-Arab", "gap", 0)
    }  # fmt: skip
    several = [asked("sms", reader("ug", "a", "b")), asked("flyer", reader("ug"), number=2)]
    assert cover(composer(), several).steps[0].gaps == 3


def test_readers_who_get_the_same_are_one_share_and_gaps_come_first() -> None:
    step = StepAsked(
        1, "sms", "", [(reader("zh-Hans"), 900), (reader("ug"), 312), (reader("zh-Hans", certain=True), 7), (reader("ug-Arab"), 1)]
    )  # fmt: skip
    (found,) = cover(composer(), [step]).steps
    assert [(share.language, share.count) for share in found.shares] == [
        ("ug", 313),
        ("zh-Hans", 907),
    ]
    assert (found.readers, found.gaps) == (1220, 313)


def test_a_gap_says_channel_language_how_many_and_what_to_do() -> None:
    report = cover(composer(), [asked("sms", reader("ug"), reader("bo"), number=2)])
    first = remarks(report)[0]
    assert (first.gap, first.code) == (True, "coverage.gap")
    said = first.message()
    assert (
        remarks(cover(composer(), [asked("group", reader("hak"))]))[0].params["place"]
        == "group/zh-Hans/a"
    )
    for word in ("第 2 步", "短信", "3 人", "藏语", "templates/sms/bo/a.j2", "审读", "双语"):
        assert word in said
    assert "templates/sms/bo/a.j2" in first.message("en")
    waiting = next(remark for remark in remarks(report) if remark.code == "coverage.waiting")
    assert "sms/bo/a" in waiting.message()


EVERY = [
    asked("sms", reader("yue-Hans"), reader("bo"), reader("zh-Hant-HK"), number=1),
    asked("flyer", reader("ug"), reader("ko"), number=2),
    asked("group", reader("ug"), reader("zh-Hans"), number=3),
    asked("visit", reader("bo"), number=5),
    asked("sms", reader("hak-Hans"), number=6),
    asked("sms", reader("zh-Hans", "poor", certain=True), reader("zh-Hans", "poor", private=True), number=4),
]  # fmt: skip


def test_what_holds_for_several_languages_is_said_once() -> None:
    step = asked(
        "sms", *(reader(tag, "poor", private=True) for tag in ("zh-Hans", "zh-Hans-x-henan", "cjy-Hans"))
    )  # fmt: skip
    (remark,) = remarks(cover(composer(personal=True), [step]))
    assert (remark.code, remark.params["count"]) == ("coverage.kept_back.uncertain", 9)
    assert "9 人（晋语、河南话、普通话）" in remark.message()


def test_every_remark_has_words_for_all_that_it_names() -> None:
    found = {
        remark.code: remark
        for manner in ({"personal": True}, {"personal": True, "written_dialects": True})
        for remark in remarks(cover(composer(**manner), EVERY))
    }
    worded = {code for code in catalogue() if code.startswith("coverage.")}
    assert set(found) == {
        code for code in worded if code.split(".")[1] not in ("channel", "unit", "answer")
    }
    for remark in found.values():
        for said in (remark.message(), remark.message("en")):
            assert "{" not in said
            assert "coverage." not in said


def test_what_is_kept_with_the_signature_is_the_report() -> None:
    report = cover(composer(personal=True), EVERY)
    kept = Coverage.from_dict(report.as_dict())
    assert kept.as_dict() == report.as_dict()
    assert remarks(kept) == remarks(report)


LANGUAGES = (
    "zh-Hans",
    "yue-Hans",
    "yue-Hant-HK",
    "zh-Hant",
    "zh-Hans-x-sichuan",
    "ug",
    "bo",
    "ko",
    "kk-Arab",
    "",
)
REQUESTS = st.builds(
    Request,
    language=st.sampled_from(LANGUAGES),
    policies=st.sampled_from((("a",), ("b",), ("poor",), ("a", "b"))),
    region=st.just(""),
    certain=st.booleans(),
    private=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(CHANNELS[:-1]),
    st.lists(st.tuples(REQUESTS, st.integers(1, 50)), max_size=10),
    st.booleans(),
    st.booleans(),
)
def test_the_report_says_what_the_composer_does(
    channel: str, counted: list[tuple[Request, int]], dialects: bool, personal: bool
) -> None:
    """Everybody is in exactly one share, and a gap is whoever the composer has nothing for."""
    made = composer(written_dialects=dialects, personal=personal)
    (step,) = cover(made, [StepAsked(1, channel, "", counted)]).steps
    assert sum(share.count for share in step.shares) == step.readers
    texts = made.compose(channel, [request for request, _ in counted])
    empty = sum(count for (_, count), said in zip(counted, texts, strict=True) if said is None)
    assert step.gaps == empty
    changed = sum(
        count for (_, count), said in zip(counted, texts, strict=True) if said and said.converted_from
    )  # fmt: skip
    assert changed == sum(share.count for share in step.shares if share.answer == "converted")
