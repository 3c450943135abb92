"""Pieces that several pages show: bars, rates, links, problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Shade = Literal["yes", "mid", "ask", "bad", "no", "todo"]
"""solid = known · outlined = estimated · hatched = to be checked or waiting · red = needs a hand · hollow · grey"""


@dataclass(frozen=True)
class Problem:
    """What an error page says."""

    title: str
    text: str
    code: str


@dataclass(frozen=True)
class Link:
    """Somewhere to go, or a button."""

    label: str
    href: str
    icon: str = ""


@dataclass(frozen=True)
class Part:
    """One stretch of a bar; `key` names it for the live progress."""

    key: str
    label: str
    n: int
    shade: Shade


@dataclass(frozen=True)
class Piece:
    """A part where it is drawn: start and width in percent."""

    part: Part
    start: float
    width: float


@dataclass(frozen=True)
class Bar:
    """A bar from zero; `total` is its full length (persons, sheets…)."""

    parts: tuple[Part, ...]
    total: int

    @property
    def pieces(self) -> list[Piece]:
        """The parts laid end to end. A part that exists is at least half a percent wide, so that it is seen."""
        return _lay_out(self.parts, self.total)


def _lay_out(parts: Sequence[Part], total: int) -> list[Piece]:
    if total <= 0:
        return [Piece(part, 0, 0) for part in parts]
    widths = [max(part.n * 100 / total, 0.5) if part.n else 0.0 for part in parts]
    shrink = min(1.0, 100 / sum(widths)) if sum(widths) else 1.0
    pieces, at = [], 0.0
    for part, width in zip(parts, widths, strict=True):
        pieces.append(Piece(part, round(at, 3), round(width * shrink, 3)))
        at += width * shrink
    return pieces


Use = Literal["none", "indicative", "compare"]
"""How far a rate carries: n_eff < 30 no figure · 30–99 仅供参考 · ≥ 100 may be compared"""


@dataclass(frozen=True)
class Rate:
    """A sampled rate, which is never shown alone. Shares are 0…1."""

    rate: float
    low: float
    high: float
    n: int
    use: Use
    on: date | None  # the last day of asking; None before anybody was asked
    mode: str  # how: 入户, 电话

    @property
    def when(self) -> str:
        """Month and way of asking: 2026-11 入户."""
        return f"{self.on:%Y-%m} {self.mode}" if self.on else f"{self.mode}，还没问"


@dataclass(frozen=True)
class Choice:
    """One option of a select."""

    value: str
    label: str
