"""How somebody is reached, and where: several numbers in a cell, towns, villages and groups in columns of their own."""

from __future__ import annotations

from datetime import date

import pytest

from outreach.people.reading.cells import Context
from outreach.people.reading.columns import find_header
from outreach.people.reading.places import Places
from outreach.people.reading.rows import Checker
from outreach.wording import say
from tests.people.office import TODAY, VILLAGE, id_number
from tests.people.reading.test_rows import PLACES, REGIONS, Row, check, remarked

CARD = id_number(date(1980, 5, 6), 1)


@pytest.mark.parametrize(
    ("cell", "phone", "codes", "said"),
    [
        ("13812345678/13987654321", "+8613812345678", ["people.phone_second"], "139****4321"),
        ("010-62345678、13987654321", "+8613987654321", ["people.phone_second"], "****5678"),
        ("13812345678 13812345678", "+8613812345678", [], ""),
        ("13812345678（本人）、无", "+8613812345678", None, ""),
        ("13812345678、李四", "+8613812345678", ["people.phone_part_unread"], "李四"),
        ("13812345678、1398765432", "+8613812345678", ["people.phone_part_unread"], "****5432"),
        ("13812345678.0", "+8613812345678", ["people.phone_was_number"], "138****5678"),
        ("1.3812345678E+10", "+8613812345678", ["people.phone_was_number"], "138****5678"),
    ],
)
def test_no_number_of_a_cell_is_lost_in_silence(
    cell: str, phone: str, codes: list[str] | None, said: str
) -> None:
    if codes is None:
        _, problems, _ = check(姓名="张三", 身份证号=CARD, 手机=cell)
        assert problems == [("手机", "people.phone_characters")]
        return
    person, remarks = remarked(姓名="张三", 身份证号=CARD, 手机=cell)
    assert person.phone == phone
    assert [one.code for one in remarks] == codes
    assert all(said in say(one.code, "zh", **one.params) for one in remarks)


def test_a_second_mobile_column_is_remarked_on_in_every_row_and_one_of_fixed_lines_once() -> None:
    columns = find_header([["姓名", "身份证号", "手机号码", "联系电话", "固定电话"]])
    assert columns is not None
    checker = Checker(Context(columns, PLACES, PLACES, TODAY))
    codes = []
    for number in (2, 3):
        row = ["张三", CARD, "13812345678", "13987654321", "010-62345678"]
        assert checker.check(number, row) is not None
        codes.append([error.code for _, error in checker.remarks])
    second = "people.phone_second"
    assert codes == [[second, "people.landline_not_kept"], [second]]


@pytest.mark.parametrize(
    ("cells", "region", "address", "codes"),
    [
        ({"乡镇": "东屯镇", "村": "幸福村"}, "430102002201", "", []),
        ({"乡镇": "文艺路街道", "村": "幸福村", "组": "3"}, "430102001202", "3组", []),
        ({"乡镇": "东屯镇", "村": "幸福村", "组": "三组", "住址": "12号"}, "430102002201", "三组12号", []),
        ({"乡镇": "东屯镇", "村": "幸福村", "组": "3组", "住址": "幸福村3组12号"}, "430102002201", "幸福村3组12号", []),
        ({"乡镇": "东屯镇", "住址": "12号"}, "430102002", "12号", []),
        ({"乡镇": "东屯镇", "村": "春明村"}, "430102002", "春明村", ["people.region_unlisted_name"]),
        ({"村": "新生村", "住址": "1号"}, "430102", "新生村1号", ["people.region_unlisted_name"]),
        ({"村": "新生村", "住址": "新生村1号"}, "430102", "新生村1号", ["people.region_unlisted_name"]),
        ({"村": "春明村3组"}, VILLAGE, "3组", ["people.region_unlisted_name"]),
        ({"村": "东屯镇新生村", "住址": "1号"}, "430102002", "新生村1号", ["people.region_unlisted_name"]),
        ({"乡镇": "没有镇", "村": "新生村"}, "430102", "新生村", ["people.region_unlisted_name"]),
        ({"乡镇": "东屯镇", "村": VILLAGE}, VILLAGE, "", []),
    ],
    ids=[
        "the village of that town", "the same name in another town", "a group before the address",
        "a group that the address names", "a town alone", "a village of another town is not taken",
        "a village that no list holds", "which the address names", "a village with its group in one cell",
        "a town that is known with a village that is not", "neither is known", "a code needs no town",
    ],
)  # fmt: skip
def test_where_somebody_lives(
    cells: dict[str, str], region: str, address: str, codes: list[str]
) -> None:
    person, remarks = remarked("430102", 姓名="张三", 身份证号=CARD, **cells)
    assert (person.region, person.address) == (region, address)
    assert [one.code for one in remarks] == codes


@pytest.mark.parametrize(
    ("text", "region", "address"),
    [
        ("安徽省合肥市", "3401", ""),
        ("合肥市", "3401", ""),
        ("安徽省合肥市幸福路12号", "3401", "幸福路12号"),
        ("合肥市场社区", "430102", "合肥市场社区"),
        ("湖南省长沙市芙蓉区新生村", "430102", "新生村"),
    ],
    ids=["led by its province", "a name alone", "an address", "a village that sounds like it", "one of ours"],
)  # fmt: skip
def test_a_place_elsewhere_in_the_country_is_no_unknown_village_of_ours(
    text: str, region: str, address: str
) -> None:
    rows = [*REGIONS, Row("34", "安徽省", "", ""), Row("3401", "合肥市", "34", "")]
    columns = find_header([["姓名", "身份证号", "村", "户籍地"]])
    assert columns is not None
    checker = Checker(Context(columns, Places.of(rows, "430102"), Places.of(rows), TODAY), "430102")
    person = checker.check(2, ["张三", CARD, text, "430102"])
    assert person is not None
    assert (person.region, person.address) == (region, address)
    checker.check(3, ["张三", CARD, text, ""])
    outside = [("村", "people.region_outside")] if region == "3401" else []
    assert [(column, error.code) for column, error in checker.problems] == outside


def test_a_village_of_several_towns_is_an_error_that_names_all() -> None:
    columns = find_header([["姓名", "身份证号", "村"]])
    assert columns is not None
    checker = Checker(Context(columns, PLACES, PLACES, TODAY), "430102")
    assert checker.check(2, ["张三", CARD, "幸福村"]) is None
    ((column, error),) = checker.problems
    assert (column, error.code) == ("村", "people.region_ambiguous")
    assert error.params["codes"] == "430102001202、430102002201"


def test_a_hukou_place_is_taken_as_far_as_it_is_known() -> None:
    person, remarks = remarked(
        "430102", 姓名="张三", 身份证号=CARD, 户籍地="湖南省长沙市芙蓉区无名村"
    )
    assert person.hukou_region == "430102"
    assert [one.code for one in remarks] == ["people.hukou_unlisted_name"]
    _, problems, _ = check("430102", 姓名="张三", 身份证号=CARD, 户籍地="外地")
    assert problems == [("户籍地", "people.region_unknown")]
