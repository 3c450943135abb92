"""Doors in the order in which a person walks."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.people.addresses import Place, matches_place, natural_key, plain_address, split_place

WALKS = {
    "buildings by number": ["石桥花园2栋", "石桥花园10栋", "石桥花园11栋"],
    "units by stem": ["3栋甲单元101室", "3栋乙单元101室", "3栋丙单元101室", "3栋丁单元101室"],
    "blocks by letter": ["和平里A座1层", "和平里A座12层", "和平里B座2层"],
    "basement first": ["5栋负二层", "5栋负一层", "5栋一层", "5栋2层", "5栋十层", "5栋十一层"],
    "basement in any writing": ["5栋负2层", "5栋地下一层", "5栋1楼", "5栋二层"],
    "Chinese and Arabic numerals together": [
        "一号楼",
        "2号楼",
        "三号楼",
        "10号楼",
        "十二号楼",
        "二十号楼",
        "21号楼",
    ],
    "groups and houses of a village": [
        "石桥村1组9号",
        "石桥村1组10号",
        "石桥村二组3号",
        "石桥村3组1号",
        "石桥村十组2号",
    ],
    "unit, floor, room": [
        "3栋1单元101室",
        "3栋1单元102室",
        "3栋1单元1003室",
        "3栋2单元101室",
        "3栋10单元101室",
    ],
    "dashes": ["3-1-201", "3-1-1001", "3-2-101", "12-1-101"],
    "a house before its annexes": [
        "青石街17号",
        "青石街17号附2号",
        "青石街17号附10号",
        "青石街18号",
    ],
    "hundreds": ["一〇三室", "一百零四室", "105室", "一百二十室"],
    "buildings counted digit by digit": ["一二栋", "二十栋", "一二三号楼", "124号楼"],
    "parts of an estate": [
        "石桥花园东区2栋",
        "石桥花园西区1栋",
        "石桥花园南区1栋",
        "石桥花园北区1栋",
    ],
    "front, middle and back": ["7号院前楼101", "7号院中楼101", "7号院后楼101"],
    "doors beside each other": ["3栋2单元5层东户", "3栋2单元5层西户", "3栋2单元6层东户"],
    "dashes beside words": [
        "12-3-501",
        "12栋3单元502室",
        "12#3-503",
        "12幢-3-504",
        "12—3—1001",
        "12-10-101",
    ],
    "gates as units": ["3号楼1门101", "3号楼二门101", "3号楼10门101"],
    "a storey that is a building": ["2楼1单元101", "3楼1单元101", "10楼1单元101"],
    "groups in any writing": [
        "石桥村一组1号",
        "石桥村第二村民小组1号",
        "石桥村第三村民组1号",
        "石桥村4组1号",
        "石桥村十二组1号",
    ],
    "production teams and 社": ["石桥村2社1号", "石桥村五社1号", "石桥村10社1号"],
    "annexes in any writing": [
        "青石街17号",
        "青石街17号之一",
        "青石街17-2号",
        "青石街17号附3号",
        "青石街17号附10",
        "青石街18号",
    ],
    "outside of a number": ["青石街17号", "青石街17号外", "青石街18号"],
    "cellars": ["5栋B2", "5栋地下室", "5栋1层101"],
    "full-width letters and figures": ["Ａ座１０１", "A座102", "Ａ座１００３", "B座101"],
}


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS.keys())
def test_doors_stand_in_walking_order_however_they_come(walk: list[str]) -> None:
    for seed in range(5):
        mixed = random.Random(seed).sample(walk, len(walk))
        assert sorted(mixed, key=natural_key) == walk


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("３栋　２单元 501室", "3栋2单元501室"),
        ("第三村民小组 十七号", "3组17号"),
        ("3#2单元", "3栋2单元"),
        ("三门县七里河区二组", "三门县七里河区2组"),
        ("十里铺村二十三号", "十里铺村23号"),
        ("5幢B1层", "5栋负1层"),
        ("和平里a座", "和平里A座"),
        ("12-3-501", "12栋3单元501室"),
        ("3#2-501", "3栋2单元501室"),
        ("3栋\uff0d2\uff0d501", "3栋2单元501室"),
        ("3号楼二门501", "3栋2单元501"),
        ("一二三号楼", "123栋"),
        ("第五村民组", "5组"),
        ("5社", "5社"),
        ("五社区", "5社区"),
        ("第三生产队", "3队"),
        ("17号之一", "17号附1号"),
        ("17-1号", "17号附1号"),
        ("17号附二", "17号附2号"),
        ("地下一层", "负1层"),
        ("5栋B1", "5栋负1层"),
        ("B1栋", "B1栋"),
        ("三里屯八号院", "三里屯8号院"),
        ("0791-8888", "0791-8888"),
        ("", ""),
    ],
)
def test_addresses_are_compared_in_one_plain_form(address: str, plain: str) -> None:
    assert plain_address(address) == plain


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("青石镇石桥花园3栋2单元501室", Place("3栋", "2单元", "")),
        ("石桥花园三号楼二单元", Place("3栋", "2单元", "")),
        ("石桥花园12幢甲单元负一层103室", Place("12栋", "甲单元", "")),
        ("和平里A座1201", Place("A座", "", "")),
        ("和平里B3栋", Place("B3栋", "", "")),
        ("石桥村3组17号", Place("", "", "3组")),
        ("五社区青石街7号院", Place("", "", "")),
        ("甲子村第二小组", Place("", "", "2组")),
        ("无门牌", Place("", "", "")),
        ("12-3-501", Place("12栋", "3单元", "")),
        ("3#2-501", Place("3栋", "2单元", "")),
        ("7号院后楼2层", Place("后楼", "", "")),
        ("鼓楼街3号", Place("", "", "")),
        ("东楼村2组", Place("", "", "2组")),
        ("石桥村5社8号", Place("", "", "5社")),
    ],
)
def test_building_unit_and_group_are_recognised(address: str, place: Place) -> None:
    assert split_place(address) == place


@pytest.mark.parametrize(
    ("address", "place", "inside"),
    [
        ("石桥花园3栋2单元501室", "3栋2单元", True),
        ("石桥花园3栋2单元501室", "三号楼", True),
        ("石桥花园3栋2单元501室", "石桥花园3栋", True),
        ("石桥花园3栋2单元501室", "和平里3栋", False),
        ("石桥花园13栋2单元501室", "3栋2单元", False),
        ("石桥花园3栋12单元501室", "3栋2单元", False),
        ("石桥村三组17号", "3组", True),
        ("石桥村3组17号", "7号", False),
        ("石桥村3组17号", "17号", True),
        ("石桥村3组17号", "", True),
        ("和平里A座1201", "B座", False),
    ],
)
def test_a_place_takes_exactly_its_doors(address: str, place: str, inside: bool) -> None:
    assert matches_place(address, place) is inside


WORDS = st.lists(
    st.sampled_from(
        [
            *"甲乙A3一二十百零负-#号楼栋单元层室组队社第 石桥村B东西前后门附之户",
            "10",
            "单元",
            "村民小组",
            "地下",
            "-3-",
            "生产队",
            "地下室",
            "\uff11",
            "—",
        ]
    ),
    max_size=12,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=8))
def test_the_order_is_total_and_does_not_depend_on_how_the_list_came(addresses: list[str]) -> None:
    ordered = sorted(addresses, key=natural_key)
    backwards = addresses[::-1]
    assert sorted(backwards, key=natural_key) == ordered
    for one in addresses:
        for other in addresses:
            assert (natural_key(one) == natural_key(other)) is (one == other)


@settings(max_examples=300, deadline=None)
@given(st.one_of(WORDS, st.text(max_size=12)))
def test_a_plain_form_is_its_own_and_stands_at_the_same_place(address: str) -> None:
    plain = plain_address(address)
    assert plain_address(plain) == plain
    assert natural_key(plain)[:-1] == natural_key(address)[:-1]
    assert split_place(plain) == split_place(address)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 200), st.integers(1, 200))
def test_numbers_in_an_address_are_ordered_by_value(a: int, b: int) -> None:
    assert (natural_key(f"{a}栋1单元") < natural_key(f"{b}栋1单元")) is (a < b)
    assert (natural_key(f"1栋负{a}层") < natural_key(f"1栋负{b}层")) is (a > b)


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_every_address_lies_in_its_own_building_and_unit(address: str) -> None:
    place = split_place(address)
    assert matches_place(address, place.building + "\n" + place.unit)
