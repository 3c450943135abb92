"""Identity numbers and telephone numbers as offices write them, and the same ones as we keep them.

GB 11643-1999: six digits of the first registration, eight of the birth date, three of order (the last one odd for
a man), one check digit by ISO 7064 MOD 11-2. Everything here is pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from outreach.errors import Invalid


class InvalidIdCard(Invalid):
    """The text is not a resident identity number; `code` says why."""


class OtherDocument(InvalidIdCard):
    """The text is the number of another document (residence permit, travel permit, passport)."""


class InvalidPhone(Invalid):
    """The text is not a mobile number of the mainland; `code` says why."""


@dataclass(frozen=True)
class IdCard:
    """What an identity number says: birth date, sex, region of first registration (6 digits), last 4 characters."""

    birth: date
    sex: Literal["M", "F"]
    region: str
    last4: str


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202c\ufeff'`\"’‘"))
_ID_CARD = re.compile(r"[1-7][0-9]{16}[0-9X]")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d{1,2}")
_MASKED = re.compile(r"\d{6}[*]{4,10}[0-9]{3}[0-9X]")
_DOCUMENTS = (
    ("people.id_hk_mo_tw_permit", re.compile(r"8[123]0000\d{11}[0-9X]")),
    ("people.id_hk_mo_permit", re.compile(r"[HM]\d{8}(\d{2})?")),
    ("people.id_tw_permit", re.compile(r"(?!19|20)\d{8}(\d{2}(\(?[A-Z]\)?)?)?")),
    ("people.id_foreign_permit", re.compile(r"9\d{16}[0-9X]|[A-Z]{3}\d{12}")),
    ("people.id_passport", re.compile(r"[A-Z]{1,2}\d{7,8}")),
)


def plain(text: str) -> str:
    """Upper case, half width, without white space, quotes and invisible characters."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return "".join(unicodedata.normalize("NFKC", text).translate(_INVISIBLE).upper().split())


def parse_id_card(text: str, today: date) -> IdCard:
    """Read an 18-character identity number (GB 11643-1999); `today` bounds the birth date.

    Raises InvalidIdCard, and OtherDocument for permits and passports, which are in order but say nothing about
    birth and sex. The number itself is never put into the error.
    """
    number = plain(text)
    if not _ID_CARD.fullmatch(number):
        raise _not_an_id_card(number)
    birth = _birth(number[6:14], today)
    if _check_digit(number) != number[17]:
        # A spreadsheet keeps 15 digits of a number and fills up with zeros.
        raise InvalidIdCard(
            "people.id_excel_zeros" if number.endswith("000") else "people.id_checksum"
        )
    return IdCard(birth, "M" if int(number[16]) % 2 else "F", number[:6], number[14:])


def _check_digit(number: str) -> str:
    return _CHECK[
        sum(weight * (ord(digit) - 48) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
        % 11
    ]


def _birth(digits: str, today: date) -> date:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InvalidIdCard("people.id_date", date=digits) from None
    if birth > today:
        raise InvalidIdCard("people.id_future", date=birth.isoformat())
    return birth


_ID_SHAPES = (
    ("people.id_empty", re.compile("")),
    ("people.id_excel_number", _SCIENTIFIC),
    ("people.id_masked", re.compile(r".*\*.*")),
    ("people.id_15_digits", re.compile(r"\d{15}")),
    ("people.id_prefix", re.compile(r"\d{17}[0-9X]")),
    ("people.id_length", re.compile(r"\d+[0-9X]")),
)


def _not_an_id_card(number: str) -> InvalidIdCard:
    """The reason, most telling first."""
    for code, shape in _DOCUMENTS:
        if shape.fullmatch(number):
            return OtherDocument(code)
    reasons = (code for code, shape in _ID_SHAPES if shape.fullmatch(number))
    return InvalidIdCard(next(reasons, "people.id_characters"), length=len(number))


def masked_id(text: str) -> tuple[str, str] | None:
    """(first 6, last 4) of a number that another office has masked with asterisks; None for anything else."""
    number = plain(text)
    return (number[:6], number[-4:]) if _MASKED.fullmatch(number) else None


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PHONE_NOISE = re.compile(r"[\s\-\u2010-\u2015\u2212_.·()（）]")
_LANDLINE = re.compile(r"0(?!400|800)(10|2\d|[3-9]\d{2})([1-8]\d{6,7})((转|X|EXT|#|,)\d{1,6})?")
_LOCAL_NUMBER = re.compile(r"[2-8]\d{6,7}")


def parse_mobile(text: str) -> str:
    """A mainland mobile number as `+8613…`, from any way of writing it.

    Raises InvalidPhone: people.landline for a fixed line, people.phone_iot for a 13-digit machine number, and other
    codes that say what is wrong. `parse_mobile(parse_mobile(x)) == parse_mobile(x)`.
    """
    number = _bare_phone(text)
    if _MOBILE.fullmatch(number):
        return f"+86{number}"
    raise InvalidPhone(_why_no_mobile(number))


def parse_landline(text: str) -> str:
    """A fixed line with area code as `+8610…`, without area code as its digits; extensions are cut off.

    Raises InvalidPhone when it is no fixed line.
    """
    number = _bare_phone(text)
    with_area = _LANDLINE.fullmatch(number)
    if with_area:
        return f"+86{with_area[1]}{with_area[2]}"
    if _LOCAL_NUMBER.fullmatch(number):
        return number
    raise InvalidPhone("people.phone_not_landline")


def _bare_phone(text: str) -> str:
    """Digits (and whatever should not be there) without noise and without the country's prefix."""
    number = plain(text)
    if _MOBILE.fullmatch(number):
        return number
    if re.fullmatch(r"\d+\.0+", number):  # a spreadsheet's number saved as text
        number = number.partition(".")[0]
    if _SCIENTIFIC.fullmatch(number):
        raise InvalidPhone("people.phone_excel_number")
    number = _PHONE_NOISE.sub("", number)
    for prefix in ("+86", "0086"):
        if number.startswith(prefix):
            rest = number[len(prefix) :]
            return rest if _MOBILE.fullmatch(rest) or rest.startswith("0") else f"0{rest}"
    if re.fullmatch(r"86(1[3-9]\d{9}|0\d{9,11})", number):
        return number[2:]
    return (
        number[1:] if re.fullmatch(r"01[3-9]\d{9}", number) else number
    )  # the 0 of long-distance calls


_PHONE_SHAPES = (
    ("people.phone_empty", re.compile("")),
    ("people.phone_foreign", re.compile(r"(\+|00)[1-9]\d*")),
    ("people.phone_masked", re.compile(r"[\d*]*\*[\d*]*")),
    ("people.phone_several", re.compile(r"\d{7,12}[/、,，;；]\d{7,12}.*|(1[3-9]\d{9}){2,}")),
    ("people.phone_iot", re.compile(r"1(0[0-9]|4[0-9])\d{10}")),
    ("people.phone_service", re.compile(r"(400|800)\d{7}|1\d{4}|9\d{4,5}|106\d{5,}|12\d{3}")),
    ("people.landline", _LOCAL_NUMBER),
    ("people.landline", _LANDLINE),
    ("people.phone_characters", re.compile(r".*\D.*")),
    ("people.phone_prefix", re.compile(r"\d{11}")),
)


def _why_no_mobile(number: str) -> str:
    for code, shape in _PHONE_SHAPES:
        if shape.fullmatch(number):
            return code
    return "people.phone_length"
