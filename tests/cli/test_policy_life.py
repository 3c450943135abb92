"""`outreach policies …` from the first filling-in to the take-down list, as a script would call it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from outreach.policies.service import starter_catalogue
from tests.cli.conftest import Call

PHYS: dict[str, Any] = yaml.safe_load(
    next(path for path in starter_catalogue() if path.stem == "phys-65").read_text("utf-8")
)
AS = ("--as", "gan")


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """Writes phys-65 with other facts."""

    def write(**facts: object) -> Path:
        path = tmp_path / "phys-65.yaml"
        document = {**PHYS, **facts}
        path.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
        return path

    return write


def row(call: Call, ref: str = "phys-65") -> dict[str, Any]:
    listed = call("policies", "list", "--json").data["policies"]
    return next(one for one in listed if one["id"] == ref)


def test_signed_by_its_department(call: Call, data: Path) -> None:
    assert row(call)["missing_sign_offs"] == ["卫生健康局"]
    assert "待确认：卫生健康局" in call("policies", "list").out
    told = call("policies", "sign", "phys-65", "--department", "教育局", *AS, "--json")
    assert (told.status, told.code) == (1, "policies.not_its_department")
    told = call("policies", "sign", "phys-65", "--department", "卫生健康局", *AS, "--json")
    assert (told.status, told.data["missing"]) == (0, [])
    assert row(call)["missing_sign_offs"] == []
    assert row(call, "dis-care")["sensitivity"] == "sensitive"


def test_a_changed_file_is_compared_and_what_was_lost_is_said(
    call: Call, data: Path, changed: Callable[..., Path], tmp_path: Path
) -> None:
    assert call("policies", "diff", "phys-65", "--json").code == "policies.nothing_before"
    local = tmp_path / "local.yaml"
    local.write_text("parameters: {beds: 3}\nfacts: {where: 县医院}\n", "utf-8")
    parameters = {"beds": {"zh": "床位", "type": "number"}}
    assert call("policies", "load", changed(parameters=parameters), "--json").status == 0
    fill = ("policies", "fill", "phys-65", local, "--region", "110101", *AS)
    assert call(*fill).status == 0
    told = call("policies", "load", changed(where="乡镇卫生院"), "--json")
    (lost, beneath) = told.data["local"]["phys-65"]
    assert (lost["key"], lost["fate"], beneath["key"], beneath["beneath"]) == (
        "beds",
        "gone",
        "where",
        True,
    )
    assert "没有带过来" in call("policies", "history", "phys-65").out
    told = call("policies", "diff", "phys-65", "--json")
    assert (told.data["before"], told.data["after"]) == (2, 3)
    assert {one["key"] for one in told.data["facts"]} == {"where", "parameters"}
    told = call("policies", "diff", "phys-65", "1", "3")
    assert "到哪里办" in told.out
    assert call("policies", "diff", "phys-65", "1", "9", "--json").code == "policies.no_version"
    versions = call("policies", "history", "phys-65", "--json").data["versions"]
    assert [one["version"] for one in versions] == [3, 2, 1]
    assert versions[0]["not_carried"][0]["value"] == 3


def test_reviewed_with_figures(call: Call, data: Path, changed: Callable[..., Path]) -> None:
    assert call("policies", "load", changed(review_due="2026-01-31")).status == 0
    told = call("policies", "reviews", "--on", "2026-02-01", "--json")
    assert [(one["id"], one["overdue"]) for one in told.data["reviews"]] == [("phys-65", True)]
    assert call("policies", "reviews", "--on", "2025-06-01", "--json").data["reviews"] == []
    review = ("policies", "review", "phys-65", *AS, "--json")
    assert call(*review, "--outcome", "change").code == "policies.note_needed"
    assert call(*review, "--outcome", "keep", "--figures", "领取人数").code == "policies.bad_figure"
    told = call(
        *review, "--outcome", "change", "--note", "没有覆盖", "--figures", "领取人数=1,200", "--figures",
        "覆盖面=0.7", "--on", "2026-02-01", "--next", "2026-09-01",
    )  # fmt: skip
    assert told.data["figures"] == {"领取人数": 1200, "覆盖面": 0.7}
    assert (told.data["status"], told.data["next"]) == ("revising", "2026-09-01")
    (made,) = call("policies", "history", "phys-65", "--json").data["reviews"]
    assert (made["outcome"], made["by"]) == ("change", "gan")


def test_withdrawn_with_its_lists(
    call: Call, signed: str, order: Callable[..., Path], tmp_path: Path
) -> None:
    withdraw = ("policies", "withdraw", "phys-65", *AS, "--json")
    assert call(*withdraw, "--successor", "phys-65").code == "policies.own_successor"
    told = call(*withdraw, "--successor", "ltc", "--note", "改由新办法办理")
    assert (told.data["status"], told.data["told"], told.data["successor"]) == (
        "withdrawn",
        0,
        "ltc",
    )
    assert call(*withdraw).code == "policies.already_withdrawn"
    out, people = tmp_path / "out.xlsx", tmp_path / "told.xlsx"
    told = call("policies", "takedown", "phys-65", "--out", out, "--json")
    assert (told.data["places"], told.data["out"]) == (0, {})
    told = call("policies", "told", "phys-65", "--out", people, "--json")
    assert (told.data["people"], told.data["in_person"]) == (0, 0)
    for path in (out, people):
        sheet = openpyxl.load_workbook(path).active
        assert sheet is not None
        assert "免费体检" in str(sheet["A1"].value)
    assert call("campaign", "create", order(id="again"), *AS).status == 0
    assert call("campaign", "submit", "again", *AS, "--json").code == "campaigns.policy_not_live"


def test_contradictions_are_found_and_settled(
    call: Call, data: Path, changed: Callable[..., Path]
) -> None:
    told = call("policies", "contradictions", "--json")
    assert (told.status, told.data["open"]) == (0, 0)
    assert call("policies", "load", changed(id="phys-new", where="县医院")).status == 0
    told = call("policies", "contradictions", "--json")
    assert (told.status, told.data["open"]) == (1, 1)
    (one,) = told.data["contradictions"]
    assert (one["one"], one["other"], one["about"], one["offices"]) == (
        "phys-65",
        "phys-new",
        "where",
        ["卫生健康局"],
    )
    assert "要由 卫生健康局 商定" in call("policies", "contradictions").out
    settle = ("policies", "settle", "phys-new", "phys-65", *AS, "--json")
    assert call(*settle, "--note", " ").code == "policies.settlement_needs_words"
    assert call(*settle, "--note", "两处都可以").data["settled"] == ["where"]
    assert call("policies", "contradictions").status == 0
    assert call(*settle, "--note", "再说一次").code == "policies.nothing_to_settle"


@pytest.mark.parametrize(
    "words",
    [
        ["sign", "phys-65", "--department", "卫生健康局"],
        ["review", "phys-65", "--outcome", "keep"],
        ["withdraw", "phys-65"],
        ["settle", "phys-65", "hpv", "--note", "都对"],
    ],
)
@pytest.mark.parametrize(
    ("user", "code"), [("zhang", "access.not_allowed"), ("wai", "access.outside_region")]
)
def test_who_may_not(call: Call, data: Path, words: list[str], user: str, code: str) -> None:
    told = call("policies", *words, "--as", user, "--json")
    assert (told.status, told.code) == (1, code)
