"""Bad input: each gets a code, words in both languages, its place, and leaves nothing half written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Call

HEADER = "姓名,身份证号,出生日期,性别,人员类别\n"
GOOD = "110101195001010017"


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe\x00", "people.file_not_spreadsheet", "list.xlsx"),
        (b"PK\x03\x04 cut off", "people.file_not_spreadsheet", "list.xlsx"),
        (b"", "people.file_empty", "list.xlsx"),
        ("姓名,电话\n张三,1\n".encode(), "people.missing_column", "身份证号"),
        (f"姓名,姓名,身份证号\n张三,张三,{GOOD}\n".encode(), "people.duplicate_header", "姓名"),
    ],
    ids=["a picture", "half a workbook", "an empty file", "a missing column", "a duplicate header"],
)
def test_a_file_that_cannot_be_read(
    content: bytes, code: str, place: str, call: Call, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.xlsx").write_bytes(content)
    told = call("people", "import", tmp_path / "list.xlsx", "--json")
    assert (told.status, told.code) == (1, code)
    error = told.data["error"]
    assert place in error["message"]
    assert error["message_en"] != error["message"]
    assert error["message"] in told.err
    assert error["message_en"] in told.err


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"张三,{GOOD},,,住城堡的人", "人员类别"),
        ("张三,,2020-02-30,男,", "出生日期"),
        (f"张三,{GOOD},1950-01-02,,", "出生日期"),
        (f"张三,{GOOD},,女,", "性别"),
        ("张三,110101195001010018,,,", "身份证号"),
    ],
    ids=[
        "an unknown circumstance",
        "an impossible date",
        "an ID against the birth date",
        "an ID against the sex",
        "a wrong check digit",
    ],
)
def test_a_row_that_cannot_be_taken_is_named_and_nothing_is_written(
    row: str, column: str, call: Call, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_text(f"{HEADER}{row}\n", "utf-8")
    told = call("people", "import", tmp_path / "list.csv", "--json")
    assert told.status == 1
    (problem,) = told.data["errors"]
    assert (problem["row"], problem["column"]) == (2, column)
    assert problem["message"]
    assert problem["code"].startswith(("people.", "segments."))
    assert (told.data["accepted"], told.data["rejected"]) == (0, 1)
    total = call("match", "--policy", "phys-65", "--json").data
    assert sum(total[key] for key in ("likely", "unknown", "not", "blocked")) == 3


def test_strict_writes_nothing_when_one_row_is_bad(call: Call, data: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"{HEADER}赵六,110101196001010011,,,\n钱七,1,,,\n", "utf-8")
    told = call("people", "import", tmp_path / "list.csv", "--strict", "--json")
    assert (told.status, told.data["rejected"]) == (1, 1)
    total = call("match", "--policy", "phys-65", "--json").data
    assert sum(total[key] for key in ("likely", "unknown", "not", "blocked")) == 3


POLICY = """id: own
official_name: 本地补贴
plain_name: 本地补贴
domain: elderly
office: 民政局
source: {{title: 文件, number: 一号}}
rule:
  all: [{{field: {field}, op: "{op}", value: 80}}]
"""


@pytest.mark.parametrize("command", ["load", "check"])
@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (POLICY.format(field="height", op=">="), "segments.unknown_field", "all[0].field"),
        (POLICY.format(field="age", op="=~"), "segments.unknown_op", "all[0].op"),
        (POLICY.format(field="age", op=">=") + "colour: red\n", "policies.unknown_key", "colour"),
        (
            POLICY.format(field="age", op=">=") + "verified_by: 我\n",
            "policies.claims_verification",
            "own.yaml",
        ),
        ("- a\n- b\n", "policies.not_a_mapping", "own.yaml"),
        ("a: [", "policies.not_yaml", "own.yaml"),
    ],
    ids=["a field", "an operator", "a key", "a verification", "a list", "no YAML"],
)
def test_a_policy_file_with_a_mistake(
    command: str, content: str, code: str, place: str, call: Call, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "own.yaml").write_text(content, "utf-8")
    told = call("policies", command, tmp_path / "own.yaml", "--json")
    assert told.status == 1
    error = told.data["error"] if command == "load" else told.data["errors"][0]
    assert error["code"] == code
    assert place in error["message"] + str(error["params"])
    assert error["message_en"]
    assert "own" not in {one["id"] for one in call("policies", "list", "--json").data["policies"]}


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"colour": "red"}, "campaigns.unknown_key", "colour"),
        ({"office": ""}, "campaigns.missing_key", "office"),
        ({"steps": [{"channel": "pigeon"}]}, "campaigns.bad_value", "steps[1].channel"),
        ({"valid_until": "soon"}, "campaigns.bad_value", "valid_until"),
        ({"policies": ["nothing"]}, "policies.unknown", "nothing"),
        ({"written_dialects": True}, "campaigns.switch_needs_reason", "campaign.yaml"),
    ],
    ids=["a key", "a missing key", "a channel", "a date", "a policy", "dialects without a reason"],
)
def test_a_campaign_file_with_a_mistake(
    changes: dict[str, object],
    code: str,
    place: str,
    call: Call,
    data: Path,
    order: Callable[..., Path],
) -> None:
    told = call("campaign", "create", order(**changes), "--json")
    assert (told.status, told.code) == (1, code)
    assert place in told.data["error"]["message"]
    assert call("campaign", "list", "--json").data["campaigns"] == []


def test_a_campaign_without_a_text_cannot_be_submitted(
    call: Call, data: Path, order: Callable[..., Path]
) -> None:
    assert call("campaign", "create", order(policies=["hpv"])).status == 0
    assert call("policies", "verify", "hpv", "--as", "gan").status == 0
    preview = call("campaign", "preview", "winter", "--json")
    assert preview.status == 0
    assert "campaigns.no_text" in {one["code"] for one in preview.data["missing"]}
    told = call("campaign", "submit", "winter", "--as", "gan", "--json")
    assert told.status == 1
    assert call("campaign", "status", "winter", "--json").data["status"] == "draft"


def test_a_mapping_that_is_no_mapping(call: Call, data: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"{HEADER}张三,{GOOD},,,\n", "utf-8")
    (tmp_path / "map.json").write_text("[1]", "utf-8")
    told = call(
        "people", "import", tmp_path / "list.csv", "--mapping", tmp_path / "map.json", "--json"
    )
    assert (told.status, told.code) == (1, "cli.mapping")


def test_a_region_list_with_a_wrong_row_is_not_written(
    call: Call, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "r.csv").write_text("code,name\n110101002,景山街道\n12345,没有\n", "utf-8")
    told = call("regions", "import", tmp_path / "r.csv", "--json")
    assert (told.status, [one["row"] for one in told.data["errors"]]) == (1, [3])
    (tmp_path / "r.csv").write_text("code,name\n110101002,景山街道\n", "utf-8")
    assert call("regions", "import", tmp_path / "r.csv", "--json").data["new"] == 1
