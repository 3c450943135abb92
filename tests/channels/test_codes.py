"""Strangers' codes: read by a table, worded in both languages, and never trusted to be known."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from channels import registry
from channels.base import Message, Outcome, Patience, Verdict
from channels.errors import Rejected
from channels.robots import dingtalk, feishu
from channels.robots.answers import outcome_of_robot
from channels.robots.wecom import CODES as WECOM
from channels.transport import Answer, blacken, checked_base_url, is_loopback
from channels.twilio import TwilioAccount, TwilioChannel, outcome_of_answer
from channels.twilio_codes import SHIPPED, VERDICTS, table, verdict_of
from outreach.wording import catalogue

WORDS = catalogue()


def refusal(code: object, status: int = 400, **more: object) -> Answer:
    return Answer(status, json.dumps({"code": code, "message": "no", "status": status, **more}))


@pytest.mark.parametrize("code", sorted(VERDICTS))
def test_every_twilio_code_leads_to_its_outcome_and_has_words(code: int) -> None:
    outcome = outcome_of_answer(refusal(code))
    assert outcome.error_code == str(code)
    expected = {
        Verdict.PERMANENT: ("refused", True, False, False),
        Verdict.OPTED_OUT: ("refused", True, True, False),
        Verdict.STOP: ("refused", False, False, True),
        Verdict.LATER: ("deferred", False, False, False),
    }[VERDICTS[code]]
    assert (outcome.state, outcome.permanent, outcome.opted_out, outcome.stop_campaign) == expected
    assert {"zh", "en"} == set(WORDS[f"channels.{code}"])


@pytest.mark.parametrize(
    "code",
    [
        "connect",
        "timeout",
        "dropped",
        "unreadable",
        "too_long",
        "robot_address",
        "robot_pace",
        "http_404",
        "http_429",
        "http_500",
    ],
)
def test_our_own_codes_have_words(code: object) -> None:
    assert {"zh", "en"} == set(WORDS[f"channels.{code}"])


@pytest.mark.parametrize(
    ("answer", "state", "code", "stop"),
    [
        pytest.param(Answer(201, '{"sid": "SM1"}'), "accepted", None, False, id="created"),
        pytest.param(Answer(200, '{"sid": "SM1"}'), "accepted", None, False, id="any 2xx with a SID"),
        pytest.param(Answer(201, "{}"), "unknown", "unreadable", False, id="no SID"),
        pytest.param(Answer(201, '{"sid": null}'), "unknown", "unreadable", False, id="a null SID"),
        pytest.param(Answer(201, '["SM1"]'), "unknown", "unreadable", False, id="a list"),
        pytest.param(Answer(201, ""), "unknown", "unreadable", False, id="an empty answer"),
        pytest.param(Answer(302, ""), "unknown", "http_302", False, id="a redirect"),
        pytest.param(refusal(20500, 500), "unknown", "http_500", False, id="500 with a code"),
        pytest.param(refusal(20503, 503), "unknown", "http_503", False, id="503 may have been queued"),
        pytest.param(Answer(502, "<html>"), "unknown", "http_502", False, id="a gateway's 502"),
        pytest.param(Answer(408, ""), "unknown", "http_408", False, id="408"),
        pytest.param(refusal(20429, 429), "deferred", "20429", False, id="429 with a code"),
        pytest.param(refusal(29999, 429), "deferred", "29999", False, id="429 with an unlisted code"),
        pytest.param(Answer(429, "slow down"), "deferred", "http_429", False, id="a gateway's 429"),
        pytest.param(refusal(29999), "refused", "29999", False, id="an unlisted code blames nobody"),
        pytest.param(Answer(403, "<html>"), "refused", "http_403", True, id="a proxy's 403"),
        pytest.param(refusal("21211"), "refused", "http_400", True, id="a code that is no number"),
    ],
)  # fmt: skip
def test_twilios_answers(answer: Answer, state: str, code: str | None, stop: bool) -> None:
    outcome = outcome_of_answer(answer)
    assert (outcome.state, outcome.error_code, outcome.stop_campaign) == (state, code, stop)
    assert not outcome.permanent


def test_the_carriers_wish_to_wait_is_passed_on() -> None:
    answer = Answer(429, '{"code": 20429}', retry_after=7.0)
    assert outcome_of_answer(answer).retry_after == 7.0


def test_a_carriers_sentence_does_not_carry_a_whole_number() -> None:
    answer = refusal(21211, message="The 'To' number +8613812345678 is not a valid phone number.")
    outcome = outcome_of_answer(answer)
    assert outcome.detail == "The 'To' number +…78 is not a valid phone number."
    assert len(blacken("x" * 5000)) == 300


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        pytest.param(Answer(200, '{"errcode": 0}'), "accepted", None, id="0"),
        pytest.param(Answer(200, '{"errcode": -1}'), "deferred", "-1", id="busy"),
        pytest.param(Answer(200, '{"errcode": 45009}'), "deferred", "45009", id="too fast"),
        pytest.param(Answer(200, '{"errcode": 93000}'), "refused", "93000", id="no such robot"),
        pytest.param(Answer(200, '{"errcode": 12345}'), "refused", "12345", id="unlisted"),
        pytest.param(
            Answer(200, '{"errcode": false}'), "unknown", "unreadable", id="false is not 0"
        ),
        pytest.param(
            Answer(200, '{"errcode": "0"}'), "unknown", "unreadable", id="a text is not 0"
        ),
        pytest.param(Answer(200, "[]"), "unknown", "unreadable", id="a list"),
        pytest.param(Answer(200, "ok"), "unknown", "unreadable", id="no JSON"),
        pytest.param(Answer(500, '{"errcode": 0}'), "unknown", "http_500", id="500"),
        pytest.param(Answer(429, ""), "deferred", "http_429", id="429"),
    ],
)
def test_the_robots_answers(answer: Answer, state: str, code: str | None) -> None:
    outcome = outcome_of_robot(answer, WECOM)
    assert (outcome.state, outcome.error_code) == (state, code)


def test_a_message_form_that_no_group_takes_stops_the_campaign() -> None:
    outcome = outcome_of_robot(Answer(200, '{"errcode": 40008, "errmsg": "bad"}'), WECOM)
    assert outcome == Outcome("refused", error_code="40008", detail="bad", stop_campaign=True)


ROBOTS = {name: registry.robot(name) for name in registry.ROBOTS}


@pytest.mark.parametrize(
    ("provider", "code"),
    [(name, code) for name in ROBOTS for code in sorted(ROBOTS[name].codes.known)],
)
@pytest.mark.parametrize("status", [200, 400])
def test_every_code_of_a_robot_leads_to_its_outcome_and_has_words(
    provider: str, code: int, status: int
) -> None:
    codes = ROBOTS[provider].codes
    answer = Answer(status, json.dumps({codes.code[0]: code, codes.words[0]: "no"}))
    outcome = outcome_of_robot(answer, codes)
    expected = Outcome(
        "deferred" if code in codes.later else "refused",
        error_code=str(code),
        detail="no",
        retry_after=codes.later.get(code),
        permanent=code in codes.permanent,
        stop_campaign=code in codes.stop,
    )
    assert outcome == expected
    assert (outcome.retry_after or 0) > 0 or code not in codes.later
    assert {"zh", "en"} == set(WORDS[f"channels.{code}"])


@pytest.mark.parametrize(
    ("text", "status", "state", "code"),
    [
        pytest.param('{"code": 0, "msg": "success"}', 200, "accepted", None, id="success"),
        pytest.param('{"StatusCode": 0, "StatusMessage": "success"}', 200, "accepted", None, id="of old"),
        pytest.param('{"StatusCode": 0, "code": 19007}', 200, "refused", "19007", id="the new code counts"),
        pytest.param('{"code": 9499, "msg": "Too Many Request"}', 200, "deferred", "11232", id="too fast"),
        pytest.param('{"code": 9499, "msg": "Bad Request"}', 200, "refused", "9499", id="bad"),
        pytest.param('{"code": 0}', 404, "refused", "http_404", id="success in a 404 is none"),
        pytest.param('{"code": 99991400}', 404, "refused", "http_404", id="an unlisted code in a 404"),
        pytest.param('{"code": 19001}', 502, "unknown", "http_502", id="a listed code in a 502"),
    ],
)  # fmt: skip
def test_feishus_answers(text: str, status: int, state: str, code: str | None) -> None:
    outcome = outcome_of_robot(Answer(status, text), feishu.CODES)
    assert (outcome.state, outcome.error_code) == (state, code)


def test_who_exceeds_dingtalks_limit_is_silent_for_ten_minutes() -> None:
    outcome = outcome_of_robot(Answer(200, '{"errcode": 410100}'), dingtalk.CODES)
    assert outcome.retry_after == 600.0


def test_a_longer_wait_that_a_provider_names_is_kept() -> None:
    outcome = outcome_of_robot(Answer(429, '{"code": 11232}', retry_after=90.0), feishu.CODES)
    assert outcome.retry_after == 90.0


@pytest.mark.parametrize("code", [None, "", "abc", "²", "-1", "99999999999"])
def test_a_code_that_we_do_not_know_has_no_verdict(code: str | None) -> None:
    assert verdict_of(code) is None


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://127.8.9.1", True),
        ("http://localhost:4010/x", True),
        ("http://[::1]:80", True),
        ("https://api.twilio.com", False),
        ("http://127.0.0.1@evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://evil.example/127.0.0.1", False),
        ("http://evil.example#@127.0.0.1", False),
        ("http://127.0.0.1\\@evil.example", False),
        ("http://0.0.0.0", False),
        ("http://10.0.0.1", False),
        ("http://[", False),
        ("127.0.0.1", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.twilio.com",
        "ftp://x",
        "http://",
        "http://[",
        "http://h:99999",
        "http://h?a=1",
        "http://h#x",
        "http://me@h",
        "http://a b",
        "http://a..b",
        "http://a\tb",
    ],
)
def test_an_unusable_base_url_is_rejected_at_once(url: str) -> None:
    with pytest.raises(Rejected) as raised:
        checked_base_url(url)
    assert raised.value.code == "channels.base_url"
    assert raised.value.code in WORDS


@pytest.mark.parametrize("field", ["account_sid", "auth_token", "sender"])
def test_an_account_without_a_part_is_rejected_and_the_part_named(field: str) -> None:
    parts = {"account_sid": "AC1", "auth_token": "t", "sender": "+1", field: ""}
    with pytest.raises(Rejected) as raised:
        TwilioChannel(TwilioAccount(**parts))
    assert (raised.value.code, raised.value.params) == ("channels.twilio.setting", {"field": field})


def own(folder: Path, text: str) -> Path:
    """An office's own lines."""
    (folder / "codes").mkdir(exist_ok=True)
    (folder / "codes" / "twilio.toml").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("code", "again", "apart"),
    [
        ("30003", 2, 1800.0), ("30008", 1, 1800.0), ("30006", 1, 1800.0), ("30005", 0, 1800.0), ("21610", 0, 1800.0),
        ("99999", 1, 1800.0), (None, 1, 1800.0),
    ],
)  # fmt: skip
def test_a_code_says_how_often_and_how_far_apart_to_try_again(
    code: str | None, again: int, apart: float
) -> None:
    assert SHIPPED.of(code).patience == Patience(again, apart)


