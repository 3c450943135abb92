"""Identity numbers and telephone numbers as offices write them, and the same ones as we keep them.

GB 11643-1999: six digits of the first registration, eight of the birth date, three of order (the last one odd for
a man), one check digit by ISO 7064 MOD 11-2. Everything here is pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from outreach.errors import Invalid
from outreach.people.phones import InvalidPhone as InvalidPhone
from outreach.people.phones import parse_landline as parse_landline
from outreach.people.phones import parse_mobile as parse_mobile
from outreach.people.plain import plain as plain


class InvalidIdCard(Invalid):
    """The text is not a resident identity number; `code` says why."""


class OtherDocument(InvalidIdCard):
    """The text is the number of another document (residence permit, travel permit, passport).

    It is in order; `birth` and `sex` are what the number says, None and '' where it does not.
    """

    def __init__(
        self, code: str, /, *, birth: date | None = None, sex: str = "", **params: object
    ) -> None:
        super().__init__(code, **params)
        self.birth = birth
        self.sex = sex


@dataclass(frozen=True)
class IdCard:
    """What an identity number says: birth date, sex, region of first registration (6 digits), last 4 characters."""

    birth: date
    sex: Literal["M", "F"]
    region: str
    last4: str


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_ID_CARD = re.compile(r"[1-7][0-9]{16}[0-9X]")
_DAMAGED = re.compile(r"\d(\.\d+)?E\+?\d{1,2}|\d{16,20}\.0*")
_MASKED = re.compile(r"\d{6}[*]{4,10}[0-9]{3}[0-9X]")
_HOME_PERMIT = re.compile(r"8[123]0000\d{11}[0-9X]")
_FOREIGN_PERMIT = re.compile(r"9\d{16}[0-9X]")
_DOCUMENTS = (
    ("people.id_hk_mo_permit", re.compile(r"[HM]\d{8}(\d{2})?")),
    ("people.id_tw_permit", re.compile(r"(?!19|20)\d{8}(\d{2}(\(?[A-Z]\)?)?)?")),
    ("people.id_foreign_permit", re.compile(r"[A-Z]{3}\d{12}")),
    ("people.id_birth_certificate", re.compile(r"[A-Z]\d{9}")),
    ("people.id_passport", re.compile(r"[A-Z]{1,2}\d{7,8}")),
)
_ANY_DOCUMENT = re.compile(r"[A-Z0-9()\-]{5,30}|.{1,6}字第?[A-Z0-9]{4,20}号?")


def parse_id_card(text: str, today: date) -> IdCard:
    """Read an 18-character identity number (GB 11643-1999); `today` bounds the birth date.

    Raises InvalidIdCard, and OtherDocument for permits and passports that are in order. The number itself is never
    put into the error.
    """
    number = plain(text)
    if not _ID_CARD.fullmatch(number):
        raise _permit(number, today) or _not_an_id_card(number)
    return _read(number, today)


def other_document(text: str) -> OtherDocument:
    """The number of a document that a list says is no identity card, whatever it looks like.

    Raises InvalidIdCard for what can be no number of a document.
    """
    number = plain(text)
    if _DAMAGED.fullmatch(number):
        raise InvalidIdCard("people.id_excel_number")
    if not _ANY_DOCUMENT.fullmatch(number) or not any(char.isdigit() for char in number):
        raise InvalidIdCard("people.id_other_characters")
    return OtherDocument("people.id_other_document")


def _permit(number: str, today: date) -> OtherDocument | None:
    """Permits of 18 digits are made like identity numbers: birth date and check digit at the same places."""
    if _HOME_PERMIT.fullmatch(number):
        card = _read(number, today)
        return OtherDocument("people.id_hk_mo_tw_permit", birth=card.birth, sex=card.sex)
    if _FOREIGN_PERMIT.fullmatch(number):
        # No source that we could read says that its order digits tell the sex.
        return OtherDocument("people.id_foreign_permit", birth=_read(number, today).birth)
    return None


def _read(number: str, today: date) -> IdCard:
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
    ("people.id_excel_number", _DAMAGED),
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
