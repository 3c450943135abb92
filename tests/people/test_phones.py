"""Telephone numbers: one in pieces, several in a cell, and what a spreadsheet does to them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.people.phones import InvalidPhone, parse_mobile, parse_phone, phone_parts, was_number
from outreach.wording import catalogue
from tests.people.office import wide

MOBILE = "+8613812345678"


@pytest.mark.parametrize(
    "text",
    [
        "13812345678.0", "1.3812345678E10", "1.3812345678E+10", "1.3812345678e+10", "(+86)13812345678", "+86 (0)138 1234 5678",
        "0086-138-1234-5678", "86 13812345678", wide("(86)138-1234-5678"), wide("+86 13812345678"), "\u202d138\u00a01234\u200b5678\u202c",
        "138–1234—5678", "[138]1234 5678", "【138】1234·5678",
    ],
)  # fmt: skip
def test_a_mobile_number_whose_digits_are_all_there(text: str) -> None:
    assert parse_mobile(text) == MOBILE


@pytest.mark.parametrize("text", ["1.38E+10", "1.38123E+10", "1.3812345678E+11", "1E+10", "1.4e10"])
def test_a_number_that_a_spreadsheet_has_shortened_is_lost(text: str) -> None:
    with pytest.raises(InvalidPhone) as caught:
        parse_mobile(text)
    assert caught.value.code == "people.phone_excel_number"
    assert "文本" in catalogue()[caught.value.code]["zh"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("13812345678", ["13812345678"]),
        ("138 1234 5678", ["138 1234 5678"]),
        ("010-62345678转801", ["010-62345678转801"]),
        ("010-62345678,801", ["010-62345678,801"]),
        ("13812345678/13987654321", ["13812345678", "13987654321"]),
        ("13812345678、13987654321、", ["13812345678", "13987654321"]),
        ("13812345678，010-62345678", ["13812345678", "010-62345678"]),
        ("13812345678 13987654321", ["13812345678", "13987654321"]),
        ("1381234567813987654321", ["13812345678", "13987654321"]),
        ("13812345678\n13987654321", ["13812345678", "13987654321"]),
        ("13812345678或13987654321", ["13812345678", "13987654321"]),
        ("138-1234-5678；0731-8123456", ["138-1234-5678", "0731-8123456"]),
        ("13812345678-13987654321", ["13812345678", "13987654321"]),
        ("8123456 13987654321", ["8123456", "13987654321"]),
        ("无", ["无"]),
        ("/", ["/"]),
    ],
)
def test_the_numbers_of_a_cell(text: str, parts: list[str]) -> None:
    assert phone_parts(text) == parts


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("13812345678.0", True),
        ("1.3812345678E10", True),
        ("13812345678", False),
        ("8123456.5", False),
    ],
)
def test_a_number_saved_to_calculate_with_is_recognised(text: str, answer: bool) -> None:
    assert was_number(text) is answer


@given(
    st.text(st.sampled_from("0123456789+-*EX. 转/、和或()（）\n\u200b" + wide("1")), max_size=30)
)
@settings(max_examples=400, deadline=None)
def test_whatever_is_typed_every_part_is_a_number_or_a_reason(text: str) -> None:
    for part in phone_parts(text):
        try:
            number, _ = parse_phone(part)
        except InvalidPhone as error:
            reason, number = error.code, ""
        else:
            reason = "people.landline"
        assert reason in catalogue()
        assert not number or parse_phone(number)[0] == number


@given(
    st.lists(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), min_size=2, max_size=4),
    st.sampled_from("/ 、,;\n"),
)
@settings(max_examples=100, deadline=None)
def test_several_mobile_numbers_come_apart_as_they_were(numbers: list[str], between: str) -> None:
    assert phone_parts(between.join(numbers)) == numbers
