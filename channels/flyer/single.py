"""Notices, lists and slips: one Typst run each, refused as a whole when something does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from channels.flyer.codes import qr_code
from channels.flyer.data import clean_data, dump, each_text, meta_data, plain_data
from channels.flyer.errors import FlyerError
from channels.flyer.fonts import missing, with_geta
from channels.flyer.pages import count_pages
from channels.flyer.sheets import (
    MOST_STEPS,
    ApprovalSlip,
    BatchCover,
    BroadcastScript,
    Notice,
    NoticeSize,
    Press,
    Printed,
    SheetMeta,
    SheetProblem,
    VisitList,
    VisitRow,
)
from channels.flyer.typesetting import Job

ROWS_ON_A_PAGE = 20
SYLLABLES_A_MINUTE = 180
"""Read over a village loudspeaker: slower than news (about 250 characters a minute)."""
_MAIN = {"a4": "board.typ", "a3": "board.typ", "a5x2": "board-a5.typ"}


def _one(
    press: Press, main: str, meta: SheetMeta, pages: int, paper: str = "a4", **data: object
) -> Printed:
    given = {"data": dump(meta=meta_data(meta), **data), "paper": paper}
    job = Job(press.templates.resolve(), main, given, tagged=True)
    for fit in job.fits():
        if not fit["size"]:
            raise FlyerError("flyer.sheet_overflow", sheet=main, place=fit["id"])
    pdf = job.pdf()
    made = count_pages(pdf)
    if made != pages:
        raise FlyerError("flyer.page_count", pages=made, expected=pages, sheets=pages)
    return Printed(pdf, made, pages)


def render_notice(
    notice: Notice, meta: SheetMeta, press: Press, *, size: NoticeSize = "a4"
) -> Printed:
    """A board notice (A4, A3) or two A5 leaflets on one A4; FlyerError when it does not fit."""
    if len(notice.steps) > MOST_STEPS:
        raise FlyerError("flyer.notice_steps", count=len(notice.steps), most=MOST_STEPS)
    paper = "a3" if size == "a3" else "a4"
    return _one(press, _MAIN[size], meta, 1, paper, notice=plain_data(notice))


def _unprintable(rows: Sequence[VisitRow]) -> tuple[SheetProblem, ...]:
    """The doors whose name or number is printed with 〓."""
    return tuple(
        SheetProblem(
            row.pack,
            row.name,
            "flyer.glyph_replaced",
            {"serial": row.pack, "householder": row.name, "characters": "".join(lost)},
            printed=True,
        )
        for row in rows
        if (lost := missing(row.pack + row.door + row.name))
    )


def render_visits(lists: Sequence[VisitList], meta: SheetMeta, press: Press) -> Printed:
    """Visit lists, each on pages of its own, twenty doors a page; `sheets` counts doors.

    A character that the font lacks is printed as 〓 and reported: no door may vanish from a list.
    """
    given: list[dict[str, Any]] = []
    for visit in lists:
        pages = -(-len(visit.rows) // ROWS_ON_A_PAGE)
        codes = [qr_code(f"V:{visit.code}-{page + 1}") for page in range(pages)]
        given.append({**each_text(clean_data(visit), with_geta), "codes": codes})
    total = sum(len(visit["codes"]) for visit in given)
    if not total:
        return Printed(b"", 0, 0)
    rows = [row for visit in lists for row in visit.rows]
    made = _one(press, "visit.typ", meta, total, lists=given)
    return Printed(made.pdf, made.pages, len(rows), _unprintable(rows))


def reading_seconds(paragraphs: Sequence[str]) -> int:
    """Seconds to read a script aloud once, with a breath after each paragraph.

    A Chinese character or a digit counts as one syllable, a Latin word as two; punctuation as none.
    """
    text = "".join(paragraphs)
    syllables = sum(1 for c in text if c.isalnum() and not (c.isascii() and c.isalpha()))
    words = "".join(c if c.isascii() and c.isalpha() else " " for c in text).split()
    return round((syllables + 2 * len(words)) * 60 / SYLLABLES_A_MINUTE) + len(paragraphs)


def _spoken(seconds: int) -> str:
    tens = max(10, -(-seconds // 10) * 10)
    minutes, rest = divmod(tens, 60)
    return (f"{minutes}分" if minutes else "") + (f"{rest}秒" if rest else "" if minutes else "0秒")


def render_broadcast(script: BroadcastScript, meta: SheetMeta, press: Press) -> Printed:
    """大喇叭稿 with its reading time and a log of when it was played; one A4."""
    data = {**plain_data(script), "reading": _spoken(reading_seconds(script.paragraphs))}
    return _one(press, "broadcast.typ", meta, 1, broadcast=data)


def render_approval(slip: ApprovalSlip, meta: SheetMeta, press: Press) -> Printed:
    """发送审批单; one A4. FlyerError when the text is too long for one: sign the page, not a cut of it."""
    code = f"A:{slip.id}:{slip.fingerprint}".replace(" ", "")
    return _one(press, "approval.typ", meta, 1, approval={**plain_data(slip), "qr": qr_code(code)})


def render_cover(cover: BatchCover, meta: SheetMeta, press: Press) -> Printed:
    """The cover of a pile for one grid; one A4."""
    if sum(row.n for row in cover.rows) + cover.spare != cover.sheets:
        raise FlyerError("flyer.cover_sum", sheets=cover.sheets, spare=cover.spare)
    return _one(
        press, "cover.typ", meta, 1, cover={**plain_data(cover), "qr": qr_code("B:" + cover.batch)}
    )
