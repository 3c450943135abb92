"""Which region an office means by a code, a full name or the name of a village."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from outreach.errors import Invalid
from outreach.people.masking import holds_number
from segments import regions as codes

_NOISE = re.compile(r"[\s/\\>\-—·,，、|]+")
_OFFICES = (
    (re.compile("(社区居民委员会|社区居委会|居民委员会|居委会)$"), "社区"),
    (re.compile("(村民委员会|村委会)$"), "村"),
)
_LEVEL = re.compile("[省市县区旗乡镇村]|街道|社区")  # then the name went on
_MUNICIPALITIES = re.compile("^(北京市|天津市|上海市|重庆市)市辖区")


class _Named(Protocol):
    """A row of the region table."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parent(self) -> str: ...
    @property
    def successor(self) -> str: ...


@dataclass(frozen=True)
class Place:
    """A region code cut to its level; `listed` is False for one that no list of regions holds.

    `before`: the codes that it has replaced; what was keyed by one of them is still found.
    """

    code: str
    listed: bool = True
    before: tuple[str, ...] = ()


@dataclass
class Places:
    """Every region that a file may name; what was asked once is remembered."""

    by_code: Mapping[str, _Named]
    by_name: Mapping[str, frozenset[str]]
    has_below: frozenset[tuple[str, int]]
    before: Mapping[str, tuple[str, ...]]
    _seen: dict[str, Place | Invalid] = field(default_factory=dict)
    _in_full: dict[str, tuple[Place, str] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[_Named], under: str = "") -> Places:
        """From the region table; names are looked for inside the region `under`, codes everywhere."""
        by_code = {row.code: row for row in rows}
        has_below: set[tuple[str, int]] = set()
        before: dict[str, tuple[str, ...]] = {}
        for code, row in by_code.items():
            if row.successor:
                before[row.successor] = (*before.get(row.successor, ()), code)
            else:
                has_below.add((row.parent, len(code)))
        return cls(by_code, _by_name(by_code, under), frozenset(has_below), before)

    def find(self, text: str) -> Place:
        """The region meant. Raises Invalid: people.region_unknown, _ambiguous (names all), _code."""
        if text not in self._seen:
            try:
                self._seen[text] = self._by_code(text) if text.isascii() else self._by_name(text)
            except Invalid as error:
                self._seen[text] = error
        found = self._seen[text]
        if isinstance(found, Invalid):
            raise found
        return found

    def get(self, text: str) -> Place | None:
        """The region meant, None where it is unknown or ambiguous."""
        try:
            return self.find(text)
        except Invalid:
            return None

    def named_in_full(self, text: str) -> tuple[Place, str] | None:
        """The region of an exact name (合肥市), or of an address that begins with its province, and what follows."""
        if text not in self._in_full:
            found = self.get(text)
            self._in_full[text] = (found, "") if found is not None else self._after_province(text)
        return self._in_full[text]

    def _after_province(self, text: str) -> tuple[Place, str] | None:
        folded = _folded(text)
        provinces = (_folded(row.name) for code, row in self.by_code.items() if len(code) == 2)
        if not any(map(folded.startswith, provinces)):
            return None
        try:
            return self.lead(text)
        except Invalid:
            return None

    def lead(self, text: str) -> tuple[Place, str] | None:
        """The region with whose name a text begins, and what follows (幸福村3组); None when it begins with none.

        Raises Invalid people.region_ambiguous when several have that name.
        """
        folded = _folded(text)
        for end in range(len(folded) - 1, 1, -1):
            codes_of = self.by_name.get(folded[:end])
            if codes_of and not _LEVEL.match(folded[end:]):
                return self._by_name(folded[:end]), folded[end:]
        return None

    def _by_code(self, text: str) -> Place:
        try:
            # A number that slipped into the column begins with the code of its county, and would pass for a grid.
            code = "" if holds_number(text) else codes.cut(text)
        except ValueError:
            code = ""
        if not code:
            raise Invalid("people.region_code", region=text)
        if code in self.by_code:
            return self._place(_current(code, self.by_code))
        above = next((one for one in reversed(codes.ancestors(code)) if one in self.by_code), None)
        if above is None and self.by_code:
            raise Invalid("people.region_unknown", region=text)
        if above is not None and (above, len(code)) in self.has_below:
            # The places of this level are listed here, and this one is not among them.
            raise Invalid("people.region_unknown", region=text)
        return Place(code, listed=False)

    def _by_name(self, text: str) -> Place:
        found = self.by_name.get(_folded(text), frozenset())
        if len(found) > 1:
            raise Invalid("people.region_ambiguous", region=text, codes="、".join(sorted(found)))
        if not found:
            raise Invalid("people.region_unknown", region=text)
        return self._place(next(iter(found)))

    def _place(self, code: str) -> Place:
        return Place(code, before=self.before.get(code, ()))


def _by_name(by_code: Mapping[str, _Named], under: str) -> dict[str, frozenset[str]]:
    """Name → codes. A name of the past means the successor, as long as no region of today has it."""
    today: dict[str, set[str]] = {}
    past: dict[str, set[str]] = {}
    for code, row in by_code.items():
        now = _current(code, by_code)
        if now.startswith(under) or under.startswith(now):
            for name in _names(row, by_code):
                (past if row.successor else today).setdefault(name, set()).add(now)
    return {name: frozenset(found) for name, found in {**past, **today}.items()}


def _current(code: str, by_code: Mapping[str, _Named]) -> str:
    for _ in range(10):  # a successor may have one too; a circle ends
        successor = by_code[code].successor if code in by_code else ""
        if not successor:
            break
        code = successor
    return code


def _folded(name: str) -> str:
    text = _MUNICIPALITIES.sub(r"\1", _NOISE.sub("", unicodedata.normalize("NFKC", name)))
    for pattern, short in _OFFICES:
        text = pattern.sub(short, text)
    return re.sub("(村村|社区社区)$", lambda match: match[0][: len(match[0]) // 2], text)


def _names(row: _Named, by_code: Mapping[str, _Named]) -> list[str]:
    """村, 镇村, 县镇村 and so on: the name alone, and led by those above it without a gap."""
    names = [_folded(row.name)]
    above = by_code.get(row.parent)
    while above is not None:
        names.append(_folded(above.name) + names[-1])
        above = by_code.get(above.parent)
    return names