def test_what_only_third_parties_say_is_marked() -> None:
    lists = {code for code, one in SHIPPED.known.items() if not one.official}
    assert lists == {30004, 30005, 30006, 30008, 21211, 21614, 21408, 21612}
    assert all(one.about for one in SHIPPED.known.values())


def test_an_office_corrects_a_line_and_adds_one(tmp_path: Path) -> None:
    folder = own(tmp_path, '[30005]\nverdict = "later"\nagain = 2\n[31000]\nverdict = "stop"\n')
    mine = table(folder)
    assert (mine.verdict("30005"), mine.of("30005").own) == (Verdict.LATER, True)
    assert mine.verdict("31000") is Verdict.STOP
    assert mine.verdict("30003") is Verdict.LATER, "what it does not name stays"
    assert outcome_of_answer(refusal(31000), mine).stop_campaign
    assert table(None) is SHIPPED or table(None) == SHIPPED


@pytest.mark.parametrize(
    "text",
    [
        "[30005]\nverdict = 'never'", "[30005]\nagain = 1", "[abc]\nverdict = 'later'", "[30005]\nverdict='later'\nagain=99",
        "[30005]\nverdict='later'\napart=1", "[30005]\nverdict='later'\nwhy='x'", "[30005", "30005 = 1",
        "[default]\nverdict = 'later'",
    ],
)  # fmt: skip
def test_a_table_with_a_typing_error_is_refused_whole(text: str, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as raised:
        table(own(tmp_path, text))
    assert raised.value.code == "channels.codes_file"
    assert raised.value.code in WORDS


@pytest.mark.parametrize(
    ("to", "text", "code"),
    [
        ("13800000000", "x", "21211"), ("+8613800000000", "x" * 1601, "21617"), ("+8613800000000", " ", "21602"),
    ],
)  # fmt: skip
def test_what_the_carrier_could_only_refuse_costs_no_request(to: str, text: str, code: str) -> None:
    nobody = TwilioAccount("AC1", "t", "+1", "http://127.0.0.1:1")
    outcome = asyncio.run(TwilioChannel(nobody).send(Message(to, text, "1.1.x")))
    assert (outcome.state, outcome.error_code) == ("refused", code)


def test_a_filed_template_needs_no_body_of_its_own() -> None:
    form = TwilioChannel(TwilioAccount("AC1", "t", "+1"))._form(
        Message("+8613800000000", "", "r", template_id="HX1", params=("a", "b"), valid_for=7200)
    )
    assert form["ContentSid"] == "HX1"
    assert json.loads(form["ContentVariables"] or "") == {"1": "a", "2": "b"}
    assert (form["Body"], form["ValidityPeriod"]) == (None, "7200")
