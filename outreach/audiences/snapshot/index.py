"""Bitmaps over the positions of `columns`: who was born by a day, lives in a subtree, has a circumstance.

Built when they are first asked for and kept while memory allows. Nobody changes a bitmap that was handed out.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from outreach.audiences.snapshot.columns import NOT_KNOWN, Columns
from segments.regions import ancestors, next_code

T = TypeVar("T")

_ROOM, _ROOM_EACH = 64 * 1024 * 1024, 48
"""Bytes for clauses that were asked before: in all, and for each person."""


def weight(found: BitMap) -> int:
    """Bytes of a bitmap."""
    told = found.get_statistics()
    containers = told["n_bytes_array_containers"] + told["n_bytes_run_containers"]
    return containers + told["n_bytes_bitset_containers"]


def bitmap(positions: npt.NDArray[Any]) -> BitMap:
    """A bitmap from an array of positions in any order."""
    return BitMap(array("I", positions.astype(np.uint32).tobytes()))


def positions(found: BitMap) -> npt.NDArray[np.uint32]:
    """The positions of a bitmap, ascending."""
    return np.frombuffer(found.to_array(), dtype=np.uint32)


class Ordered:
    """Known positions in the order of a value, so that "at most" is a piece from the left."""

    def __init__(self, values: npt.NDArray[Any]) -> None:
        known = np.flatnonzero(values != NOT_KNOWN)
        self.order = known[np.argsort(values[known], kind="stable")]
        self.values = values[self.order]
        self.known = bitmap(known)

    def at_most(self, value: int) -> BitMap:
        """Whose value is known and not above."""
        return bitmap(self.order[: np.searchsorted(self.values, value, side="right")])


class Births(Ordered):
    """By year of birth a bitmap of all born before it; the rest of a year is looked up in order."""

    def __init__(self, values: npt.NDArray[Any]) -> None:
        super().__init__(values)
        self.first, self.before = self._years()

    def _years(self) -> tuple[int, list[BitMap]]:
        if not len(self.values):
            return 1, [BitMap()]
        low, high = (date.fromordinal(int(self.values[end])).year for end in (0, -1))
        before = [BitMap()]
        for year in range(low, high + 1):
            before.append(before[-1] | bitmap(self._piece(year, date(year, 12, 31))))
        return low, before

    def _piece(self, year: int, until: date) -> npt.NDArray[Any]:
        edges = (date(year, 1, 1).toordinal(), until.toordinal() + 1)
        low, high = np.searchsorted(self.values, edges)
        return self.order[low:high]

    def until(self, day: date) -> BitMap:
        """Who was born on that day or earlier."""
        step = day.year - self.first
        if step < 0:
            return BitMap()
        if step >= len(self.before) - 1:
            return self.before[-1]
        return self.before[step] | bitmap(self._piece(day.year, day))


class Places:
    """A region column: positions in the order of codes, so that a subtree is one piece."""

    def __init__(self, words: list[str], at: npt.NDArray[Any]) -> None:
        self.codes = sorted(words)
        rank = {word: number for number, word in enumerate(self.codes)}
        ranks = np.array([rank[word] for word in words], dtype=np.int32)[at]
        self.sorted = bool(np.all(ranks[:-1] <= ranks[1:]))
        self.order = None if self.sorted else np.argsort(ranks, kind="stable")
        self.starts = np.concatenate(
            [[0], np.cumsum(np.bincount(ranks, minlength=len(self.codes)))]
        )

    def _between(self, low: str, high: str) -> BitMap:
        start, end = (int(self.starts[bisect_left(self.codes, code)]) for code in (low, high))
        if self.order is None:
            return BitMap(range(start, end))
        return bitmap(self.order[start:end])

    def under(self, code: str) -> BitMap:
        """Whose region lies in the subtree of a code."""
        return self._between(code, next_code(code))

    def exactly(self, code: str) -> BitMap:
        """Whose region is known as this and no deeper."""
        return self._between(code, code + "\0")

    def around(self, code: str) -> BitMap:
        """Whose region is only known to be around a code, or not at all."""
        return BitMap.union(*(self.exactly(one) for one in ancestors(code)))


@dataclass(frozen=True)
class Homes:
    """Households: a number for each position (-1: none), and whether each is complete."""

    at: npt.NDArray[np.int64]
    ids: npt.NDArray[np.int64]
    complete: npt.NDArray[np.bool_]


class Index:
    """Bitmaps of one register. May be asked by several threads."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.size = len(columns.ids)
        self.everybody = BitMap(range(self.size))
        self.homes: Homes | None = None
        self._built: dict[Hashable, Any] = {}
        self._leaves: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._held = 0
        self._room = _ROOM + _ROOM_EACH * self.size
        self._lock = Lock()

    def once(self, key: Hashable, build: Callable[[], T]) -> T:
        """Built by the first who asks, kept for good: there are few."""
        if key not in self._built:
            self._built[key] = build()
        found: T = self._built[key]
        return found

    def remembered(self, key: Hashable, build: Callable[[], T], weigh: Callable[[T], int]) -> T:
        """Built by the first who asks; what nobody asked for a long time is given up when room is short."""
        with self._lock:
            if key in self._leaves:
                self._leaves.move_to_end(key)
                kept: T = self._leaves[key][0]
                return kept
        made = build()
        weight = weigh(made)
        with self._lock:
            if key not in self._leaves:
                self._leaves[key] = (made, weight)
                self._held += weight
            while self._held > self._room and len(self._leaves) > 1:
                self._held -= self._leaves.popitem(last=False)[1][1]
        return made

    @cached_property
    def births(self) -> Births:
        """By birth date."""
        return Births(self.columns.birth)

    @property
    def active(self) -> BitMap:
        """Who has neither died nor moved away."""
        return self.word("status", "active")

    def figures(self, name: str) -> Ordered:
        """By a number (income, months, size of the household)."""
        return self.once(("figure", name), lambda: Ordered(self.columns.figures[name]))

    def places(self, name: str) -> Places:
        """By residence (`region`) or `hukou_region`."""
        coded = self.columns.texts[name]
        return self.once(("places", name), lambda: Places(coded.words, coded.at))

    def word(self, name: str, word: str) -> BitMap:
        """Whose text is exactly this."""
        coded = self.columns.texts[name]
        if word not in coded.words:
            return BitMap()
        return self.once(
            ("word", name, word),
            lambda: bitmap(np.flatnonzero(coded.at == coded.words.index(word))),
        )

    def bit(self, number: int, *, known: bool) -> BitMap:
        """Who has a circumstance, or with `known` of whom it is known whether."""
        name = "circumstances_known" if known else "circumstances"
        mask = np.int64(1 << number)
        return self.once(
            ("bit", number, known),
            lambda: bitmap(np.flatnonzero(self.columns.bits[name] & mask)),
        )

    def ids(self, found: BitMap) -> npt.NDArray[np.int64]:
        """Row numbers of people, ascending."""
        return np.sort(self.columns.ids[positions(found)])

    def where(
        self, ids: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """(positions, which of the ids they are of): people who are not in the snapshot are left out."""
        order = self.once("ids", lambda: np.argsort(self.columns.ids))
        ordered = self.columns.ids[order]
        if not self.size:
            return order, np.zeros(len(ids), dtype=bool)
        at = np.minimum(np.searchsorted(ordered, ids), self.size - 1)
        here = ordered[at] == ids
        return order[at[here]], here

    def of_people(self, numbers: Sequence[int]) -> BitMap:
        """The bitmap of some people."""
        return self.of_ids(np.array(numbers, dtype=np.int64))

    def of_ids(self, ids: npt.NDArray[np.int64]) -> BitMap:
        """The same from an array of row numbers."""
        return bitmap(self.where(ids)[0])
