"""Facts beside the usual ones: months paid, kind of job, needs; and households at their edges."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from outreach.models.people import CircumstanceRecord
from outreach.people.intake.importer import import_file
from outreach.store import Store
from outreach.vault import Vault
from tests.people.office import TODAY, csv_file, id_number, people, wide

A, B, C = (id_number(order=order) for order in (1, 2, 3))


@pytest.fixture
def take(store: Store, vault: Vault, tmp_path: Path) -> Callable[..., Any]:
    """Import rows, which must all be good, and give the people by name."""

    def run(*rows: list[str]) -> dict[str, Any]:
        report = import_file(csv_file(tmp_path, rows), begin=store.begin, vault=vault, today=TODAY)
        assert report.errors == []
        return {vault.decrypt("name", one.name): one for one in people(store)}

    return run


HEADER = ["姓名", "身份证号", "累计缴费月数", "连续缴费月数", "岗位", "沟通需要"]


@pytest.mark.parametrize(
    ("cells", "facts"),
    [
        (["18", "6", "工人", "不识字"], (18, 6, "worker", "read")),
        (["1年6个月", wide("12"), "干部", "听障、视障"], (18, 12, "cadre", "hear see")),
        (["0", "0个月", "专业技术岗", ""], (0, 0, "cadre", "")),
        (["", "", "", ""], (None, None, "", "")),
    ],
    ids=["plain", "in years and wide digits", "none at all is a fact", "not said"],
)
def test_months_jobs_and_needs(
    take: Any, cells: list[str], facts: tuple[int | None, int | None, str, str]
) -> None:
    one = take(HEADER, ["张三", A, *cells])["张三"]
    assert (one.paid_months, one.paid_months_running, one.job_kind, one.needs) == facts


@pytest.mark.parametrize(
    ("at", "text", "code"),
    [(0, "很久", "people.months"), (1, "-3", "people.months"), (2, "老板", "people.job_kind"), (3, "不知道", "people.needs_unknown")],
)  # fmt: skip
def test_what_cannot_be_read_is_said(
    store: Store, vault: Vault, tmp_path: Path, at: int, text: str, code: str
) -> None:
    cells = ["", "", "", ""]
    cells[at] = text
    path = csv_file(tmp_path, [HEADER, ["张三", A, *cells]])
    report = import_file(path, begin=store.begin, vault=vault, today=TODAY)
    assert [(one.column, one.code) for one in report.errors] == [(HEADER[at + 2], code)]
    assert text in report.errors[0].message


def test_a_later_list_changes_them_and_a_blank_cell_does_not(take: Any) -> None:
    take(HEADER, ["张三", A, "18", "6", "工人", "不识字"])
    one = take(HEADER, ["张三", A, "19", "", "干部", ""])["张三"]
    assert (one.paid_months, one.paid_months_running, one.job_kind, one.needs) == (
        19,
        6,
        "cadre",
        "read",
    )


def test_what_a_list_says_of_circumstances_is_known_from_a_list(take: Any, store: Store) -> None:
    take(["姓名", "身份证号", "人员类别"], ["张三", A, "低保"])
    with store.read() as connection:
        assert connection.scalars(select(CircumstanceRecord.confidence)).all() == ["list"]


def test_two_household_numbers_at_one_address_are_two_households(take: Any) -> None:
    header = ["姓名", "身份证号", "户号", "住址"]
    found = take(header, ["张三", A, "1", "东村3组"], ["李四", B, "2", "东村3组"])
    assert found["张三"].household_id != found["李四"].household_id


def test_one_household_number_keeps_its_people_when_they_move(take: Any) -> None:
    header = ["姓名", "身份证号", "户号", "住址", "与户主关系"]
    before = take(header, ["张三", A, "1", "东村3组", "户主"], ["李四", B, "1", "东村3组", "配偶"])
    found = take(header, ["张三", A, "1", "西村1组", "户主"])
    assert found["李四"].household_id == found["张三"].household_id == before["张三"].household_id
    assert found["李四"].address == found["张三"].address != before["张三"].address


def test_one_address_in_two_villages_is_two_households(take: Any) -> None:
    header = ["姓名", "身份证号", "住址", "现住地区"]
    found = take(header, ["张三", A, "3组", "430102001201"], ["李四", B, "3组", "430102001202"])
    assert found["张三"].household_id != found["李四"].household_id


def test_a_new_head_of_the_same_number_heads_the_same_household(take: Any) -> None:
    header = ["姓名", "身份证号", "户号", "与户主关系", "人员状态"]
    before = take(header, ["张三", A, "1", "户主", ""], ["李四", B, "1", "配偶", ""])
    found = take(header, ["张三", A, "1", "", "死亡"], ["李四", B, "1", "户主", ""])
    assert found["李四"].household_id == before["李四"].household_id
    assert found["李四"].head_id == found["李四"].id
    assert found["张三"].head_id == found["李四"].id


def test_a_new_head_told_by_document_takes_the_household_along(take: Any) -> None:
    """Without a number the head's document is the household: those who name the new head live with the new head."""
    header = ["姓名", "身份证号", "户主身份证号"]
    take(header, ["张三", A, A], ["李四", B, A], ["王五", C, A])
    found = take(header, ["李四", B, B], ["王五", C, B])
    assert found["李四"].household_id == found["王五"].household_id
    assert found["王五"].head_id == found["李四"].id
    assert found["张三"].household_id != found["王五"].household_id


def test_who_leaves_and_who_dies_are_counted_no_more(take: Any) -> None:
    header = ["姓名", "身份证号", "户号", "家庭人口数", "人员状态"]
    take(header, ["张三", A, "1", "2", ""], ["李四", B, "1", "2", ""], ["王五", C, "2", "1", ""])
    found = take(header, ["李四", B, "2", "2", ""])
    assert [found[name].complete for name in ("张三", "王五")] == [False, True]
    found = take(header, ["李四", B, "", "", "死亡"], ["王五", C, "2", "1", ""])
    assert found["王五"].complete is True


def test_a_number_is_classed_anew_when_its_owner_joins_a_household_or_dies(take: Any) -> None:
    header = ["姓名", "身份证号", "手机", "户号", "人员状态"]
    phone = "13800138000"
    take(header, ["张三", A, phone, "1", ""], ["李四", B, phone, "2", ""])
    found = take(header, ["李四", B, "", "1", ""])
    assert {one.phone_kind for one in found.values()} == {"family"}
    found = take(header, ["李四", B, "", "", "死亡"])
    assert found["张三"].phone_kind == "own"


def test_children_under_fourteen_find_guardians_who_stand_in_a_later_chunk(
    take: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.people.queries.register.CHUNK", 1)
    child = id_number(date(2020, 1, 1), 7)
    header = ["姓名", "身份证号", "户号", "监护人"]
    found = take(header, ["王小", child, "1", "张三"], ["张三", A, "1", ""])
    assert found["王小"].guardian_id == found["张三"].id
