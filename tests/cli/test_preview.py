"""`outreach gaps` and `outreach matrix` on a small installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Call


def test_what_would_settle_the_unknown_ones(call: Call, data: Path) -> None:
    told = call("gaps", "--policy", "dibao", "--json")
    assert told.status == 0, told.err
    found = told.data
    assert found["likely"] + found["unknown"] + found["not"] + found["blocked"] == 3
    assert found["gaps"]
    for gap in found["gaps"]:
        assert set(gap) == {"kind", "name", "alone", "among", "text"}
        assert 0 <= gap["alone"] <= gap["among"] <= found["unknown"]
    nobody = call("gaps", "--policy", "dibao", "--region", "43", "--json").data
    assert nobody["gaps"] == []
    assert "可确认" in call("gaps", "--policy", "dibao").out


def test_people_and_policies(call: Call, data: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "matrix.xlsx"
    told = call("matrix", "--region", "110101001001", "--out", sheet, "--json")
    assert told.status == 0, told.err
    found = told.data
    assert found["people"] == 3 == sum(one["people"] for one in found["by_number"])
    assert found["no_channel"] == {"people": 0, "by_reason": [], "with_policy": 0}
    assert sheet.stat().st_size
    assert found["households"] == 3 - found["no_policy"]["likely"]
    one = call("matrix", "--policy", "phys-65", "--json").data
    assert [each["policy"] for each in one["policies"]] == ["phys-65"]
    assert "3 人" in call("matrix").out


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("matrix", "--region", "somewhere"), 2),
        (("gaps", "--policy", "no-such"), 1),
        (("gaps", "--policy", "phys-65", "--segment", "no-such"), 1),
        (("matrix", "--policy", "no-such"), 1),
    ],
)
def test_bad_input_is_told(call: Call, data: Path, words: tuple[str, ...], status: int) -> None:
    assert call(*words, "--json").status == status
