"""An officer's campaign file: what it says, and every mistake with its place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from outreach.campaigns.schemas import parse
from outreach.errors import Invalid
from outreach.wording import say
from tests.town import ZONE

GOOD: dict[str, Any] = {
    "id": "a-1", "title": "告知", "policies": ["x", "y"], "office": "政务办", "valid_until": "2027-01-31",
    "steps": [{"channel": "sms"}],
}  # fmt: skip


def read(**changes: Any) -> Any:
    document = {key: value for key, value in {**GOOD, **changes}.items() if value is not ...}
    return parse(document, ZONE, "a.yaml")


def steps(*listed: Any) -> dict[str, Any]:
    return {"steps": list(listed)}


def sms(**more: Any) -> dict[str, Any]:
    return steps({"channel": "sms"}, {"channel": "flyer", **more})


BAD = [
    pytest.param({"id": ...}, "missing_key", "id", id="no id"),
    pytest.param({"title": ""}, "missing_key", "title", id="an empty title"),
    pytest.param({"policies": []}, "missing_key", "policies", id="no policy"),
    pytest.param({"office": ...}, "missing_key", "office", id="nobody signs the text"),
    pytest.param({"valid_until": ...}, "missing_key", "valid_until", id="no end"),
    pytest.param({"steps": []}, "missing_key", "steps", id="no step"),
    pytest.param({"polcies": ["x"]}, "unknown_key", "polcies", id="a slip of the pen"),
    pytest.param({"id": "冬 季"}, "bad_value", "id", id="an id that is no name"),
    pytest.param({"policies": "x"}, "bad_value", "policies", id="a policy that is no list"),
    pytest.param({"policies": ["x", 3]}, "bad_value", "policies", id="a policy that is a number"),
    pytest.param({"policies": ["x", "x"]}, "named_twice", "policies", id="a policy twice"),
    pytest.param({"region": "43x"}, "bad_value", "region", id="a region that is no code"),
    pytest.param({"announce": "all"}, "bad_value", "announce", id="announce"),
    pytest.param({"class": "spam"}, "bad_value", "class", id="class"),
    pytest.param({"budget": "many"}, "bad_value", "budget", id="a budget in words"),
    pytest.param({"budget": True}, "bad_value", "budget", id="a budget that is true"),
    pytest.param({"budget": 0}, "bad_value", "budget", id="no money"),
    pytest.param({"budget": -5}, "bad_value", "budget", id="less than no money"),
    pytest.param({"budget": float("nan")}, "bad_value", "budget", id="not a number"),
    pytest.param({"budget": 1e9}, "bad_value", "budget", id="too much money"),
    pytest.param({"valid_until": "2027-02-30"}, "bad_value", "valid_until", id="no such day"),
    pytest.param({"written_dialects": True}, "switch_needs_reason", "written_dialects", id="dialects, no reason"),
    pytest.param({"ignore_quiet_hours": {"reason": " "}}, "switch_needs_reason", "ignore_quiet_hours", id="a blank reason"),
    pytest.param({"ignore_quiet_hours": {"reason": None}}, "switch_needs_reason", "ignore_quiet_hours", id="reason: nothing"),
    pytest.param({"steps": {"channel": "sms"}}, "bad_value", "steps", id="steps that are no list"),
    pytest.param(steps("sms"), "bad_value", "steps[1]", id="a step that is a word"),
    pytest.param(steps({}), "bad_value", "steps[1].channel", id="a step without a channel"),
    pytest.param(steps({"channel": "fax"}), "bad_value", "steps[1].channel", id="a channel that we have not"),
    pytest.param(steps({"channel": "sms", "afer": 1}), "unknown_key", "steps[1].afer", id="a slip in a step"),
    pytest.param(steps({"channel": "sms", "after": 1}), "bad_value", "steps[1].after", id="after itself"),
    pytest.param(sms(after=True), "bad_value", "steps[2].after", id="after: true"),
    pytest.param(sms(after=3), "bad_value", "steps[2].after", id="after a later step"),
    pytest.param(sms(when="told"), "bad_value", "steps[2].when", id="a condition that we have not"),
    pytest.param(sms(after=1, wait="soon"), "bad_value", "steps[2].wait", id="a wait without a unit"),
    pytest.param(sms(wait="3h"), "wait_without_after", "steps[2]", id="a wait after nothing"),
    pytest.param(sms(late_hours=0), "bad_value", "steps[2].late_hours", id="late at once"),
    pytest.param(sms(late_hours="1"), "bad_value", "steps[2].late_hours", id="late in words"),
    pytest.param(sms(at="tomorrow"), "bad_value", "steps[2].at", id="a moment in words"),
    pytest.param(sms(policies="x"), "bad_value", "steps[2].policies", id="a step's policies no list"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code", "key"), BAD)
def test_a_mistake_names_file_and_key(changes: dict[str, Any], code: str, key: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(**changes)
    assert caught.value.code == f"campaigns.{code}"
    assert (caught.value.params["file"], caught.value.params["key"]) == ("a.yaml", key)
    for lang in ("zh", "en"):
        said = say(caught.value.code, lang, **caught.value.params)
        assert "a.yaml" in said
        assert key in said


@pytest.mark.parametrize("document", [None, [], "id: x", 3], ids=["nothing", "list", "text", "3"])
def test_a_file_that_is_no_mapping(document: object) -> None:
    with pytest.raises(Invalid) as caught:
        parse(document, ZONE, "a.yaml")
    assert caught.value.code == "campaigns.not_a_mapping"


def test_what_is_not_said_is_cautious() -> None:
    order = read()
    assert (order.announce, order.message_class, order.region) == ("general", "publicity", "")
    assert order.budget_fen is None
    assert "written_dialects" not in order.options
    (step,) = order.steps
    assert (step.due_at, step.after, step.condition, step.late_hours) == (None, None, "", 24)


def test_money_moments_and_places() -> None:
    order = read(
        budget=12.34,
        region="600101000000",
        steps=[
            {"channel": "sms", "at": yaml.safe_load("2026-12-01 09:00:00")},
            {"channel": "flyer", "after": 1, "when": "unreached"},
            {"channel": "visit", "after": 1, "wait": "30m", "at": "2026-12-02T09:00:00+00:00"},
        ],
    )
    assert (order.budget_fen, order.region) == (1234, "600101")
    assert order.steps[0].due_at == datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert order.steps[2].due_at == datetime(2026, 12, 2, 9, tzinfo=UTC)
    assert [step.options.get("wait") for step in order.steps] == [None, 72 * 3600, 1800]


URGENT: list[Any] = [
    pytest.param({"class": "urgent"}, "urgent_reason", id="urgent without a reason"),
    pytest.param({"urgent": {"reason": "台风"}}, "urgent_class", id="publicity called urgent"),
    pytest.param({"class": "own-benefit", "urgent": {"reason": "台风"}}, "urgent_class", id="a right called urgent"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code"), URGENT)
def test_only_what_is_of_the_urgent_class_is_urgent_and_says_why(
    changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        read(**changes)
    assert (caught.value.code, caught.value.params["file"]) == (f"signing.{code}", "a.yaml")


@pytest.mark.parametrize("reason", [{"reason": " "}, True, {}], ids=["blank", "true", "nothing"])
def test_urgent_needs_words(reason: object) -> None:
    with pytest.raises(Invalid, match="switch_needs_reason"):
        read(**{"class": "urgent", "urgent": reason})


def test_a_chain_is_named() -> None:
    order = read(**{"chain": "four-levels", "class": "urgent", "urgent": {"reason": "台风"}})
    assert (order.options["chain"], order.options["urgent"]) == ("four-levels", "台风")
    with pytest.raises(Invalid, match="bad_value"):
        read(chain=["four-levels"])
