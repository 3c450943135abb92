"""A draft knows what its policy's rule reads, and is tried with facts as they really come."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from outreach.messages.drafts import draft_of
from outreach.messages.lint import Draft, lint
from outreach.messages.schemas import Text
from outreach.messages.variants import VariantFile
from outreach.policies import service as policies
from outreach.policies.schemas import LocalFacts, PolicyView
from segments.parse import parse_rule

AROUND: dict[str, Any] = {
    "office": "示范县卫健局", "phone": "0000-1234567", "opt_out": "拒收请回复R", "valid_until": date(2026, 12, 31),
}  # fmt: skip


def view(ref: str, **more: Any) -> PolicyView:
    (document,) = [
        policies.read_file(path) for path in policies.starter_catalogue() if path.stem == ref
    ]
    return PolicyView(
        1, ref, "live", 1, 1, "", document, parse_rule(document["rule"]), None, None, "", **more
    )


def personal(
    ref: str, source: str = "{{ policy.plain_name }}", channel: str = "sms"
) -> VariantFile:
    return VariantFile(channel, "zh-Hans", ref, channel, "题", source, announce="personal")


def draft(file: VariantFile | Text, policy: PolicyView | None, **more: Any) -> Draft:
    return draft_of(file, policy, **{**AROUND, **more})


@pytest.mark.parametrize(
    ("ref", "sensitive", "named"),
    [
        ("childcare-2025", False, ""),
        ("elder-80", False, ""),
        ("dis-care", True, "重度残疾人"),
        ("tekun", True, ""),
        ("dibao", True, ""),
        ("orphan", True, "孤儿"),
    ],
)
def test_a_text_is_as_sensitive_as_the_rule_of_its_policy(
    ref: str, sensitive: bool, named: str
) -> None:
    made = draft(personal(ref), view(ref))
    assert made.sensitive is sensitive
    assert not named or named in made.circumstances
    warned = "messages.disclosure_confirmed" in {one.code for one in lint(made)}
    assert warned is sensitive


def test_without_a_general_text_beside_it_a_sensitive_personal_text_stops() -> None:
    found = lint(draft(personal("dis-care"), view("dis-care"), general_exists=False))
    (one,) = [one for one in found if one.code == "messages.disclosure_no_general"]
    assert one.severity == "error"
    assert "重度残疾人" in one.message()


def test_facts_of_the_region_are_the_examples() -> None:
    local = LocalFacts(
        "110101", {}, {"phone": "0000-7654321", "where": "清泉镇便民中心"}, "张某", date(2026, 1, 1)
    )
    made = draft(personal("dis-care"), view("dis-care", locals=(local,)), region="110101")
    policy: Any = made.examples[0]["policy"]
    assert (policy["phone"], policy["where"]) == ("0000-7654321", "清泉镇便民中心")
    assert policy["valid_until"] == "2026年12月31日"


def test_the_examples_are_an_ordinary_reader_the_longest_names_and_one_without_a_village() -> None:
    usual, long, bare = draft(personal("dis-care"), view("dis-care")).examples
    assert len(str(long["village"])) > len(str(usual["village"]))
    assert len(str(long["name"])) > len(str(usual["name"]))
    assert bare["village"] == ""
    gap = lint(draft(personal("dis-care", "您好：{{ village }}，请听。"), view("dis-care")))
    assert any(one.code == "messages.gap_in_text" and one.example == 2 for one in gap)


def test_a_bundle_is_about_several_and_as_sensitive_as_the_most_sensitive() -> None:
    file = VariantFile("sms", "zh-Hans", "bundle", "sms", "题", "{{ policies|length }}")
    several = draft(file, None, others=[view("elder-80"), view("dis-care")])
    assert several.sensitive
    listed: Any = several.examples[0]["policies"]
    assert [one["ref"] for one in listed] == ["elder-80", "dis-care"]
    assert len(several.examples[2]["policies"]) == 1  # type: ignore[arg-type]
    invented = draft(file, None)
    assert not invented.sensitive
    assert len(invented.examples[0]["policies"]) == 3  # type: ignore[arg-type]


def test_what_the_text_says_of_itself_is_kept() -> None:
    text = Text.of(
        {
            "id": 1, "policy": "phys-65", "channel": "group", "language": "yue-Hans", "form": "rhyme",
            "announce": "general", "version": 2, "title": "题", "body": "正文", "hash": "", "needs_review": True,
            "follow_up": True, "notes": "", "reviewed_by": "陈某",
            **dict.fromkeys(set(Text.__dataclass_fields__) - {
                "id", "policy", "channel", "language", "form", "announce", "version", "title", "body", "hash",
                "needs_review", "follow_up", "notes", "reviewed_by",
            }, ""),
        }
    )  # fmt: skip
    made = draft(text, view("phys-65"), billing="3gpp", providers=("dingtalk",))
    assert (made.source, made.kind, made.follow_up, made.needs_review) == (
        "正文",
        "rhyme",
        True,
        True,
    )
    assert (made.reviewed_by, made.billing, made.providers) == ("陈某", "3gpp", ("dingtalk",))
    assert draft(text, view("phys-65"), reviewed_by="李某").reviewed_by == "李某"
