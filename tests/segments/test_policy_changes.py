"""Policies that changed, from the source document: who can claim since the change, and who could all along."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from outreach.messages.glossary import glossary
from outreach.policies import service
from segments.match import Match, match
from segments.parse import parse_rule
from segments.reading import read
from segments.rules import Rule
from tests.segments.catalogue import CATALOGUE, FILLED, FOLDER, documents, rule_of, somebody

TODAY = date(2026, 11, 23)
BEFORE = documents("history")
BUNDLES = documents("bundles")


def versions(name: str) -> tuple[Rule, Rule]:
    """The rule before and after the change, filled in by the invented county."""
    before = parse_rule(BEFORE[f"{name}-v1"]["rule"])
    return before.bind(FILLED.get(name, {})), rule_of(name).bind(FILLED.get(name, {}))


def both(name: str, facts: dict[str, Any]) -> tuple[Match, Match]:
    before, after = versions(name)
    person = somebody(facts)
    return match(before, person, TODAY), match(after, person, TODAY)


WORKER = {"birth": "1980-05-01", "sex": "M", "circumstances": ["4050", "灵活就业"]}


@pytest.mark.parametrize(
    ("total", "running", "before", "after"),
    [
        pytest.param(6, 3, "no", "yes", id="three months, a gap, three months: newly eligible"),
        pytest.param(30, 5, "no", "yes", id="years of work with a recent gap: newly eligible"),
        pytest.param(6, 6, "yes", "yes", id="six months without a gap: stays"),
        pytest.param(24, 24, "yes", "yes", id="two years without a gap: stays"),
        pytest.param(5, 5, "no", "no", id="five months: not yet, as before"),
        pytest.param(6, None, "unknown", "yes", id="only the sum is known: now it is enough"),
        pytest.param(None, 6, "yes", "unknown", id="only the running months are known: the sum is missing"),
        pytest.param(None, None, "unknown", "unknown", id="nothing is known"),
    ],
)  # fmt: skip
def test_from_six_months_running_to_six_months_in_all(
    total: int | None, running: int | None, before: str, after: str
) -> None:
    facts = {**WORKER, "paid_months": total, "paid_months_running": running}
    old, new = both("flex-si", facts)
    assert (old.answer, new.answer) == (before, after)


def test_the_change_is_one_line_of_the_rule() -> None:
    before, after = versions("flex-si")
    gone = [one.field for one in before.clauses() if one not in tuple(after.clauses())]
    come = [one.field for one in after.clauses() if one not in tuple(before.clauses())]
    assert (gone, come) == (["paid_months_running"], ["paid_months"])
    assert "连续缴费月数不低于6个月" in read(before)
    assert "累计缴费月数不低于6个月" in read(after)


def test_who_gained_is_told_why() -> None:
    _, new = both("flex-si", {**WORKER, "paid_months": 6, "paid_months_running": 3})
    assert "累计缴费达到本地要求的月数（现为6个月）" in [one.text for one in new.met]


@pytest.mark.parametrize(
    ("facts", "before", "after"),
    [
        pytest.param({"circumstances": ["低保", "危房"]}, "yes", "yes", id="on the old list: stays"),
        pytest.param(
            {"circumstances": ["低保", "无房户"], "not": ["危房"]}, "no", "yes", id="no house: newly eligible",
        ),
        pytest.param(
            {"circumstances": ["低保边缘", "危房"], "not": ["低保", "特困", "脱贫户"]}, "no", "yes",
            id="a near-subsistence household: newly eligible",
        ),
        pytest.param(
            {"circumstances": ["监测户", "危房"], "not": ["低保", "特困", "脱贫户"]}, "no", "yes",
            id="a monitored household: newly eligible",
        ),
        pytest.param({"circumstances": ["低保边缘", "危房"]}, "unknown", "yes", id="settled by the change"),
        pytest.param({"circumstances": ["低保"], "not": ["危房", "无房户"]}, "no", "no", id="a sound house"),
    ],
)  # fmt: skip
def test_a_policy_reviewed_after_three_years(
    facts: dict[str, Any], before: str, after: str
) -> None:
    old, new = both("rural-house", facts)
    assert (old.answer, new.answer) == (before, after)


@pytest.mark.parametrize("name", ["flex-si", "rural-house"])
def test_the_versions_are_of_one_policy_and_say_that_they_are_examples(name: str) -> None:
    old, new = BEFORE[f"{name}-v1"], CATALOGUE[name]
    assert old["id"] == new["id"] == name
    assert service.check_document(dict(old), f"{name}-v1.yaml")
    (change,) = new["history"]
    assert change["version"] == 1
    assert change["change"]
    assert change["reason"]
    for words in (change["note"], old["source"]["note"]):
        assert "[S]" in words
        assert "例子" in words


def test_the_earlier_versions_and_the_bundles_are_not_in_the_starter_catalogue() -> None:
    shipped = service.starter_catalogue()
    assert {path.parent for path in shipped} == {FOLDER}
    assert {path.stem for path in shipped} == set(CATALOGUE)


def test_the_pair_of_names_of_the_source() -> None:
    births = BUNDLES["births"]
    official, plain = births["official_name"], births["plain_name"]
    assert (official, plain) == ("优化生育政策促进人口长期均衡发展", "生娃养娃有这些福利")
    assert glossary().plain[official] == plain


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_names_policies_that_exist(name: str) -> None:
    bundle = BUNDLES[name]
    assert bundle["id"] == name
    assert set(bundle["policies"]) <= set(CATALOGUE)
    assert len(set(bundle["policies"])) == len(bundle["policies"]) >= 2
    assert not glossary().jargon.search(bundle["plain_name"])
