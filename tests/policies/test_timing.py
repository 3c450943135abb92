"""Validity and windows decide on which days a policy can be claimed; a window in words alone decides nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from outreach.policies.schemas import LocalFacts, PolicyView
from outreach.policies.timing import in_force, localised_window
from segments.errors import RuleError
from segments.match import match
from segments.parse import parse_rule
from segments.person import Person

EIGHTY = parse_rule({"all": [{"field": "age", "op": ">=", "value": 80}]})
OLD = Person(birth=date(1940, 5, 1))
TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("facts", "answer", "becomes", "ends"),
    [
        pytest.param({}, "yes", None, None, id="nothing said"),
        pytest.param({"window": {"text": "全年可办"}}, "yes", None, None, id="a window in words"),
        pytest.param({"window": "全年可办"}, "yes", None, None, id="a window as a text"),
        pytest.param(
            {"valid_to": "2026-12-31"}, "yes", None, date(2026, 12, 31), id="the last day is still in"
        ),
        pytest.param({"valid_to": TODAY}, "yes", None, TODAY, id="ends today"),
        pytest.param({"valid_to": "2026-11-25"}, "no", None, None, id="ended yesterday"),
        pytest.param(
            {"valid_from": "2027-01-01"}, "no", date(2027, 1, 1), None, id="begins next year"
        ),
        pytest.param(
            {"window": {"from": "2026-09-01", "to": "2026-12-31"}},
            "yes", None, date(2026, 12, 31), id="an open window",
        ),
        pytest.param(
            {"window": {"yearly": ["09-01", "10-31"]}},
            "no", date(2027, 9, 1), date(2027, 10, 31), id="the next season",
        ),
        pytest.param(
            {"window": {"yearly": ["11-01", "02-28"]}},
            "yes", None, date(2027, 2, 28), id="a season over New Year",
        ),
        pytest.param(
            {"window": {"yearly": ["03-01", "05-31"]}, "valid_to": "2026-12-31"},
            "no", None, None, id="no season is left before the end",
        ),
    ],
)  # fmt: skip
def test_when_a_policy_can_be_claimed(
    facts: dict[str, Any], answer: str, becomes: date | None, ends: date | None
) -> None:
    found = match(in_force(EIGHTY, facts), OLD, TODAY)
    assert (found.answer, found.becomes_true_on, found.ends_on) == (answer, becomes, ends)


def test_somebody_who_comes_of_age_between_two_seasons_waits_for_the_next() -> None:
    rule = in_force(EIGHTY, {"window": {"yearly": ["09-01", "10-31"]}})
    found = match(rule, Person(birth=date(1949, 11, 1)), TODAY)
    assert (found.becomes_true_on, found.ends_on) == (date(2030, 9, 1), date(2030, 10, 31))


def test_a_closed_window_says_when_it_opens() -> None:
    found = match(in_force(EIGHTY, {"window": {"yearly": ["09-01", "10-31"]}}), OLD, TODAY)
    assert [one.text for one in found.failed] == ["不符合“办理时间为每年9月1日至10月31日”"]


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ({"valid_from": "2026-02-30"}, "valid_from"),
        ({"window": {"to": "年底"}}, "window.to"),
        ({"window": {"yearly": ["09-31", "10-31"]}}, "window.yearly[0]"),
        ({"window": {"yearly": ["09-01"]}}, "window.yearly"),
    ],
)
def test_a_date_that_is_none_is_named(facts: dict[str, Any], path: str) -> None:
    with pytest.raises(RuleError) as caught:
        in_force(EIGHTY, facts)
    assert caught.value.path == path


SEASON = {"text": "9月申请", "yearly": ["09-01", "09-30"]}


@pytest.mark.parametrize(
    ("before", "local", "found"),
    [
        pytest.param(SEASON, {"text": "9月30日前交到学校"}, {**SEASON, "text": "9月30日前交到学校"}, id="words alone move no day"),
        pytest.param(SEASON, {"text": "十月", "yearly": ["10-01", "10-31"]}, {"text": "十月", "yearly": ["10-01", "10-31"]}, id="another season"),
        pytest.param(SEASON, {"text": "只到年底", "to": "2026-12-31"}, {"text": "只到年底", "to": "2026-12-31"}, id="days of one year in place of a season"),
        pytest.param("全年", {"text": "全年可办"}, {"text": "全年可办"}, id="a text before"),
        pytest.param(None, {"to": "2026-12-31"}, {"to": "2026-12-31"}, id="nothing before"),
    ],
)  # fmt: skip
def test_what_a_region_says_of_the_window(before: object, local: object, found: object) -> None:
    assert localised_window(before, local) == found


def test_a_county_s_words_leave_the_season_of_the_county_above() -> None:
    locals_ = (
        LocalFacts("60", {}, {"window": SEASON}),
        LocalFacts("600101", {}, {"window": {"text": "交到学校"}}),
    )
    policy = PolicyView(1, "p", "live", 1, 1, "", {}, EIGHTY, None, None, "", locals_)
    assert policy.facts_at("600101")["window"] == {"text": "交到学校", "yearly": ["09-01", "09-30"]}
    assert match(policy.rule_for("600101", ""), OLD, TODAY).becomes_true_on == date(2027, 9, 1)
