"""`outreach calculate`: with and without an installation, for a person and for a household."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call


def written(folder: Path, data: object) -> Path:
    path = folder / "facts.json"
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    return path


def tiers(found: list[dict[str, Any]]) -> dict[str, str]:
    return {one["policy"]: one["tier"] for one in found}


OLD = {"birth": "1944-03-01", "hukou": "here", "residence": "here"}


@pytest.fixture(autouse=True)
def _nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_person_needs_no_installation(call: Call, tmp_path: Path) -> None:
    told = call("calculate", "--facts", written(tmp_path, OLD), "--on", "2026-11-24", "--place", "431226", "--json")  # fmt: skip
    assert told.status == 0
    assert tiers(told.data["results"])["elder-80"] == "maybe"
    assert tiers(told.data["results"])["childcare-2025"] == "no"
    first = told.data["results"][0]
    assert {"answer", "met", "failed", "missing", "check", "becomes_true_on", "ends_on"} <= set(
        first
    )
    assert {"amount", "bring", "where", "phone", "words", "asks"} <= set(first)
    assert told.data["next"]["question"]
    assert (told.data["place"], told.data["on"]) == ("431226", "2026-11-24")
    assert list(tmp_path.iterdir()) == [tmp_path / "facts.json"], "nothing is kept"


def test_people_read_it_too(call: Call, tmp_path: Path) -> None:
    told = call("calculate", "--facts", written(tmp_path, OLD), "--place", "431226")
    assert "可能符合，请核实  80岁高龄津贴（elder-80）" in told.out
    assert "再问一句最管用" in told.out
    assert "不符合" not in told.out


def test_a_household_is_answered_member_by_member(call: Call, tmp_path: Path) -> None:
    data = {
        "facts": {"hukou": "here", "residence": "here"},
        "members": [
            {"relation": "本人", "facts": {"birth": "1944-03-01"}},
            {"relation": "孙女", "facts": {"birth": "2025-03-01"}},
        ],
    }
    words = ("calculate", "--household", written(tmp_path, data), "--on", "2026-11-24")
    told = call(*words, "--place", "431226", "--json").data
    assert [one["relation"] for one in told["members"]] == ["本人", "孙女"]
    both = {one["policy"]: one["members"] for one in told["together"]}
    assert both["elder-80"][0] == {"member": 0, "tier": "maybe"}
    assert both["childcare-2025"] == [{"member": 1, "tier": "maybe"}]
    assert "养娃补贴（childcare-2025）  孙女" in call(*words, "--place", "431226").out


def test_where_there_is_an_installation_its_policies_count(
    call: Call, data: Path, tmp_path: Path
) -> None:
    facts = written(tmp_path, OLD)
    assert "elder-80" in tiers(call("calculate", "--facts", facts, "--json").data["results"])
    assert call("policies", "withdraw", "elder-80", "--as", "gan", "--json").status == 0
    told = call("calculate", "--facts", facts, "--json").data
    assert "elder-80" not in tiers(told["results"])
    assert told["place"] == "110101"
    assert call("calculate", "--facts", facts, "--place", "4312", "--json").code == "calculator.place_outside"  # fmt: skip


@pytest.mark.parametrize(
    ("words", "data", "code", "key"),
    [
        (["--facts"], {"age": "x"}, "calculator.bad_age", "age"),
        (["--facts"], {"height": 3}, "segments.unknown_fact", "height"),
        (["--household"], {"members": [{}, {"facts": {"sex": "?"}}]}, "segments.bad_sex_fact", "members[1].facts.sex"),
        (["--place", "43x", "--facts"], {}, "calculator.bad_place", None),
    ],
)  # fmt: skip
def test_what_cannot_be_read_names_its_key(
    call: Call, tmp_path: Path, words: list[str], data: object, code: str, key: str | None
) -> None:
    told = call("calculate", *words, written(tmp_path, data), "--json")
    assert (told.status, told.code) == (1, code)
    assert told.data["error"]["params"].get("key") == key


def test_one_of_the_two_files(call: Call, tmp_path: Path) -> None:
    facts = written(tmp_path, OLD)
    assert call("calculate", "--json").status == 2
    assert call("calculate", "--facts", facts, "--household", facts, "--json").status == 2
