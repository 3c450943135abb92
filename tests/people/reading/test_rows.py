"""One row at a time: what is accepted, and what each mistake is called."""

from __future__ import annotations

from collections import namedtuple
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid, OutreachError
from outreach.people.reading.cells import Context
from outreach.people.reading.columns import find_header
from outreach.people.reading.places import Places
from outreach.people.reading.rows import Checker
from outreach.people.reading.words import parse_date
from outreach.people.schemas import PersonRow
from segments import vocabulary
from tests.people.office import TODAY, VILLAGE, id_number

Row = namedtuple("Row", "code name parent successor")
REGIONS = [
    Row("43", "湖南省", "", ""),
    Row("4301", "长沙市", "43", ""),
    Row("430102", "芙蓉区", "4301", ""),
    Row("430102001", "文艺路街道", "430102", ""),
    Row(VILLAGE, "春明村", "430102001", ""),
    Row("430102002", "东屯镇", "430102", ""),
    Row("430102002201", "幸福村", "430102002", ""),
    Row("430102001202", "幸福村", "430102001", ""),
    Row("430103", "旧区", "4301", "430102"),
    Row("4419", "东莞市", "", ""),
]
PLACES = Places.of(REGIONS)


def check(
    region: str = "", **cells: str
) -> tuple[PersonRow | None, list[tuple[str, str]], list[str]]:
    """A row with these headers; (person, problems as (column, code), remark codes)."""
    columns = find_header([list(cells)])
    assert columns is not None
    checker = Checker(Context(columns, PLACES, PLACES, TODAY), region)
    person = checker.check(2, list(cells.values()))
    problems = [(column, error.code) for column, error in checker.problems]
    return person, problems, [error.code for _, error in checker.remarks]


def good(**cells: str) -> PersonRow:
    person, problems, _ = check(**cells)
    assert problems == []
    assert person is not None
    return person


def remarked(region: str = "", **cells: str) -> tuple[PersonRow, list[OutreachError]]:
    """A row that is taken, and what was remarked on."""
    columns = find_header([list(cells)])
    assert columns is not None
    checker = Checker(Context(columns, PLACES, PLACES, TODAY), region)
    person = checker.check(2, list(cells.values()))
    assert checker.problems == []
    assert person is not None
    return person, [error for _, error in checker.remarks]


def test_birth_and_sex_follow_from_the_number() -> None:
    person = good(姓名=" 张 三 ", 身份证号=id_number(date(1980, 5, 6), 2).lower())
    assert (person.name, person.birth, person.sex) == ("张三", date(1980, 5, 6), "F")
    assert person.id_last4 == person.id_number[-4:]


def test_without_a_number_a_birth_date_is_enough() -> None:
    person = good(姓名="张三", 身份证号="", 出生日期="2024年2月29日", 性别="女")
    assert (person.birth, person.sex, person.id_number) == (date(2024, 2, 29), "F", "")


