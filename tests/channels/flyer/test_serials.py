"""The number on a sheet survives handwriting, telephones and tired eyes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.flyer.errors import FlyerError
from channels.flyer.serials import Serial, check_character, parse, verify

SERIALS = st.builds(Serial, st.integers(0, 999_999), st.integers(0, 9_999), st.integers(0, 999_999))


def test_the_check_character_is_that_of_the_chinese_id_card() -> None:
    # the two published examples of GB 11643-1999
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"


@pytest.mark.parametrize(
    "text",
    [
        "41-07-017-4",
        " 41-07-017-4\n",
        "R:41-07-017-4",
        "r:41-07-017-4",
        "".join(chr(ord(c) + 0xFEE0) for c in "41-07-017-4"),  # full width
        "41–7–17–4",
        "41 - 07 - 017 - 4",
    ],
)
def test_a_serial_is_read_as_people_write_it(text: str) -> None:
    assert parse(text) == Serial(41, 7, 17)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("41-07-018-4", "flyer.serial_check"),
        ("14-07-017-4", "flyer.serial_check"),
        ("41-07-017", "flyer.serial_form"),
        ("41070174", "flyer.serial_form"),
        ("", "flyer.serial_form"),
        ("李建国", "flyer.serial_form"),
    ],
)
def test_a_wrong_serial_is_refused(text: str, code: str) -> None:
    with pytest.raises(FlyerError) as caught:
        parse(text)
    assert caught.value.code == code
    assert not verify(text)


@pytest.mark.parametrize(
    "numbers", [(-1, 0, 0), (1_000_000, 0, 0), (1, 10_000, 1), (1, 1, 1_000_000)]
)
def test_numbers_that_cannot_be_printed_are_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(FlyerError, match=r"flyer\.serial_range"):
        Serial(*numbers)


@settings(max_examples=200, deadline=None)
@given(SERIALS)
def test_what_is_printed_is_read_back(serial: Serial) -> None:
    assert parse(str(serial)) == serial


@settings(max_examples=200, deadline=None)
@given(SERIALS, st.data())
def test_every_single_wrong_digit_and_every_swap_is_found(
    serial: Serial, data: st.DataObject
) -> None:
    printed = str(serial)
    at = data.draw(st.sampled_from([i for i, c in enumerate(printed) if c.isdigit()]))
    wrong = data.draw(st.sampled_from(sorted(set("0123456789") - {printed[at]})))
    assert not verify(printed[:at] + wrong + printed[at + 1 :])
    if at + 1 < len(printed) and printed[at + 1] != printed[at] and printed[at + 1] not in "-X":
        assert not verify(printed[:at] + printed[at + 1] + printed[at] + printed[at + 2 :])
