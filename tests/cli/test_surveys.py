"""Planning a survey from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Call


def test_a_size_needs_no_installation(call: Call) -> None:
    told = call("survey", "size", "--margin", "0.05", "--population", "20000", "--deff", "1.5", "--response", "0.6", "--json")  # fmt: skip
    assert (told.status, told.data["draw"], told.data["interviews"]) == (0, 935, 561)
    assert "294 人" in call("survey", "size", "--before", "0.7", "--after", "0.8").out
    assert call("survey", "size", "--json").code == "sizing.one_question"


def test_a_sample_with_a_reserve_is_drawn_shown_and_closed(
    call: Call, data: Path, tmp_path: Path
) -> None:
    document = tmp_path / "survey.yaml"
    document.write_text(
        "{id: s1, title: 体检知晓率, policy: phys-65, mode: 入户, size: 2, seed: 7, reserve: 0.5, batches: 1}", "utf-8"
    )  # fmt: skip
    told = call("survey", "create", document, "--json")
    assert (told.status, told.data["size"]) == (0, 2)
    assert call("survey", "show", "s1", "--json").data["state"] == "planned"
    assert call("survey", "close", "s1", "--json").code == "fieldwork.not_drawn"
    assert call("survey", "sample", "s1", "--out", tmp_path / "s1.xlsx", "--json").data["drawn"] == 2  # fmt: skip
    shown = call("survey", "show", "s1", "--json")
    assert shown.data["spare"] == [{"stratum": "all", "batch": 1, "people": 1, "released": False}]
    assert shown.data["frame"]["strata"]["all"]["population"] == 3
    assert not any(name in shown.out for name in ("张三", "李四", "王五"))
    assert call("survey", "release", "s1", "--json").data["people"] == 1
    assert call("survey", "release", "s1", "--json").code == "planning.batch_taken"
    assert call("survey", "list", "--json").data["surveys"][0]["drawn"] == 3
    assert call("survey", "close", "s1", "--json").status == 0
    assert "已结束访问" in call("survey", "list").out


def test_volunteers_are_put_on_a_panel_and_taken_off(call: Call, data: Path) -> None:
    assert call("survey", "panel", "add", "体验", "1", "--json").status == 0
    assert call("survey", "panel", "list", "--json").data["panels"] == [{"panel": "体验", "people": 1}]  # fmt: skip
    told = call("survey", "panel", "list", "体验")
    assert "张三" not in told.out
    assert "不代表其他人" in told.out
    assert call("survey", "panel", "end", "体验", "1", "--json").status == 0
    assert call("survey", "panel", "end", "体验", "1", "--json").code == "planning.not_in_group"
    assert call("survey", "panel", "add", "体验", "99", "--json").code == "planning.nobody"
    assert call("survey", "panel", "add", "体验", "张三", "--json").code == "cli.person_ref"
