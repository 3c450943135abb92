"""Text messages by a console without an API, through the commands alone."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import Call, sign


@pytest.fixture
def released(call: Call, data: Path, order: Callable[..., Path], tmp_path: Path) -> str:
    """A campaign whose text messages go by file."""
    told = call(
        "accounts", "add", "console", "--channel", "sms", "--provider", "gateway", "--per-second", "1000000",
        "--part-fen", "5", "--rows", "2",
    )  # fmt: skip
    assert told.status == 0, told.err
    assert call("accounts", "set", "console", "--filing", "none").status == 0
    steps = {"steps": [{"channel": "sms", "account": "console"}]}
    ref = sign(call, lambda **more: order(**{**steps, **more}), tmp_path)
    assert call("campaign", "run", ref, "--json").status == 0
    return ref


def rows(path: Path) -> list[list[str]]:
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name("短信")
    return [[str(cell) for cell in row] for row in sheet.to_python()[1:]]


def test_from_a_signed_campaign_to_results(call: Call, released: str, tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{number}.xlsx" for number in (1, 2, 3))
    told = call("deliveries", "handover", released, "--out", first, "--json")
    assert told.status == 0, told.err
    assert (told.data["batch"], told.data["rows"], told.data["more"]) == (1, 2, True)
    assert call("deliveries", "handover", released, "--out", second, "--json").data["rows"] == 1
    told = call("deliveries", "handover", released, "--out", third, "--json")
    assert (told.status, told.data["batch"], told.data["file"]) == (0, None, None)
    assert [one["unknown"] for one in told.data["batches"]] == [2, 1]

    result = tmp_path / "结果.csv"
    with result.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["手机号", "发送结果", "状态码", "提交时间", "单号"])
        for row in rows(first) + rows(second):
            writer.writerow([row[1], "成功", "DELIVRD", "2026-11-26 09:00", row[-1]])
        writer.writerow(["13811112222", "成功", "DELIVRD", "2026-11-26 09:00", ""])
    told = call("deliveries", "settle", released, result, "--as", "gan", "--json")
    assert told.status == 1, "one row is nobody's"
    assert (told.data["raised"], told.data["unknown"]) == ({"delivered": 3}, 0)
    assert [one["code"] for one in told.data["listed"]] == ["gateway.phone_unknown"]
    assert "第 5 行" in call("deliveries", "settle", released, result).out


def test_writing_again_takes_a_person_who_may(call: Call, released: str, tmp_path: Path) -> None:
    assert call("deliveries", "handover", released, "--out", tmp_path / "1.xlsx").status == 0
    again = (
        "deliveries",
        "handover",
        released,
        "--again",
        "1",
        "--json",
        "--out",
        tmp_path / "2.xlsx",
    )
    assert call(*again).code == "gateway.again_needs_person"
    assert call(*again, "--as", "zhang").code == "access.not_allowed"
    assert not (tmp_path / "2.xlsx").exists()
    told = call(*again, "--as", "gan")
    assert (told.status, told.data["rows"]) == (0, 2)
    assert rows(tmp_path / "1.xlsx") == rows(tmp_path / "2.xlsx")


def test_an_account_by_file_is_for_text_messages(call: Call) -> None:
    told = call("accounts", "add", "x", "--channel", "call", "--provider", "gateway", "--json")
    assert (told.status, told.code) == (1, "gateway.only_sms")


def test_without_such_an_account_there_is_nothing_to_hand_over_to(
    call: Call, signed: str, tmp_path: Path
) -> None:
    told = call("deliveries", "handover", signed, "--out", tmp_path / "1.xlsx", "--json")
    assert (told.status, told.code) == (1, "gateway.no_account")
    told = call("deliveries", "settle", signed, tmp_path / "no.csv", "--json")
    assert (told.status, told.code) == (1, "gateway.nothing_to_settle")
