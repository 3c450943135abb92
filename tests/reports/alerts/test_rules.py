"""When something is an alert: each rule at, below and above its limits, and each sentence whole."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.errors import Misconfigured
from outreach.reports.alerts import limits, rules, stretches
from outreach.reports.alerts.rules import Now
from outreach.reports.alerts.schemas import (
    KINDS,
    AccountFigures,
    AlertView,
    Bounces,
    CampaignFigures,
    Finding,
    HotlineFigures,
    ListFigures,
    OpinionFigures,
    PolicyFigures,
    StepFigures,
    SurveyFigures,
)
from outreach.reports.alerts.words import words
from outreach.wording import catalogue

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
NOW = Now(AT, TODAY, limits.read())


def ago(hours: float) -> datetime:
    return AT - timedelta(hours=hours)


STEP = StepFigures("winter", "冬季告知", "600101", 1, ago(48), ago(48), {}, 0, 0)
CAMPAIGN = CampaignFigures("winter", "冬季告知", "600101", "running", 10, 0, None, 0)
POLICY = PolicyFigures("check", "体检", "600101", None, None, None)


def step(first: float = 48, last: float | None = None, **states: int) -> StepFigures:
    return replace(STEP, first=ago(first), last=ago(first if last is None else last), states=states)


def spiked(before: tuple[int, int], after: tuple[int, int]) -> StepFigures:
    """(answered, failed) of the time before, and of the latest stretch alone."""
    whole = before[0] + after[0], before[1] + after[1]
    return replace(STEP, bounces=Bounces(*before, *whole, at=0))


@pytest.mark.parametrize(
    ("figures", "kind"),
    [
        # 送达率
        pytest.param(step(delivered=80, undelivered=20), "", id="80 % delivered is enough"),
        pytest.param(step(delivered=799, undelivered=201), "delivery_low", id="79.9 % is not"),
        pytest.param(step(delivered=79, accepted=21), "delivery_low", id="no receipt is not delivered"),
        pytest.param(step(delivered=79, refused=11, unknown=10), "delivery_low", id="refused and unknown neither"),
        pytest.param(step(delivered=79, planned=400, waiting=9, skipped=90), "", id="what never left counts for nothing"),
        pytest.param(step(23.9, delivered=1, undelivered=99), "", id="a day has not passed"),
        pytest.param(step(24, delivered=1, undelivered=99), "delivery_low", id="a day has passed"),
        pytest.param(step(delivered=10, undelivered=9), "", id="nineteen are too few"),
        pytest.param(step(delivered=10, undelivered=10), "delivery_low", id="twenty are enough"),
        pytest.param(step(99, 1, delivered=79, accepted=21), "", id="of a step that fires still only answers count"),
        pytest.param(step(99, 1, delivered=79, undelivered=21), "delivery_low", id="and those do count"),
        # 一条也没送到
        pytest.param(step(2, accepted=20), "zero_delivered", id="none of twenty after two hours"),
        pytest.param(step(1.9, accepted=20), "", id="two hours have not passed"),
        pytest.param(step(2, accepted=19), "", id="nineteen without one are too few"),
        pytest.param(step(2, accepted=19, delivered=1), "", id="one has arrived"),
        pytest.param(step(48, undelivered=20), "zero_delivered", id="none at all is said once, not as a low rate too"),
        pytest.param(step(), "", id="nothing has left"),
        # 退订
        pytest.param(replace(STEP, answered=1_000, opted_out=5), "", id="0.5 % opt out"),
        pytest.param(replace(STEP, answered=1_000, opted_out=6), "opt_out", id="0.6 % do"),
        pytest.param(replace(STEP, answered=10, opted_out=2), "", id="two people are too few"),
        pytest.param(replace(STEP, answered=10, opted_out=3), "opt_out", id="three are enough"),
        # 失败突然变多
        pytest.param(spiked((1_000, 50), (100, 15)), "bounce_spike", id="5 % before, 15 % now: three times"),
        pytest.param(spiked((1_000, 51), (100, 15)), "", id="a little less than three times"),
        pytest.param(spiked((1_000, 10), (200, 11)), "", id="five times and less than five points"),
        pytest.param(spiked((1_000, 10), (200, 12)), "bounce_spike", id="six times and five points"),
        pytest.param(spiked((29, 0), (100, 50)), "", id="too little before to compare with"),
        pytest.param(spiked((30, 0), (29, 20)), "", id="too short a stretch"),
        pytest.param(spiked((30, 0), (30, 9)), "", id="nine failures are too few"),
        pytest.param(spiked((30, 0), (30, 10)), "bounce_spike", id="ten are enough"),
    ],
)  # fmt: skip
def test_a_step_is_judged_by_what_came_of_its_messages(figures: StepFigures, kind: str) -> None:
    found = [one for rule in rules.OF_STEPS if (one := rule(figures, NOW)) is not None]
    assert [one.kind for one in found] == [kind] * bool(kind)
    assert all(one.key == f"{kind}|campaign:winter/1" for one in found)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        pytest.param({}, "", id="nothing is wrong"),
        pytest.param({"status": "finished", "planned": 0}, "finished_empty", id="ended without anybody"),
        pytest.param({"status": "running", "planned": 0}, "", id="not yet planned"),
        pytest.param({"status": "finished"}, "", id="ended with somebody"),
        pytest.param({"unknown": 1}, "unknown_waiting", id="one waits for a person"),
        pytest.param({"budget": 1_000, "spent": 899}, "", id="89.9 % of the money"),
        pytest.param({"budget": 1_000, "spent": 900}, "budget", id="90 % of it"),
        pytest.param({"budget": 1_000, "spent": 1_200}, "budget", id="more than there was"),
        pytest.param({"budget": 1_000, "spent": 900, "status": "finished"}, "", id="it is over"),
        pytest.param({"spent": 900}, "", id="no limit was set"),
        pytest.param({"budget": 0}, "", id="a budget of nothing"),
    ],
)  # fmt: skip
def test_a_campaign_is_judged_as_a_whole(changes: dict[str, Any], kind: str) -> None:
    figures = replace(CAMPAIGN, **changes)
    found = [one.kind for rule in rules.OF_CAMPAIGNS if (one := rule(figures, NOW)) is not None]
    assert found == [kind] * bool(kind)


def day(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        pytest.param({}, [], id="nothing is known of it"),
        pytest.param({"verified_on": day(-365)}, [], id="verified a year ago"),
        pytest.param({"verified_on": day(-366)}, ["policy_old"], id="verified longer ago"),
        pytest.param({"ends_on": day(30)}, [], id="thirty days are left"),
        pytest.param({"ends_on": day(29)}, ["policy_ending"], id="less than thirty"),
        pytest.param({"ends_on": day(0)}, ["policy_ending"], id="today is its last day"),
        pytest.param({"ends_on": day(-1)}, ["policy_over"], id="yesterday was"),
        pytest.param({"closes_on": day(29)}, ["window_ending"], id="its window closes"),
        pytest.param({"closes_on": day(30)}, [], id="not for a month"),
        pytest.param({"closes_on": day(9), "ends_on": day(9)}, ["policy_ending"], id="both at once are said once"),
        pytest.param({"eligible": 100, "no_channel": 5}, [], id="5 % without any way"),
        pytest.param({"eligible": 100, "no_channel": 6}, ["no_channel"], id="6 % without any way"),
        pytest.param({"eligible": 10, "no_channel": 4}, [], id="four people are too few"),
    ],
)  # fmt: skip
def test_a_policy_is_judged_by_its_days_and_by_who_can_be_reached(
    changes: dict[str, Any], kinds: list[str]
) -> None:
    figures = replace(POLICY, **changes)
    found = [one.kind for rule in rules.OF_POLICIES if (one := rule(figures, NOW)) is not None]
    assert found == kinds


def list_(share: float | None = None, ended: int | None = None) -> ListFigures:
    last = None if ended is None else day(-ended)
    return ListFigures("list:dibao:600101", "低保", "600101", day(-30), share, last)


def opinions(n: int) -> OpinionFigures:
    return OpinionFigures("600101101", n, ago(24 * 9), 5)


def hotline(calls: int, *before: int, weeks_ago: int = 1) -> HotlineFigures:
    week = date(2026, 11, 23) - timedelta(weeks=weeks_ago)
    return HotlineFigures("check", "体检", "600101", week, calls, before)


OTHERS: list[Any] = [
    pytest.param(lambda: rules.quota(AccountFigures("sms", 899, 1_000, ""), NOW), False, id="89.9 % of the day"),
    pytest.param(lambda: rules.quota(AccountFigures("sms", 900, 1_000, ""), NOW), True, id="90 % of the day"),
    pytest.param(lambda: rules.quota(AccountFigures("sms", 900, 0, ""), NOW), False, id="no limit for a day"),
    pytest.param(lambda: rules.list_estimate(list_(0.05), NOW, 0.05), False, id="5 % fit nobody"),
    pytest.param(lambda: rules.list_estimate(list_(0.051), NOW, 0.05), True, id="5.1 % fit nobody"),
    pytest.param(lambda: rules.list_estimate(list_(), NOW, 0.05), False, id="a list that is no estimate ever"),
    pytest.param(lambda: rules.list_expired(list_(ended=0), NOW), False, id="its last day"),
    pytest.param(lambda: rules.list_expired(list_(ended=1), NOW), True, id="the day after"),
    pytest.param(lambda: rules.list_expired(list_(ended=90), NOW), True, id="ninety days later"),
    pytest.param(lambda: rules.list_expired(list_(ended=91), NOW), False, id="nobody waits for it any more"),
    pytest.param(lambda: rules.list_expired(list_(), NOW), False, id="a list without an end"),
    pytest.param(lambda: rules.survey_small(SurveyFigures("w1", "调查", "", 99.9), NOW), True, id="n_eff 99.9"),
    pytest.param(lambda: rules.survey_small(SurveyFigures("w1", "调查", "", 100), NOW), False, id="n_eff 100"),
    pytest.param(lambda: rules.opinions_overdue(opinions(0), NOW), False, id="nobody waits"),
    pytest.param(lambda: rules.opinions_overdue(opinions(1), NOW), True, id="one waits"),
    pytest.param(lambda: rules.hotline_spike(hotline(20, 10, 9, 11, 10), NOW), False, id="twice the median"),
    pytest.param(lambda: rules.hotline_spike(hotline(21, 10, 9, 11, 10), NOW), True, id="more than twice"),
    pytest.param(lambda: rules.hotline_spike(hotline(9, 1, 1, 1, 1), NOW), False, id="nine calls are few"),
    pytest.param(lambda: rules.hotline_spike(hotline(10, 1, 1, 1, 1), NOW), True, id="ten are not"),
    pytest.param(lambda: rules.hotline_spike(hotline(90, 1, 1, 1), NOW), False, id="three weeks are no history"),
    pytest.param(lambda: rules.hotline_spike(hotline(90, 1, 1, 1, 900), NOW), True, id="one odd week before changes little"),
    pytest.param(lambda: rules.hotline_spike(hotline(90, 0, 0, 0, 0), NOW), True, id="from nothing"),
    pytest.param(lambda: rules.hotline_spike(hotline(90, 1, 1, 1, 1, weeks_ago=3), NOW), True, id="three weeks old"),
    pytest.param(lambda: rules.hotline_spike(hotline(90, 1, 1, 1, 1, weeks_ago=4), NOW), False, id="an old story"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "found"), OTHERS)
def test_the_other_rules_at_and_around_their_limits(
    rule: Callable[[], Finding | None], found: bool
) -> None:
    assert (rule() is not None) is found


# -- stretches -----------------------------------------------------------------------------------------

HOUR = 3_600


def test_a_stretch_ends_when_it_is_long_and_full_enough_and_is_judged_as_soon_as_it_is_full() -> (
    None
):
    kept = stretches.begin(1_000, 20, 0)
    short = stretches.advance(kept, 1_050, 40, HOUR - 1, 1, 30)
    assert short == kept
    assert stretches.judged(kept, 1_050, 40, HOUR - 1, 30) == Bounces(
        1_000, 20, 1_050, 40, HOUR - 1
    )
    thin = stretches.advance(kept, 1_029, 40, HOUR, 1, 30)
    assert thin == stretches.judged(kept, 1_029, 40, HOUR, 30) == kept
    assert stretches.advance(kept, 1_050, 40, HOUR, 1, 30) == Bounces(1_000, 20, 1_050, 40, HOUR)


@given(
    st.lists(st.tuples(st.integers(0, 200), st.floats(0, 1), st.integers(60, 5_000)), max_size=30)
)
def test_stretches_never_count_an_answer_twice_nor_backwards(
    looks: list[tuple[int, float, int]],
) -> None:
    kept, answered, failed, at = stretches.begin(0, 0, 0), 0, 0, 0
    ends = [(0, 0)]
    for more, share, seconds in looks:
        answered, failed, at = answered + more, failed + int(more * share), at + seconds
        judged = stretches.judged(kept, answered, failed, at, 30)
        assert judged.answered_before <= judged.answered <= answered
        assert 0 <= judged.failed - judged.failed_before <= judged.answered - judged.answered_before
        kept = stretches.advance(kept, answered, failed, at, 1, 30)
        assert (kept.answered_before, kept.failed_before) in ends
        if ends[-1] != (kept.answered, kept.failed):
            ends.append((kept.answered, kept.failed))


# -- words ---------------------------------------------------------------------------------------------

SAMPLES: Mapping[str, Finding | None] = {
    "zero_delivered": rules.zero_delivered(step(2, accepted=1_234), NOW),
    "delivery_low": rules.delivery_low(step(delivered=799, undelivered=201), NOW),
    "opt_out": rules.opt_out(replace(STEP, answered=1_000, opted_out=6), NOW),
    "bounce_spike": rules.bounce_spike(spiked((1_000, 50), (100, 15)), NOW),
    "finished_empty": rules.finished_empty(replace(CAMPAIGN, status="finished", planned=0), NOW),
    "unknown_waiting": rules.unknown_waiting(replace(CAMPAIGN, unknown=3), NOW),
    "budget": rules.budget(replace(CAMPAIGN, budget=100_000, spent=93_050), NOW),
    "quota": rules.quota(AccountFigures("sms", 900, 1_000, ""), NOW),
    "no_channel": rules.no_channel(replace(POLICY, eligible=100, no_channel=6), NOW),
    "policy_old": rules.policy_old(replace(POLICY, verified_on=day(-400)), NOW),
    "policy_over": rules.policy_over(replace(POLICY, ends_on=day(-1)), NOW),
    "policy_ending": rules.policy_ending(replace(POLICY, ends_on=day(5)), NOW),
    "window_ending": rules.window_ending(replace(POLICY, closes_on=day(5)), NOW),
    "list_estimate": rules.list_estimate(list_(0.2), NOW, 0.05),
    "list_expired": rules.list_expired(list_(ended=3), NOW),
    "survey_small": rules.survey_small(SurveyFigures("w1", "调查", "", 40.2), NOW),
    "opinions_overdue": rules.opinions_overdue(opinions(3), NOW),
    "hotline_spike": rules.hotline_spike(hotline(90, 3, 4, 5, 6), NOW),
}


def view(finding: Finding) -> AlertView:
    return AlertView(1, finding.kind, finding.thing, finding.region, finding.params, AT, "", None, None)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_what_is_wrong_and_what_to_do_with_all_its_figures(kind: str) -> None:
    finding = SAMPLES[kind]
    assert finding is not None
    assert finding.kind == kind
    wanted = {name for _, name, _, _ in string.Formatter().parse(catalogue()[f"alert.{kind}"]["zh"]) if name}  # fmt: skip
    assert wanted <= set(finding.params)
    for lang in ("zh", "en"):
        said = words(view(finding), lang)
        assert "{" not in said.text + said.fix + said.title
        assert said.href.startswith("/")
    assert all(isinstance(value, str | int | float) for value in finding.params.values())


def test_figures_are_said_as_people_write_them() -> None:
    said = words(view(SAMPLES["budget"]))  # type: ignore[arg-type]
    assert said.text == "《冬季告知》花了 930.5 元，预算 1,000 元，用掉 93 %。"
    said = words(view(SAMPLES["policy_over"]))  # type: ignore[arg-type]
    assert said.text.startswith("《体检》的有效期 2026年11月22日到期，已经过去 1 天")


@pytest.mark.parametrize("title", ["2026-宣传-医保", "2026-13-45", "x" * 500])
def test_a_title_that_looks_like_a_day_stays_a_title(title: str) -> None:
    found = SAMPLES["budget"]
    assert found is not None
    named = replace(found, params={**found.params, "title": title})
    for lang in ("zh", "en"):
        assert title in words(view(named), lang).text


# -- alerts.toml ---------------------------------------------------------------------------------------


def test_a_site_changes_one_limit_and_keeps_the_others(tmp_path: Path) -> None:
    (tmp_path / "alerts.toml").write_text(
        "[delivery_low]\npercent = 70\n[sending]\nquiet = []\n", "utf-8"
    )
    found = limits.read(tmp_path)
    assert found.of("delivery_low", "percent") == 70
    assert found.of("delivery_low", "hours") == 24
    assert found.sending.quiet == ()
    assert found.sending.tries == 3
    figures = step(delivered=75, undelivered=25)
    assert rules.delivery_low(figures, Now(AT, TODAY, found)) is None
    assert rules.delivery_low(figures, NOW) is not None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("[delivery]\npercent = 1", "delivery", id="a table that is none"),
        pytest.param("[budget]\npercents = 1", "budget.percents", id="a key that is none"),
        pytest.param("[budget]\npercent = -1", "budget.percent", id="below zero"),
        pytest.param("[budget]\npercent = 'viel'", "budget.percent", id="no number"),
        pytest.param("[budget]\npercent = true", "budget.percent", id="yes is no number"),
        pytest.param("[sending]\nquiet = ['21-8']", "sending.quiet", id="hours that are none"),
        pytest.param("[sending]\nquiet = 3", "sending.quiet", id="a number for hours"),
        pytest.param("[sending]\nurgent = 'all'", "sending.urgent", id="a word for kinds"),
        pytest.param("budget = 3", "budget", id="a number for a table"),
    ],
)
def test_a_limit_that_cannot_be_used_is_named(tmp_path: Path, text: str, place: str) -> None:
    (tmp_path / "alerts.toml").write_text(text, "utf-8")
    with pytest.raises(Misconfigured) as caught:
        limits.read(tmp_path)
    assert caught.value.params == {"file": "alerts.toml", "place": place}


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "alerts.toml").write_text("[", "utf-8")
    with pytest.raises(Misconfigured, match=r"alerts\.unreadable"):
        limits.read(tmp_path)
