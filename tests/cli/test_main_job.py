"""From a signed campaign to receipts through the commands alone, with the sandbox as the carrier."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from outreach import clock
from outreach.web.sandbox.server import SandboxServer
from tests.cli.conftest import PEOPLE, Call, sign


@pytest.fixture
def carrier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path / "sandbox.db") as sandbox:
        for name, value in {
            "TWILIO_BASE_URL": sandbox.base_url,
            "TWILIO_ACCOUNT_SID": sandbox.account.sid,
            "TWILIO_AUTH_TOKEN": sandbox.account.token,
            "TWILIO_FROM": "+15005550006",
            "SEND_TIMEOUT": "3",
        }.items():
            monkeypatch.setenv(f"OUTREACH_{name}", value)
        yield sandbox


def test_a_signed_campaign_is_sent_printed_and_exported(
    call: Call, signed: str, carrier: SandboxServer, tmp_path: Path
) -> None:
    told = call("campaign", "run", signed, "--now", "--json")
    assert told.status == 0, told.err
    assert len(told.out.splitlines()) == 1
    assert told.data["channels"]["sms"] == {"planned": 3, "handed_over": 3}
    assert (told.data["parts"], told.data["cost"], told.data["resent"]) == (6, 0.3, 0)
    again = call("campaign", "run", signed, "--now", "--json")
    assert (again.status, again.data["parts"]) == (0, 6)  # nobody gets it twice

    printed = call(
        "flyers", "print", signed, "--out", tmp_path / "prints", "--place", "1栋", "--json"
    )
    assert (printed.status, printed.data["sheets"]) == (0, 2)
    assert Path(printed.data["pdf"]).read_bytes().startswith(b"%PDF")
    nothing = call(
        "flyers", "print", signed, "--out", tmp_path / "prints", "--grid", "3101", "--json"
    )
    assert (nothing.status, nothing.data["pdf"]) == (1, None)

    exported = call("deliveries", "export", signed, "--out", tmp_path / "e.csv", "--json")
    assert exported.data["rows"] == 6
    with (tmp_path / "e.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["attempts"] for row in rows if row["channel"] == "sms"] == ["1", "1", "1"]
    assert "138" not in "".join(row["addressee_ref"] for row in rows)

    assert call("deliveries", "reconcile", signed, "--json").data["unknown"] == 0
    before = call("campaign", "status", signed, "--json").data["deliveries"]
    assert call("funnel", "rebuild", "--json").status == 0
    assert (
        sum(count for state, count in before.items() if state != "planned")
        == before["planned"]
        == 6
    )


def test_a_wrong_token_pauses_and_is_said_and_the_right_one_goes_on(
    call: Call, signed: str, carrier: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_TWILIO_AUTH_TOKEN", "wrong")
    told = call("campaign", "run", signed, "--now", "--json")
    assert (told.status, told.data["status"]) == (1, "paused")
    assert told.data["stopped_by"]["code"] == "cli.carrier_fault"
    assert "20003" in told.data["stopped_by"]["message_en"]
    monkeypatch.setenv("OUTREACH_TWILIO_AUTH_TOKEN", carrier.account.token)
    assert call("campaign", "resume", signed, "--as", "gan").status == 0
    told = call("campaign", "run", signed, "--now", "--json")
    assert (told.status, told.data["channels"]["sms"]["handed_over"]) == (0, 3)


def test_a_carrier_that_is_down_is_said_and_nothing_is_lost(
    call: Call, signed: str, data: Path, carrier: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = carrier.base_url
    monkeypatch.setenv("OUTREACH_TWILIO_BASE_URL", "http://127.0.0.1:9")
    told = call("campaign", "run", signed, "--now", "--json")
    assert (told.status, told.data["deliveries"]["waiting"]) == (1, 3)
    assert [(one["code"], one["count"]) for one in told.data["held_up"]] == [
        ("channels.connect", 3)
    ]
    monkeypatch.setenv("OUTREACH_TWILIO_BASE_URL", address)
    with closing(sqlite3.connect(data / "outreach.db")) as connection, connection:
        connection.execute("UPDATE delivery_again SET due_at = datetime('now', '-1 minute')")
    told = call("campaign", "run", signed, "--now", "--json")
    assert (told.status, told.data["channels"]["sms"]["handed_over"]) == (0, 3)


def test_a_missing_twilio_setting_is_named(
    call: Call, signed: str, carrier: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_TWILIO_AUTH_TOKEN", "")
    told = call("campaign", "run", signed, "--now", "--json")
    assert (told.status, told.code) == (1, "channels.twilio.setting")


def test_pause_resume_and_cancel(call: Call, signed: str) -> None:
    assert call("campaign", "run", signed, "--json").data["status"] == "running"
    assert call("campaign", "pause", signed, "--json").data["status"] == "paused"
    assert call("campaign", "pause", signed, "--json").code == "campaigns.wrong_state"
    assert call("campaign", "resume", signed, "--json").data["status"] == "running"
    assert call("campaign", "cancel", signed, "--json").data["status"] == "cancelled"
    assert call("campaign", "cancel", signed).status == 0
    assert call("campaign", "run", "nothing", "--json").code == "campaigns.unknown"


def test_reconcile_asks_for_no_setting_when_nothing_is_in_doubt(call: Call, signed: str) -> None:
    told = call("deliveries", "reconcile", signed, "--json")
    assert (told.status, told.data["asked"], told.data["unknown"]) == (0, 0, 0)


def test_reconcile_finds_what_the_carrier_took_without_a_word(
    call: Call,
    data: Path,
    order: Callable[..., Path],
    carrier: SandboxServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A number that ends in 0003: the message is taken, then the connection is dropped."""
    header, first, *_ = PEOPLE.splitlines()
    row = first.replace("13812341234", "13800000003")
    (tmp_path / "list.csv").write_text(f"{header}\n{row}\n", "utf-8")
    assert call("people", "import", tmp_path / "list.csv", "--json").data["changed"] == 1
    sign(call, order, tmp_path)
    monkeypatch.setenv("OUTREACH_RECONCILE_AFTER", "7200")
    told = call("campaign", "run", "winter", "--now", "--json")
    assert (told.status, told.data["deliveries"]["unknown"]) == (0, 1)
    early = call("deliveries", "reconcile", "winter", "--json").data
    assert (early["asked"], early["unknown"]) == (0, 1)  # it could still be on its way
    with clock.fixed(clock.now() + timedelta(hours=3)):
        told = call("deliveries", "reconcile", "winter", "--json")
    assert (told.status, told.data["asked"], told.data["unknown"]) == (0, 1, 0)
    assert told.data["channels"]["sms"]["handed_over"] == 3


