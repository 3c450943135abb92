"""The number of a disability certificate: the identity number, one digit of category, one of grade.

GB/T 26341-2010. A re-issued certificate carries B and a count behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from outreach.errors import Invalid
from outreach.people.identity import plain

CATEGORIES = {
    "1": ("视力", ("dis.vision",)),
    "2": ("听力", ("dis.hearing",)),
    "3": ("言语", ("dis.hearing",)),
    "4": ("肢体", ("dis.limb",)),
    "5": ("智力", ("dis.mind",)),
    "6": ("精神", ("dis.mind",)),
    "7": ("多重", ()),
}
"""Digit → word, and the circumstances that it means; of 多重 the number does not say which."""

GRADES = {"1": "dis.g1", "2": "dis.g2", "3": "dis.g3", "4": "dis.g4"}
_SHAPE = re.compile(r"([1-9]\d{16}[\dX])([1-7])([1-4])(B\d{0,2})?")
_GRADE_WORDS = {"一": "1", "二": "2", "三": "3", "四": "4", "1": "1", "2": "2", "3": "3", "4": "4"}


@dataclass(frozen=True)
class Certificate:
    """What the number says: whose it is, which kind, which grade (1 is the most severe)."""

    id_number: str
    category: str
    grade: int
    circumstances: tuple[str, ...]


def parse_certificate(text: str) -> Certificate:
    """Read the number of a disability certificate; Invalid people.certificate_form. It is never in the error."""
    found = _SHAPE.fullmatch(plain(text))
    if found is None:
        raise Invalid("people.certificate_form", length=len(plain(text)))
    word, codes = CATEGORIES[found[2]]
    grade = GRADES[found[3]]
    return Certificate(found[1], word, int(found[3]), (grade, *codes))


def grade_of(text: str) -> str:
    """The circumstance that a cell of 残疾等级 means: 一级, 1级, 壹级 is not one. Invalid people.grade_unknown."""
    word = plain(text).removeprefix("残疾").removesuffix("残疾").removesuffix("级")
    if word not in _GRADE_WORDS:
        raise Invalid("people.grade_unknown", value=text)
    return GRADES[_GRADE_WORDS[word]]


def kinds_of(text: str) -> tuple[str, ...]:
    """The circumstances that a cell of 残疾类别 means, also several (肢体、视力). Invalid people.kind_unknown."""
    found: list[str] = []
    for part in filter(None, re.split(r"[、,，/;；和\s]+", text)):
        word = part.removesuffix("残疾").removesuffix("残")
        codes = next((codes for name, codes in CATEGORIES.values() if name.startswith(word)), None)
        if not word or codes is None:
            raise Invalid("people.kind_unknown", value=part)
        found.extend(codes)
    return tuple(dict.fromkeys(found))
