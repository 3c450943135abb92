"""Identity numbers (GB 11643) and telephone numbers, as offices write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.people.identity import (
    IdCard,
    InvalidIdCard,
    InvalidPhone,
    OtherDocument,
    masked_id,
    other_document,
    parse_id_card,
    parse_landline,
    parse_mobile,
)
from outreach.wording import catalogue
from tests.people.office import wide

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11010519491231002X", IdCard(date(1949, 12, 31), "F", "110105", "002X")),
        ("11010519491231002x", IdCard(date(1949, 12, 31), "F", "110105", "002X")),
        ("440524188001010014", IdCard(date(1880, 1, 1), "M", "440524", "0014")),
        ("510124196003152047", IdCard(date(1960, 3, 15), "F", "510124", "2047")),
        ("350200199001011230", IdCard(date(1990, 1, 1), "M", "350200", "1230")),
        (
            f" '{wide('110105 19491231 002x')} ",
            IdCard(date(1949, 12, 31), "F", "110105", "002X"),
        ),
    ],
)
def test_a_valid_number_is_read(text: str, expected: IdCard) -> None:
    assert parse_id_card(text, TODAY) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "people.id_empty"),
        ("510124196003152046", "people.id_checksum"),
        ("110105194912310000", "people.id_excel_zeros"),
        ("1.10105E+17", "people.id_excel_number"),
        ("1.10105194912310E+17", "people.id_excel_number"),
        ("110105199902300021", "people.id_date"),
        ("110105202611240021", "people.id_future"),
        ("130503670401001", "people.id_15_digits"),
        ("1101051949123100", "people.id_length"),
        ("11010519491231002A", "people.id_characters"),
        ("010105194912310021", "people.id_prefix"),
        ("110105********002X", "people.id_masked"),
        ("810000199408230021", "people.id_hk_mo_tw_permit"),
        ("H12345678", "people.id_hk_mo_permit"),
        ("01234567", "people.id_tw_permit"),
        ("932682198501010017", "people.id_foreign_permit"),
        ("E12345678", "people.id_passport"),
        ("EA1234567", "people.id_passport"),
        ("CHN110123456789", "people.id_foreign_permit"),
        ("X320012345", "people.id_birth_certificate"),
        ("1.10105194912310E17", "people.id_excel_number"),
        ("110105194912310000.0", "people.id_excel_number"),
        ("810000199408230022", "people.id_checksum"),
        ("810000199402300021", "people.id_date"),
        ("932682198501010018", "people.id_checksum"),
    ],
)
def test_every_other_text_says_why_not(text: str, code: str) -> None:
    with pytest.raises(InvalidIdCard) as caught:
        parse_id_card(text, TODAY)
    assert caught.value.code == code
    assert isinstance(caught.value, OtherDocument) == (
        code.endswith(("permit", "passport", "certificate"))
    )
    assert not text or text not in str(caught.value)


def test_somebody_born_today_has_a_number_and_somebody_born_tomorrow_has_none() -> None:
    born_today = "11010520261123002"
    check = next(digit for digit in "0123456789X" if _is_valid(born_today + digit))
    assert parse_id_card(born_today + check, TODAY).birth == TODAY
    with pytest.raises(InvalidIdCard):
        parse_id_card(born_today + check, date(2026, 11, 22))


def _is_valid(text: str) -> bool:
    try:
        parse_id_card(text, TODAY)
    except InvalidIdCard:
        return False
    return True


@given(
    body=st.from_regex(r"[1-7][0-9]{5}", fullmatch=True),
    birth=st.dates(date(1880, 1, 1), TODAY),
    order=st.integers(0, 999),
)
@settings(max_examples=200, deadline=None)
def test_exactly_one_check_digit_fits_and_no_single_digit_may_change(
    body: str, birth: date, order: int
) -> None:
    stem = f"{body}{birth:%Y%m%d}{order:03}"
    fitting = [digit for digit in "0123456789X" if _is_valid(stem + digit)]
    assert len(fitting) == 1
    wrong = str((int(stem[-1]) + 1) % 10)
    assert not _is_valid(stem[:-1] + wrong + fitting[0])


def test_a_masked_number_gives_what_is_left_of_it() -> None:
    assert masked_id("110105********002x") == ("110105", "002X")
    assert masked_id("11010519491231002X") is None


@pytest.mark.parametrize(
    "text",
    [
        "13800138000", "138-0013-8000", "138 0013 8000", "+86 13800138000", "+86-138-0013-8000", "0086 13800138000",
        "8613800138000", wide("13800138000"), "'13800138000", "13800138000.0", "013800138000", "（138）00138000",
        "\u202d13800138000\u202c".replace("\u202d", "\u202a"),
    ],
)  # fmt: skip
def test_every_way_of_writing_a_mobile_number(text: str) -> None:
    assert parse_mobile(text) == "+8613800138000"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "people.phone_empty"),
        ("010-12345678", "people.landline"),
        ("0731-8123456", "people.landline"),
        ("0731-8123456转801", "people.landline"),
        ("+86 10 62345678", "people.landline"),
        ("81234567", "people.landline"),
        ("1064812345678", "people.phone_iot"),
        ("1440123456789", "people.phone_iot"),
        ("1.38E+10", "people.phone_excel_number"),
        ("12800138000", "people.phone_prefix"),
        ("1380013800", "people.phone_length"),
        ("138****8000", "people.phone_masked"),
        ("13800138000/13900139000", "people.phone_several"),
        ("13800138000 13900139000", "people.phone_several"),
        ("+852 9123 4567", "people.phone_foreign"),
        ("4008001234", "people.phone_service"),
        ("12345", "people.phone_service"),
        ("10690000123", "people.phone_service"),
        ("无", "people.phone_characters"),
    ],
)
def test_every_other_number_says_why_not(text: str, code: str) -> None:
    with pytest.raises(InvalidPhone) as caught:
        parse_mobile(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("010-62345678", "+861062345678"),
        ("（0731）8123456", "+867318123456"),
        ("010-62345678转801", "+861062345678"),
        ("+861062345678", "+861062345678"),
        ("6234567", "6234567"),
    ],
)
def test_a_fixed_line_is_kept_in_one_form(text: str, number: str) -> None:
    assert parse_landline(text) == number
    assert parse_landline(number) == number


def test_a_mobile_number_is_no_fixed_line() -> None:
    with pytest.raises(InvalidPhone):
        parse_landline("13800138000")


@given(
    digits=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    prefix=st.sampled_from(["", "+86", "86", "0086 ", "0"]),
)
@settings(max_examples=200, deadline=None)
def test_normalising_twice_changes_nothing(digits: str, prefix: str) -> None:
    once = parse_mobile(prefix + digits)
    assert once == f"+86{digits}"
    assert parse_mobile(once) == once


@given(st.text(alphabet="0123456789+-*EX. 转", max_size=20))
@settings(max_examples=200, deadline=None)
def test_whatever_is_typed_the_answer_is_a_number_or_a_reason(text: str) -> None:
    try:
        number = parse_mobile(text)
    except InvalidPhone as error:
        reason = error.code
        number = ""
    else:
        reason = ""
    assert reason in catalogue() if reason else parse_mobile(number) == number


@pytest.mark.parametrize(
    ("text", "birth", "sex"),
    [
        ("810000199408230021", date(1994, 8, 23), "F"),
        ("830000199201300022", date(1992, 1, 30), "F"),
        ("932682198501010017", date(1985, 1, 1), ""),
        ("H12345678", None, ""),
        ("CHN110123456789", None, ""),
    ],
)
def test_another_document_says_what_it_can(text: str, birth: date | None, sex: str) -> None:
    with pytest.raises(OtherDocument) as caught:
        parse_id_card(text, TODAY)
    assert (caught.value.birth, caught.value.sex) == (birth, sex)
    assert caught.value.params == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("南字第12345678号", "people.id_other_document"),
        ("123456789", "people.id_other_document"),
        ("AB-12345(6)", "people.id_other_document"),
        ("1.10105E+17", "people.id_excel_number"),
        ("没有", "people.id_other_characters"),
        ("张三！！12345", "people.id_other_characters"),
    ],
)
def test_a_number_of_a_document_that_a_list_calls_another(text: str, code: str) -> None:
    try:
        found: InvalidIdCard = other_document(text)
    except InvalidIdCard as error:
        found = error
    assert found.code == code


@given(st.text(max_size=25))
@settings(max_examples=300, deadline=None)
def test_whatever_stands_there_it_is_an_identity_number_or_a_reason(text: str) -> None:
    try:
        card = parse_id_card(text, TODAY)
    except InvalidIdCard as error:
        reason = error.code
    else:
        reason = "people.id_empty"
        assert card.birth <= TODAY
    assert reason in catalogue()
