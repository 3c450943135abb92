"""Workbooks of every kind, built on the fly: merged cells, other calendars, locks, and files that would fill a machine."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from outreach.errors import Invalid, Missing
from outreach.people.reading import workbook as reading
from outreach.people.reading.columns import columns_of
from outreach.people.reading.dates import EPOCH_1900, EPOCH_1904, parse_date
from outreach.people.reading.spreadsheet import open_sheets, read_sheets
from tests.people.office import TODAY, workbook
from tests.people.reading.test_locked import locked

HOUSEHOLDS = [
    ["户号", "姓名", "出生日期", "住址"],
    ["H1", "张三", "1980-05-06", "东屯镇1号"],
    ["", "李四", "1981-05-06", ""],
    ["", "王五", "2010-05-06", ""],
    ["H2", "赵六", "1990-05-06", "东屯镇2号"],
]
FILLED = [
    HOUSEHOLDS[0],
    HOUSEHOLDS[1],
    ["H1", "李四", "1981-05-06", "东屯镇1号"],
    ["H1", "王五", "2010-05-06", "东屯镇1号"],
    HOUSEHOLDS[4],
]


def xlsx(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("户")
        for number, row in enumerate(HOUSEHOLDS):
            sheet.write_row(number, 0, row)
        sheet.merge_range(1, 0, 3, 0, "H1")
        sheet.merge_range(1, 3, 3, 3, "东屯镇1号")


def xls(path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("户")
    for number, row in enumerate(HOUSEHOLDS):
        for column, cell in enumerate(row):
            if not (1 <= number <= 3 and column in (0, 3)):
                sheet.write(number, column, cell)
    sheet.write_merge(1, 3, 0, 0, "H1")
    sheet.write_merge(1, 3, 3, 3, "东屯镇1号")
    book.save(str(path))


@pytest.mark.parametrize("write", [xlsx, xls])
def test_what_is_merged_over_several_rows_counts_for_each(tmp_path: Path, write: object) -> None:
    path = tmp_path / f"户.{write.__name__}"  # type: ignore[attr-defined]
    write(path)  # type: ignore[operator]
    (sheet,) = read_sheets(path)
    assert sheet.rows == FILLED


def test_a_merged_cell_makes_no_people_of_empty_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["户号", "姓名"])
        sheet.merge_range(1, 0, 4, 0, "H1")
        sheet.write(1, 1, "张三")
        sheet.write(5, 1, "李四")
    assert read_sheets(path)[0].rows == [["户号", "姓名"], ["H1", "张三"], [], [], [], ["", "李四"]]


def test_a_merged_title_is_one_cell_and_columns_count_from_a(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 1, 1, 5, "某镇低保名单")
        sheet.write_row(3, 1, ["姓名", "出生日期"])
    rows = read_sheets(path)[0].rows
    assert rows[0] == ["", "某镇低保名单"]
    assert rows[3] == ["", "姓名", "出生日期"]


@pytest.mark.parametrize("since_1904", [False, True])
def test_dates_and_day_numbers_of_both_calendars(tmp_path: Path, since_1904: bool) -> None:
    path = tmp_path / "x.xlsx"
    day = date(1949, 12, 31)
    epoch = EPOCH_1904 if since_1904 else EPOCH_1900
    with xlsxwriter.Workbook(str(path), {"date_1904": since_1904}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "出生日期"])
        sheet.write_datetime(1, 1, day, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_number(2, 1, (day - epoch).days)
    (sheet,) = read_sheets(path)
    columns = columns_of(sheet)
    assert columns is not None
    assert columns.epoch == epoch
    assert [parse_date(row[1], TODAY, columns.epoch) for row in sheet.rows[1:]] == [day, day]


def test_cells_of_an_old_workbook_come_out_as_they_look(tmp_path: Path) -> None:
    path = tmp_path / "x.xls"
    book = xlwt.Workbook()
    sheet = book.add_sheet("一")
    dates = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for row, cell in enumerate(["张三", 13800138000, 110105194912310021, 1.5, True]):
        sheet.write(row, 0, cell)
    sheet.write(5, 0, date(1949, 12, 31), dates)
    book.save(str(path))
    assert [row[0] for row in read_sheets(path)[0].rows] == [
        "张三", "13800138000", "1.10105E+17", "1.5", "TRUE", "1949-12-31",
    ]  # fmt: skip


def test_hidden_sheets_are_named_and_opened_only_by_name(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("名单").write(0, 0, "姓名")
        hidden = book.add_worksheet("去年")
        hidden.write(0, 0, "旧")
        hidden.hide()
        book.add_chartsheet("图").set_chart(_chart(book))
        book.add_worksheet("空")
    with open_sheets(path) as opened:
        assert [one.name for one in opened.sheets] == ["名单", "空"]
        assert [(one.code, one.params["sheet"]) for one in opened.notes] == [
            ("people.sheet_hidden", "去年")
        ]
        assert opened.encoding is None
    (sheet,) = read_sheets(path, "去年")
    assert sheet.rows == [["旧"]]
    with pytest.raises(Missing):
        read_sheets(path, "图")


def _chart(book: xlsxwriter.Workbook) -> object:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=名单!$A$1:$A$2"})
    return chart


def test_one_forgotten_cell_at_the_end_of_the_sheet_is_refused_before_it_fills_the_memory(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "出生日期"])
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(Invalid) as caught:
        read_sheets(path)
    assert caught.value.code == "people.file_sparse"
    assert caught.value.params == {"file": "x.xlsx", "row": 1_048_576, "column": 16_384}


def test_thousands_of_formatted_empty_rows_and_columns_are_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, grey = book.add_worksheet(), book.add_format({"bg_color": "#EEEEEE"})
        sheet.write_row(0, 0, ["姓名", "出生日期"])
        sheet.write_row(1, 0, ["张三", "1980-05-06"])
        for number in range(5_000):
            sheet.write_blank(number + 2, 0, None, grey)
            sheet.write_blank(1, number + 2, None, grey)
        sheet.write(1, 16_000, "")
        sheet.write(9, 3, " ")
    (sheet,) = read_sheets(path)
    assert sheet.rows[:2] == [["姓名", "出生日期"], ["张三", "1980-05-06"]]


@pytest.mark.parametrize("end", [40, 400, 2_000])
def test_a_workbook_that_was_cut_off_is_told(tmp_path: Path, end: int) -> None:
    for path in (workbook(tmp_path, {"一": HOUSEHOLDS}), locked(tmp_path, "x")):
        path.write_bytes(path.read_bytes()[:end])
        with pytest.raises(Invalid) as caught:
            read_sheets(path, password="x")
        assert caught.value.code in ("people.file_not_spreadsheet", "people.file_password_wrong")


def test_sheet_xml_that_is_wrong_is_told(tmp_path: Path) -> None:
    good, path = workbook(tmp_path, {"一": HOUSEHOLDS}), tmp_path / "bad.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.namelist():
            data = source.read(entry)
            target.writestr(entry, data[: len(data) // 2] if "sheet1" in entry else data)
    with pytest.raises(Invalid) as caught:
        read_sheets(path)
    assert caught.value.code == "people.file_not_spreadsheet"


def ods(path: Path) -> None:
    """The least that an OpenDocument sheet needs."""
    cells = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row)
        + "</table:table-row>"
        for row in [["姓名", "身份证号"], ["张三", "11010519491231002X"]]
    )  # fmt: skip
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="名单">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", content)


def test_an_open_document_sheet_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "x.ods"
    ods(path)
    (sheet,) = read_sheets(path)
    assert (sheet.name, sheet.rows) == (
        "名单",
        [["姓名", "身份证号"], ["张三", "11010519491231002X"]],
    )


def test_the_rows_of_a_workbook_may_be_read_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "户.xlsx"
    xlsx(path)
    with open_sheets(path) as opened:
        (sheet,) = opened.sheets
        assert sheet.head(2) == FILLED[:2]
        assert list(sheet.rows) == list(sheet.rows) == FILLED


def test_what_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_UNPACKED", 100)
    source = io.BytesIO(workbook(tmp_path, {"一": [["姓名"]]}).read_bytes())
    assert zipfile.is_zipfile(source)
    with pytest.raises(Invalid, match=r"people\.file_too_large"):
        read_sheets(tmp_path / "名单.xlsx")
