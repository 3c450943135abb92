"""一封信 in bulk: one page for each household, addressed for a window envelope, or named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from channels.flyer.data import letter_data, meta_data
from channels.flyer.layouts import Row, letter_layout
from channels.flyer.piles import Group, PrintedPart
from channels.flyer.runs import Run
from channels.flyer.serials import Serial
from channels.flyer.sheets import LetterSheet, Press, Printed, SheetMeta

_PROBE = LetterSheet(
    serial=str(Serial(0, 0, 0)),
    householder="",
    address="",
    salutation="您好：",
    paragraphs=("信。",),
    dated=date(2000, 1, 1),
)


def iter_letters(
    groups: Sequence[Group], meta: SheetMeta, press: Press, *, receipt: bool = False
) -> Iterator[PrintedPart]:
    """Print the letters of each group on their own, one part as soon as it is done, as `iter_households` does.

    `receipt` adds the strip that is cut off and given back. Text is as large as fits (17 to 12 pt); a
    letter that is longer than its page at 12 pt is reported with its household and left out.
    """
    run = Run(letter_layout(receipt, press), meta_data(meta), press, letter_data, _wrong, _PROBE)
    return run.parts(groups)


def render_letters(
    sheets: Sequence[LetterSheet], meta: SheetMeta, press: Press, *, receipt: bool = False
) -> Printed:
    """Print letters into one PDF, in the order given; errors as in `render_households`."""
    (part,) = iter_letters([Group(grid="", sheets=sheets)], meta, press, receipt=receipt)
    return Printed(part.pdf, part.pages, part.sheets, part.problems)


def _wrong(letter: Row) -> tuple[str, dict[str, object]] | None:
    if letter["paragraphs"]:
        return None
    return "flyer.letter_empty", {}
