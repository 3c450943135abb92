"""Header rows of offices."""

from __future__ import annotations

import pytest

from outreach.errors import Invalid
from outreach.people.reading.columns import SYNONYMS, column_letter, field_of, find_header
from outreach.people.reading.workbook import Range


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("姓名", "name"),
        (" 姓 名 *", "name"),
        ("公民身份号码", "id_card"),
        ("身份证号（必填）", "id_card"),
        ("联系电话：", "phone"),
        ("出生日期(YYYY-MM-DD)", "birth"),
        ("人均月收入（元）", "income_month"),
        ("与户主关系", "relation"),
        ("监护人身份证号", "guardian"),
        ("所在村\n（社区）", "region"),
        ("是否低保", "has:income.dibao"),
        ("重度残疾", "has:dis.severe"),
        ("银行卡号", None),
        ("", None),
    ],
)
def test_a_header_means_a_field(header: str, field: str | None) -> None:
    assert field_of(header) == field


def test_no_word_means_two_fields() -> None:
    words = [word for listed in SYNONYMS.values() for word in listed.split()]
    assert len(words) == len(set(words))


def test_title_rows_above_the_header_are_passed_over() -> None:
    columns = find_header(
        [["某镇低保名单"], ["填报单位：", "某镇"], ["姓名", "身份证号"], ["张三", "x"]]
    )
    assert columns is not None
    assert columns.header_row == 3
    assert columns.of == {"name": (0,), "id_card": (1,)}


def test_a_list_of_heads_is_a_list_of_people() -> None:
    columns = find_header([["户主姓名", "户主身份证号", "家庭人口数"]])
    assert columns is not None
    assert columns.of == {"household_size": (2,), "name": (0,), "id_card": (1,)}


def test_with_a_name_column_the_head_is_somebody_else() -> None:
    columns = find_header([["姓名", "身份证号", "户主姓名", "户主身份证号"]])
    assert columns is not None
    assert columns.of["head_id"] == (3,)
    assert columns.of["name"] == (0,)


def test_a_mapping_overrules_the_words() -> None:
    columns = find_header([["xm", "姓名", "出生日期"]], {"xm": "name", "姓名": ""})
    assert columns is not None
    assert columns.of == {"name": (0,), "birth": (2,)}
    assert columns.fields() == ("name", "", "birth")
    assert columns.unread == ("姓名",)


