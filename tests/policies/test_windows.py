"""Validity and window: days that exist, in their order, and one way of saying when."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from outreach.errors import Invalid
from outreach.messages.facts import policy_words
from outreach.policies import service
from outreach.policies.schemas import LocalFacts, PolicyView
from outreach.store import Store
from outreach.wording import say
from segments.parse import parse_rule
from tests.town import CHECK, COUNTY

BAD: list[Any] = [
    pytest.param({"valid_from": "2026-02-30"}, "policies.bad_date", "valid_from", id="a day that does not exist"),
    pytest.param({"review_due": "next spring"}, "policies.bad_date", "review_due", id="a review in words"),
    pytest.param(
        {"valid_from": "2026-05-01", "valid_to": "2026-04-30"}, "policies.days_backwards", "valid_to",
        id="it ends before it begins",
    ),
    pytest.param({"window": ["全年"]}, "policies.bad_value", "window", id="a window that is a list"),
    pytest.param({"window": {"text": 7}}, "policies.bad_value", "window.text", id="a text that is a number"),
    pytest.param({"window": {"until": "2026-12-31"}}, "policies.unknown_key", "window.until", id="an unknown key"),
    pytest.param({"window": {"from": "1.9."}}, "policies.bad_date", "window.from", id="a beginning that is no day"),
    pytest.param({"window": {"to": "2026-13-01"}}, "policies.bad_date", "window.to", id="an end that is no day"),
    pytest.param(
        {"window": {"from": "2026-12-31", "to": "2026-09-01"}}, "policies.days_backwards", "window.to",
        id="closed before it opens",
    ),
    pytest.param(
        {"window": {"from": "2026-09-01", "yearly": ["09-01", "12-31"]}}, "policies.window_both", "window.yearly",
        id="once and every year",
    ),
    pytest.param({"window": {"yearly": ["09-01"]}}, "policies.bad_season", "window.yearly", id="a season without end"),
    pytest.param({"window": {"yearly": "09-01"}}, "policies.bad_season", "window.yearly", id="a season that is a word"),
    pytest.param(
        {"window": {"yearly": ["09-01", "12-32"]}}, "policies.bad_season", "window.yearly[1]", id="the 32nd",
    ),
    pytest.param(
        {"window": {"yearly": [9.01, "12-31"]}}, "policies.bad_season", "window.yearly[0]", id="a number for a day",
    ),
    pytest.param(
        {"amount": {"status": "local", "value": "三百"}}, "policies.bad_value", "amount.value", id="a figure in words",
    ),
    pytest.param({"co_offices": "财政局"}, "policies.bad_value", "co_offices", id="departments that are a word"),
    pytest.param({"co_offices": ["财政局", ""]}, "policies.bad_value", "co_offices[2]", id="a nameless department"),
    pytest.param({"excludes": [{"text": "二选一"}]}, "policies.bad_value", "excludes[1]", id="excludes nothing by name"),
    pytest.param({"steps": [{"text": "交材料"}]}, "policies.bad_value", "steps[1]", id="a step that is no text"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "code", "key"), BAD)
def test_a_wrong_shape_names_file_and_key(facts: dict[str, Any], code: str, key: str) -> None:
    with pytest.raises(Invalid) as caught:
        service.check_document({**CHECK, **facts}, "p.yaml")
    assert (caught.value.code, caught.value.params["file"]) == (code, "p.yaml")
    assert caught.value.params["key"] == key
    for lang in ("zh", "en"):
        said = say(code, lang, **caught.value.params)
        assert ("p.yaml" in said, key in said) == (True, True)


GOOD = [
    "valid_from: 2026-01-01\nvalid_to: 2026-01-01",
    "window: {text: 全年, from: 2026-01-05}",
    "window: {from: '2026-01-05', to: 2026-02-28}",
    "window: {yearly: ['11-01', '02-28']}",
    "window: {yearly: ['02-29', '03-31']}",
    "window: 全年可办",
    "window: {text: 以本地通知为准}",
    "window: null",
    "excludes: [hpv, {policy: tekun, text: 二选一}]",
]


@pytest.mark.parametrize("text", GOOD)
def test_a_right_shape_is_loaded(store: Store, text: str) -> None:
    document = service.check_document({**CHECK, **yaml.safe_load(text)}, "p.yaml")
    with store.begin() as connection:
        assert service.load(connection, document) == ("check", True)
        assert service.load(connection, document) == ("check", False)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"window": {"from": "2026-05-01", "to": "2026-04-01"}}, "policies.days_backwards"),
        ({"window": {"yearly": ["04-31", "05-01"]}}, "policies.bad_season"),
        ({"valid_to": "2025-12-31"}, "policies.days_backwards"),
    ],
    ids=["a window", "a season", "an end before the whole policy begins"],
)
def test_what_a_region_fills_in_is_held_to_the_same(
    store: Store, facts: dict[str, Any], code: str
) -> None:
    with store.begin() as connection:
        service.load(connection, {**CHECK, "valid_from": "2026-01-01"})
        with pytest.raises(Invalid) as caught:
            service.fill_in(connection, "check", COUNTY, facts=facts)
        assert caught.value.code == code
        assert service.get(connection, "check").locals == ()


@pytest.mark.parametrize(
    ("national", "local", "withdrawn", "until"),
    [
        (None, {}, None, "2026年12月31日"),
        (None, {"valid_to": "2026-12-10"}, None, "2026年12月10日"),
        ("2026-12-20", {"valid_to": "2026-12-10"}, None, "2026年12月10日"),
        ("2026-12-10", {"valid_to": "2026-12-20"}, None, "2026年12月20日"),
        ("2026-12-10", {"where": "镇上"}, None, "2026年12月10日"),
        (None, {"valid_to": "2026-12-10"}, date(2026, 12, 5), "2026年12月4日"),
        (None, {"valid_to": "2027-12-10"}, None, "2026年12月31日"),
    ],
)
def test_a_text_is_valid_no_longer_than_the_policy_is_at_the_place(
    national: str | None, local: dict[str, str], withdrawn: date | None, until: str
) -> None:
    """The consumption subsidy runs twelve months in each region: the region fills in until when."""
    facts = {"plain_name": "消费券", "valid_to": national}
    last = date.fromisoformat(national) if national else None
    policy = PolicyView(1, "p", "live", 1, 1, "", facts, parse_rule({}), None, last, "某人",
        (LocalFacts("431226", {}, local),), withdrawn_on=withdrawn)  # fmt: skip
    words = policy_words(policy, "431226101", date(2026, 12, 31))
    assert words["valid_until"] == until