NUMBER = id_number()


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"姓名": "", "身份证号": NUMBER}, "姓名", "people.name_missing"),
        ({"姓名": "12345", "身份证号": NUMBER}, "姓名", "people.name_strange"),
        ({"姓名": "张三", "身份证号": "", "出生日期": ""}, "身份证号", "people.id_or_birth_missing"),
        ({"姓名": "张三", "身份证号": NUMBER[:-1] + "A"}, "身份证号", "people.id_characters"),
        ({"姓名": "张三", "身份证号": NUMBER, "出生日期": "1980-05-07"}, "出生日期", "people.birth_contradicts_id"),
        ({"姓名": "张三", "身份证号": NUMBER, "性别": "女"}, "性别", "people.sex_contradicts_id"),
        ({"姓名": "张三", "身份证号": NUMBER, "性别": "？"}, "性别", "people.sex_unknown"),
        ({"姓名": "张三", "出生日期": "1999-02-30"}, "出生日期", "people.birth_impossible"),
        ({"姓名": "张三", "出生日期": "1999-02"}, "出生日期", "people.birth_incomplete"),
        ({"姓名": "张三", "出生日期": "2026-11-24"}, "出生日期", "people.birth_future"),
        ({"姓名": "张三", "身份证号": NUMBER, "手机": "1380013800"}, "手机", "people.phone_length"),
        ({"姓名": "张三", "身份证号": NUMBER, "手机": "1.38E+10"}, "手机", "people.phone_excel_number"),
        ({"姓名": "张三", "身份证号": NUMBER, "人员类别": "低保、贵族"}, "人员类别", "people.circumstance_unknown"),
        ({"姓名": "张三", "身份证号": NUMBER, "人员类别": "一级残疾、三级残疾"}, "人员类别", "segments.contradiction"),
        ({"姓名": "张三", "身份证号": NUMBER, "是否低保": "也许"}, "是否低保", "people.yes_no"),
        ({"姓名": "张三", "身份证号": NUMBER, "户口性质": "贵族"}, "户口性质", "people.hukou_type"),
        ({"姓名": "张三", "身份证号": NUMBER, "家庭人口数": "0"}, "家庭人口数", "people.household_size"),
        ({"姓名": "张三", "身份证号": NUMBER, "家庭人口数": "2.5"}, "家庭人口数", "people.household_size"),
        ({"姓名": "张三", "身份证号": NUMBER, "人均月收入": "-1"}, "人均月收入", "people.income"),
        ({"姓名": "张三", "身份证号": NUMBER, "方言": "火星话"}, "方言", "people.language_unknown"),
        ({"姓名": "张三", "身份证号": NUMBER, "现住地区": "没有村"}, "现住地区", "people.region_unknown"),
        ({"姓名": "张三", "身份证号": NUMBER, "现住地区": "幸福村"}, "现住地区", "people.region_ambiguous"),
        ({"姓名": "张三", "身份证号": NUMBER, "现住地区": "43010"}, "现住地区", "people.region_code"),
        ({"姓名": "张三", "身份证号": NUMBER, "户主身份证号": "123"}, "户主身份证号", "people.related_id"),
        ({"姓名": "张三", "身份证号": "H12345678"}, "身份证号", "people.birth_needed"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_column(cells: dict[str, str], column: str, code: str) -> None:
    person, problems, _ = check(**cells)
    assert person is None
    assert problems == [(column, code)]


def test_all_mistakes_of_a_row_are_named_at_once() -> None:
    _, problems, _ = check(姓名="", 身份证号="1", 手机="2", 性别="x")
    assert [column for column, _ in problems] == ["身份证号", "性别", "手机", "姓名"]


def test_a_contradiction_names_both() -> None:
    columns = find_header([["姓名", "身份证号", "出生日期"]])
    assert columns is not None
    checker = Checker(Context(columns, PLACES, PLACES, TODAY))
    checker.check(2, ["张三", NUMBER, "1980-05-07"])
    ((_, error),) = checker.problems
    assert error.params == {"column": "身份证号", "given": "1980-05-07", "id_card": "1980-05-06"}


def test_another_document_is_taken_with_a_birth_date_and_remarked_on() -> None:
    person, problems, remarks = check(
        姓名="陈大文", 证件号码="H12345678", 出生日期="1980-01-02", 性别="男"
    )
    assert (problems, remarks) == ([], ["people.id_hk_mo_permit"])
    assert person is not None
    assert (person.id_number, person.id_last4) == ("H12345678", "5678")


def test_an_unknown_province_in_the_number_is_a_remark() -> None:
    person, _, remarks = check(姓名="张三", 身份证号=id_number(region="200101"))
    assert person is not None
    assert remarks == ["people.id_region_unknown"]


@pytest.mark.parametrize(
    ("cells", "phone", "landline"),
    [
        ({"手机": "138 0013 8000", "固定电话": "010-62345678"}, "+8613800138000", False),
        ({"固定电话": "010-62345678", "手机": "13800138000"}, "+8613800138000", False),
        ({"手机": "", "固定电话": "010-62345678"}, "+861062345678", True),
        ({"手机": "无", "固定电话": ""}, "", False),
    ],
)
def test_a_mobile_number_goes_before_a_fixed_line(
    cells: dict[str, str], phone: str, landline: bool
) -> None:
    person = good(姓名="张三", 身份证号=NUMBER, **cells)
    assert (person.phone, person.landline) == (phone, landline)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (VILLAGE, VILLAGE),
        ("430102000000", "430102"),
        ("441900000000", "4419"),
        ("春明村", VILLAGE),
        ("春明村委会", VILLAGE),
        ("文艺路街道幸福村", "430102001202"),
        ("湖南省长沙市芙蓉区东屯镇幸福村", "430102002201"),
        ("芙蓉区/东屯镇/幸福村", "430102002201"),
        ("430103", "430102"),
        (VILLAGE + "01", VILLAGE + "01"),
    ],
)
def test_a_place_by_code_or_by_name(text: str, code: str) -> None:
    assert PLACES.find(text).code == code


