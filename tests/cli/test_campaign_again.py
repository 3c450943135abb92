"""Once more to those who were not reached, and right to those who were told wrong, by command."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outreach.web.sandbox.server import SandboxServer
from tests.cli.conftest import Call, sign


@pytest.fixture
def carrier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """The sandbox carrier on loopback, and the settings that lead there."""
    with SandboxServer(tmp_path / "sandbox.db") as sandbox:
        for name, value in {
            "TWILIO_BASE_URL": sandbox.base_url,
            "TWILIO_ACCOUNT_SID": sandbox.account.sid,
            "TWILIO_AUTH_TOKEN": sandbox.account.token,
            "TWILIO_FROM": "+15005550006",
        }.items():
            monkeypatch.setenv(f"OUTREACH_{name}", value)
        yield sandbox


def deliveries(call: Call, folder: Path) -> list[dict[str, str]]:
    path = folder / "export.csv"
    assert call("deliveries", "export", "winter", "--out", path).status == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.usefixtures("data")
def test_those_who_were_not_at_home_are_visited_again(
    call: Call, order: Callable[..., Path], tmp_path: Path
) -> None:
    sign(call, lambda: order(steps=[{"channel": "visit"}]), tmp_path)
    assert call("campaign", "run", "winter", "--now").status == 0
    first, second, _ = [row["delivery_id"] for row in deliveries(call, tmp_path)]
    assert call("deliveries", "tick", first, "not_home", "--as", "gan").status == 0
    assert call("deliveries", "tick", second, "told", "--as", "gan").status == 0
    ask = ("campaign", "resend", "winter")
    offered = call(*ask, "--step", "1", "--json").data
    assert offered["reasons"] == [{"reason": "not_home", "people": 1, "at_most": False}]
    only = (*ask, "--step", "1", "--only", "not_home", "--json")
    assert call(*only).status == 2  # nobody said who asks
    proposed = call(*only, "--as", "gan").data
    assert (proposed["step"], proposed["people"], proposed["confirmed"]) == (2, 1, False)
    assert call(*ask, "--confirm", "2", "--as", "gan", "--json").code == "access.not_allowed"
    assert call(*ask, "--confirm", "2", "--as", "zhang", "--json").data["confirmed"] is True
    assert call(*ask, "--withdraw", "2", "--as", "gan", "--json").code == "resending.confirmed"
    assert call(*ask, "--json").status == 2
    assert call("campaign", "run", "winter", "--now").status == 0
    rows = deliveries(call, tmp_path)
    assert len(rows) == 4
    assert rows[3]["addressee_ref"] == rows[0]["addressee_ref"]


@pytest.mark.usefixtures("carrier")
def test_a_correction_is_a_draft_for_those_who_got_the_words(
    call: Call, signed: str, tmp_path: Path
) -> None:
    assert call("campaign", "run", signed, "--now").status == 0
    call("campaign", "pause", signed)
    place = "sms/zh-Hans/phys-65"
    told = call(
        "campaign", "correct", signed, "--variant", place, "--out", "right", "--as", "gan", "--json"
    )  # fmt: skip
    assert told.status == 0, told.out
    got = [row for row in deliveries(call, tmp_path) if row["channel"] == "sms"]
    assert told.data["campaign"] == "right"
    assert told.data["steps"] == [{"of": 1, "channel": "sms", "people": len(got)}]
    none = ("campaign", "correct", signed, "--variant", "sms/zh-Hans/none", "--as", "gan", "--json")
    assert call(*none).code == "correcting.not_signed"
