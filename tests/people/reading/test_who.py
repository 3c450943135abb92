"""Who somebody is by other documents and certificates, and that no row at all breaks the reader."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid
from outreach.people.reading.asides import aside
from outreach.people.reading.cells import Context
from outreach.people.reading.columns import find_header
from outreach.people.reading.rows import Checker
from outreach.wording import say
from tests.people.office import TODAY, id_number
from tests.people.reading.test_rows import PLACES, check, good, remarked

CARD = id_number(date(1980, 5, 6), 1)


@pytest.mark.parametrize(
    ("cells", "birth", "sex", "codes"),
    [
        ({"证件号码": "810000199408230021"}, date(1994, 8, 23), "F", ["people.id_hk_mo_tw_permit"]),
        ({"证件号码": "932682198501010017", "性别": "男"}, date(1985, 1, 1), "M", ["people.id_foreign_permit"]),
        ({"证件号码": "E12345678", "出生日期": "1980-01-02"}, date(1980, 1, 2), "", ["people.id_passport", "people.sex_needed"]),
        ({"证件类型": "军官证", "证件号码": "南字第12345678号", "出生日期": "1980-01-02", "性别": "男"}, date(1980, 1, 2), "M", ["people.id_other_document"]),
        ({"证件类型": "居民身份证", "证件号码": CARD}, date(1980, 5, 6), "M", []),
        ({"证件类型": "护照", "证件号码": CARD}, date(1980, 5, 6), "M", []),
    ],
)  # fmt: skip
def test_somebody_with_another_document_goes_in(
    cells: dict[str, str], birth: date, sex: str, codes: list[str]
) -> None:
    person, remarks = remarked(姓名="陈大文", **cells)
    assert (person.birth, person.sex, person.id_number) == (birth, sex, cells["证件号码"])
    assert [one.code for one in remarks] == codes


def test_what_a_permit_says_is_held_against_the_columns() -> None:
    _, problems, _ = check(
        姓名="陈", 证件号码="810000199408230021", 出生日期="1994-08-24", 性别="男"
    )
    assert problems == [
        ("出生日期", "people.birth_contradicts_id"),
        ("性别", "people.sex_contradicts_id"),
    ]


@pytest.mark.parametrize(
    ("cells", "present"),
    [
        ({"身份证号": CARD, "残疾人证号": CARD + "23"}, {"dis.hearing", "dis.g3"}),
        ({"身份证号": CARD, "残疾人证号": CARD + "44B1"}, {"dis.limb", "dis.g4"}),
        ({"身份证号": "", "残疾人证号": CARD + "71"}, {"dis.g1"}),
        ({"残疾人证号": CARD + "62"}, {"dis.mind", "dis.g2"}),
        (
            {"身份证号": f"{CARD[:6]}********{CARD[-4:]}", "残疾人证号": CARD + "11"},
            {"dis.vision", "dis.g1"},
        ),
        ({"身份证号": CARD, "残疾类别": "多重", "残疾等级": "二级"}, {"dis.any", "dis.g2"}),
        ({"身份证号": CARD, "残疾类别": "肢体", "残疾等级": "4"}, {"dis.limb", "dis.g4"}),
    ],
)
def test_a_disability_certificate_says_whose_it_is_and_what_for(
    cells: dict[str, str], present: set[str]
) -> None:
    person, _ = remarked(姓名="张三", **cells)
    assert set(person.present) == present
    assert (person.id_number, person.masked, person.birth) == (CARD, None, date(1980, 5, 6))


def test_a_certificate_of_somebody_else_is_an_error_that_names_both() -> None:
    other = id_number(date(1990, 1, 1), 3)
    columns = find_header([["姓名", "身份证号", "残疾人证号"]])
    assert columns is not None
    checker = Checker(Context(columns, PLACES, PLACES, TODAY))
    assert checker.check(2, ["张三", CARD, other + "23"]) is None
    ((column, error),) = checker.problems
    assert (column, error.code) == ("残疾人证号", "people.certificate_contradicts_id")
    assert error.params == {"column": "身份证号", "given": other[-4:], "id_card": CARD[-4:]}


def test_a_certificate_and_a_grade_that_contradict_each_other_are_an_error() -> None:
    _, problems, _ = check(姓名="张三", 身份证号=CARD, 残疾人证号=CARD + "23", 残疾等级="一级")
    assert [code for _, code in problems] == ["segments.contradiction"]


@pytest.mark.parametrize("text", ["1980-05", "1980年5月", "198005", "1980"])
def test_beside_a_number_year_and_month_are_enough(text: str) -> None:
    person, _ = remarked(姓名="张三", 身份证号=CARD, 出生年月=text)
    assert person.birth == date(1980, 5, 6)
    _, problems, _ = check(姓名="张三", 身份证号="", 出生年月=text)
    assert problems == [("出生年月", "people.birth_incomplete")]


def test_a_number_that_ends_in_zeros_is_worth_a_look() -> None:
    fitting = next(
        number for day in range(1, 28) if (number := id_number(date(1980, 5, day), 100))[-1] == "0"
    )
    assert fitting.endswith("000")
    _, remarks = remarked(姓名="张三", 身份证号=fitting)
    assert [one.code for one in remarks] == ["people.id_zeros_doubtful"]


def test_invisible_characters_are_no_part_of_anything() -> None:
    person = good(
        姓名="\ufeff张\u200b三\u00a0", 身份证号=f"\u200e{CARD}\u202c", 住址="\u00a0幸福村\u200b1号\u3000", 手机="\u202a13812345678"
    )  # fmt: skip
    assert (person.name, person.id_number, person.address) == ("张三", CARD, "幸福村1号")
    assert person.phone == "+8613812345678"


HEADERS = [
    "姓名", "身份证号", "证件类型", "出生日期", "性别", "手机", "固定电话", "乡镇", "村", "组", "住址", "户籍地", "户号",
    "残疾人证号", "残疾类别", "残疾等级", "人员类别", "家庭人口数", "人均月收入", "监护人", "户主身份证号", "语言", "是否低保",
]  # fmt: skip
ODD = st.one_of(
    st.text(max_size=20),
    st.text(st.sampled_from("0123456789Xx*.-/、年月日村镇组 \u200b\ufeff\u3000E+"), max_size=24),
    st.sampled_from([CARD, CARD + "23", "1.38E+10", "13812345678/139", "幸福村", "春明村3组", "东屯镇", "\ud800", "\x00"]),
)  # fmt: skip


@given(st.lists(ODD, min_size=0, max_size=len(HEADERS)), st.sampled_from(["", "430102"]))
@settings(max_examples=400, deadline=None)
def test_no_row_raises_anything(cells: list[str], region: str) -> None:
    columns = find_header([HEADERS])
    assert columns is not None
    checker = Checker(Context(columns, PLACES, PLACES, TODAY), region)
    person = checker.check(2, cells)
    assert (person is None) == bool(checker.problems)
    for column, error in (*checker.problems, *checker.remarks):
        assert column in ("", *HEADERS)
        assert say(error.code, "zh", **error.params) != error.code
    aside(columns, cells)


@given(st.lists(st.lists(ODD, max_size=6), max_size=8))
@settings(max_examples=300, deadline=None)
def test_no_rows_make_looking_for_a_header_raise_anything_else(rows: list[list[str]]) -> None:
    with suppress(Invalid):
        find_header(rows)
