"""Header rows of offices."""

from __future__ import annotations

import pytest

from outreach.errors import Invalid
from outreach.people.reading.columns import SYNONYMS, column_letter, field_of, find_header


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
