"""Where a key was seen first, for millions of keys: sorted arrays that are merged as they grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

np: Any
try:
    import numpy as np
except ImportError:  # a machine without it remembers the keys in a dictionary
    np = None


class KeyIndex(Protocol):
    """Key (a number of 64 bits, 0 is none) → number of the row that had it first."""

    def find(self, keys: Sequence[int]) -> list[int]:
        """For each key its row, −1 where it is new."""
        ...

    def add(self, keys: Sequence[int], rows: Sequence[int]) -> None:
        """Remember new keys."""
        ...


class PlainIndex:
    """The dictionary; about 150 bytes for each key."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}

    def find(self, keys: Sequence[int]) -> list[int]:
        """See KeyIndex."""
        return [self._rows.get(key, -1) if key else -1 for key in keys]

    def add(self, keys: Sequence[int], rows: Sequence[int]) -> None:
        """See KeyIndex."""
        for key, row in zip(keys, rows, strict=True):
            if key:
                self._rows.setdefault(key, row)


class SortedIndex:
    """Arrays, each at least twice as long as the next: 12 bytes for each key, twice that while two are merged."""

    def __init__(self) -> None:
        self._runs: list[tuple[Any, Any]] = []

    def find(self, keys: Sequence[int]) -> list[int]:
        """See KeyIndex."""
        wanted = np.array(keys, np.uint64)
        found = np.full(len(wanted), -1, np.int64)
        for known, rows in self._runs:
            places = np.searchsorted(known, wanted)
            places[places == len(known)] = 0
            there = (known[places] == wanted) & (wanted != 0)
            found[there] = rows[places[there]]
        result: list[int] = found.tolist()
        return result

    def add(self, keys: Sequence[int], rows: Sequence[int]) -> None:
        """See KeyIndex."""
        fresh = np.array(keys, np.uint64)
        numbers = np.array(rows, np.uint32)
        given = fresh != 0
        run = _sorted(fresh[given], numbers[given])
        if not len(run[0]):
            return
        while self._runs and len(self._runs[-1][0]) < 2 * len(run[0]):
            known, earlier = self._runs.pop()
            run = _sorted(np.concatenate([known, run[0]]), np.concatenate([earlier, run[1]]))
        self._runs.append(run)


def _sorted(keys: Any, rows: Any) -> tuple[Any, Any]:
    order = np.argsort(keys, kind="stable")
    return keys[order], rows[order]


def new_index() -> KeyIndex:
    """The compact one where numpy is there."""
    return PlainIndex() if np is None else SortedIndex()
