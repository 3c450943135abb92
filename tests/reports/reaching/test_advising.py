"""Why somebody was never told, and the next way to them: one table, pure."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.deliveries.states import Reason
from outreach.deliveries.telling.words import WORDS
from outreach.reports.reaching.advising import advise
from outreach.reports.reaching.schemas import Advice, Situation
from outreach.wording import catalogue

ALONE: dict[str, Any] = {"door": False, "number": "none"}


@pytest.mark.parametrize(
    ("facts", "why", "next_way"),
    [
        pytest.param({}, "never_planned", "sms", id="never planned, with a number: a text message"),
        pytest.param({"no_sms": True}, "never_planned", "call", id="wants no text messages: a call"),
        pytest.param({"no_sms": True, "no_call": True}, "never_planned", "visit", id="wants neither: the door"),
        pytest.param({"number": "none"}, "never_planned", "visit", id="no number: the door"),
        pytest.param({**ALONE, "relative": True}, "never_planned", "family", id="no door, a son with a phone"),
        pytest.param(ALONE, "never_planned", "number", id="nothing at all: a number that works"),
        pytest.param({"published": True}, "published_only", "sms", id="only a post in the group"),
        pytest.param({"stage": "printed", "channel": "flyer"}, "printed", "hand", id="printed: carry it"),
        pytest.param({"stage": "accepted", "channel": "sms"}, "accepted", "receipt", id="sent: wait for the receipt"),
        pytest.param({"stage": "accepted", "channel": "visit"}, "in_hand.visit", "visit", id="on a visit list: go"),
        pytest.param({"stage": "accepted", "channel": "call"}, "in_hand.call", "call", id="on a call list: call"),
        pytest.param({"stage": "pending"}, "pending", "wait", id="in the queue: wait"),
        pytest.param({"stage": "unknown"}, "unknown", "look", id="in doubt: look first"),
        pytest.param({"stage": "skipped", "reason": "no_address", "number": "closed"}, "closed", "visit", id="closed number"),
        pytest.param({"stage": "skipped", "reason": "no_address", **ALONE}, "no_number", "number", id="no number, no door"),
        pytest.param({"stage": "skipped", "reason": "no_address", "number": "not_personal"}, "not_personal", "visit", id="a clerk's number"),
        pytest.param({"stage": "skipped", "reason": "refused_channel", "no_sms": True}, "refused", "call", id="refused texts: a call"),
        pytest.param({"stage": "skipped", "reason": "over_budget"}, "skipped.over_budget", "sms", id="no money: again"),
        pytest.param({"stage": "failed", "channel": "sms", "error": "30005"}, "fault.permanent", "visit", id="dead number: the door"),
        pytest.param({"stage": "failed", "channel": "sms", "error": "30005", "door": False}, "fault.permanent", "number", id="dead number, no door: another number"),
        pytest.param({"stage": "failed", "channel": "sms", "error": "30003"}, "fault.later", "call", id="phone off: a call"),
        pytest.param({"stage": "failed", "channel": "sms", "error": "21610", "no_sms": True}, "fault.opted_out", "call", id="opted out of texts: a call"),
        pytest.param({"stage": "failed", "channel": "visit", "word": "not_home", "homes": 1}, "not_home", "visit", id="not home once: again"),
        pytest.param({"stage": "failed", "channel": "visit", "word": "not_home", "homes": 2, "relative": True}, "not_home", "family", id="not home twice: the family"),
        pytest.param({"stage": "failed", "channel": "visit", "word": "not_home", "homes": 2}, "not_home", "letter", id="not home twice, no family: a letter"),
        pytest.param({"stage": "failed", "channel": "visit", "word": "not_understood"}, "word.not_understood", "interpreter", id="not understood: somebody who speaks it"),
        pytest.param({"stage": "failed", "channel": "visit", "word": "declined"}, "word.declined", "letter", id="declined at the door: a letter"),
        pytest.param({"stage": "failed", "channel": "call", "word": "declined", "no_call": True}, "word.declined", "visit", id="declined on the phone: the door"),
        pytest.param({"stage": "failed", "channel": "call", "word": "wrong_number", "number": "closed"}, "word.wrong_number", "visit", id="wrong number: the door"),
        pytest.param({"stage": "failed", "channel": "call", "word": "no_answer"}, "word.no_answer", "visit", id="three calls: the door"),
        pytest.param({"stage": "failed", "channel": "call", "word": "asks_visit"}, "word.asks_visit", "visit", id="asked for a visit"),
        pytest.param({"number": "no_guardian", "stage": "skipped", "reason": "no_guardian"}, "no_guardian", "guardian", id="a child without guardian"),
        pytest.param({"stage": "skipped", "reason": "no_address", "number": "none", "homes": 2}, "no_number", "letter", id="two empty visits: nobody goes a third time"),
    ],
)  # fmt: skip
def test_each_situation_has_a_reason_and_a_way(
    facts: dict[str, Any], why: str, next_way: str
) -> None:
    found = advise(Situation(**facts))
    assert found is not None
    assert (found.why, found.next) == (why, next_way)


def _failing(channel: str) -> set[str]:
    """Words after which a delivery did not arrive."""
    return {word for word, one in WORDS.get(channel, {}).items() if one.state == "undelivered"}


@pytest.mark.parametrize("fact", ["stopped", "done"])
def test_whom_a_worker_stopped_and_who_applied_already_is_looked_for_by_nobody(fact: str) -> None:
    one: dict[str, Any] = {fact: True}
    assert advise(Situation(**one)) is None


def test_nobody_is_sent_to_a_door_that_is_not_known_or_to_a_number_that_cannot_work() -> None:
    """Whatever happened before: what is advised can be done."""
    words = _failing("visit") | _failing("call")
    stages = [
        {"stage": "none"},
        *({"stage": "failed", "channel": "visit", "word": word} for word in sorted(words)),
        *({"stage": "failed", "channel": "sms", "error": code} for code in ("30003", "30005", "1")),
        *({"stage": "skipped", "reason": reason.value} for reason in Reason),
    ]
    for stage in stages:
        for number in ("ok", "none", "closed", "not_personal"):
            for door in (True, False):
                for relative in (True, False):
                    one = Situation(**stage, number=number, door=door, relative=relative)  # type: ignore[arg-type]
                    found = advise(one)
                    assert found is not None
                    assert door or found.next not in ("visit", "letter"), one
                    assert number == "ok" or found.next not in ("sms", "call"), one
                    assert relative or found.next != "family", one


def test_every_reason_and_way_has_words_in_two_languages() -> None:
    known = catalogue()
    whys: list[Advice | None] = [
        advise(Situation(stage=stage, channel=channel, word=word))
        for stage in ("printed", "accepted", "pending", "unknown", "failed", "none")
        for channel in ("sms", "visit", "call", "flyer")
        for word in ("", *_failing(channel))
    ]
    for one in filter(None, whys):
        assert f"why.{one.why}" in known, one
        assert f"next.{one.next}" in known, one
