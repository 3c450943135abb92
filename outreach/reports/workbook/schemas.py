"""A sheet before it is written: cells as text, whole numbers, shares, or the mark of a hidden count."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """A share between 0 and 1 (a difference: −1 and 1), shown as a percentage."""

    value: float


Cell = str | int | float | Share | None
"""None is an empty cell: there is nothing to print."""

Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """One sheet. `widths` in characters; `lines` stand under its title, before the table; `notes` under the table."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    widths: tuple[int, ...]
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
