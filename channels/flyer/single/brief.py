"""简报: two pages for a meeting, in figures and sentences that are already decided."""

from __future__ import annotations

from dataclasses import dataclass

from channels.flyer.data import dump, meta_data, plain_data
from channels.flyer.errors import FlyerError
from channels.flyer.pages import count_pages
from channels.flyer.sheets import Press, Printed, SheetMeta
from channels.flyer.single.setting import SheetJob

MOST_PAGES = 2
SIZES = (11, 10.5, 10, 9.5, 9)
"""Points of the body, the largest that fits first; nobody reads smaller ones at a table."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A rate with its interval, shares of 0 to 1, drawn from 0 to 100 %."""

    low: float
    rate: float
    high: float


@dataclass(frozen=True, kw_only=True)
class BriefTable:
    """Cells as they are printed. `texts`: numbers of the columns that are words; the others are right-aligned.

    `widths`: shares of the width, one for each column; `spans`: one for each row, drawn in a column of its own under
    the head `span_head`. `note` stands under the table.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    texts: tuple[int, ...] = (0,)
    spans: tuple[Span | None, ...] = ()
    span_head: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class BriefSection:
    """A heading, sentences, a table or none; `frame`: in a box, because it must not be overlooked."""

    title: str
    lines: tuple[str, ...] = ()
    table: BriefTable | None = None
    after: tuple[str, ...] = ()
    frame: bool = False


@dataclass(frozen=True, kw_only=True)
class BriefSheet:
    """简报. `title` is the conclusion; `about`: place, date, what it is about; `marks`: words in frames beside the title;
    `marking`: the line that every figure of a survey bears."""

    title: str
    about: str
    marking: str
    sections: tuple[BriefSection, ...]
    marks: tuple[str, ...] = ()


def render_brief(brief: BriefSheet, meta: SheetMeta, press: Press) -> Printed:
    """At most two A4 pages, at the largest size that fits; FlyerError `flyer.too_many_pages` when none does."""
    data = dump(meta=meta_data(meta), brief=plain_data(brief))
    smallest = _set(press, data, SIZES[-1])
    if smallest.pages > MOST_PAGES:
        raise FlyerError(
            "flyer.too_many_pages", sheet="brief.typ", pages=smallest.pages, most=MOST_PAGES
        )
    for size in SIZES[:-1]:
        printed = _set(press, data, size)
        if printed.pages <= MOST_PAGES:
            return printed
    return smallest


def _set(press: Press, data: str, size: float) -> Printed:
    given = {"data": data, "paper": "a4", "size": str(size)}
    pdf = SheetJob(press.templates.resolve(), "brief.typ", given, tagged=True).pdf()
    return Printed(pdf, count_pages(pdf), 1)
