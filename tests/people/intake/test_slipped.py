"""A row whose cells have slipped by a column: nobody's number gets into words, places or names of columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.errors import Invalid
from outreach.people.intake.importer import import_file
from outreach.store import Store
from outreach.vault import Vault
from tests.people.office import TODAY, csv_file, id_number

COLUMNS = [
    "性别", "出生日期", "人员类别", "语言", "家庭人口数", "人均月收入", "户口性质", "状态", "所在村", "户籍地", "是否低保", "与户主关系",
    "残疾类别", "残疾等级", "残疾人证号", "岗位", "沟通需要", "连续缴费月数", "监护人", "户主身份证号",
]  # fmt: skip


@pytest.mark.parametrize("number", [id_number(), "13812345678"], ids=["identity", "phone"])
def test_a_number_in_any_other_column_is_an_error_without_the_number(
    store: Store, vault: Vault, tmp_path: Path, number: str
) -> None:
    header = ["姓名", "身份证号", *COLUMNS]
    rows = []
    for at in range(len(COLUMNS)):
        cells = [""] * len(COLUMNS)
        cells[at] = number
        rows.append(["张三", id_number(order=3 + 2 * at), *cells])
    book = tmp_path / "back.xlsx"
    report = import_file(
        csv_file(tmp_path, [header, *rows]), begin=store.begin, vault=vault, today=TODAY, rejected=book,
        region="430102",
    )  # fmt: skip
    taken = {"监护人", "户主身份证号"} if number == id_number() else set()  # where it belongs
    assert report.rejected == len(COLUMNS) - len(taken), {one.column for one in report.errors}
    assert {one.column for one in report.errors} == set(COLUMNS) - taken
    for one in (*report.errors, *report.warnings):
        assert number not in one.message, one


def test_a_file_without_a_header_is_refused_without_telling_numbers(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, [["张三", id_number(), "13812345678"]])
    with pytest.raises(Invalid) as caught:
        import_file(path, begin=store.begin, vault=vault, today=TODAY)
    assert id_number() not in str(caught.value.params)
    assert "13812345678" not in str(caught.value.params)


def test_a_sheet_with_a_header_and_nobody_below_says_so(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, [["姓名", "身份证号"], ["合计", "0人"]])
    report = import_file(path, begin=store.begin, vault=vault, today=TODAY)
    assert report.failed
    assert [one.code for one in report.warnings] == ["people.totals_row", "people.no_rows"]
