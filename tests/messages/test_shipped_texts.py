"""The texts that come with the program: which there are, and that each could go out as it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest

from outreach import content
from outreach.messages import facts, measure
from outreach.messages.lint import VARIABLES, Draft, lint
from outreach.messages.markup import parse_flyer, parse_letter, parse_qa
from outreach.messages.render import render
from outreach.messages.schemas import SPOKEN
from outreach.messages.syntax import check_source, variables_used
from outreach.messages.variants import VariantFile, read_catalogue, read_variants
from outreach.models.messages import BUNDLE
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from segments.parse import parse_rule
from segments.reading import sensitivity
from tests.messages.sample_facts import BUNDLED, POLICIES, context

Facts = Callable[[str], dict[str, Any]]

VARIANTS = read_variants()
BY_PLACE = {str(variant.place): variant for variant in VARIANTS}

EVERY_CHANNEL = (
    "sms/{}", "group/{}", "broadcast/{}", "visit/{}", "call/{}", "flyer/{}", "flyer/{}.letter", "flyer/{}.qa",
)  # fmt: skip
SPECIAL = (
    "group/{}.rhyme", "broadcast/{}.rhyme", "group/{}.story", "broadcast/{}.story",
    "group/{}.clarification", "broadcast/{}.clarification", "flyer/{}.clarification",
    "sms/{}.correction", "group/{}.correction", "broadcast/{}.correction", "call/{}.correction", "flyer/{}.correction",
)  # fmt: skip
PERSONAL = ("sms/{}.personal", "flyer/{}.letter.personal")

TABLE = {
    **dict.fromkeys(POLICIES, EVERY_CHANNEL),
    "childcare-2025": EVERY_CHANNEL + SPECIAL + PERSONAL,
    "elder-80": EVERY_CHANNEL + SPECIAL + PERSONAL,
    "resident-medical": EVERY_CHANNEL + SPECIAL,
    "resident-pension": EVERY_CHANNEL + PERSONAL,
    "medical-aid": (*EVERY_CHANNEL, "flyer/{}.letter.personal"),
    BUNDLE: (
        "sms/{}", "group/{}", "broadcast/{}", "visit/{}", "call/{}", "flyer/{}.letter",
        "sms/{}.correction", "group/{}.correction",
    ),
}  # fmt: skip
"""Policy → the texts that an office finds when it begins."""


@cache
def rule_of(ref: str) -> tuple[dict[str, object], str]:
    """The facts of a policy of the starter catalogue in the words that a text gets, and how sensitive it is."""
    (document,) = [
        policies.read_file(path) for path in policies.starter_catalogue() if path.stem == ref
    ]
    rule = parse_rule(document["rule"])
    view = PolicyView(1, ref, "live", 1, 1, "", document, rule, None, None, "")
    return facts.policy_words(view, "", date(2026, 12, 31)), sensitivity(rule)


def starter_context(ref: str) -> dict[str, object]:
    """A context with the facts of the starter catalogue, where no region has filled anything in yet."""
    ref = ref if ref in POLICIES else "phys-65"
    listed = [rule_of(bundled)[0] for bundled in BUNDLED]
    return context(policy=rule_of(ref)[0], policies=listed)


def draft(variant: VariantFile, *examples: dict[str, object], private: bool = False) -> Draft:
    """The text as the editor and the sign-off would have it checked."""
    sensitive = variant.policy in POLICIES and rule_of(variant.policy)[1] == "sensitive"
    return Draft(
        variant.channel,
        variant.language,
        variant.source,
        form=variant.form,
        announce=variant.announce,
        sensitive=sensitive,
        private=private,
        follow_up=variant.follow_up,
        needs_review=variant.needs_review,
        reviewed_by="演示审校",
        examples=examples,
    )


every_text = pytest.mark.parametrize("variant", VARIANTS, ids=lambda one: str(one.place))


def of(channel: str, *forms: str) -> pytest.MarkDecorator:
    """Every text of a channel (in some forms)."""
    some = [v for v in VARIANTS if v.channel == channel and (not forms or v.form in forms)]
    assert some
    return pytest.mark.parametrize("variant", some, ids=lambda one: str(one.place))


both_facts = pytest.mark.parametrize(
    "facts_of", [context, starter_context], ids=["sample", "starter"]
)


@pytest.mark.parametrize("policy", TABLE)
def test_a_policy_has_its_texts(policy: str) -> None:
    wanted = {
        f"{channel}/zh-Hans/{name}"
        for channel, _, name in (place.format(policy).partition("/") for place in TABLE[policy])
    }
    assert wanted - BY_PLACE.keys() == set()


def test_ten_policies_of_which_three_are_sensitive_have_texts() -> None:
    assert len(POLICIES) == 10
    assert sum(rule_of(ref)[1] == "sensitive" for ref in POLICIES) >= 3


def test_every_form_of_the_house_has_an_example() -> None:
    assert {v.form for v in VARIANTS} == {form.id for form in read_catalogue().forms}


@every_text
def test_a_shipped_text_claims_no_review_and_a_dialect_asks_for_one(variant: VariantFile) -> None:
    assert variant.reviewed_by == ""
    assert variant.needs_review == (variant.language != "zh-Hans")


@both_facts
@every_text
def test_a_shipped_text_has_no_fault(variant: VariantFile, facts_of: Facts) -> None:
    found = lint(draft(variant, facts_of(variant.policy)))
    # A personal text of a sensitive policy always asks whoever signs for an envelope.
    told = [
        f"{one.code}: {one.message()}" for one in found if one.code != "messages.disclosure_sealed"
    ]
    assert told == []


def test_the_one_text_that_needs_an_envelope_says_so_and_passes_in_one() -> None:
    variant = BY_PLACE["flyer/zh-Hans/medical-aid.letter.personal"]
    given = context("medical-aid")
    assert [one.code for one in lint(draft(variant, given))] == ["messages.disclosure_sealed"]
    assert lint(draft(variant, given, private=True)) == []
    assert "封口" in variant.notes


@every_text
def test_a_shipped_text_is_lean_in_what_it_reads(variant: VariantFile) -> None:
    assert check_source(variant.source, VARIABLES) == []
    uses = variables_used(variant.source)
    assert any(path.startswith("policies[]") for path in uses) == (variant.policy == BUNDLE)


@every_text
def test_a_name_stands_only_in_the_greeting_of_a_personal_letter(variant: VariantFile) -> None:
    letter = variant.form == "letter" and variant.announce == "personal"
    assert ("name" in variables_used(variant.source)) == letter


@pytest.mark.parametrize(
    "typed",
    [
        r"\d[\d.,]*\s*(元|块|蚊)",
        r"\d+月\d+[日号]|20\d\d年|\d+月底",
        r"\d{5,}|\d{3,4}-\d{3,}",
        r"https?:|www\.|\.cn|\.com",
    ],
    ids=["money", "date", "phone", "link"],
)
@every_text
def test_a_fact_comes_from_the_policy_and_is_not_typed(variant: VariantFile, typed: str) -> None:
    assert re.search(typed, variant.source) is None


@both_facts
@of("sms")
def test_a_short_message_has_its_frame_and_at_most_two_parts(
    variant: VariantFile, facts_of: Facts
) -> None:
    text = render(variant.source, facts_of(variant.policy))
    assert measure.count_parts(text) <= 2
    assert measure.count_parts(text, "china") <= 2
    assert text.startswith("【示范县卫健局】")
    assert text.endswith("拒收请回复R")


@both_facts
@of("group")
def test_a_post_fits_the_robot_and_says_until_when(variant: VariantFile, facts_of: Facts) -> None:
    given = facts_of(variant.policy)
    text = render(variant.source, given)
    assert measure.utf8_bytes(text) <= 2_048
    assert given["policy"]["valid_until"] in text or variant.policy == BUNDLE
    assert "有效至20" in text


@both_facts
@of("broadcast")
def test_a_broadcast_is_over_in_a_minute_and_a_half(variant: VariantFile, facts_of: Facts) -> None:
    assert measure.reading_seconds(render(variant.source, facts_of(variant.policy))) <= 90


@both_facts
@of("flyer", "flyer", "clarification", "correction")
def test_a_leaflet_falls_into_heading_steps_and_rows(variant: VariantFile, facts_of: Facts) -> None:
    given = facts_of(variant.policy)
    leaflet = parse_flyer(render(variant.source, given))
    assert len(leaflet.steps) + len(leaflet.rows) >= 4
    if variant.language != "zh-Hans":
        return
    assert given["policy"]["amount_text"] in leaflet.unit_lines
    assert 6 <= len(leaflet.heading) <= 18
    assert all(len(step) <= 24 for step in leaflet.steps)
    if variant.form == "flyer":
        assert 2 <= len(leaflet.steps) <= 4
        asked = {label for label, _ in leaflet.rows}
        assert {"带什么", "问谁"} <= asked
        assert asked & {"何时办", "何时交", "何时做", "何时减"}


@both_facts
@of("flyer", "letter")
def test_a_letter_greets_speaks_and_is_signed_by_the_office(
    variant: VariantFile, facts_of: Facts
) -> None:
    letter = parse_letter(render(variant.source, facts_of(variant.policy)))
    assert letter.salutation.startswith("王某某") == (variant.announce == "personal")
    assert letter.closing == ("示范县卫健局",)
    assert len(letter.paragraphs) >= 4


@both_facts
@of("flyer", "qa")
def test_a_card_has_four_to_eight_short_answers(variant: VariantFile, facts_of: Facts) -> None:
    pairs = parse_qa(render(variant.source, facts_of(variant.policy)))
    assert 4 <= len(pairs) <= 8
    assert max(len(answer) for _, answer in pairs) <= 60
    assert max(len(question) for question, _ in pairs) <= 20


@every_text
def test_a_text_for_one_person_promises_nothing(variant: VariantFile) -> None:
    if variant.announce == "personal":
        assert "可能符合" in variant.source
        assert "以受理部门审核为准" in variant.source


@every_text
def test_a_story_says_that_its_people_are_invented(variant: VariantFile) -> None:
    if variant.form == "story":
        assert "示例" in variant.source
        assert "化名" in variant.source


@every_text
def test_who_speaks_for_an_office_says_so(variant: VariantFile) -> None:
    uses = variables_used(variant.source)
    if variant.channel in SPOKEN or variant.channel == "group":
        assert "office" in uses


def test_the_page_for_officers_names_every_variable_and_every_form() -> None:
    page = (content.shipped() / "README.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_.]+)`", page))
    assert {path for path in VARIABLES if "[]" not in path} <= named
    for form in read_catalogue().forms:
        (row,) = re.findall(rf"^\| {form.id} \|.*$", page, re.M)
        if form.id not in form.channels:
            assert row.endswith(f"| {'、'.join(form.channels)} |")


def test_a_bundle_numbers_its_policies() -> None:
    lines = render(BY_PLACE["sms/zh-Hans/bundle"].source, context()).splitlines()
    assert [line for line in lines if line[:1].isdigit()] == [
        f"{number}.{POLICIES[ref]['one_line']}" for number, ref in enumerate(BUNDLED, 1)
    ]


def test_there_is_one_text_for_a_place() -> None:
    assert max(Counter(variant.place for variant in VARIANTS).values()) == 1
