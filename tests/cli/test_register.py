"""Lists, merges and relations by command: what is said, what is kept from whom, and with which status it ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.cli.conftest import Call, Told
from tests.people.office import csv_file

ZHANG = "110101195001010017"
GROUND = ("--basis", "法定职责", "--purpose", "政策告知")


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: list[str]) -> Path:
        return csv_file(tmp_path, [["姓名", "身份证号"], *rows], "list.csv")

    return write


def bits(data: Path) -> dict[int, tuple[int, int]]:
    engine = create_engine(f"sqlite:///{data / 'outreach.db'}")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT id, circumstances, circumstances_known FROM person"))
        found = {row[0]: (row[1], row[2]) for row in rows}
    engine.dispose()
    return found


def take(call: Call, file: Path, *words: object) -> Told:
    return call("people", "list", file, "--on", "2026-11-01", *GROUND, *words, "--json")


def test_a_list_of_a_circumstance(
    call: Call, data: Path, listed: Callable[..., Path], tmp_path: Path
) -> None:
    back = tmp_path / "back.xlsx"
    file = listed(["张三", ZHANG], ["外人", "110101195001010025"])
    told = take(call, file, "--circumstance", "income.dibao", "--complete", "--returned", back)
    assert told.status == 0, told.err
    counts = {name: told.data[name] for name in ("rows", "matched", "unmatched", "gained", "known")}
    assert counts == {"rows": 2, "matched": 1, "unmatched": 1, "gained": 1, "known": 2}
    assert (told.data["estimate"], told.data["written"]) == (True, True)
    assert told.data["errors"][0]["row"] == 3
    assert back.is_file()
    assert bits(data) == {1: (1, 1), 2: (0, 1), 3: (0, 1)}


def test_a_list_of_who_applied_and_a_list_of_nobody(
    call: Call, data: Path, listed: Callable[..., Path]
) -> None:
    about = ("--policy", "phys-65", "--fact", "applied")
    told = take(call, listed(["张三", ZHANG]), *about)
    assert (told.status, told.data["list"], told.data["gained"]) == (0, "applied:phys-65", 1)
    again = take(call, listed(["张三", ZHANG]), *about, "--dry-run")
    assert (again.data["gained"], again.data["kept"], again.data["written"]) == (0, 1, False)
    nobody = take(call, listed(["外人", "110101195001010025"]), *about)
    assert (nobody.status, nobody.data["written"]) == (1, False)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param((), id="about nothing"),
        pytest.param(("--circumstance", "income.dibao", "--policy", "phys-65"), id="about both"),
        pytest.param(("--policy", "phys-65"), id="about a policy, but not what"),
    ],
)
def test_a_list_says_what_it_is_about(
    call: Call, data: Path, listed: Callable[..., Path], words: tuple[str, ...]
) -> None:
    told = take(call, listed(["张三", ZHANG]), *words)
    assert (told.status, told.code) == (1, "cli.list_what")


def test_a_department_hands_in_its_own_list_and_no_other(
    call: Call, data: Path, listed: Callable[..., Path]
) -> None:
    added = call(
        "users", "add", "minzheng", "--role", "department", "--region", "110101", "--list", "income.dibao", "--json"
    )  # fmt: skip
    assert added.data["lists"] == ["income.dibao"]
    file = listed(["张三", ZHANG])
    own = take(call, file, "--circumstance", "income.dibao", "--as", "minzheng")
    assert own.status == 0, own.err
    other = take(call, file, "--circumstance", "dis.any", "--as", "minzheng")
    assert (other.status, other.code) == (1, "access.list_not_yours")
    manager = take(call, file, "--circumstance", "dis.any", "--as", "zhang")
    assert (manager.status, manager.code) == (1, "access.not_allowed")


def test_relations_and_what_is_odd_about_them(call: Call, data: Path) -> None:
    told = call("people", "guardian", 1, 2, "--json")
    assert told.status == 0
    assert [one["code"] for one in told.data["warnings"]] == ["people.guardian_of_adult"]
    assert call("people", "guardian", 1, "-", "--json").data["warnings"] == []
    assert call("people", "contact", 1, 2, "--as", "gan", "--json").status == 0
    assert call("people", "contact", 1, "x", "--json").code == "cli.person_ref"
    assert call("people", "contact", 1, 2, "--as", "wai", "--json").code == "people.person"
    assert call("people", "unguarded", "--json").data == {"children": []}


def test_a_merge_by_command(call: Call, data: Path, tmp_path: Path) -> None:
    rows = [
        ["姓名", "出生日期", "手机", "现住地区"],
        ["张三", "1950-01-01", "13800000009", "110101001001"],
    ]
    file = csv_file(tmp_path, rows, "more.csv")
    assert call("people", "import", file).status == 0
    found = call("people", "duplicates", "--json").data["duplicates"]
    assert found == [{"keep": 1, "gone": 4, "why": ["birth"]}]
    merge = ("people", "merge", 1, 4, "--as", "gan", "--json")
    assert call(*merge, "--reason", " ").code == "people.merge_reason"
    done = call(*merge, "--reason", "本人核对")
    assert (done.status, done.data["kept"], done.data["gone"]) == (0, 1, 4)
    assert call(*merge, "--reason", "本人核对").code == "people.merge_done"
    assert (
        call("people", "merge", 1, 2, "--as", "gan", "--reason", "x", "--json").code
        == "people.merge_two_documents"
    )
    again = call("people", "import", file, "--json").data
    assert (again["new"], again["rejected"]) == (
        0,
        0,
    )  # the key of the gone record leads to the kept one
    assert call("people", "duplicates", "--json").data == {"duplicates": []}


def test_what_has_ended_is_forgotten_by_command(
    call: Call, data: Path, listed: Callable[..., Path]
) -> None:
    told = take(
        call,
        listed(["张三", ZHANG]),
        "--circumstance",
        "income.dibao",
        "--complete",
        "--expires",
        "2026-11-02",
    )
    assert told.status == 0
    assert call("people", "expire", "--json").data == {"changed": 3}
    assert bits(data) == {1: (0, 0), 2: (0, 0), 3: (0, 0)}


def test_regions_by_command(call: Call, data: Path, tmp_path: Path) -> None:
    names = csv_file(
        tmp_path, [["社区", "网格"], ["多福巷社区", "一网格"], ["", "二网格"]], "grids.csv"
    )
    assert call("regions", "import", names, "--json").data["new"] == 2
    below = call("regions", "list", "110101001001", "--json").data
    assert [one["code"] for one in below["regions"]] == ["11010100100101", "11010100100102"]
    assert below["name"].endswith("多福巷社区")
    spoken = call("regions", "dialect", "110101001", "粤语", "--json").data
    assert (spoken["own"], spoken["dialect"]) == ("yue-Hans", "yue-Hans")
    below = call("regions", "list", "110101001", "--json").data["regions"]
    assert [(one["dialect"], one["own_dialect"]) for one in below] == [("yue-Hans", False)]
    assert call("regions", "dialect", "110101001", "-", "--json").data["dialect"] == "zh-Hans"
    assert (
        call("regions", "dialect", "110101001", "火星话", "--json").code
        == "people.language_unknown"
    )
    assert call("regions", "dialect", "999", "粤语", "--json").code == "people.region_unknown"