@pytest.mark.parametrize(
    ("header", "mapping", "code"),
    [
        (["姓名", "身份证号", "姓名"], None, "people.duplicate_header"),
        (["姓名", "身份证号", "公民身份号码"], None, "people.duplicate_header"),
        (["手机", "身份证号", "性别"], None, "people.missing_column"),
        (["姓名", "手机"], None, "people.missing_column"),
        (["姓名", "身份证号"], {"姓名": "nickname"}, "people.mapping_field"),
    ],
)
def test_a_header_that_cannot_be_used(
    header: list[str], mapping: dict[str, str] | None, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        find_header([header], mapping)
    assert caught.value.code == code


def test_two_phone_columns_are_allowed() -> None:
    columns = find_header([["姓名", "身份证号", "手机号码", "固定电话"]])
    assert columns is not None
    assert columns.of["phone"] == (2, 3)


@pytest.mark.parametrize(
    ("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_named_as_in_a_spreadsheet(index: int, letter: str) -> None:
    assert column_letter(index) == letter


@pytest.mark.parametrize(
    ("rows", "row", "headers", "fields"),
    [
        (
            [["序号", "姓名", "身份证号", "家庭情况", ""], ["", "", "", "户主姓名", "户号"]],
            2,
            ["序号", "姓名", "身份证号", "家庭情况/户主姓名", "家庭情况/户号"],
            ["serial", "name", "id_card", "head_name", "household"],
        ),
        (
            [["某镇低保名单"], ["个人信息", "", "监护人信息", "", ""], ["姓名", "身份证号", "姓名", "身份证号", "电话"]],
            3,
            ["个人信息/姓名", "个人信息/身份证号", "监护人信息/姓名", "监护人信息/身份证号", "监护人信息/电话"],
            ["name", "id_card", "guardian", "guardian", ""],
        ),
        (
            [["姓名", "身份证号", "联系方式", ""], ["", "", "手机", "座机"]],
            2,
            ["姓名", "身份证号", "联系方式/手机", "联系方式/座机"],
            ["name", "id_card", "phone", "phone"],
        ),
        (
            [["填报单位：某镇", "", "单位：人"], ["姓名", "身份证号", "手机"]],
            2,
            ["姓名", "身份证号", "手机"],
            ["name", "id_card", "phone"],
        ),
        (
            [["姓名", "身份证号", "人员类别", ""], ["张三", "11010519491231002X", "低保", "独居"]],
            1,
            ["姓名", "身份证号", "人员类别", ""],
            ["name", "id_card", "circumstances", ""],
        ),
        (
            [["低保", "残疾", "合计"], ["1", "2", "3"], ["姓名", "出生日期"]],
            3,
            ["姓名", "出生日期"],
            ["name", "birth"],
        ),
    ],
    ids=[
        "groups beside single columns", "groups above everything, somebody else's columns",
        "telephone numbers under one header", "a line of remarks is no group", "a row of data is no header",
        "statistics above the list",
    ],
)  # fmt: skip
def test_a_header_in_two_rows(
    rows: list[list[str]], row: int, headers: list[str], fields: list[str]
) -> None:
    columns = find_header(rows)
    assert columns is not None
    assert (columns.header_row, list(columns.headers), list(columns.fields())) == (row, headers, fields)  # fmt: skip


def test_merged_cells_say_which_columns_a_group_is_above() -> None:
    rows = [["姓名", "身份证号", "户主", "", "户号"], ["", "", "姓名", "身份证号", ""]]
    columns = find_header(rows, merged=[Range(0, 2, 0, 3), Range(0, 4, 1, 4)])
    assert columns is not None
    assert columns.fields() == ("name", "id_card", "head_name", "head_id", "household")


def test_headers_of_two_rows_are_understood_again_when_they_come_back_in_one() -> None:
    columns = find_header([["姓名", "身份证号", "家庭情况/户主姓名", "监护人信息/电话", "村/社区"]])
    assert columns is not None
    assert columns.fields() == ("name", "id_card", "head_name", "", "region")


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("*姓名", "name"), ("1.姓名", "name"), ("姓　名", "name"), ("\ufeff姓名", "name"), ("婴幼儿姓名", "name"),
        ("居民身份证", "id_card"), ("有效证件号码", "id_card"), ("证件类型", "document"), ("本人手机号", "phone"),
        ("联系电话2", "phone"), ("乡镇（街道）", "town"), ("行政村", "region"), ("村（居）委会", "region"),
        ("村（社区）", "region"), ("村民小组", "group"), ("户编码", "household"), ("残疾人证号", "disability_card"),
        ("残疾等级", "disability_grade"), ("监护人电话", None), ("户主电话", None), ("银行账号", None), ("4050人员", "has:emp.hard"),
    ],
)  # fmt: skip
def test_words_that_offices_use(header: str, field: str | None) -> None:
    assert field_of(header) == field


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("身份證號碼", "id_card"), ("聯絡電話", "phone"), ("聯繫電話", "phone"), ("戶號", "household"), ("與戶主關係", "relation"),
        ("鄉鎮", "town"), ("戶籍地", "hukou_region"), ("殘疾等級", "disability_grade"), ("監護人", "guardian"), ("詳細地址", "address"),
        ("性別", "sex"),
    ],
)  # fmt: skip
def test_headers_in_traditional_characters_are_understood(header: str, field: str) -> None:
    assert field_of(header) == field
