"""Files as offices send them, and files that are none."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from outreach.errors import Invalid, Missing
from outreach.people.reading import workbook as reading_workbook
from outreach.people.reading.spreadsheet import read_sheets
from tests.people.office import workbook

ROWS = [["姓名", "备注"], ["张三", "一，二"], [], ["李四", "第一行\n第二行"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_text_file_in_every_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "表.csv"
    lines = ["姓名,备注", '张三,"一，二"', "", '李四,"第一行\n第二行"']
    path.write_text("\r\n".join(lines).replace(",", delimiter), encoding=encoding, newline="")
    (sheet,) = read_sheets(path)
    assert sheet.name == "表"
    assert sheet.rows == ROWS


def test_cells_of_a_workbook_come_out_as_they_look(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        {
            "一": [
                ["a"],
                [13800138000],
                [110105194912310021],
                [1.5],
                [date(2020, 1, 31)],
                [True],
                ["=1+1"],
                ["007"],
            ]
        },
    )
    (sheet,) = read_sheets(path)
    assert [row[0] for row in sheet.rows] == [
        "a", "13800138000", "1.10105E+17", "1.5", "2020-01-31", "TRUE", "=1+1", "007",
    ]  # fmt: skip


def test_rows_keep_their_place_when_the_first_ones_are_empty(tmp_path: Path) -> None:
    (sheet,) = read_sheets(workbook(tmp_path, {"一": [[], [], ["", "姓名"], ["", "张三"]]}))
    assert sheet.rows[3] == ["", "张三"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "people.file_empty"),
        (b"\xef\xbb\xbf,,\r\n,,\r\n", "people.file_empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "people.file_not_spreadsheet"),
        (b"%PDF-1.7\n\x00\x01\xff", "people.file_not_spreadsheet"),
        (b"PK\x03\x04 not a zip", "people.file_not_spreadsheet"),
        (b"\xd0\xcf\x11\xe0 not a workbook", "people.file_not_spreadsheet"),
        (b"\xff\xfe\x00", "people.encoding_broken"),
    ],
    ids=[
        "nothing",
        "only commas",
        "picture",
        "pdf",
        "broken zip",
        "broken xls",
        "half a character",
    ],
)
def test_what_is_no_spreadsheet_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        read_sheets(path)
    assert caught.value.code == code


def test_a_zip_of_something_else_is_no_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(Invalid) as caught:
        read_sheets(path)
    assert caught.value.code == "people.file_not_spreadsheet"


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_workbook, "MAX_UNPACKED", 100)
    with pytest.raises(Invalid) as caught:
        read_sheets(workbook(tmp_path, {"一": [["姓名"]]}))
    assert caught.value.code == "people.file_too_large"


def test_a_missing_file_and_a_missing_sheet_are_named(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"people\.file_missing"):
        read_sheets(tmp_path / "nowhere.xlsx")
    with pytest.raises(Missing) as caught:
        read_sheets(workbook(tmp_path, {"一": [["姓名"]], "二": [["姓名"]]}), "三")
    assert caught.value.params == {"sheet": "三", "sheets": "一、二"}
