"""Households, guardians and whose number a number is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from outreach.people.intake.importer import import_file
from outreach.store import Store
from outreach.vault import Vault
from tests.people.office import TODAY, csv_file, id_number, people

A, B, CHILD = id_number(order=1), id_number(order=2), id_number(date(2020, 6, 1), 3)


@pytest.fixture
def take(store: Store, vault: Vault, tmp_path: Path) -> Any:
    """Import rows and give the people by name."""

    def run(*rows: list[str]) -> dict[str, Any]:
        report = import_file(csv_file(tmp_path, rows), begin=store.begin, vault=vault, today=TODAY)
        assert report.errors == []
        take_warnings[:] = [one.code for one in report.warnings]
        return {vault.decrypt("name", one.name): one for one in people(store)}

    return run


take_warnings: list[str] = []


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["姓名", "身份证号", "户号", "与户主关系"],
            ["张三", A, "7", "户主"],
            ["李四", B, "7", "配偶"],
        ],
        [
            ["姓名", "身份证号", "户主身份证号", "与户主关系"],
            ["张三", A, "", "户主"],
            ["李四", B, A.lower(), "配偶"],
        ],
        [["姓名", "身份证号", "户主身份证号"], ["张三", A, A], ["李四", B, A]],
        [
            ["姓名", "身份证号", "住址", "与户主关系"],
            ["张三", A, "1栋301", "户主"],
            ["李四", B, "1栋301", "妻"],
        ],
    ],
    ids=["by number", "by the head's document", "head told by document", "by address"],
)
def test_a_household_by_each_of_its_signs(take: Any, rows: list[list[str]]) -> None:
    found = take(*rows)
    assert found["张三"].household_id == found["李四"].household_id is not None
    assert found["李四"].head_id == found["张三"].id


def test_without_any_sign_there_is_no_household(take: Any) -> None:
    assert take(["姓名", "身份证号"], ["张三", A])["张三"].household_id is None


def test_the_same_number_in_another_village_is_another_household(take: Any) -> None:
    header = ["姓名", "身份证号", "户号", "现住地区"]
    found = take(header, ["张三", A, "7", "430102001201"], ["李四", B, "7", "430102001202"])
    assert found["张三"].household_id != found["李四"].household_id


def test_a_household_is_complete_when_all_its_members_are_here(take: Any) -> None:
    header = ["姓名", "身份证号", "户号", "家庭人口数"]
    assert not take(header, ["张三", A, "7", "2"])["张三"].complete
    assert take(header, ["李四", B, "7", "2"])["张三"].complete
    assert not take(header, ["王五", CHILD, "7", "2"])["张三"].complete


@pytest.mark.parametrize(
    ("relation", "guardian", "expected"),
    [
        ("孙女", B, "李四"),
        ("孙女", "李四", "李四"),
        ("女", "", "张三"),
        ("孙女", "", None),
        ("女", "王五", None),
        ("女", id_number(order=9), None),
    ],
    ids=[
        "by document",
        "by name",
        "child of the head",
        "grandchild",
        "unknown name",
        "unknown document",
    ],
)
def test_who_looks_after_a_child(
    take: Any, relation: str, guardian: str, expected: str | None
) -> None:
    found = take(
        ["姓名", "身份证号", "户号", "与户主关系", "监护人"],
        ["王小", CHILD, "7", relation, guardian],
        ["张三", A, "7", "户主", ""],
        ["李四", B, "7", "配偶", ""],
    )
    assert found["王小"].guardian_id == (found[expected].id if expected else None)
    assert take_warnings == (["people.guardian_unknown"] if guardian and not expected else [])


def test_from_the_fourteenth_birthday_nobody_is_guarded(take: Any) -> None:
    header = ["姓名", "身份证号", "户号", "与户主关系"]
    older, younger = id_number(date(2012, 11, 23), 5), id_number(date(2012, 11, 24), 5)
    found = take(
        header, ["张三", A, "7", "户主"], ["大", older, "7", "子"], ["小", younger, "7", "子"]
    )
    assert found["大"].guardian_id is None
    assert found["小"].guardian_id == found["张三"].id


@pytest.mark.parametrize(
    ("homes", "kind"),
    [(["1"], "own"), (["1", "1"], "family"), (["1", "2"], "unknown"), (["1", "1", "2"], "unknown"),
     (["1", "2", "3", "4"], "unknown"), (["1", "2", "3", "4", "5"], "clerk"), (["", ""], "unknown")],
    ids=["one person", "one household", "two households", "three people", "four households", "five", "no household"],
)  # fmt: skip
def test_whose_number_a_number_is(take: Any, homes: list[str], kind: str) -> None:
    rows = [
        [f"人{'甲乙丙丁戊'[n]}", id_number(order=n), "13800138000", home]
        for n, home in enumerate(homes)
    ]
    found = take(["姓名", "身份证号", "手机", "户号"], *rows)
    assert {one.phone_kind for one in found.values()} == {kind}


def test_a_number_is_classed_again_when_another_list_brings_it_or_takes_it_away(take: Any) -> None:
    header = ["姓名", "身份证号", "手机", "户号"]
    take(header, ["张三", A, "13800138000", "1"])
    found = take(header, ["李四", B, "13800138000", "2"])
    assert [found[name].phone_kind for name in ("张三", "李四")] == ["unknown", "unknown"]
    found = take(header, ["李四", B, "13900139000", "2"])
    assert [found[name].phone_kind for name in ("张三", "李四")] == ["own", "own"]


def test_a_fixed_line_stays_a_fixed_line(take: Any) -> None:
    found = take(["姓名", "身份证号", "联系电话"], ["张三", A, "010-62345678"])
    assert found["张三"].phone_kind == "landline"
