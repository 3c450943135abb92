"""The match columns of everybody in the register, read once, in region order, into arrays of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

Numbers = npt.NDArray[np.int64]

NOT_KNOWN = -1
"""A number that is not known: days are counted from year 1, everything else from 0."""

_CHUNK = 50_000
_TEXTS = ("region", "hukou_region", "sex", "hukou_type", "job_kind", "language", "status")
_FIGURES = ("income_month", "household_size", "paid_months", "paid_months_running")
_BITS = ("circumstances", "circumstances_known")
_NAMES = ("id", "birth", *_TEXTS, *_FIGURES, *_BITS)
_QUERY = f"SELECT {', '.join(_NAMES)} FROM person ORDER BY region, birth"  # noqa: S608 - names of columns
_HOMES = "SELECT household_id, id FROM person WHERE household_id IS NOT NULL ORDER BY household_id"
_COMPLETE = "SELECT id FROM household WHERE complete"


@dataclass(frozen=True)
class Coded:
    """A text column as numbers into its distinct words."""

    words: list[str]
    at: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Columns:
    """Everybody in region order; position in the arrays is the person's number in every bitmap.

    About 90 bytes a person.
    """

    ids: Numbers
    birth: npt.NDArray[np.int32]
    """Days since year 1 (`date.toordinal`), NOT_KNOWN where unknown."""
    texts: dict[str, Coded]
    figures: dict[str, npt.NDArray[np.int32]]
    bits: dict[str, Numbers]


class _Words(dict[Any, int]):
    """Text → number, in the order of first appearance; NULL is ''."""

    def __missing__(self, word: str | None) -> int:
        number = self.setdefault("", len(self)) if word is None else len(self)
        self[word] = number
        return number

    def words(self) -> list[str]:
        found = [""] * (max(self.values(), default=-1) + 1)
        for word, number in self.items():
            found[number] = word or ""
        return found


class _Days(dict[Any, int]):
    """A day as SQLite (text) or PostgreSQL (date) gives it → number."""

    def __missing__(self, day: Any) -> int:
        number = NOT_KNOWN
        if day is not None:
            number = (date.fromisoformat(day) if isinstance(day, str) else day).toordinal()
        self[day] = number
        return number


def load(connection: Connection) -> Columns:
    """Read the register once. No row object is made per person; a million take some seconds."""
    words = {name: _Words() for name in _TEXTS}
    read: dict[str, Callable[[Any], int]] = {name: words[name].__getitem__ for name in _TEXTS}
    read["birth"] = _Days().__getitem__
    read |= dict.fromkeys(_FIGURES, lambda value: NOT_KNOWN if value is None else value)
    kinds = {name: np.int64 if name in ("id", *_BITS) else np.int32 for name in _NAMES}
    parts: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in _NAMES}
    for rows in _chunks(connection, _QUERY):
        for name, column in zip(_NAMES, zip(*rows, strict=True), strict=True):
            values = map(read[name], column) if name in read else column
            parts[name].append(np.fromiter(values, dtype=kinds[name], count=len(rows)))
    whole: dict[str, Any] = {
        name: np.concatenate(parts[name]) if parts[name] else np.empty(0, kinds[name])
        for name in _NAMES
    }
    return Columns(
        whole["id"],
        whole["birth"],
        {name: Coded(words[name].words(), whole[name]) for name in _TEXTS},
        {name: whole[name] for name in _FIGURES},
        {name: whole[name] for name in _BITS},
    )


def load_homes(connection: Connection) -> tuple[Numbers, Numbers, Numbers]:
    """(household, person) pairs in the order of households, and the households that are known to be complete."""
    pairs = [np.array(rows, dtype=np.int64) for rows in _chunks(connection, _HOMES)]
    both = np.concatenate(pairs) if pairs else np.empty((0, 2), np.int64)
    complete = [np.array(rows, dtype=np.int64) for rows in _chunks(connection, _COMPLETE)]
    return both[:, 0], both[:, 1], np.concatenate(complete)[:, 0] if complete else both[:0, 0]


def _chunks(connection: Connection, query: str) -> Iterator[list[tuple[Any, ...]]]:
    """Rows as the driver gives them, inside this transaction; PostgreSQL keeps them until they are fetched."""
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor(name="snapshot") if hasattr(driver, "pgconn") else driver.cursor()
    try:
        cursor.execute(query)
        while rows := cursor.fetchmany(_CHUNK):
            yield rows
    finally:
        cursor.close()
