from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from outreach.messages import facts, measure
from outreach.messages.lint import VARIABLES, Draft, lint
from outreach.messages.render import render
from outreach.messages.syntax import check_source, variables_used
from outreach.messages.variants import VariantFile, read_variants
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from segments.parse import parse_rule
from tests.messages.sample_facts import POLICIES, context

VARIANTS = read_variants()


def words_of(ref: str) -> dict[str, object]:
    """The facts of a policy of the starter catalogue in the words that a text gets."""
    (document,) = [
        policies.read_file(path) for path in policies.starter_catalogue() if path.stem == ref
    ]
    rule = parse_rule(document["rule"])
    view = PolicyView(1, ref, "live", 1, 1, "", document, rule, None, None, "")
    return facts.policy_words(view, "", date(2026, 12, 31))


def place(variant: VariantFile) -> str:
    return f"{variant.channel}/{variant.language}/{variant.policy}"


every_text = pytest.mark.parametrize("variant", VARIANTS, ids=place)


def test_three_policies_and_the_bundle_have_their_texts() -> None:
    have = {place(variant) for variant in VARIANTS}
    wanted = {
        f"{channel}/zh-Hans/{policy}"
        for channel in ("sms", "group", "broadcast", "visit")
        for policy in POLICIES
    }
    wanted |= {"sms/zh-Hans/bundle", "group/zh-Hans/bundle", "call/zh-Hans/childcare-2025"}
    wanted |= {
        f"{channel}/{language}/childcare-2025"
        for channel in ("sms", "group", "broadcast")
        for language in ("yue-Hans", "zh-Hans-x-sichuan")
    }
    assert wanted <= have


@every_text
def test_a_shipped_text_claims_no_review_and_a_dialect_asks_for_one(variant: VariantFile) -> None:
    assert variant.reviewed_by == ""
    assert variant.needs_review == (variant.language != "zh-Hans")


@every_text
def test_a_shipped_text_passes_every_check_once_a_reviewer_has_signed(variant: VariantFile) -> None:
    draft = Draft(
        variant.channel,
        variant.language,
        variant.source,
        announce=variant.announce,
        follow_up=variant.follow_up,
        needs_review=variant.needs_review,
        reviewed_by="演示审校",
        examples=(context(variant.policy),),
    )
    assert [finding.message() for finding in lint(draft)] == []


@every_text
def test_a_shipped_text_is_lean_in_what_it_reads(variant: VariantFile) -> None:
    assert check_source(variant.source, VARIABLES) == []
    uses = variables_used(variant.source)
    assert "name" not in uses
    assert any(path.startswith("policies[]") for path in uses) == (variant.policy == "bundle")


@every_text
def test_money_stands_in_the_facts_and_not_in_the_text(variant: VariantFile) -> None:
    assert re.search(r"\d[\d.,]*\s*(元|块|蚊)", variant.source) is None


@every_text
def test_a_shipped_text_fits_its_channel(variant: VariantFile) -> None:
    text = render(variant.source, context(variant.policy))
    if variant.channel == "sms":
        assert measure.count_parts(text) <= 2
        assert text.startswith("【示范县卫健局】")
        assert text.endswith("拒收请回复R")
    if variant.channel == "group":
        assert measure.utf8_bytes(text) <= 2_048
        assert "2026年12月31日" in text
    if variant.channel == "broadcast":
        assert measure.reading_seconds(text) <= 90


def test_a_bundle_numbers_its_policies() -> None:
    (bundle,) = [v for v in VARIANTS if place(v) == "sms/zh-Hans/bundle"]
    lines = render(bundle.source, context()).splitlines()
    assert [line for line in lines if line[:1].isdigit()] == [
        f"{number}.{policy['one_line']}" for number, policy in enumerate(POLICIES.values(), 1)
    ]


def test_there_is_one_text_for_a_place() -> None:
    assert max(Counter(map(place, VARIANTS)).values()) == 1


@every_text
def test_a_shipped_text_holds_with_the_facts_of_the_starter_catalogue(variant: VariantFile) -> None:
    listed = [words_of(ref) for ref in POLICIES]
    ref = variant.policy if variant.policy in POLICIES else "phys-65"
    given = context(policy=words_of(ref), policies=listed)
    draft = Draft(
        variant.channel, variant.language, variant.source, reviewed_by="演示审校", examples=(given,)
    )
    stopping = {"messages.too_many_parts", "messages.questions_open", "messages.no_trust_line"}
    found = [f for f in lint(draft) if f.severity == "error" or f.code in stopping]
    assert [finding.message() for finding in found] == []
