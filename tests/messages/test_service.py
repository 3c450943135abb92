"""Texts as versions, their reviewers, and the composer that preview and sending share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid, Missing
from outreach.messages import queries, service
from outreach.messages.composer import Composer, Manner
from outreach.messages.schemas import Place, Request, Text
from outreach.policies.schemas import LocalFacts, PolicyView
from outreach.store import Store
from segments.rules import Rule
from tests.town import COUNTY, EAST, TODAY, WEST

UNTIL = date(2027, 2, 28)


def text(place: str, body: str, key: int = 0, **more: Any) -> Text:
    channel, language, policy = place.split("/")
    values = {
        "id": key or abs(hash(place)), "policy": policy, "channel": channel, "language": language, "form": channel,
        "announce": "general", "version": 1, "title": "", "body": body, "hash": "", "needs_review": False,
        "follow_up": False, "notes": "", "reviewed_by": "", **more,
    }  # fmt: skip
    return Text(**values)


def place_of(policy: str, channel: str, language: str) -> Place:
    return Place(policy, channel, language, channel, "general")


def policy(
    ref: str, *locals_: LocalFacts, valid_to: date | None = None, **facts: Any
) -> PolicyView:
    said = {"plain_name": ref, "official_name": f"关于{ref}", "where": "镇上", **facts}
    return PolicyView(1, ref, "live", 1, 1, "", said, Rule(), None, valid_to, "", locals_)


def composer(*texts: Text, policies: Any = (), **more: Any) -> Composer:
    listed = policies or (policy("a"), policy("b"))
    return Composer(texts, listed, office="政务办", valid_until=UNTIL, **more)


def one(made: Composer, request: Request, channel: str = "sms") -> str | None:
    (composed,) = made.compose(channel, [request])
    return None if composed is None else composed.text


# -- versions and reviewers ----------------------------------------------------------------------------


def site(folder: Path, body: str) -> Path:
    path = folder / "sms/zh-Hans/phys-65.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = 'form = "sms"\ntitle = "体检"\nannounce = "general"'
    path.write_text(f"+++\n{head}\n+++\n{body}\n", "utf-8")
    return folder


def test_loading_again_makes_no_version_and_a_change_makes_one(
    store: Store, tmp_path: Path
) -> None:
    with store.begin() as connection:
        everything = service.load_files(connection)
        assert everything == len(service.newest(connection)) > 10
        assert service.load_files(connection) == 0
        assert service.load_files(connection, site(tmp_path, "{{ signature }}去体检")) == 1
        assert service.load_files(connection, tmp_path) == 0
        (changed,) = [
            found
            for found in service.newest(connection, ["phys-65"])
            if (found.channel, found.language) == ("sms", "zh-Hans")
        ]
    assert (changed.version, changed.body) == (2, "{{ signature }}去体检")


def test_a_dialect_is_not_ready_before_a_named_reader_signs(store: Store) -> None:
    with store.begin() as connection:
        service.load_files(connection)
        by_language: dict[str, set[bool]] = {}
        for found in service.newest(connection):
            by_language.setdefault(found.language, set()).add(found.ready)
        assert by_language.pop("zh-Hans") == {True}
        assert set(map(frozenset, by_language.values())) == {frozenset({False})}
        place = place_of("childcare-2025", "sms", "yue-Hans")
        with pytest.raises(Invalid, match="reviewer_needed"):
            service.review(connection, place, " ", TODAY)
        with pytest.raises(Missing, match="no_variant"):
            service.review(
                connection, place_of("childcare-2025", "sms", "nan-Hans"), "审校员", TODAY
            )
        service.review(connection, place, "审校员", TODAY)
        service.review(connection, place, "另一位", TODAY)
        (signed,) = [found for found in service.newest(connection) if found.reviewed_by]
    assert (signed.ready, signed.reviewed_by, signed.language) == (True, "审校员", "yue-Hans")


def test_a_new_version_needs_its_reader_again(store: Store) -> None:
    values = {
        "policy": "a", "channel": "sms", "language": "yue-Hans", "form": "sms", "title": "", "announce": "general",
        "body": "一", "hash": "1", "needs_review": True,
    }  # fmt: skip
    with store.begin() as connection:
        queries.add(connection, {**values, "version": 1})
        service.review(connection, place_of("a", "sms", "yue-Hans"), "审校员", TODAY)
        queries.add(connection, {**values, "version": 2, "body": "二"})
        (newest,) = service.newest(connection, ["a"])
    assert (newest.version, newest.body, newest.ready) == (2, "二", False)


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
        *TEXTS, greeting, policies=(policy("a", local), policy("b")), manner=Manner(written_dialects=True)
    )
    together = made.compose("sms", requests)
    assert together == [made.compose("sms", [request])[0] for request in requests]
    for request, composed in zip(requests, together, strict=True):
        if composed is not None and composed.text and "{" in request.village + request.name:
            assert "49" not in composed.text
