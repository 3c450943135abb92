"""The order of doors: 2栋 before 10栋, 甲 before 乙, 负一层 before 一层, 三组 next to 3组.

Addresses are typed by many hands, so they are compared in one plain form: half-width, without
spaces, Chinese numerals as digits where a building, unit, floor, room, group or house follows (and
nowhere else: 三门 and 七里河 are names), 号楼, 幢 and # as 栋, 12-3-501 with its words, 第 and 村民小组
shortened, 之一 as 附1号. Everything here is pure; print order is computed over decrypted addresses
and never stored.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_SIDES = "东西南北前上左中后下右"
"""East before west, front before middle before back: the order in which people say them."""
_SIDED = "区院楼栋座单户门组苑排段头边"
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "\u3007": 0,
    "两": 2,
}
_CHINESE = r"[零\u3007一二两三四五六七八九十百]+"
_NUMERAL = re.compile(
    rf"{_CHINESE}(?=号|栋|幢|座|单元|层|楼|室|房|组|队|社|小组|村民|生产队|户|期|区|排|巷|弄|院)"
    rf"|(?<=[号户]之){_CHINESE}|(?<=附){_CHINESE}(?![一-龥])|(?<=[号\d][楼幢]){_CHINESE}(?=门\d)|(?<=栋){_CHINESE}(?=门\d)"
)
_DASHES = re.compile(r"(?<=[0-9A-Z#栋楼座幢元号])[\u2010-\u2015\u2212\ufe63~_/](?=[0-9A-Z附])")
_SYNONYMS = (
    (re.compile(r"第(?=\d)"), ""),
    (re.compile(r"(?<=\d)(?:村民)?小?组"), "组"),
    (re.compile(r"(?<=\d)生产队"), "队"),
    (re.compile(r"(?<=\d)(?:#楼?|号楼|幢|座)"), "栋"),
    (re.compile(r"(?<=\d)楼(?=\d+(?:单元|门)|[甲-癸]单元)"), "栋"),
    (re.compile(rf"(?<=[{_STEMS}])(?:号楼|幢|座)"), "栋"),
    (re.compile(r"(?<=栋)(\d+)门(?=\d|$)"), r"\1单元"),
    (re.compile(r"(?<=\d)楼"), "层"),
    (re.compile(r"(?<=\d)(?:号?房)(?!\w)"), "室"),
    (re.compile(r"地下室(?!\w)"), "负1层"),
    (re.compile(r"(?:负|地下|(?<![\dA-Z])-|(?<![A-Z])B)(?=\d+层)"), "负"),
    (re.compile(r"(?<=栋|元)B(\d)(?=$|\D)(?!栋|座|单元|层)"), r"负\1层"),
    # dashes stand for words: 12-3-501, 3栋2-501
    (re.compile(r"(?<![\d-])(\d+)-(\d+)-(\d+)(?:室|号)?(?![\d-])"), r"\1栋\2单元\3室"),
    (re.compile(r"(?<=\d栋)-?(\d+)-(\d+)(?:室|号)?(?![\d-])"), r"\1单元\2室"),
    (re.compile(r"(?<=栋|元)-(?=\d)"), ""),
    # a house within a house: 17-1号, 17号之一, 17号附1
    (re.compile(r"(\d+)-(\d+)号"), r"\1号附\2号"),
    (re.compile(r"(?<=\d)(?:号(?:之|-附?)|附)(?=\d+(?:号|$))"), "号附"),
    (re.compile(r"(?<=号附)(\d+)$"), r"\1号"),
)
_LABEL = rf"(?:负\d+|[A-Z]?\d+[A-Z]?|[A-Z]|[{_STEMS}])"
_PART = re.compile(
    rf"({_LABEL})(栋|座|幢|号楼|单元|层|室|组|队|社(?!区))|(?<![一-龥])([{_SIDES}])(楼)(?![村镇乡街路])"
    rf"|(?<=[区苑园院里号])([{_SIDES}])(楼)(?![村镇乡街路])"
)
_KINDS = {
    "栋": "building", "座": "building", "幢": "building", "号楼": "building", "楼": "building", "单元": "unit",
    "组": "group", "队": "group", "社": "group",
}  # fmt: skip
_STEM = rf"[{_STEMS}](?=栋|单元|组|区|院|层|室)"
_SIDE = rf"[{_SIDES}](?=[{_SIDED}])"
_TOKEN = re.compile(
    rf"(负?\d+)|({_STEM})|({_SIDE})|((?:(?!{_STEM})(?!{_SIDE})(?!负?\d).)+)", re.DOTALL
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


@lru_cache(maxsize=65_536)
def plain_address(address: str) -> str:
    """The form in which addresses are compared; not for printing. A plain form is its own plain form."""
    text = "".join(unicodedata.normalize("NFKC", address).upper().split())
    for _ in range(len(text) + 2):  # one rule may make room for another
        before = text
        text = _once(text)
        if text == before:
            break
    return text


def _once(text: str) -> str:
    text = "".join(unicodedata.normalize("NFKC", text).upper().split())
    text = _DASHES.sub("-", text)
    text = _NUMERAL.sub(lambda found: str(_number(found[0])), text)
    for pattern, word in _SYNONYMS:
        text = pattern.sub(word, text)
    return text


def natural_key(address: str) -> tuple[Token, ...]:
    """A sort key: numbers by value (basement floors below zero), 甲乙丙 and 东西南北 in their order, text as it is.

    Two addresses have the same key only if they are the same text; the last token sees to that.
    """
    tokens: list[Token] = []
    for number, stem, side, text in _TOKEN.findall(plain_address(address)):
        if number:
            tokens.append((1, 0, int(number.replace("负", "-")), ""))
        elif stem:
            tokens.append((1, 1, _STEMS.index(stem), ""))
        elif side:
            tokens.append((1, 2, _SIDES.index(side), ""))
        else:
            tokens.append((2, 0, 0, text))
    return (*tokens, (0, 0, 0, address))


def _parts(plain: str) -> list[tuple[str, str]]:
    """(kind, part) for everything that carries a label, from left to right."""
    found = []
    for match in _PART.finditer(plain):
        label, word = (one for one in match.groups() if one)
        found.append((_KINDS.get(word, word), label + word))
    return found


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


def stretch_of(address: str, *, units: bool = True) -> str:
    """The part of an address that a whole stairwell, building or group shares, in plain form; '' where none is seen.

    石桥花园3号楼2单元501 → 石桥花园3栋2单元 (with `units` False 石桥花园3栋), 石桥村三组17号 → 石桥村3组.
    """
    plain = plain_address(address)
    kinds = ("building", "group", "unit") if units else ("building", "group")
    ends = [
        match.end()
        for match in _PART.finditer(plain)
        if _KINDS.get(match[2] or match[4] or match[6]) in kinds
    ]
    return plain[: max(ends)] if ends else ""


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
