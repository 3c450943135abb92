"""How plainly a text is written, as a score from 0 to 100 that says what it is made of (docs/plainness.md).

No validated readability formula: a sum of six things that can be counted and mended, so that an officer sees which
words cost most. 100 means that none of them costs anything, not that everybody understands the text. Saying an entry
of the glossary plainly never lowers the score: such a word counts as long as what would stand in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from outreach import wording
from outreach.messages.glossary import glossary, plainer
from outreach.messages.lint.marks import clauses

COMFORTABLE_CLAUSE = 15
"""Characters between two marks that are taken in at once."""
LONG_CLAUSE = 20
"""A number further along a clause than this, or behind two others, is overheard."""
LONGEST_NAME = 8
"""Han characters in a row without a word like 的 or 到: a name that has to be read twice."""
SHOWN = 3

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]+")
_BETWEEN = frozenset(
    "的了是在有和与或到把被给让就也都还要会能可您你我他她它这那很不没请吗呢吧啊着过去来从向对按以为及"
)
_NUMBER = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True)
class Place:
    """Words of the text that cost most: text[start:end], and their share of the part's cost."""

    start: int
    end: int
    words: str
    cost: float


@dataclass(frozen=True)
class Part:
    """One thing that makes a text hard. `value` in the unit of docs/plainness.md; of `weight` points `lost` are gone."""

    code: str
    weight: int
    value: float
    lost: float
    places: tuple[Place, ...]

    def name(self, lang: wording.Lang = "zh") -> str:
        """What it is called."""
        return wording.say(f"plainness.{self.code}", lang)

    def meaning(self, lang: wording.Lang = "zh") -> str:
        """What is counted, and what to do about it."""
        return wording.say(f"plainness.{self.code}.means", lang)


@dataclass(frozen=True)
class Plainness:
    """The score (0 to 100, whole) and its parts, the costliest first."""

    score: int
    parts: tuple[Part, ...]


def plainness(text: str) -> Plainness | None:
    """How plainly a rendered text in Chinese is written; None for one that is mostly in another script."""
    letters = sum(character.isalpha() for character in text)
    if not letters or len(_HAN.findall(text)) * 2 < letters:
        return None
    seen = _Seen(text)
    parts = [_part(measure, seen) for measure in _MEASURES]
    score = max(0, round(100 - sum(part.lost for part in parts)))
    return Plainness(score, tuple(sorted(parts, key=lambda part: -part.lost)))


@cache
def common_characters() -> frozenset[str]:
    """The 3,755 characters of level 1 of GB 2312 (rows 16 to 55), computed from the codec."""
    cells = (bytes((0xA0 + row, 0xA0 + cell)) for row in range(16, 56) for cell in range(1, 95))
    return frozenset(character for cell in cells if (character := cell.decode("gb2312", "ignore")))


class _Seen:
    """A text with its entries of the glossary. `size` is that of the text said plainly, so that it stays the same."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.jargon = tuple(glossary().jargon.finditer(text))
        self.size = max(1, sum(map(str.isalnum, plainer(text))))

    def length(self, start: int, end: int) -> int:
        """Characters from start to end, where an entry of the glossary counts as the longer of it and its plain words."""
        return (
            end
            - start
            + sum(
                max(0, len(glossary().plain[one[0]]) - len(one[0]))
                for one in self.jargon
                if start <= one.start() and one.end() <= end
            )
        )


@dataclass(frozen=True)
class _Measure:
    """`count`: the places with what each costs. `per`: what the sum is divided by. `full`: the value at which all of
    the weight is lost.
    """

    code: str
    weight: int
    full: float
    per: Callable[[_Seen], float]
    count: Callable[[_Seen], Iterable[tuple[int, int, float]]]


def _part(measure: _Measure, seen: _Seen) -> Part:
    found = sorted(measure.count(seen), key=lambda place: -place[2])
    value = sum(cost for _, _, cost in found) / measure.per(seen)
    places = tuple(
        Place(start, end, seen.text[start:end], cost) for start, end, cost in found[:SHOWN]
    )
    return Part(
        measure.code, measure.weight, value, measure.weight * min(1.0, value / measure.full), places
    )


def _long_clauses(seen: _Seen) -> Iterator[tuple[int, int, float]]:
    """What lies beyond a comfortable clause."""
    for start, end in clauses(seen.text):
        if (more := seen.length(start, end) - COMFORTABLE_CLAUSE) > 0:
            yield start, end, more


def _jargon(seen: _Seen) -> Iterator[tuple[int, int, float]]:
    return ((one.start(), one.end(), 1.0) for one in seen.jargon)


def _rare(seen: _Seen) -> Iterator[tuple[int, int, float]]:
    """Han characters that are not among the common ones."""
    for match in _HAN.finditer(seen.text):
        if match[0] not in common_characters():
            yield match.start(), match.end(), 1.0


def _long_names(seen: _Seen) -> Iterator[tuple[int, int, float]]:
    """Han characters in a row, none of which holds a sentence together. An entry of the glossary is never broken."""
    for start, end in _runs(seen):
        if (more := seen.length(start, end) - LONGEST_NAME) > 0:
            yield start, end, more


def _runs(seen: _Seen) -> Iterator[tuple[int, int]]:
    whole = {at for one in seen.jargon for at in range(one.start(), one.end())}
    for match in _NAME.finditer(seen.text):
        start = match.start()
        for at in range(match.start(), match.end()):
            if seen.text[at] in _BETWEEN and at not in whole:
                yield start, at
                start = at + 1
        yield start, match.end()


def _officialese(seen: _Seen) -> Iterator[tuple[int, int, float]]:
    """Doing made into a noun, the passive of offices, and their hinges."""
    for match in glossary()["officialese.words"].finditer(seen.text):
        yield match.start(), match.end(), 1.0


def _buried(seen: _Seen) -> Iterator[tuple[int, int, float]]:
    """Numbers deep in a long clause, or behind two others in the same one."""
    for start, end in clauses(seen.text):
        for count, number in enumerate(_NUMBER.finditer(seen.text, start, end)):
            if count >= 2 or seen.length(start, number.start()) > LONG_CLAUSE:
                yield number.start(), number.end(), 1.0


def _size(seen: _Seen) -> float:
    return seen.size


def _hundreds(seen: _Seen) -> float:
    return seen.size / 100


def _numbers(seen: _Seen) -> float:
    return max(1, len(_NUMBER.findall(seen.text)))


_MEASURES: Sequence[_Measure] = (
    _Measure("clauses", 30, 0.6, _size, _long_clauses),
    _Measure("jargon", 25, 5.0, _hundreds, _jargon),
    _Measure("names", 15, 0.3, _size, _long_names),
    _Measure("officialese", 10, 4.0, _hundreds, _officialese),
    _Measure("numbers", 10, 1.0, _numbers, _buried),
    _Measure("characters", 10, 0.05, _size, _rare),
)
"""Weights say how much an officer can win by mending it; they add up to 100."""
