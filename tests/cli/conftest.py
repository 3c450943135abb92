"""A fresh data folder per test, and the command line called in this process."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from outreach import cli

REGIONS = """code,name
11,北京市
110101,东城区
110101001,东华门街道
110101001001,多福巷社区
"""
PEOPLE = """姓名,身份证号,手机号码,户号,与户主关系,住址,现住地区,户籍地,户口性质
张三,110101195001010017,13812341234,1,户主,1栋1单元101,110101001001,110101,农业
李四,110101194001010012,13912341235,2,户主,1栋2单元102,110101001001,110101,农业
王五,110101194801010010,13912341236,3,户主,2栋1单元103,110101001001,110101,农业
"""
TWILIO = ("OUTREACH_TWILIO_ACCOUNT_SID", "OUTREACH_TWILIO_AUTH_TOKEN", "OUTREACH_TWILIO_FROM")
LOCAL = """facts:
  amount: {status: local, text: 每年免费体检一次, value: 1, unit: 次/年}
  where: 镇卫生院
  window: {text: 每年一次，时间听卫生院通知}
"""


@dataclass(frozen=True)
class Told:
    """What one call said."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The object on the last line of standard output."""
        read: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return read

    @property
    def code(self) -> str:
        """The code of the problem that was reported."""
        return str(self.data["error"]["code"])


Call = Callable[..., Told]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OUTREACH_")]:
        if name != "OUTREACH_TEST_DATABASE_URL":
            monkeypatch.delenv(name)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """`call("match", "--json")`: the command without an installation."""

    def one(*words: object) -> Told:
        capsys.readouterr()
        status = cli.run([str(word) for word in words])
        out, err = capsys.readouterr()
        return Told(status, out, err)

    return one


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated folder with regions, policies, three people and three users; copied, never used."""
    folder = tmp_path_factory.mktemp("prepared")
    data = folder / "data"
    (folder / "regions.csv").write_text(REGIONS, "utf-8")
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    with pytest.MonkeyPatch.context() as patch:  # with them, migrate adds an account for SMS
        for name in TWILIO:
            patch.setenv(name, "x")
        assert cli.run(["--data", str(data), "migrate"]) == 0
    for words in (
        ["regions", "import", str(folder / "regions.csv")],
        ["policies", "load"],
        ["people", "import", str(folder / "people.csv")],
        ["users", "add", "gan", "--role", "officer"],
        ["users", "add", "zhang", "--role", "manager"],
        ["users", "add", "wai", "--role", "officer", "--region", "310101"],
    ):
        assert cli.run(["--data", str(data), *words]) == 0
    return data


@pytest.fixture
def data(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of one's own, and the settings of an office that lets the command line act."""
    folder = tmp_path / "data"
    shutil.copytree(prepared, folder, ignore=shutil.ignore_patterns("*.lock"))
    monkeypatch.setenv("OUTREACH_DATA_DIR", str(folder))
    monkeypatch.setenv("OUTREACH_REGION", "110101")
    monkeypatch.setenv("OUTREACH_CLI_MAY_ACT", "1")
    return folder


@pytest.fixture
def order(tmp_path: Path) -> Callable[..., Path]:
    """Writes a campaign's file; keywords replace keys."""

    def write(**changes: object) -> Path:
        document = {
            "id": "winter",
            "title": "冬季体检",
            "policies": ["phys-65"],
            "office": "东城区卫健局",
            "valid_until": "2027-02-28",
            "budget": 500,
            "ignore_quiet_hours": {"reason": "测试"},
            "steps": [{"channel": "sms"}, {"channel": "flyer", "after": 1}],
            **changes,
        }
        path = tmp_path / "campaign.yaml"
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")  # JSON is YAML
        return path

    return write


def sign(call: Call, order: Callable[..., Path], folder: Path) -> str:
    """A campaign that the officer wrote and submitted and the manager signed."""
    local = folder / "local.yaml"
    local.write_text(LOCAL, "utf-8")
    for words in (
        ["policies", "fill", "phys-65", local, "--region", "110101", "--as", "gan"],
        ["policies", "verify", "phys-65", "--as", "gan"],
        ["policies", "sign", "phys-65", "--department", "卫生健康局", "--as", "gan"],
        ["campaign", "create", order(), "--as", "gan"],
        ["campaign", "submit", "winter", "--as", "gan"],
        ["campaign", "approve", "winter", "--as", "zhang"],
    ):
        told = call(*words)
        assert told.status == 0, told.err
    return "winter"


@pytest.fixture
def signed(call: Call, data: Path, order: Callable[..., Path], tmp_path: Path) -> str:
    """The same in a fresh data folder."""
    return sign(call, order, tmp_path)
