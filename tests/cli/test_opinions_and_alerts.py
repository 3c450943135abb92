"""`outreach opinions …` and `outreach alerts …` as an operator calls them."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Call, Told


@pytest.fixture
def ask(call: Call) -> Call:
    """A call whose answer is JSON."""

    def one(*words: object) -> Told:
        return call(*words, "--json")

    return one


def sheet(path: Path, *rows: tuple[str, ...]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (("内容", "来源", "联系方式"), *rows):
        book.active.append(list(row))
    book.save(path)
    return path


def test_opinions_from_a_sheet_to_the_answer(ask: Call, data: Path, tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "热线.xlsx", ("中午没人", "", "13800000199"), ("周末也办吧", "入户", "")
    )
    first = ask("opinions", "import", str(path))
    assert (first.status, first.data["rows"]) == (0, 2)
    assert ask("opinions", "import", str(path)).data["opinions"] == first.data["opinions"]
    listed = ask("opinions", "list").data["opinions"]
    assert [(one["source"], one["text"]) for one in listed] == [
        ("hotline", "中午没人"), ("door", "周末也办吧"),
    ]  # fmt: skip
    key = str(listed[0]["id"])
    assert ask("opinions", "show", key).data["contact"] == "138****0199"
    assert ask("opinions", "take", key).data["state"] == "taken"
    assert ask("opinions", "answer", key, "中午有人了").data["answer"] == "中午有人了"
    assert ask("opinions", "close", key).data["state"] == "closed"
    assert ask("opinions", "close", key, "--undo").data["state"] == "taken"
    assert ask("opinions", "close", key).code == "opinions.close_note"
    assert len(ask("opinions", "show", key).data["history"]) == 5
    out = tmp_path / "意见.xlsx"
    assert ask("opinions", "list", "--state", "all", "--out", str(out)).data["rows"] == 2
    assert out.exists()
    assert ask("opinions", "list", "--late").data["opinions"] == []
    assert ask("opinions", "list", "--state", "lost").code == "opinions.state"
    assert ask("opinions", "show", "99").code == "opinions.unknown"


def test_a_bad_row_keeps_the_whole_sheet_out(ask: Call, data: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path / "热线.xlsx", ("中午没人", "", ""), ("周末", "微信", ""))
    told = ask("opinions", "import", str(path))
    assert (told.status, told.code) == (1, "opinions.rows")
    assert "第 3 行：来源“微信”不认识" in told.err
    assert ask("opinions", "list").data["opinions"] == []


def test_a_look_and_who_is_told(ask: Call, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = ask("alerts", "check")
    assert looked.status == (1 if looked.data["open"] else 0)
    assert ask("alerts", "list").data["alerts"] == [
        {**one, "told": []} for one in looked.data["alerts"]
    ]
    assert ask("alerts", "seen", "99").code == "alerts.unknown"
    assert ask("alerts", "to", "add", "宣传股").code == "alerts.target_kind"
    assert ask("alerts", "to", "add", "宣传股", "--email", "zhou").code == "alerts.email"
    assert ask("alerts", "to", "add", "宣传股", "--email", "zhou@example.cn").status == 0
    ask("accounts", "add", "alarm", "--channel", "group", "--provider", "wecom")
    monkeypatch.setattr("sys.stdin", io.StringIO("robot-9000\n"))
    assert ask("alerts", "to", "add", "工作群", "--robot", "alarm").data["kind"] == "robot"
    found = ask("alerts", "to", "list").data["targets"]
    assert [(one["name"], one["address"]) for one in found] == [
        ("宣传股", "z***@example.cn"), ("工作群", "…9000"),
    ]  # fmt: skip
    assert ask("alerts", "to", "end", "宣传股").status == 0
    assert ask("alerts", "to", "end", "宣传股").code == "alerts.target_unknown"


def test_a_wrong_mail_server_is_one_line(
    ask: Call, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_SMTP_URL", "mail.example.cn")
    told = ask("alerts", "list")
    assert (told.status, told.code) == (2, "settings.smtp_url")
    assert "smtp://" in told.err
