"""What residents do not want, by command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Call

WHY = ("--as", "wu", "--reason", "本人来电话说的")


@pytest.fixture
def worker(call: Call, data: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    assert call("users", "add", "wu", "--role", "worker", "--region", "110101001").status == 0
    assert call("users", "add", "far", "--role", "worker", "--region", "110102").status == 0
    monkeypatch.setenv("OUTREACH_CLI_MAY_ACT", "1")
    return call


def test_a_refusal_is_written_down_listed_and_taken_back(worker: Call) -> None:
    told = worker("people", "refuse", 1, *WHY, "--class", "all", "--json")
    assert told.status == 0, told.err
    assert (len(told.data["changed"]), told.data["sharing"]) == (2, 1)
    classes = {(one["channel"], one["message_class"]) for one in told.data["refusals"]}
    assert classes == {("sms", "publicity"), ("sms", "own-benefit")}
    assert worker("people", "refuse", 1, *WHY, "--json").data["changed"] == []
    worker("people", "resubscribe", 1, *WHY, "--class", "own", "--json")
    left = worker("people", "refusals", 1, "--as", "wu", "--json").data["refusals"]
    assert [one["message_class"] for one in left] == ["publicity"]
    shown = worker("people", "refusals", 1, "--as", "wu").out
    assert "不要短信：宣传（按本人" in shown
    assert "13812341234" not in shown


def test_a_refusal_of_the_number_stands_apart(worker: Call) -> None:
    told = worker("people", "refuse", 2, *WHY, "--channel", "call", "--number")
    assert (told.status, "按号码" in told.out) == (0, True)
    assert (
        worker("people", "resubscribe", 2, *WHY, "--channel", "call", "--json").data["changed"]
        == []
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("1", *WHY, "--channel", "visit"), "refusals.channel"),
        (("1", *WHY, "--class", "urgent"), "refusals.kind"),
        (("1", "--as", "wu", "--reason", ""), "refusals.reason"),
        (("1", "--as", "far", "--reason", "本人说的"), "people.person"),
        (("x", *WHY), "cli.person_ref"),
    ],
)
def test_what_cannot_be_written_down_is_said(
    worker: Call, words: tuple[str, ...], code: str
) -> None:
    told = worker("people", "refuse", *words, "--json")
    assert (told.status, told.code) == (1, code)


def test_replies_are_counted(worker: Call) -> None:
    found = worker("deliveries", "replies", "--json").data["replies"]
    assert found == {"none": 0, "stop-publicity": 0, "stop-sms": 0, "resubscribe": 0}
