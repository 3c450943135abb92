"""Notices for everybody about one policy: on a board, in the hand, in two languages' common half."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from channels.flyer.data import plain_data
from channels.flyer.errors import FlyerError
from channels.flyer.sheets import MOST_STEPS, Press, Printed, SheetMeta
from channels.flyer.single.setting import press_sheet, sheet_job

NoticeSize = Literal["a4", "a3", "a5x2", "leaflet"]

_MAIN = {
    "a4": "board.typ",
    "a3": "board.typ",
    "a5x2": "board-a5.typ",
    "leaflet": "leaflet.typ",
}


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice or leaflet for one policy. `who` and `unit` may hold a line break.

    `amount` is the large thing: a number, or words where the policy pays none (免费). `rows` are further
    (label, content); `paragraphs` stand on the leaflet and in the picture only, a board has no room for them.
    """

    official: str
    who: str
    amount: str
    unit: str
    extent: str
    steps: tuple[str, ...]
    bring: str = ""
    when: str = ""
    where: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    paragraphs: tuple[str, ...] = ()
    prefix: str = ""


def refuse_steps(notice: Notice) -> None:
    """FlyerError `flyer.notice_steps` for more than four."""
    if len(notice.steps) > MOST_STEPS:
        raise FlyerError("flyer.notice_steps", count=len(notice.steps), most=MOST_STEPS)


def render_notice(
    notice: Notice,
    meta: SheetMeta,
    press: Press,
    *,
    size: NoticeSize = "a4",
    crop_marks: bool = False,
) -> Printed:
    """A board notice (A4, A3), two A5 leaflets on one A4, or a leaflet (明白纸) on one A4.

    `crop_marks` (A3): the notice on a larger sheet with 3 mm to cut off, for a print shop.
    FlyerError when it does not fit even at the smallest size.
    """
    refuse_steps(notice)
    main, inputs, crop = sheet_of(size, crop_marks=crop_marks)
    data = {"notices": [plain_data(notice)], "crop": crop}
    return press_sheet(sheet_job(press, main, meta, data, paper=inputs["paper"]), 1)


def sheet_of(size: NoticeSize, *, crop_marks: bool) -> tuple[str, dict[str, str], bool]:
    """The template of a size, what it is told, and whether it has crop marks; FlyerError `flyer.crop_marks`."""
    paper = "a3" if size == "a3" else "a4"
    if crop_marks and paper != "a3":
        raise FlyerError("flyer.crop_marks", size=size)
    return _MAIN[size], {"paper": paper}, crop_marks
