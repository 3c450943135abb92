"""Who a row is, where a file names the same people in several ways."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from outreach.people.intake.importer import import_file
from outreach.people.intake.undo import undo
from outreach.people.queries import register
from outreach.people.schemas import ImportReport
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary
from tests.people.office import TODAY, VILLAGE, csv_file, id_number, people, workbook

BORN = "1980-05-06"
MASKED = f"430102********{id_number()[-4:]}"


@pytest.fixture
def take(store: Store, vault: Vault, tmp_path: Path) -> Any:
    """Import rows and give the report."""

    def run(rows: list[list[str]], **options: Any) -> ImportReport:
        path = csv_file(tmp_path, rows)
        report = import_file(path, begin=store.begin, vault=vault, today=TODAY, **options)
        assert report.rows == report.accepted + report.rejected + report.duplicates
        assert report.accepted == report.new + report.changed + report.unchanged
        return report

    return run


def test_a_number_that_a_second_row_gave_is_known_to_the_third(take: Any, store: Store) -> None:
    report = take(
        [
            ["姓名", "身份证号", "出生日期", "手机"],
            ["张三", "", BORN, "13800138000"],
            ["张三", id_number(), BORN, "13800138000"],
            ["张三三", id_number(), BORN, ""],
        ]
    )
    assert (report.accepted, report.duplicates, report.new) == (1, 2, 1)
    assert [one.id_last4 for one in people(store)] == [id_number()[-4:]]


@pytest.mark.parametrize("dry", [True, False], ids=["counted only", "written"])
def test_two_rows_of_a_chunk_that_only_the_register_knows_as_one_are_one_person(
    take: Any, store: Store, dry: bool
) -> None:
    take([["姓名", "身份证号", "手机"], ["张三", id_number(), "13800138000"]])
    report = take(
        [
            ["姓名", "身份证号", "出生日期", "手机", "人员类别"],
            ["张三", id_number(), "", "", "低保"],
            ["张三", "", BORN, "13800138000", "独居"],
        ],
        dry_run=dry,
    )
    assert (report.new, report.changed) == (0, 2)
    (one,) = people(store)
    if not dry:
        assert vocabulary.codes(one.circumstances) == ("income.dibao", "elder.alone")
        undo(store.begin, report.import_id or 0, "officer")
        (one,) = people(store)
        assert vocabulary.codes(one.circumstances) == ()


def test_a_masked_number_with_another_birth_date_is_listed_and_changes_nobody(
    take: Any, store: Store
) -> None:
    take([["姓名", "身份证号"], ["张三", id_number()]])
    report = take(
        [
            ["姓名", "身份证号", "出生日期", "人员类别"],
            ["张三", MASKED, "1999-01-01", "低保"],
        ]
    )
    assert [one.code for one in report.errors] == ["people.masked_birth"]
    (one,) = people(store)
    assert (one.birth, one.circumstances) == (date(1980, 5, 6), 0)


def test_a_masked_number_with_another_birth_date_is_no_repeat_of_a_row_above(
    take: Any, store: Store
) -> None:
    report = take(
        [
            ["姓名", "身份证号", "出生日期", "人员类别"],
            ["张三", id_number(), "", ""],
            ["张三", MASKED, "1999-01-01", "低保"],
        ]
    )
    assert (report.accepted, report.rejected, report.duplicates) == (1, 1, 0)
    assert [one.code for one in report.errors] == ["people.masked_birth"]
    assert [one.circumstances for one in people(store)] == [0]


def test_a_full_number_with_another_birth_date_is_not_who_came_masked(
    take: Any, store: Store
) -> None:
    take([["姓名", "身份证号", "出生日期"], ["张三", MASKED, "1999-01-01"]])
    report = take([["姓名", "身份证号"], ["张三", id_number()]])
    assert report.new == 1
    assert sorted(str(one.birth) for one in people(store)) == [BORN, "1999-01-01"]


def test_a_household_that_changes_in_two_chunks_is_put_back_as_it_was_before_the_first(
    take: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "CHUNK", 1)
    header = ["姓名", "身份证号", "户号", "住址", "现住地区"]
    numbers = [id_number(), id_number(order=3)]

    def rows(*addresses: str) -> list[list[str]]:
        return [
            header,
            *(
                [name, number, "1", address, VILLAGE]
                for name, number, address in zip(("张三", "李四"), numbers, addresses, strict=True)
            ),
        ]

    take(rows("1栋", "1栋"))
    with store.read() as connection:
        before = register.households(connection, {_home(store)})[_home(store)].address
    report = take(rows("2栋", "3栋"))
    assert report.changed == 2
    undo(store.begin, report.import_id or 0, "officer")
    with store.read() as connection:
        assert register.households(connection, {_home(store)})[_home(store)].address == before


def _home(store: Store) -> bytes:
    from sqlalchemy import select

    from outreach.models.people import Household

    with store.read() as connection:
        key: bytes = connection.execute(select(Household.key)).scalar_one()
    return key


def test_a_repeat_in_another_sheet_names_the_sheet_of_the_first_row(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    sheet = [["姓名", "身份证号"], ["张三", id_number()]]
    report = import_file(
        workbook(tmp_path, {"甲村": sheet, "乙村": [*sheet, ["张三", id_number()]]}),
        begin=store.begin, vault=vault, today=TODAY,
    )  # fmt: skip
    assert (report.rows, report.accepted, report.duplicates) == (3, 1, 2)
    assert all("第 2（工作表“甲村”） 行" in one.message for one in report.warnings)
