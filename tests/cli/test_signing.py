"""Signing from the command line: level by level, on paper, over a check, and what is left when it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, update

from outreach import clock
from outreach.models.people import ImportRun
from tests import town
from tests.campaigns.signing.scans import scanned
from tests.cli.conftest import LOCAL, Call

ME = ("--as", "gan", "--json")


@pytest.fixture
def submit(
    call: Call, data: Path, order: Callable[..., Path], tmp_path: Path
) -> Callable[..., dict[str, Any]]:
    """A campaign that the officer wrote and submitted."""

    def made(**changes: object) -> dict[str, Any]:
        local = tmp_path / "local.yaml"
        local.write_text(LOCAL, "utf-8")
        for words in (
            ("policies", "fill", "phys-65", local, "--region", "110101", "--as", "gan"),
            ("policies", "verify", "phys-65", "--as", "gan"),
            ("policies", "sign", "phys-65", "--department", "卫生健康局", "--as", "gan"),
            ("campaign", "create", order(**changes), "--as", "gan"),
            ("users", "add", "shen", "--role", "officer"),
            ("users", "add", "qian", "--role", "manager"),
        ):
            told = call(*words)
            assert told.status == 0, told.err
        return call("campaign", "submit", "winter", *ME).data

    return made


def test_levels_are_signed_one_after_the_other(call: Call, submit: Callable[..., Any]) -> None:
    assert submit(chain="four-levels")["chain"] == "four-levels"
    first = call("campaign", "approve", "winter", "--as", "shen", "--json").data
    assert (first["status"], first["level"], first["missing"]) == (
        "submitted",
        "department",
        ["publicity", "sign"],
    )
    assert (
        call("campaign", "approve", "winter", "--as", "shen", "--json").code
        == "signing.signed_before"
    )
    assert call("campaign", "approve", "winter", "--as", "zhang", "--json").status == 0
    assert (
        call("campaign", "approve", "winter", "--as", "shen", "--json").code == "access.not_allowed"
    )
    last = call("campaign", "approve", "winter", "--as", "qian", "--json").data
    assert (last["status"], last["missing"]) == ("approved", [])
    said = call("campaign", "status", "winter").out
    assert f"{clock.here(clock.now()):%Y-%m-%d %H:}" in said  # as the clock on the wall says it
    assert "UTC" not in said
    chain = call("campaign", "status", "winter", "--json").data["chain"]
    assert [(one["level"], one["by"]) for one in chain] == [
        ("department", "shen"), ("publicity", "zhang"), ("sign", "qian"),
    ]  # fmt: skip


def test_it_goes_back_with_a_reason(call: Call, submit: Callable[..., Any]) -> None:
    submit()
    assert (
        call("campaign", "return", "winter", "--note", " ", "--as", "zhang", "--json").status == 1
    )
    told = call("campaign", "return", "winter", "--note", "第二句太长", "--as", "zhang", "--json")
    assert told.data["status"] == "draft"
    assert call("campaign", "status", "winter", "--json").data["status"] == "draft"


def test_a_signed_paper_is_recorded_by_a_second_person(
    call: Call, submit: Callable[..., Any], tmp_path: Path
) -> None:
    submit()
    printed, paper = tmp_path / "slip.pdf", tmp_path / "签字.jpg"
    assert call("campaign", "slip", "winter", "--out", printed, "--as", "gan").status == 0
    paper.write_bytes(scanned(printed.read_bytes(), "JPEG"))
    words = ("campaign", "paper", "winter", paper, "--level", "sign", "--signer", "张帆", "--json")
    today = clock.today(town.ZONE).isoformat()
    assert call(*words, "--on", "2020-01-01", "--as", "shen").code == "signing.paper_day"
    assert call(*words, "--on", today, "--as", "gan").code == "campaigns.same_person"
    told = call(*words, "--on", today, "--as", "shen")
    assert (told.data["status"], told.data["signer"], told.data["by"]) == (
        "approved",
        "张帆",
        "shen",
    )
    (place,) = call("campaign", "status", "winter", "--json").data["chain"]
    assert (place["by"], place["paper"], place["recorded_by"]) == ("张帆", True, "shen")


def test_a_file_that_is_not_there_is_no_paper(
    call: Call, submit: Callable[..., Any], tmp_path: Path
) -> None:
    submit()
    words = ("--level", "sign", "--signer", "张帆", "--on", "2026-11-23", "--as", "shen", "--json")
    told = call("campaign", "paper", "winter", tmp_path / "x.pdf", *words)
    assert (told.status, told.code) == (1, "signing.paper_broken")


def test_an_old_register_is_let_pass_with_a_reason(
    call: Call, submit: Callable[..., Any], data: Path
) -> None:
    engine = create_engine(f"sqlite:///{data / 'outreach.db'}")
    with engine.begin() as connection:
        connection.execute(update(ImportRun).values(finished_at=datetime(2020, 1, 1, tzinfo=UTC)))
    engine.dispose()
    assert submit()["error"]["code"] == "preflight.register_old"
    told = call("campaign", "preflight", "winter", "--json")
    assert told.status == 1
    (stop,) = told.data["stops"]
    assert (stop["code"], stop["subject"], stop["state"]) == (
        "preflight.register_old",
        "register",
        "2020-01-01",
    )
    words = ("campaign", "pass", "winter", "--check", stop["code"], "--subject", "register")
    assert call(*words, "--reason", "公安局下周才给", *ME).data["state"] == "2020-01-01"
    assert call("campaign", "submit", "winter", *ME).data["status"] == "submitted"
    again = call("campaign", "preflight", "winter", "--step", "1", "--json")
    assert (again.status, again.data["passed"][0]["reason"]) == (0, "公安局下周才给")
    assert (
        call("campaign", "preflight", "winter", "--step", "9", "--json").code == "preflight.no_step"
    )


def test_cancelling_says_what_is_left(call: Call, submit: Callable[..., Any]) -> None:
    submit(steps=[{"channel": "flyer"}, {"channel": "flyer", "after": 1}])
    assert call("campaign", "approve", "winter", "--as", "zhang").status == 0
    assert call("campaign", "run", "winter", "--now", "--as", "gan", "--json").status == 0
    paused = call("campaign", "pause", "winter", *ME).data["remainder"]
    assert paused["planned"] == paused["not_sent"] > 0
    told = call("campaign", "cancel", "winter", *ME).data
    left = told["remainder"]
    assert left["planned"] == left["skipped"] == told["deliveries"]["planned"]
    assert (left["not_sent"], [one["fired"] for one in left["steps"]]) == (0, [True, False])
