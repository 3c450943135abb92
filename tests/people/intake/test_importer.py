"""Lists into the register, on both databases."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from outreach.errors import Invalid
from outreach.models.people import CircumstanceRecord, ImportRun
from outreach.people.intake.importer import import_file, preview_file
from outreach.people.queries import register
from outreach.people.reading.spreadsheet import read_sheets
from outreach.people.schemas import ImportReport
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary
from tests.people.office import (
    TODAY,
    VILLAGE,
    Killed,
    csv_file,
    id_number,
    killed_after,
    people,
    workbook,
)

HEADER = [
    "姓名",
    "身份证号",
    "手机",
    "户号",
    "与户主关系",
    "住址",
    "现住地区",
    "人员类别",
    "家庭人口数",
]


def row(
    name: str = "张三",
    number: str | None = None,
    phone: str = "13800138000",
    home: str = "1",
    relation: str = "户主",
    circumstances: str = "低保",
    size: str = "",
) -> list[str]:
    return [name, id_number() if number is None else number, phone, home, relation, "1栋2单元301", VILLAGE, circumstances, size]  # fmt: skip


@pytest.fixture
def take(store: Store, vault: Vault, tmp_path: Path) -> Any:
    """Import rows (or a file) and give the report."""

    def run(rows: list[list[str]] | Path, **options: Any) -> ImportReport:
        path = rows if isinstance(rows, Path) else csv_file(tmp_path, rows)
        return import_file(path, begin=store.begin, vault=vault, today=TODAY, **options)

    return run


def counts(report: ImportReport) -> tuple[int, ...]:
    """rows, accepted, rejected, duplicates, new, changed, unchanged."""
    given = report.as_dict()
    assert given["rows"] == report.accepted + report.rejected + report.duplicates
    assert report.accepted == report.new + report.changed + report.unchanged
    return tuple(int(str(given[name])) for name in list(given)[:7])


def test_the_report_has_exactly_the_keys_of_the_contract(take: Any) -> None:
    report = take([HEADER, row(), row("李四", "123"), row()])
    given = json.loads(json.dumps(report.as_dict()))
    assert list(given) == [
        "rows", "accepted", "rejected", "duplicates", "new", "changed", "unchanged", "errors", "warnings",
    ]  # fmt: skip
    assert counts(report) == (3, 1, 1, 1, 1, 0, 0)
    assert given["errors"] == [
        {
            "row": 3,
            "column": "身份证号",
            "code": "people.id_length",
            "message": "身份证号应为 18 位，这里是 3 位。",
        }
    ]
    assert [(one["row"], one["code"]) for one in given["warnings"]] == [
        (2, "people.region_unlisted"),
        (4, "people.duplicate"),
    ]
    assert not report.failed


def test_who_it_is_is_encrypted_and_can_be_found_again(
    take: Any, store: Store, vault: Vault
) -> None:
    take([HEADER, row()], by="li", purpose="救助")
    (person,) = people(store)
    assert vault.decrypt("name", person.name) == "张三"
    assert vault.decrypt("phone", person.phone) == "+8613800138000"
    assert vault.decrypt("address", person.address) == "1栋2单元301"
    assert person.id_key == vault.keyed_hash("id", id_number())
    assert person.phone_key == vault.keyed_hash("phone", "+8613800138000")
    assert person.name_key == vault.keyed_hash("name", "张三")
    assert person.masked_key == vault.keyed_hash("masked", f"430102|{id_number()[-4:]}|张三")
    assert person.id_last4 == id_number()[-4:]
    assert (person.birth, person.sex, person.region, person.phone_kind) == (
        date(1980, 5, 6),
        "M",
        VILLAGE,
        "own",
    )
    assert (person.circumstances, person.circumstances_known, person.facts_on) == (1, 1, TODAY)
    assert not any(id_number() in str(value) or "张三" in str(value) for value in person)
    with store.read() as connection:
        run = connection.execute(select(ImportRun)).one()
        records = connection.execute(select(CircumstanceRecord)).all()
    assert (run.by, run.purpose, run.rows, run.accepted, run.file_name) == (
        "li",
        "救助",
        1,
        1,
        "名单.csv",
    )
    assert run.finished_at is not None
    assert [(one.code, one.value, one.source, one.listed_on) for one in records] == [
        ("income.dibao", True, "名单.csv", TODAY)
    ]


def test_the_same_list_again_changes_nothing(take: Any, store: Store) -> None:
    rows = [HEADER, row(), row("李四", id_number(order=2), "13900139000", relation="配偶")]
    assert counts(take(rows)) == (2, 2, 0, 0, 2, 0, 0)
    before = people(store)
    assert counts(take(rows)) == (2, 2, 0, 0, 0, 0, 2)
    assert people(store) == before
    with store.read() as connection:
        assert (
            connection.execute(select(func.count()).select_from(CircumstanceRecord)).scalar_one()
            == 2
        )


def test_a_later_list_changes_what_it_says_and_nothing_else(
    take: Any, store: Store, vault: Vault
) -> None:
    take([HEADER, row()])
    later = [["姓名", "身份证号", "手机", "人员类别"], ["张三", id_number(), "13700137000", "独居"]]
    assert counts(take(later, region="430102")) == (1, 1, 0, 0, 0, 1, 0)
    (person,) = people(store)
    assert vault.decrypt("phone", person.phone) == "+8613700137000"
    assert vocabulary.codes(person.circumstances) == ("income.dibao", "elder.alone")
    assert (person.region, person.relation) == (VILLAGE, "户主")
    take([["姓名", "身份证号", "低保"], ["张三", id_number(), "否"]])
    (person,) = people(store)
    assert vocabulary.codes(person.circumstances) == ("elder.alone",)
    assert person.circumstances_known & vocabulary.by_code("income.dibao").mask


def test_a_blank_cell_never_wipes_a_fact(take: Any, store: Store) -> None:
    take([HEADER, row(size="1")])
    assert counts(take([HEADER, row(phone="", relation="", circumstances="", size="")])) == (
        1,
        1,
        0,
        0,
        0,
        0,
        1,
    )
    (person,) = people(store)
    assert (person.relation, person.household_size, person.circumstances) == ("户主", 1, 1)
    assert person.phone_kind == "own"


def test_repeats_are_found_by_number_and_by_name_birth_and_phone(take: Any, store: Store) -> None:
    header = ["姓名", "身份证号", "出生日期", "手机", "人员类别"]
    report = take(
        [
            header,
            ["张三", id_number(), "", "13800138000", "低保"],
            ["张三", id_number().lower(), "", "", "独居"],
            ["张三", "", "1980-05-06", "13800138000", "空巢"],
            ["张三", id_number(order=3), "", "13800138000", ""],
            ["李四", "", "2020-01-01", "", ""],
            ["李四", "", "2020-01-02", "", ""],
        ]
    )
    assert counts(report) == (6, 4, 0, 2, 4, 0, 0)
    assert [one.row for one in report.warnings] == [3, 4]
    first = people(store)[0]
    assert vocabulary.codes(first.circumstances) == ("income.dibao", "elder.alone", "elder.empty")


def test_a_repeat_that_says_something_else_is_named(take: Any) -> None:
    report = take([HEADER, row(), row(phone="13900139000", relation="子")])
    assert [one.code for one in report.warnings] == [
        "people.region_unlisted",
        "people.duplicate_differs",
    ]
    assert "手机" in report.warnings[1].message
    assert "第 2 行" in report.warnings[1].message


def test_a_person_without_a_number_gets_it_later(take: Any, store: Store) -> None:
    take([["姓名", "出生日期", "手机"], ["张三", "1980-05-06", "13800138000"]])
    assert counts(take([["姓名", "出生日期", "手机"], ["张三", "1980-05-06", "13800138000"]]))[
        4:
    ] == (0, 0, 1)
    assert counts(take([["姓名", "身份证号", "手机"], ["张三", id_number(), "13800138000"]]))[
        4:
    ] == (0, 1, 0)
    assert counts(take([["姓名", "出生日期", "手机"], ["张三", "1980-05-06", "13800138000"]]))[
        4:
    ] == (0, 0, 1)
    (person,) = people(store)
    assert person.id_last4 == id_number()[-4:]


def test_a_masked_number_finds_one_person_and_never_guesses_between_two(
    take: Any, store: Store
) -> None:
    masked = f"430102********{id_number()[-4:]}"
    header = ["姓名", "身份证号", "出生日期", "人员类别"]
    take([HEADER, row(circumstances="")])
    assert counts(take([header, ["张三", masked, "1980-05-06", "独居"]]))[4:] == (0, 1, 0)
    twin = next(
        number
        for year in range(1930, 1980)
        for month in range(1, 13)
        if (number := id_number(date(year, month, 1)))[-4:] == id_number()[-4:]
    )
    take([HEADER, row(number=twin)])
    assert len(people(store)) == 2
    report = take([header, ["张三", masked, "1980-05-06", "空巢"]])
    assert report.failed
    assert [one.code for one in report.errors] == ["people.masked_ambiguous"]


def test_strict_writes_nothing_when_a_row_is_bad(take: Any, store: Store) -> None:
    report = take([HEADER, row(), row("", "")], strict=True)
    assert report.failed
    assert not report.written
    assert counts(report) == (2, 1, 1, 0, 1, 0, 0)
    assert people(store) == []


def test_no_good_row_writes_nothing_and_fails(take: Any, store: Store) -> None:
    report = take([HEADER, row("", "")])
    assert report.failed
    assert counts(report) == (1, 0, 1, 0, 0, 0, 0)
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(ImportRun)).scalar_one() == 0


def test_a_dry_run_counts_and_writes_nothing(take: Any, store: Store) -> None:
    take([HEADER, row()])
    before = people(store)
    report = take([HEADER, row(phone="13700137000"), row("李四", id_number(order=2))], dry_run=True)
    assert counts(report) == (2, 2, 0, 0, 1, 1, 0)
    assert not report.written
    assert people(store) == before


@pytest.mark.parametrize("transactions", range(8))
def test_killed_anywhere_and_started_again_ends_in_the_same_register(
    store: Store, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transactions: int
) -> None:
    monkeypatch.setattr(register, "CHUNK", 2)
    rows = [
        [*HEADER, "监护人"],
        [*row("张三", id_number(order=1), size="3"), ""],
        [*row("李四", id_number(order=2), "13800138000", relation="配偶"), ""],
        [*row("张小", id_number(date(2020, 1, 1), 3), "", relation="子"), ""],
        [*row("王五", id_number(order=5), "13900139000", home="2"), ""],
        [*row("王小", id_number(date(2021, 1, 1), 4), "", home="2", relation="孙女"), "王五"],
    ]
    path = csv_file(tmp_path, rows)
    with pytest.raises(Killed):
        import_file(path, begin=killed_after(store, transactions), vault=vault, today=TODAY)
    cut_off = len(people(store))
    report = import_file(path, begin=store.begin, vault=vault, today=TODAY)
    assert report.accepted == 5
    assert report.new == 5 - cut_off
    found = people(store)
    names = {vault.decrypt("name", one.name): one for one in found}
    assert len(found) == 5
    assert names["张小"].guardian_id == names["张三"].id
    assert names["王小"].guardian_id == names["王五"].id
    assert [names[name].complete for name in ("张三", "王五")] == [True, False]
    assert names["李四"].head_id == names["张三"].id
    assert [names[name].phone_kind for name in ("张三", "李四", "王五", "王小")] == [
        "family",
        "family",
        "own",
        "",
    ]
    with store.read() as connection:
        assert (
            connection.execute(select(func.count()).select_from(CircumstanceRecord)).scalar_one()
            == 5
        )


def test_every_sheet_with_a_header_is_taken_and_messages_name_the_sheet(
    take: Any, tmp_path: Path, store: Store
) -> None:
    path = workbook(
        tmp_path,
        {
            "说明": [["请填写下面两张表"]],
            "一村": [["一村名单"], HEADER, row(), ["合计", "", "", "", "", "", "", "1"]],
            "二村": [HEADER, row("李四", id_number(order=2)), row("王五", "12")],
        },
    )
    report = take(path)
    assert counts(report) == (3, 2, 1, 0, 2, 0, 0)
    assert (report.errors[0].row, report.errors[0].sheet) == (3, "二村")
    assert report.errors[0].message.startswith("工作表“二村”：")
    assert {one.code for one in report.warnings} >= {"people.no_header", "people.totals_row"}
    assert counts(take(path, sheet="一村")) == (1, 1, 0, 0, 0, 0, 1)
    assert len(people(store)) == 2


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["只有一列"], ["张三"]], "people.no_header"),
        ([["姓名", "手机"], ["张三", "13800138000"]], "people.missing_column"),
        ([["姓名", "姓名", "身份证号"], ["张三", "x", "y"]], "people.duplicate_header"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(take: Any, rows: list[list[str]], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        take(rows)
    assert caught.value.code == code


def test_bad_rows_come_back_as_they_were_with_the_reason(
    take: Any, tmp_path: Path, store: Store
) -> None:
    out = tmp_path / "退回.xlsx"
    formula = '=HYPERLINK("http://x","y")'
    path = workbook(
        tmp_path,
        {
            "一": [
                ["标题"],
                ["身份证号", "姓名", "备注", "手机"],
                [id_number(), "张三", "", ""],
                [formula, "李四", "007", "12"],
            ],
            "二": [["姓名", "出生日期"], ["王五", "1999-02-30"]],
        },
    )
    report = take(path, rejected=out)
    assert counts(report) == (3, 1, 2, 0, 1, 0, 0)
    first, second = read_sheets(out)
    assert first.name == "一"
    assert first.rows[0] == ["身份证号", "姓名", "备注", "手机", "错误"]
    assert first.rows[1][:4] == [formula, "李四", "007", "12"]
    assert "身份证号：" in first.rows[1][4]
    assert "手机：" in first.rows[1][4]
    assert second.rows == [
        ["姓名", "出生日期", "错误"],
        ["王五", "1999-02-30", "出生日期：日期“1999-02-30”不存在，请核对。"],
    ]
    again = take(out)
    assert again.failed
    assert again.rows == 2
    assert len(people(store)) == 1


def test_a_name_that_looks_like_a_formula_is_only_text(
    take: Any, store: Store, vault: Vault
) -> None:
    take([["姓名", "身份证号", "住址"], ["=cmd|calc", id_number(), "=1+1"]])
    (person,) = people(store)
    assert vault.decrypt("name", person.name) == "=cmd|calc"
    assert vault.decrypt("address", person.address) == "=1+1"


def test_a_preview_shows_columns_rows_and_counts(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    path = csv_file(
        tmp_path,
        [
            ["名单"],
            ["姓名", "身份证号", "银行卡"],
            ["张三", id_number(), "6222"],
            ["李四", "1", ""],
        ],
    )
    preview = preview_file(path, begin=store.begin, vault=vault, today=TODAY)
    (sheet,) = preview.sheets
    assert (sheet.header_row, sheet.headers, sheet.fields) == (
        2,
        ("姓名", "身份证号", "银行卡"),
        ("name", "id_card", ""),
    )
    assert sheet.rows == 2
    assert sheet.first_rows[0] == ("张三", id_number(), "6222")
    assert counts(preview.report) == (2, 1, 1, 0, 1, 0, 0)
    assert [one.code for one in preview.report.warnings] == ["people.column_unread"]
    assert people(store) == []
    mapped = preview_file(path, begin=store.begin, vault=vault, today=TODAY, mapping={"银行卡": ""})
    assert mapped.report.rejected == 1


def test_ten_thousand_rows_of_a_workbook_are_a_matter_of_seconds(
    take: Any, tmp_path: Path, store: Store
) -> None:
    """The aim is 5 s on an office computer; the bound here only catches what grows with the square."""
    from time import monotonic

    if store.dialect == "postgresql":
        pytest.skip("measured on SQLite, which an office computer has")
    rows = [
        row(
            "张三",
            id_number(date(1950 + n % 60, 1 + n % 12, 1 + n // 720 % 28), n % 1000),
            f"138{n:08}",
            str(n // 3),
        )
        for n in range(10_000)
    ]
    path = workbook(tmp_path, {"一": [HEADER, *rows]})
    start = monotonic()
    report = take(path)
    assert report.rejected == 0
    assert report.new == report.accepted > 9_000
    assert monotonic() - start < 30


@pytest.mark.parametrize(
    ("before", "said", "after", "told"),
    [
        pytest.param(
            "已故", "正常", "deceased", ["people.still_deceased"], id="the dead stay dead"
        ),
        pytest.param("已故", "迁出", "moved", [], id="another end is another end"),
        pytest.param("迁出", "正常", "active", [], id="who moved may come back"),
        pytest.param("正常", "已故", "deceased", [], id="who died is blocked"),
        pytest.param("已故", "", "deceased", [], id="a blank cell changes nothing"),
    ],
)
def test_a_list_brings_nobody_back_to_life(
    take: Any, store: Store, before: str, said: str, after: str, told: list[str]
) -> None:
    header = ["姓名", "身份证号", "人员状态"]
    take([header, ["张三", id_number(), before]])
    for dry in (True, False):
        report = take([header, ["张三", id_number(), said]], dry_run=dry)
        warned = [one for one in report.warnings if one.code.startswith("people.still")]
        assert [one.code for one in warned] == told
        assert all((one.row, one.column) == (2, "人员状态") for one in warned)
    assert [one.status for one in people(store)] == [after]
