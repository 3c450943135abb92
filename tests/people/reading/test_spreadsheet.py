"""Files as offices send them, and files that are none."""

from __future__ import annotations

import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid, Missing
from outreach.people.reading import workbook as reading_workbook
from outreach.people.reading.spreadsheet import open_sheets, read_sheets, read_text_table
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


def test_rows_count_as_in_a_spreadsheet_whatever_lines_the_text_has(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('某镇名单,,\n姓名,"住\n址",\n张三,"一\n二\n三",\n\n李四,,\n', "utf-8")
    with open_sheets(path) as book:
        (sheet,) = book.sheets
        rows = list(enumerate(sheet.rows, start=1))
    assert rows == [
        (1, ["某镇名单"]), (2, ["姓名", "住\n址"]), (3, ["张三", "一\n二\n三"]), (4, []), (5, ["李四"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "row", "line"),
    [
        ('姓名,住址\n张三,"一\n二"\n李四,"没有完\n王五,x\n', 3, 4),
        ('姓名,住址\n张三,"一"二\n', 2, 2),
    ],
    ids=["a quote that is never closed", "text behind a quote"],
)
def test_quotes_that_would_make_rows_run_together_are_told(
    tmp_path: Path, text: str, row: int, line: int
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(Invalid) as caught:
        read_sheets(path)
    assert caught.value.code == "people.csv_quote"
    assert caught.value.params == {"file": "x.csv", "row": row, "line": line}


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('姓名,出生日期\n张三,"1\t2\t3\t4"\n', ["张三", "1\t2\t3\t4"]),
        ("姓名,出生日期\n张三;;;;;;,x\n", ["张三;;;;;;", "x"]),
        ("姓名|出生日期\n张三,,,,|x\n", ["张三,,,,", "x"]),
        ("一;二\n1,5;2,5\n3,5;x\n4;x\n", ["1,5", "2,5"]),
    ],
)
def test_what_stands_between_cells_is_found(tmp_path: Path, text: str, row: list[str]) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, "utf-8")
    assert read_sheets(path)[0].rows[1] == row


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(tmp_path: Path, end: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"姓名,住址{end}张三,一{end}", "gb18030", newline="")
    assert read_sheets(path)[0].rows == [["姓名", "住址"], ["张三", "一"]]


def test_thousands_of_empty_cells_at_the_end_are_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("姓名,住址" + "," * 5_000 + "\n张三,一" + "," * 5_000 + "\n" + ("," * 5_000 + "\n") * 50, "utf-8")  # fmt: skip
    rows = read_sheets(path)[0].rows
    assert rows[:2] == [["姓名", "住址"], ["张三", "一"]]
    assert not any(rows[2:])


def test_a_web_page_that_calls_itself_a_spreadsheet_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.xls"
    path.write_text("\ufeff <html><table><tr><td>姓名</td></tr></table>", "utf-8")
    with pytest.raises(Invalid, match=r"people\.file_markup"):
        read_sheets(path)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("姓名\t身份证号\r\n张三\t1101\r\n", [["姓名", "身份证号"], ["张三", "1101"]]),
        ('姓名\t住址\n张三\t"一\n二"\n李四\t"他说""好"""\n', [["姓名", "住址"], ["张三", "一\n二"], ["李四", '他说"好"']]),
        ('姓名\t备注\n张三\t"没有完\n李四\tx', [["姓名", "备注"], ["张三", '"没有完'], ["李四", "x"]]),
        ("姓名,手机\n张三,138", [["姓名", "手机"], ["张三", "138"]]),
        ("姓名  手机\n张三   138", [["姓名", "手机"], ["张三", "138"]]),
        ("\ufeff姓名\u3000手机\n张三\u3000138\n", [["姓名", "手机"], ["张三", "138"]]),
        ("姓名\t\t手机\t\t\n张三\t\t138", [["姓名", "", "手机"], ["张三", "", "138"]]),
    ],
    ids=[
        "from Excel", "quoted cells", "a quote that is none", "commas", "wide gaps", "full-width gaps",
        "empty cells",
    ],
)  # fmt: skip
def test_a_table_from_the_clipboard(text: str, rows: list[list[str]]) -> None:
    assert read_text_table(text).rows == rows


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff"])
def test_nothing_pasted_is_said(text: str) -> None:
    with pytest.raises(Invalid, match=r"people\.paste_empty"):
        read_text_table(text)


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_whatever_is_pasted_is_a_table_or_nothing(text: str) -> None:
    try:
        rows = read_text_table(text).rows
    except Invalid as error:
        rows = []
        code = error.code
    else:
        code = "people.paste_empty"
    assert code == "people.paste_empty"
    assert not rows or any(any(row) for row in rows)


def test_a_long_text_file_is_read_in_constant_memory(tmp_path: Path) -> None:
    """Six times the rows need no more memory; the file itself is not held."""
    peaks = []
    for count in (50_000, 300_000):
        path = tmp_path / f"{count}.csv"
        with path.open("w", encoding="gb18030", newline="") as file:
            file.write("姓名,身份证号,住址\r\n")
            file.writelines(
                f"张三,{number:018},东屯镇幸福村{number}号\r\n" for number in range(count)
            )
        tracemalloc.start()
        with open_sheets(path) as book:
            assert sum(1 for _ in book.sheets[0].rows) == count + 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
    assert peaks[1] < 16_000_000