def test_a_name_of_the_past_means_the_successor_unless_somebody_bears_it_today() -> None:
    old = [Row("430102001209", "老村", "430102001", VILLAGE), Row("430102001210", "幸福村", "430102001", VILLAGE)]  # fmt: skip
    places = Places.of([*REGIONS, *old], "430102")
    assert places.find("老村").code == VILLAGE
    assert places.find("文艺路街道幸福村").code == "430102001202"


def test_codes_below_what_is_listed_are_taken_and_remarked_on() -> None:
    assert PLACES.find("441900003").listed is False
    with pytest.raises(Invalid):
        PLACES.find("430102009")  # the towns of this county are listed
    with pytest.raises(Invalid):
        PLACES.find("990102")
    assert Places.of([]).find("430102001").listed is False


def test_names_count_only_inside_the_installation() -> None:
    places = Places.of(REGIONS, "430102002")
    assert places.find("幸福村").code == "430102002201"
    with pytest.raises(Invalid):
        places.find("春明村")


def test_a_row_outside_the_installation_is_refused_unless_the_hukou_is_inside() -> None:
    outside: dict[str, Any] = {"姓名": "张三", "身份证号": NUMBER, "现住地区": "4419"}
    person, problems, _ = check("430102", **outside)
    assert person is None
    assert problems == [("现住地区", "people.region_outside")]
    person, problems, _ = check("430102", **outside, 户籍地="芙蓉区")
    assert problems == []
    assert person is not None
    assert (person.region, person.hukou_region) == ("4419", "430102")


def test_circumstances_and_what_they_imply() -> None:
    person = good(姓名="张三", 身份证号=NUMBER, 人员类别="低保，一级残疾;一般户", 是否独居="否")
    assert set(vocabulary.codes(person.circumstances)) == {
        "income.dibao",
        "dis.g1",
        "dis.severe",
        "dis.any",
    }
    assert person.circumstances_known & vocabulary.by_code("elder.alone").mask
    assert person.present == ("income.dibao", "dis.g1")
    assert person.absent == ("elder.alone",)


def test_words_become_the_register_s_facts() -> None:
    person = good(
        姓名="张三", 身份证号=NUMBER, 户口性质="农业", 方言="四川话", 家庭人口数="3人", 人均月收入="1,200.4元",
        监护人="李四", 监护人身份证号=id_number(order=3), 演示="是", 人员状态="已故",
    )  # fmt: skip
    assert (person.hukou_type, person.language) == ("rural", "zh-Hans-x-sichuan")
    assert (person.household_size, person.income_month) == (3, 1200)
    assert (person.guardian_name, person.guardian_id) == ("李四", id_number(order=3))
    assert (person.synthetic, person.status) == (True, "deceased")


@given(st.dates(date(1900, 1, 1), TODAY))
@settings(max_examples=100, deadline=None)
def test_a_date_is_read_the_same_in_every_form(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    forms = [
        f"{day:%Y-%m-%d}",
        f"{day:%Y/%m/%d}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
    ]
    forms += [f"{day.year}年{day.month}月{day.day}日", f"{day:%Y-%m-%d} 00:00:00"]
    forms += [str(serial)] if serial > 2100 else []
    assert {parse_date(form, TODAY) for form in forms} == {day}
