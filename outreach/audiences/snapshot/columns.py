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
_PLACES = ("region", "hukou_region")
_CHOICES = ("sex", "hukou_type", "job_kind", "status", "language")
_FIGURES = ("income_month", "household_size", "paid_months", "paid_months_running")
_BITS = ("circumstances", "circumstances_known")
_NAMES = ("id", "birth", *_PLACES, "choices", *_FIGURES, *_BITS)
_READ = {name: f"coalesce({name}, {NOT_KNOWN})" for name in _FIGURES} | {
    # few different ones: fetched and looked up as one word; only a language might hold a bar, so it is the last
    "choices": " || '|' || ".join(_CHOICES)
}
_QUERY = f"SELECT {', '.join(_READ.get(name, name) for name in _NAMES)} FROM person ORDER BY region, birth"  # noqa: S608 - names of columns
_HOMES = "SELECT household_id, id FROM person WHERE household_id IS NOT NULL ORDER BY household_id"
_COMPLETE = "SELECT id FROM household WHERE complete"


@dataclass(frozen=True)
class Coded:
    """A text column as numbers into its distinct words."""

    words: list[str]
    at: npt.NDArray[Any]


@dataclass(frozen=True)
class Columns:
    """Everybody in region order; position in the arrays is the person's number in every bitmap.

    About 60 bytes a person.
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
    words = {name: _Words() for name in (*_PLACES, "choices")}
    read: dict[str, Callable[[Any], int]] = {name: words[name].__getitem__ for name in words}
    read["birth"] = _Days().__getitem__
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
    texts = {name: Coded(words[name].words(), whole[name]) for name in _PLACES}
    texts |= _choices(words["choices"].words(), whole["choices"])
    return Columns(
        whole["id"],
        whole["birth"],
        texts,
        {name: whole[name] for name in _FIGURES},
        {name: whole[name] for name in _BITS},
    )


def _choices(together: list[str], at: npt.NDArray[np.int32]) -> dict[str, Coded]:
    """The columns that were fetched as one word, each by itself again."""
    split = [one.split("|", len(_CHOICES) - 1) for one in together]
    found = {}
    for place, name in enumerate(_CHOICES):
        words = _Words()
        numbers = np.array([words[one[place]] for one in split], dtype=np.int8)
        found[name] = Coded(words.words(), numbers[at])
    return found


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
