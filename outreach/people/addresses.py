"""The order of doors: 2栋 before 10栋, 甲 before 乙, 负一层 before 一层, 三组 next to 3组.

Addresses are typed by many hands, so they are compared in one plain form: half-width, without
spaces, Chinese numerals as digits where a building, unit, floor, room, group or house follows (and
nowhere else: 三门 and 七里河 are names), 号楼, 幢 and # as 栋, 第 and 村民小组 shortened. Everything here
is pure; print order is computed over decrypted addresses and never stored.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "\u3007": 0,
    "两": 2,
}
_NUMERAL = re.compile(
    r"[零\u3007一二两三四五六七八九十百]+(?=号|栋|幢|座|单元|层|楼|室|房|组|队|社|小组|村民|户|期|区|排|巷|弄|院)"
)
_SYNONYMS = (
    (re.compile(r"第(?=\d)"), ""),
    (re.compile(r"(?<=\d)(?:村民)?小?组"), "组"),
    (re.compile(r"(?<=\d)(?:#楼?|号楼|幢|座)"), "栋"),
    (re.compile(rf"(?<=[{_STEMS}])(?:号楼|幢|座)"), "栋"),
    (re.compile(r"(?<=\d)楼"), "层"),
    (re.compile(r"(?<=\d)(?:号?房)(?!\w)"), "室"),
    (re.compile(r"(?:负|地下|(?<![\dA-Z])-|(?<![A-Z])B)(?=\d+层)"), "负"),
)
_LABEL = rf"(?:负\d+|[A-Z]?\d+[A-Z]?|[A-Z]|[{_STEMS}])"
_PART = re.compile(rf"({_LABEL})(栋|座|幢|号楼|单元|层|室|组|队|社(?!区))")
_KINDS = {"栋": "building", "座": "building", "幢": "building", "号楼": "building", "单元": "unit"}
_TOKEN = re.compile(
    rf"(负?\d+)|([{_STEMS}])(?=栋|单元|组|区|院|层|室)|((?:(?![{_STEMS}](?:栋|单元|组|区|院|层|室))(?!负?\d).)+)"
)

Token = tuple[int, int, int, str]


class Place(NamedTuple):
    """What can be recognised, in the plain form ('3栋', '2单元'), '' where it cannot."""

    building: str
    unit: str
    group: str


def _number(numeral: str) -> int:
    """Digit by digit (一零三) or in words (一百零三, 二十, 十二)."""
    if not set(numeral) & {"十", "百"}:
        return int("".join(str(_DIGITS[digit]) for digit in numeral))
    total = digit = 0
    for character in numeral:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def plain_address(address: str) -> str:
    """The form in which addresses are compared; not for printing."""
    text = "".join(unicodedata.normalize("NFKC", address).upper().split())
    text = _NUMERAL.sub(lambda found: str(_number(found[0])), text)
    for pattern, word in _SYNONYMS:
        text = pattern.sub(word, text)
    return text


def natural_key(address: str) -> tuple[Token, ...]:
    """A sort key: numbers by value (basement floors below zero), 甲乙丙 in their order, text as it is.

    Two addresses have the same key only if they are the same text; the last token sees to that.
    """
    tokens: list[Token] = []
    for number, stem, text in _TOKEN.findall(plain_address(address)):
        if number:
            tokens.append((1, 0, int(number.replace("负", "-")), ""))
        elif stem:
            tokens.append((1, 1, _STEMS.index(stem), ""))
        else:
            tokens.append((2, 0, 0, text))
    return (*tokens, (0, 0, 0, address))


def _parts(plain: str) -> list[tuple[str, str]]:
    """(kind, part) for everything that carries a label, from left to right."""
    return [
        (_KINDS.get(word, "group" if word in "组队社" else word), label + word)
        for label, word in _PART.findall(plain)
    ]


def _whole(text: str) -> str:
    """A pattern for `text` that does not begin or end inside a number."""
    start = r"(?<!\d)" if text[0].isdigit() else ""
    end = r"(?!\d)" if text[-1].isdigit() else ""
    return start + re.escape(text) + end


def split_place(address: str) -> Place:
    """Building, unit and village group of an address; of several, the first."""
    found: dict[str, str] = {}
    for kind, part in _parts(plain_address(address)):
        found.setdefault(kind, part)
    return Place(found.get("building", ""), found.get("unit", ""), found.get("group", ""))


def matches_place(address: str, place: str) -> bool:
    """Whether the address lies in `place` ('3栋2单元', '石桥花园3号楼', '三组'); '' is everywhere.

    Labelled parts must be equal (3栋 is not 13栋); what else is said must occur in the address.
    """
    plain, wanted = plain_address(address), plain_address(place)
    have = {part for _, part in _parts(plain)}
    if not {part for _, part in _parts(wanted)} <= have:
        return False
    rest = filter(None, _PART.sub("\n", wanted).split("\n"))
    return all(re.search(_whole(text), plain) for text in rest)
