"""Small counts do not leave the office: cells under 10 are hidden, and so are those that would give them away. Pure.

What is hidden. A count of 1 to 9 is hidden and printed as `<10`. A nought is printed: it is a statement about a place,
and nobody stands behind it. Other counts stay, except the few that a reader would need to work out a hidden one by
subtraction (complementary suppression); those are printed as `*`.

How it is known to be enough. The reader is taken to know all printed cells, every sum (a total row over its rows, a
total column over its columns, a region over the regions in it), and these rules: `<10` is 1 to 9, `*` is 10 or more.
For every `<10` two other tables are built that print exactly the same, one with the least and one with the most that
the marks allow in its place (1 and 9, or less room where a sum of small counts is itself small); where a table lacks
the room, one more cell is hidden until it has it. They are reached by steps of one, and each step is such a table
too, so everything between lies open. So nobody learns more of a hidden count than that it is under 10. Where not even that helps, the whole table is
withheld.

Source: L. Willenborg and T. de Waal, Elements of Statistical Disclosure Control (2001), ch. 4 (secondary suppression
and the intruder's feasible interval); J. Kelly, B. Golden and A. Assad, Networks 22 (1992) 397-417 (moves around a
cycle of cells as the proof of protection). The search for the cheapest move is Dijkstra's; the cost of hiding a cell
grows with its count, so that totals stay as long as possible.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

LEAST = 10
"""The smallest count, besides nought, that is printed."""

TOTAL = "total"
"""Key of the row that `with_total` adds."""

SMALL, COVER = "<10", "*"
"""How a hidden small count and a count hidden for its sake are printed."""

_TRIES = 1500  # partial moves looked at before the search goes on with longer ones
_SEARCHES = (
    (True, 4, 40_000),
    (True, 8, 400_000),
    (False, 4, 40_000),
    (False, 8, 400_000),
    (False, 30, 1_000_000),
)
"""Hidden cells only, or any; how many cells a move may have (a short one is soon found and hides little); what a sum that
does not hold yet weighs in the order of looking: little finds the cheapest move, much finds one at all."""
_WIDE = 16  # of the cells that would help a sum, those that help most for least are tried

_USE, _NARROW = 20_000, 50_000
_HIDE, _HIDE_SUM, _HIDE_WHOLE = 100_000, 300_000, 1_000_000
"""What it costs to move a cell that is hidden already, or one without much room; to hide one, a sum, the sum of all."""

Cell = tuple[str, str]
"""Row key, column."""

Counts = Mapping[str, Mapping[str, int]]
"""Row key → column → count."""


@dataclass(frozen=True)
class Suppressed:
    """A table as it may be printed. `small` and `cover` are its hidden cells; `withheld`: nothing can be printed."""

    counts: Counts
    small: frozenset[Cell]
    cover: frozenset[Cell]
    withheld: bool = False

    def shown(self, row: str, column: str) -> int | None:
        """The count, or None where it is hidden."""
        hidden = (row, column) in self.small or (row, column) in self.cover
        return None if hidden else self.counts[row][column]

    def text(self, row: str, column: str) -> str:
        """12,345, `<10` or `*`."""
        if (row, column) in self.small:
            return SMALL
        return COVER if (row, column) in self.cover else f"{self.counts[row][column]:,}"

    @property
    def hides(self) -> bool:
        """Whether a note must say what the marks mean."""
        return bool(self.small or self.cover)


def with_total(
    counts: Counts, key: str = TOTAL
) -> tuple[dict[str, dict[str, int]], dict[str, str]]:
    """The rows and one more that sums them, and which row belongs to it: both ready for `suppress`."""
    columns = list(next(iter(counts.values()), {}))
    total = {column: sum(row[column] for row in counts.values()) for column in columns}
    table = {name: dict(row) for name, row in counts.items()}
    return {**table, key: total}, dict.fromkeys(counts, key)


def suppress(
    counts: Counts,
    parents: Mapping[str, str] | None = None,
    sums: Mapping[str, Sequence[str]] | None = None,
    least: int = LEAST,
    *,
    also: Sequence[Mapping[str, str]] = (),
) -> Suppressed:
    """Hide what must be hidden.

    `parents`: row → the row that sums it and its siblings (towns → county, villages → town). `sums`: column → the
    columns that it is the sum of. A difference that a reader can form (fits − told) belongs in as a column of its own,
    printed or not, with its sum. `also`: other ways in which a row is split (by channel, by reason), like `parents`; rows
    may have some of the columns only, and what is printed in several tables belongs in one call. Raises ValueError for a count below nought, or a sum that is none (naming it): then
    nothing could be promised.
    """
    table = _Table.of(counts, (parents or {}, *also), sums or {}, least)
    for cell in sorted(table.small, key=lambda one: (table.values[one], one)):
        low, high = table.allowed[cell]
        if not (table.protect(cell, high) and table.protect(cell, low)):
            return _withheld(table, counts)
    return Suppressed(counts, frozenset(table.small), frozenset(table.hidden - table.small))


def _withheld(table: _Table, counts: Counts) -> Suppressed:
    rest = frozenset(table.values) - table.small
    return Suppressed(counts, frozenset(table.small), rest, withheld=True)


Sum = list[tuple[Cell, int]]
"""Cells that add up to nought: parts count +1, their total −1."""


@dataclass
class _Table:
    values: dict[Cell, int]
    sums: list[Sum]
    least: int
    small: set[Cell] = field(default_factory=set)
    hidden: set[Cell] = field(default_factory=set)
    member: dict[Cell, list[tuple[int, int]]] = field(default_factory=dict)
    allowed: dict[Cell, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        counts: Counts,
        splits: Sequence[Mapping[str, str]],
        sums: Mapping[str, Sequence[str]],
        least: int,
    ) -> _Table:
        values = {(row, column): n for row, cells in counts.items() for column, n in cells.items()}
        for cell, n in values.items():
            if n < 0:
                raise ValueError(f"a count below nought: {cell}")
        found = [*(one for split in splits for one in _down(counts, split)), *_across(counts, sums)]
        for each in found:
            if sum(sign * values[cell] for cell, sign in each):
                raise ValueError(f"not the sum of its parts: {each[-1][0]}")
        table = cls(values, found, least)
        table.small = {cell for cell, n in values.items() if 0 < n < least}
        table.hidden = set(table.small)
        for at, each in enumerate(found):
            for cell, sign in each:
                table.member.setdefault(cell, []).append((at, sign))
        table.allowed = table._allowed()
        return table

    def _allowed(self) -> dict[Cell, tuple[int, int]]:
        """What the marks alone say of each small count: where a sum is small, its parts share what it has."""
        found = dict.fromkeys(self.small, (1, self.least - 1))
        small = [self._not_nought(each) for each in self.sums if each[-1][0] in self.small]
        changed = True
        while changed:
            before = dict(found)
            for *parts, total in small:
                low, high = found[total]
                floor = sum(found[part][0] for part in parts)
                ceiling = sum(found[part][1] for part in parts)
                found[total] = (max(low, floor), min(high, ceiling))
                for part in parts:
                    least, most = found[part]
                    rest = (low - ceiling + most, high - floor + least)
                    found[part] = (max(least, rest[0]), min(most, rest[1]))
            changed = found != before
        return found

    def _not_nought(self, each: Sum) -> list[Cell]:
        return [cell for cell, _ in each if self.values[cell]]

    def protect(self, cell: Cell, target: int) -> bool:
        """Build a table that prints the same and has `target` in the cell; hides what that takes. False: there is none."""
        other = dict(self.values)
        while other[cell] != target:
            step = 1 if target > other[cell] else -1
            move = self._move(cell, step, other, abs(target - other[cell]))
            if move is None:
                return False
            far = min(
                abs(target - other[cell]), *(self._room(one, m, other) for one, m in move.items())
            )
            for one, m in move.items():
                other[one] += m * far
            self.hidden |= set(move)
        return True

    def _room(self, cell: Cell, direction: int, other: Mapping[Cell, int]) -> int:
        """How far a cell may move before it would print otherwise; noughts are printed and never move."""
        if not self.values[cell]:
            return 0
        low, high = (1, self.least - 1) if cell in self.small else (self.least, 10**12)
        return high - other[cell] if direction > 0 else other[cell] - low

    def _cost(self, cell: Cell, direction: int, other: Mapping[Cell, int], wanted: int) -> int:
        """Hiding one more costs most, a large one more, a sum more still; one that soon has no room costs some."""
        narrow = _NARROW if self._room(cell, direction, other) < wanted else 0
        if cell in self.hidden:
            return _USE + narrow
        signs = {sign for _, sign in self.member[cell]}
        kind = _HIDE if signs == {1} else _HIDE_SUM if 1 in signs else _HIDE_WHOLE
        return kind + min(self.values[cell], _HIDE // 2) + narrow

    def _move(
        self, start: Cell, direction: int, other: Mapping[Cell, int], wanted: int
    ) -> dict[Cell, int] | None:
        """A cheap set of cells that change by one each, with `start`, so that every sum still holds."""
        for only_hidden, most, weight in _SEARCHES:
            take = self.hidden if only_hidden else self.values
            found = self._search(start, direction, other, take, (most, wanted, weight))
            if found is not None:
                return found
        return None

    def _search(
        self,
        start: Cell,
        direction: int,
        other: Mapping[Cell, int],
        take: Collection[Cell],
        limits: tuple[int, int, int],
    ) -> dict[Cell, int] | None:
        """The cheapest with so many cells of `take`, as far as _TRIES go. `limits`: cells, how far it should reach,
        what an open sum weighs."""
        most, wanted, weight = limits
        order = count()
        heap = [(0, next(order), 0, {start: direction}, self._open({}, start, direction))]
        for _ in range(_TRIES):
            if not heap:
                return None
            _, _, cost, move, unbalanced = heapq.heappop(heap)
            if not unbalanced:
                return move
            helping = []
            for cell, change in self._candidates(unbalanced, move, other, take):
                so_far = cost + self._cost(cell, change, other, wanted)
                rest = self._open(unbalanced, cell, change)
                if len(rest) <= 3 * (most - len(move) - 1):  # a cell is in three sums at most
                    rank = so_far + weight * len(rest)
                    helping.append((rank, next(order), so_far, (cell, change), rest))
            for rank, at, so_far, (cell, change), rest in heapq.nsmallest(_WIDE, helping):
                heapq.heappush(heap, (rank, at, so_far, {**move, cell: change}, rest))
        return None

    def _candidates(
        self,
        unbalanced: Mapping[int, int],
        move: Mapping[Cell, int],
        other: Mapping[Cell, int],
        take: Collection[Cell],
    ) -> Iterator[tuple[Cell, int]]:
        """Cells that would help the shortest sum that does not hold, and by which change: it leaves the fewest ways."""
        at = min(unbalanced, key=lambda one: (len(self.sums[one]), one))
        for cell, sign in self.sums[at]:
            change = -sign if unbalanced[at] > 0 else sign
            if cell not in move and cell in take and self._room(cell, change, other) > 0:
                yield cell, change

    def _open(self, unbalanced: Mapping[int, int], cell: Cell, change: int) -> dict[int, int]:
        """The sums that do not hold after a change, by how much."""
        found = dict(unbalanced)
        for at, sign in self.member.get(cell, ()):
            found[at] = found.get(at, 0) + sign * change
            if not found[at]:
                del found[at]
        return found


def _down(counts: Counts, parents: Mapping[str, str]) -> Iterable[Sum]:
    """A row that sums others does so in every column that all of them have."""
    below: dict[str, list[str]] = {}
    for row, parent in parents.items():
        below.setdefault(parent, []).append(row)
    for parent, rows in below.items():
        for column in counts[parent]:
            if all(column in counts[row] for row in rows):
                yield [*(((row, column), 1) for row in rows), ((parent, column), -1)]


def _across(counts: Counts, sums: Mapping[str, Sequence[str]]) -> Iterable[Sum]:
    """A column that sums others does so in every row that has all of them."""
    for row, cells in counts.items():
        for total, parts in sums.items():
            if total in cells and all(part in cells for part in parts):
                yield [*(((row, part), 1) for part in parts), ((row, total), -1)]
