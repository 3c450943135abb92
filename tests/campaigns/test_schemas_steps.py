"""Steps as an officer writes them: what recurs, for whom, at most for how many; and what is refused, with file and key."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.campaigns import schemas_steps
from outreach.campaigns.schemas import CampaignOrder, parse
from outreach.campaigns.schemas_steps import StepOrder
from outreach.errors import Invalid
from outreach.reports.steps import condition_words, due_words
from tests.town import ZONE

CEILING = {"people": 500, "yuan": 60}


def read(*steps: Any) -> tuple[StepOrder, ...]:
    document = {
        "id": "winter", "title": "冬季", "policies": ["check"], "office": "县办", "valid_until": "2027-02-28",
        "steps": list(steps),
    }  # fmt: skip
    order: CampaignOrder = parse(document, ZONE, "a.yaml")
    return order.steps


def test_a_step_that_recurs_says_how_often_and_at_most_how_much() -> None:
    (step,) = read({"channel": "sms", "every": "0  9 * * 1", "ceiling": CEILING, "until": "2027-01-31", "again": True})  # fmt: skip
    assert step.options == {
        "every": "0 9 * * 1",
        "ceiling": {"people": 500, "fen": 6000},
        "until": "2027-01-31",
        "again": True,
    }


def test_a_step_by_a_date_is_at_nine_unless_it_says_otherwise() -> None:
    (step,) = read({"channel": "sms", "relative": {"to": "ends_on", "days": -30}, "ceiling": CEILING})  # fmt: skip
    assert step.options["relative"] == {"to": "ends_on", "days": -30, "at": "09:00"}
    (step,) = read({"channel": "visit", "relative": {"to": "birthday80", "at": "15:30"}, "ceiling": {"people": 5}})  # fmt: skip
    assert step.options["relative"] == {"to": "birthday80", "days": 0, "at": "15:30"}
    assert step.options["ceiling"] == {"people": 5}


def test_how_long_a_condition_is_waited_for_when_nobody_says() -> None:
    steps = read(
        {"channel": "sms"},
        {"channel": "flyer", "after": 1, "when": "unconfirmed"},
        {"channel": "visit", "after": 2, "when": "returned"},
        {"channel": "visit", "when": "no_phone"},
        {"channel": "visit", "after": 1, "when": "unreached", "wait": "2d"},
    )
    hours = [step.options.get("wait", -3600) // 3600 for step in steps]
    assert hours == [-1, 72, 14 * 24, -1, 48]


SMS: dict[str, Any] = {"channel": "sms"}
WEEKLY: dict[str, Any] = {"channel": "sms", "every": "0 9 * * 1", "ceiling": CEILING}
DATED: dict[str, Any] = {"channel": "sms", "relative": {"to": "ends_on"}, "ceiling": CEILING}
REFUSED: list[tuple[str, list[dict[str, Any]], str]] = [
    ("no ceiling", [{"channel": "sms", "every": "0 9 * * 1"}], "steps.no_ceiling"),
    ("a ceiling without money", [{**WEEKLY, "ceiling": {"people": 5}}], "steps.no_ceiling"),
    ("a ceiling without people", [{**WEEKLY, "ceiling": {"yuan": 5}}], "campaigns.bad_value"),
    ("a ceiling of nobody", [{**WEEKLY, "ceiling": {"people": 0, "yuan": 5}}], "campaigns.bad_value"),
    ("a ceiling of nothing", [{**WEEKLY, "ceiling": {"people": 5, "yuan": 0}}], "campaigns.bad_value"),
    ("every minute", [{**WEEKLY, "every": "* * * * *"}], "steps.bad_cron"),
    ("words for a time", [{**WEEKLY, "every": "每周一"}], "steps.bad_cron"),
    ("both ways at once", [{**WEEKLY, **DATED}], "steps.one_time_only"),
    ("recurring after another", [SMS, {**WEEKLY, "after": 1}], "steps.one_time_only"),
    ("until without recurring", [{**SMS, "until": "2027-01-01"}], "steps.only_recurring"),
    ("again without recurring", [{**SMS, "again": True}], "steps.only_recurring"),
    ("longer than the texts", [{**WEEKLY, "until": "2027-03-01"}], "steps.until_too_late"),
    ("until no day", [{**WEEKLY, "until": "soon"}], "campaigns.bad_value"),
    ("again maybe", [{**WEEKLY, "again": "maybe"}], "campaigns.bad_value"),
    ("an unknown date", [{**DATED, "relative": {"to": "wedding"}}], "steps.bad_date"),
    ("after the end", [{**DATED, "relative": {"to": "ends_on", "days": 3}}], "steps.after_the_end"),
    ("years ahead", [{**DATED, "relative": {"to": "ends_on", "days": -400}}], "campaigns.bad_value"),
    ("no time of day", [{**DATED, "relative": {"to": "ends_on", "at": "25:00"}}], "campaigns.bad_value"),
    ("relative to nothing", [{**DATED, "relative": {"days": 3}}], "campaigns.bad_value"),
    ("a group's birthday", [{**DATED, "channel": "group", "relative": {"to": "birthday60"}}], "steps.place_has_no_date"),
    ("some of a group", [{"channel": "group", "when": "unreached"}], "steps.condition_of_place"),
    ("a call without a phone", [{"channel": "call", "when": "no_phone"}], "steps.condition_without_phone"),
    ("unconfirmed by what", [{"channel": "flyer", "when": "unconfirmed"}], "steps.condition_without_after"),
    ("returned by whom", [SMS, {"channel": "visit", "after": 1, "when": "returned"}], "steps.returned_without_sheet"),
    ("one of what", [{**SMS, "once": "village"}], "campaigns.bad_value"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "code"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])  # fmt: skip
def test_what_nobody_should_sign(steps: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(*steps)
    assert caught.value.code == code
    assert caught.value.params["file"] == "a.yaml"
    assert "steps[" in str(caught.value.params["key"])


def test_a_group_may_be_told_when_a_window_opens() -> None:
    (step,) = read({"channel": "group", "relative": {"to": "window_from", "days": -3}, "ceiling": {"people": 900}})  # fmt: skip
    assert step.options["relative"]["days"] == -3


WORDS: list[tuple[dict[str, Any], str]] = [
    ({**WEEKLY}, "每周一 09:00发一次，每次最多 500 人、60.00 元"),
    ({**WEEKLY, "every": "30 8 1,15 * *"}, "每月 1、15 日 08:30发一次，每次最多 500 人、60.00 元"),
    ({**WEEKLY, "every": "0 20 * * *"}, "每天 20:00发一次，每次最多 500 人、60.00 元"),
    ({**WEEKLY, "every": "0 9 * 3 mon-fri"}, "按周期 0 9 * 3 mon-fri发一次，每次最多 500 人、60.00 元"),
    ({**DATED, "relative": {"to": "birthday60"}}, "本人满 60 周岁当天 09:00发一次，每次最多 500 人、60.00 元"),
    ({**DATED, "relative": {"to": "ends_on", "days": -30}}, "本人最后一天符合条件前 30 天 09:00发一次，每次最多 500 人、60.00 元"),
    ({"channel": "visit", "relative": {"to": "becomes_true", "days": 7}, "ceiling": {"people": 20}}, "本人开始符合条件后 7 天 09:00发一次，每次最多 20 人"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "words"), WORDS, ids=[one[1] for one in WORDS])
def test_a_signer_reads_how_often_and_how_much(written: dict[str, Any], words: str) -> None:
    (order,) = read(written)
    step = {"options": order.options, "due_at": order.due_at, "after_step": order.after, "condition": ""}  # fmt: skip
    assert due_words(step, str, {}) == words


WAITS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"channel": "sms"}, {"channel": "flyer", "when": "unconfirmed"}, "第 1 步办完以后，回执到齐就做，至多等 3 天"),
    ({"channel": "sms"}, {"channel": "flyer", "wait": "90m"}, "第 1 步办完以后，回执到齐就做，至多等 1 小时 30 分"),
    ({"channel": "group"}, {"channel": "sms", "wait": "24h"}, "第 1 步办完以后，再等 1 天"),
    ({"channel": "flyer"}, {"channel": "visit", "when": "returned"}, "第 1 步办完以后，再等 14 天"),
    ({"channel": "sms"}, {"channel": "flyer", "wait": "0s"}, "第 1 步办完以后"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "words"), WAITS, ids=[f"{one[0]['channel']}: {one[2]}" for one in WAITS])  # fmt: skip
def test_a_signer_reads_how_long_a_step_waits(
    first: dict[str, Any], second: dict[str, Any], words: str
) -> None:
    orders = read(first, {**second, "after": 1})
    steps = {
        number: {"channel": one.channel, "options": one.options, "due_at": one.due_at, "after_step": one.after, "condition": one.condition}
        for number, one in enumerate(orders, 1)
    }  # fmt: skip
    assert due_words(steps[2], str, steps) == words


def test_every_condition_is_said_in_words() -> None:
    for one in schemas_steps.CONDITIONS:
        said = condition_words({"condition": one})
        assert bool(said) == bool(one)
        assert "step.condition" not in said
