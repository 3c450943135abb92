"""`people import`: encodings and passwords on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from msoffcrypto.format.ooxml import OOXMLFile

from tests.cli.conftest import Call
from tests.people.office import workbook

HEADER = ["姓名", "身份证号", "现住地区"]
ROW = ["赵六", "110101196001010011", "110101001001"]


def test_the_encoding_is_said_with_its_reason_and_may_be_chosen(
    call: Call, data: Path, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{','.join(HEADER)}\n{','.join(ROW)}\n", "gb18030")
    told = call("people", "import", path, "--dry-run")
    assert (told.status, "GB18030" in told.out.splitlines()[0]) == (0, True)
    told = call("people", "import", path, "--encoding", "utf-8", "--json")
    assert (told.status, told.code) == (1, "people.encoding_broken")
    assert told.data["error"]["params"]["line"] == 1
    told = call("people", "import", path, "--encoding", "gbk", "--json")
    assert (told.status, told.data["new"]) == (0, 1)
    told = call("people", "import", path, "--encoding", "morse", "--json")
    assert (told.status, told.code) == (1, "people.encoding_unknown")


def test_a_locked_workbook_asks_for_its_password(
    call: Call, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, path = workbook(tmp_path, {"名单": [HEADER, ROW]}), tmp_path / "锁.xlsx"
    with plain.open("rb") as source, path.open("wb") as target:
        OOXMLFile(source).encrypt("开门123", target)
    assert call("people", "import", path, "--json").code == "people.file_password"
    typed = iter(["错了", "开门123"])
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(typed))
    wrong = call("people", "import", path, "--ask-password", "--json")
    assert (wrong.code, "错了" in wrong.out + wrong.err) == ("people.file_password_wrong", False)
    told = call("people", "import", path, "--ask-password", "--json")
    assert (told.status, told.data["new"]) == (0, 1)
    kept = [
        one for one in data.rglob("*") if one.is_file() and "开门123".encode() in one.read_bytes()
    ]
    assert kept == []