def test_preview_shows_every_text_with_its_price(
    call: Call, data: Path, order: Callable[..., Path]
) -> None:
    call("campaign", "create", order(), "--as", "gan")
    told = call("campaign", "preview", "winter", "--json")
    (step, _) = told.data["steps"]
    assert (step["recipients"], step["parts"]["total"], told.data["cost"]) == (3, 6, 0.3)
    words = call("campaign", "preview", "winter").out
    assert "× 3" in words
    assert "免费健康检查" in words
    assert "phys-65" in words


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["campaign", "submit", "winter", "--as", "nobody"], "access.no_such_user"),
        (["campaign", "submit", "winter", "--as", "zhang"], "access.not_allowed"),
        (["campaign", "submit", "winter", "--as", "wai"], "access.outside_region"),
        (["campaign", "approve", "winter", "--as", "gan"], "access.not_allowed"),
        (["campaign", "run", "winter"], "campaigns.not_signed"),
    ],
    ids=[
        "a stranger",
        "a manager submits",
        "another region",
        "an officer signs",
        "before the signature",
    ],
)
def test_who_may_not(
    words: list[str], code: str, call: Call, data: Path, order: Callable[..., Path]
) -> None:
    assert call("campaign", "create", order(), "--as", "gan").status == 0
    told = call(*words, "--json")
    assert (told.status, told.code) == (1, code)


def test_the_command_line_acts_for_nobody_unless_it_may(
    call: Call, data: Path, order: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OUTREACH_CLI_MAY_ACT")
    told = call("policies", "verify", "phys-65", "--as", "gan", "--json")
    assert (told.status, told.code) == (1, "cli.may_not_act")
    (data / "demo").touch()  # a demonstration may
    assert (
        call("policies", "verify", "phys-65", "--as", "gan", "--json").data["verified_by"] == "gan"
    )


def test_who_wrote_it_never_signs_it(call: Call, signed: str, order: Callable[..., Path]) -> None:
    call("users", "add", "both", "--role", "manager")
    told = call("campaign", "create", order(id="second"), "--as", "both", "--json")
    assert told.code == "access.not_allowed"


def test_a_survey_is_drawn_recorded_and_estimated(call: Call, data: Path, tmp_path: Path) -> None:
    document = tmp_path / "survey.yaml"
    document.write_text(
        "{id: s1, title: 体检知晓率, policy: phys-65, mode: 入户, size: 2, seed: 7}", "utf-8"
    )
    assert call("survey", "create", document, "--json").status == 0
    told = call("survey", "sample", "s1", "--out", tmp_path / "s1.xlsx", "--json")
    assert (told.status, told.data["drawn"]) == (0, 2)
    told = call("survey", "record", "s1", tmp_path / "s1.xlsx", "--json")
    assert (told.status, told.data["pending"]) == (0, 2)
    told = call("survey", "estimate", "s1", "--json")
    assert (told.status, told.data["drawn"], told.data["rate"]) == (0, 2, None)
    assert "样本不足" in call("survey", "estimate", "s1").out
    assert call("survey", "estimate", "s2", "--json").code == "fieldwork.unknown"


def test_a_worker_ticks_what_happened_at_a_door(
    call: Call, signed: str, carrier: SandboxServer, data: Path, tmp_path: Path
) -> None:
    assert call("campaign", "run", signed, "--now", "--json").status == 0
    assert call("flyers", "print", signed, "--out", tmp_path / "prints", "--json").status == 0
    with closing(sqlite3.connect(data / "outreach.db")) as connection:
        (delivery,) = connection.execute(
            "SELECT delivery_id FROM delivery_state JOIN step ON step.id = step_id "
            "WHERE channel = 'flyer' AND state = 'accepted' LIMIT 1"
        ).fetchone()
    told = call("deliveries", "tick", str(delivery), "told", "--as", "gan", "--json")
    assert (told.status, told.data["state"]) == (0, "delivered")
    with closing(sqlite3.connect(data / "outreach.db")) as connection:
        facts = {row[0] for row in connection.execute("SELECT fact FROM reach")}
    assert "in_person" in facts
    assert (
        call("deliveries", "tick", str(delivery), "flew", "--as", "gan", "--json").code
        == "deliveries.visit_outcome"
    )
    assert (
        call("deliveries", "tick", "999999", "told", "--as", "gan", "--json").code
        == "deliveries.unknown"
    )
