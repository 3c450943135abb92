"""The cover of a pile for one grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from channels.flyer.codes import qr_code
from channels.flyer.data import plain_data
from channels.flyer.errors import FlyerError
from channels.flyer.sheets import Press, Printed, SheetMeta
from channels.flyer.single.setting import press_sheet, sheet_job


@dataclass(frozen=True, kw_only=True)
class CoverRow:
    """One stretch of the pile: place, pack numbers, sheets, the page it begins on."""

    place: str
    packs: str
    n: int
    page: int


@dataclass(frozen=True, kw_only=True)
class BatchCover:
    """What lies in one pile, in which order, and what came back. Numbers of sheets only."""

    batch: str
    grid: str
    area: str
    content: str
    helper: str
    printed: str
    first: str
    last: str
    sheets: int
    spare: int
    rows: tuple[CoverRow, ...]
    takedown: str = ""


def cover_data(cover: BatchCover) -> dict[str, Any]:
    """What cover.typ reads; FlyerError `flyer.cover_sum` when its rows are not its sheets."""
    if sum(row.n for row in cover.rows) + cover.spare != cover.sheets:
        raise FlyerError("flyer.cover_sum", sheets=cover.sheets, spare=cover.spare)
    return {**plain_data(cover), "qr": qr_code("B:" + cover.batch)}


def render_cover(cover: BatchCover, meta: SheetMeta, press: Press) -> Printed:
    """The cover of a pile for one grid; one A4."""
    return press_sheet(sheet_job(press, "cover.typ", meta, {"cover": cover_data(cover)}), 1)
