"""Readings above the characters, for a reader who is unsure: by phrase, because 银行, 还款 and 重要 have two.

Only for the common language. Numbers get the reading that they have when spoken: 3600 三千六百, a hotline and a year
digit by digit; a long telephone number is read as it stands and needs none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from types import ModuleType

Unit = tuple[str, str]
"""What stands on the line, and its reading ("" for marks and Latin)."""

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿")
_TOKEN = re.compile(r"\d{3,4}-[\d ]{6,}\d|\d+(?:\.\d+)?|[A-Za-z]+|.", re.DOTALL)
_CLOSING = "，。！？；：、）》”’』」％%…"
_OPENING = "（《“‘『「"
LONGEST_QUANTITY = 6
"""Digits up to which a number is a quantity and no telephone number."""
HOTLINE = 5
"""12345, 12333 and their kin."""
_COUNTED = "元人户岁天月年个名份次"

_PHRASES = {
    # Readings of office words that the general dictionary lacks or gives otherwise.
    "一卡通": [["yì"], ["kǎ"], ["tōng"]],
    "缴存": [["jiǎo"], ["cún"]],
    "差额": [["chā"], ["é"]],
    "补差": [["bǔ"], ["chā"]],
    "供养": [["gōng"], ["yǎng"]],
    "处方": [["chǔ"], ["fāng"]],
    "还款": [["huán"], ["kuǎn"]],
    "还钱": [["huán"], ["qián"]],
    "还贷": [["huán"], ["dài"]],
    "还清": [["huán"], ["qīng"]],
    "发卡": [["fā"], ["kǎ"]],
    "重办": [["chóng"], ["bàn"]],
    "重新": [["chóng"], ["xīn"]],
    "补种": [["bǔ"], ["zhòng"]],
    "接种": [["jiē"], ["zhòng"]],
    "种地": [["zhòng"], ["dì"]],
    "种粮": [["zhòng"], ["liáng"]],
    "播种": [["bō"], ["zhǒng"]],
    "慢慢地": [["màn"], ["màn"], ["de"]],
    "大夫": [["dài"], ["fu"]],
    "朝鲜": [["cháo"], ["xiǎn"]],
    "头发": [["tóu"], ["fa"]],
    "还没": [["hái"], ["méi"]],
}


@cache
def _reader() -> ModuleType:
    import pypinyin

    pypinyin.load_phrases_dict(_PHRASES)
    return pypinyin


def annotate(text: str) -> list[Unit]:
    """`text` in units that must not be broken, each with its reading; closing marks hang on what they close."""
    units: list[Unit] = []
    pending = ""
    for shown, reading in _readings(text):
        if pending and shown in _CLOSING:
            pending += shown
        elif shown in _CLOSING and units:
            before, said = units[-1]
            units[-1] = (before + shown, said)
        elif shown in _OPENING:
            pending += shown
        else:
            units.append((pending + shown, reading))
            pending = ""
    return [*units, (pending, "")] if pending else units


def _readings(text: str) -> list[Unit]:
    """Each character, number or Latin word with its reading, in order."""
    tokens = _TOKEN.findall(text)
    spoken = [
        number_words(token, tokens[place + 1 : place + 2]) if token[0].isdecimal() else token
        for place, token in enumerate(tokens)
    ]
    reader = _reader()
    found = reader.pinyin("".join(spoken), errors=lambda rest: [[c] for c in rest], v_to_u=True)
    syllables = [one[0] for one in found]
    units: list[Unit] = []
    at = 0
    for token, said in zip(tokens, spoken, strict=True):
        part = syllables[at : at + len(said)]
        at += len(said)
        known = [
            reading for reading, character in zip(part, said, strict=True) if reading != character
        ]
        digits = sum(character.isdigit() for character in token)
        units.append((token, "" if digits > HOTLINE + 1 else " ".join(known)))
    return units


def number_words(digits: str, following: Sequence[str] = ()) -> str:
    """How a number is said: 3600 三千六百, 2025年 二零二五, 12345 幺二三四五, 2.5 二点五."""
    whole, _, part = digits.partition(".")
    if part:
        return f"{_quantity(whole)}点{_one_by_one(part)}"
    if len(whole) == 4 and list(following[:1]) == ["年"]:
        return _one_by_one(whole)
    counted = bool(following) and following[0] in _COUNTED
    hotline = len(whole) == HOTLINE and whole.startswith("1") and not counted
    if hotline or len(whole) > LONGEST_QUANTITY or whole.startswith("0"):
        return _one_by_one(whole).replace("一", "幺")
    return _quantity(whole)


def _one_by_one(digits: str) -> str:
    return "".join(_DIGITS[int(digit)] for digit in digits if digit.isdigit())


def _quantity(digits: str) -> str:
    value = int(digits)
    if not value:
        return _DIGITS[0]
    said, gap = "", False
    for group in range((len(str(value)) - 1) // 4, -1, -1):
        four = value // 10 ** (4 * group) % 10**4
        if not four:
            gap = bool(said)
            continue
        said += (_DIGITS[0] if said and (gap or four < 1000) else "") + _four(four) + _GROUPS[group]
        gap = False
    return said.removeprefix("一") if said.startswith("一十") else said


def _four(value: int) -> str:
    said, gap = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if not digit:
            gap = bool(said)
            continue
        said += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return said
