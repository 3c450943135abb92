"""Piles of sheets as they leave the printer: one per grid, with its cover and its spare sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from channels.flyer.serials import Serial
from channels.flyer.sheets import (
    BatchCover,
    HouseholdSheet,
    LetterSheet,
    PolicyBlock,
    SheetProblem,
)

SPARE_SHARE = 0.05
"""Spare sheets beside those of a grid: families that the list has missed."""


@dataclass(frozen=True)
class Contents:
    """What really lies in a pile, for its cover: whoever could not be printed is not counted.

    `serials` in order, spares last; `pages`: for each the page of the file on which it begins, the
    cover being page 1; `spare`: how many of them are spare; `first_page`: see PrintedPart.
    """

    grid: str
    serials: tuple[str, ...]
    pages: tuple[int, ...]
    spare: int
    first_page: int


@dataclass(frozen=True, kw_only=True)
class Group:
    """What one helper carries away: the sheets of a grid in walking order, spares last, a cover in front.

    `grid` names the pile (and the file that the caller writes); it is not printed. `cover` writes the
    cover when it is known what lies in the pile; a cover that cannot be printed is reported under the
    number of its batch, and the pile goes without.
    """

    grid: str
    sheets: Sequence[HouseholdSheet] | Sequence[LetterSheet]
    spare: Sequence[HouseholdSheet] = ()
    cover: Callable[[Contents], BatchCover] | None = None


@dataclass(frozen=True)
class PrintedPart:
    """The PDF of one group; b"" when nothing of it could be printed.

    `sheets`: household sheets or letters in it, `spare`: spare sheets. `first_page`: the place of its first
    page in the whole run, counted from 1, so that a run continued from page N still tells where it is.
    """

    grid: str
    pdf: bytes
    pages: int
    sheets: int
    spare: int
    first_page: int
    problems: tuple[SheetProblem, ...] = ()


def spare_count(sheets: int, share: float = SPARE_SHARE) -> int:
    """How many spare sheets go with `sheets`: the share, rounded up; none for none."""
    return -int(-sheets * share // 1)


def spare_sheets(
    after: Serial, policies: Sequence[PolicyBlock], count: int
) -> tuple[HouseholdSheet, ...]:
    """`count` sheets without a name for families that were missed, numbered on from `after`.

    `after` is the number before the first of them; no household of the grid may ever get one of these. `policies` must say what
    holds for everybody: nothing is known about the family, so each is printed as 可能符合，请核实.
    Name and address are written in with a pen; the receipt carries the number only.
    """
    return tuple(
        HouseholdSheet(
            serial=str(Serial(after.campaign, after.grid, after.sequence + number)),
            householder="",
            address="",
            policies=tuple(policies),
            spare=True,
        )
        for number in range(1, count + 1)
    )
