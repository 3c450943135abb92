"""Telephone numbers as offices write them, and the same ones as we keep them. Pure."""

from __future__ import annotations

import re
import unicodedata

from outreach.errors import Invalid
from outreach.people.plain import plain


class InvalidPhone(Invalid):
    """The text is not a mobile number of the mainland; `code` says why."""


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SEVERAL_MOBILES = re.compile(r"(?:1[3-9]\d{9}){2,}")
_NOISE = re.compile(r"[\s\-\u2010-\u2015\u2212_.·()（）\[\]【】]")
_LANDLINE = re.compile(r"0(?!400|800)(10|2\d|[3-9]\d{2})([1-8]\d{6,7})((转|X|EXT|#|,)\d{1,6})?")
_LOCAL_NUMBER = re.compile(r"[2-8]\d{6,7}")
_FLOAT = re.compile(r"\d+\.0+")
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?E\+?(\d{1,2})")
_BETWEEN = re.compile(
    r"[/、,，;；|\n\r\t&和或及]+|(?<=\d{7})\s+(?=[01]\d{6})|(?<=\d{11})\s*-\s*(?=1\d{10})"
)


def parse_mobile(text: str) -> str:
    """A mainland mobile number as `+8613…`, from any way of writing it.

    Raises InvalidPhone: people.landline for a fixed line, people.phone_iot for a 13-digit machine number, and other
    codes that say what is wrong. `parse_mobile(parse_mobile(x)) == parse_mobile(x)`.
    """
    number = _bare(text)
    if _MOBILE.fullmatch(number):
        return f"+86{number}"
    raise InvalidPhone(_why_no_mobile(number))


def parse_landline(text: str) -> str:
    """A fixed line with area code as `+8610…`, without area code as its digits; extensions are cut off.

    Raises InvalidPhone when it is no fixed line.
    """
    number = _bare(text)
    with_area = _LANDLINE.fullmatch(number)
    if with_area:
        return f"+86{with_area[1]}{with_area[2]}"
    if _LOCAL_NUMBER.fullmatch(number):
        return number
    raise InvalidPhone("people.phone_not_landline")


def parse_phone(text: str) -> tuple[str, bool]:
    """(number, whether it is a fixed line); raises what `parse_mobile` raises."""
    try:
        return parse_mobile(text), False
    except InvalidPhone as error:
        if error.code != "people.landline":
            raise
        return parse_landline(text), True


def phone_parts(text: str) -> list[str]:
    """The numbers of a cell that holds one or several, as they stand there; one number in pieces stays whole."""
    if text.isdigit() and len(text) <= 12:
        return [text]
    try:
        parse_phone(text)
    except InvalidPhone:
        bare = _NOISE.sub("", plain(text))
        if _SEVERAL_MOBILES.fullmatch(bare):
            return [bare[at : at + 11] for at in range(0, len(bare), 11)]
        parts = [part.strip() for part in _BETWEEN.split(unicodedata.normalize("NFKC", text))]
        return [part for part in parts if part] or [text]
    return [text]


def was_number(text: str) -> bool:
    """Whether a number was saved as a spreadsheet calculates with it (13812345678.0, 1.3812345678E+10)."""
    number = plain(text)
    return bool(_FLOAT.fullmatch(number) or _SCIENTIFIC.fullmatch(number))


def _bare(text: str) -> str:
    """Digits (and whatever should not be there) without noise and without the country's prefix."""
    number = plain(text)
    if _MOBILE.fullmatch(number):
        return number
    number = _NOISE.sub("", _whole_number(number))
    for prefix in ("+86", "0086"):
        if number.startswith(prefix):
            rest = number[len(prefix) :]
            number = rest if _MOBILE.fullmatch(rest) or rest.startswith("0") else f"0{rest}"
            break
    if re.fullmatch(r"86(1[3-9]\d{9}|0\d{9,11})", number):
        number = number[2:]
    # The 0 of long-distance calls.
    return number[1:] if re.fullmatch(r"01[3-9]\d{9}", number) else number


def _whole_number(number: str) -> str:
    """The digits of a number that a spreadsheet has saved with all of them; what it has shortened is lost."""
    if _FLOAT.fullmatch(number):
        return number.partition(".")[0]
    found = _SCIENTIFIC.fullmatch(number)
    if found is None:
        return number
    if len(found[2] or "") != int(found[3]):
        raise InvalidPhone("people.phone_excel_number")
    return found[1] + (found[2] or "")


_SHAPES = (
    ("people.phone_empty", re.compile("")),
    ("people.phone_foreign", re.compile(r"(\+|00)[1-9]\d*")),
    ("people.phone_masked", re.compile(r"[\d*]*\*[\d*]*")),
    ("people.phone_several", re.compile(r"\d{7,12}[/、,，;；]\d{7,12}.*|(1[3-9]\d{9}){2,}")),
    ("people.phone_iot", re.compile(r"1(0[0-9]|4[0-9])\d{10}")),
    ("people.phone_service", re.compile(r"(400|800)\d{7}|1\d{4}|9\d{4,5}|106\d{5,}|12\d{3}")),
    ("people.landline", _LOCAL_NUMBER),
    ("people.landline", _LANDLINE),
    ("people.phone_characters", re.compile(r".*\D.*", re.DOTALL)),
    ("people.phone_prefix", re.compile(r"\d{11}")),
)


def _why_no_mobile(number: str) -> str:
    for code, shape in _SHAPES:
        if shape.fullmatch(number):
            return code
    return "people.phone_length"
