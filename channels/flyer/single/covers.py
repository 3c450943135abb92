"""The cover of a pile for one grid, by itself."""

from __future__ import annotations

from channels.flyer.data import cover_data
from channels.flyer.sheets import BatchCover, CoverRow, Press, Printed, SheetMeta
from channels.flyer.single.setting import press_sheet, sheet_job

__all__ = ["BatchCover", "CoverRow", "cover_data", "render_cover"]


def render_cover(cover: BatchCover, meta: SheetMeta, press: Press) -> Printed:
    """One A4; FlyerError `flyer.cover_sum` when its rows are not its sheets."""
    return press_sheet(sheet_job(press, "cover.typ", meta, {"cover": cover_data(cover)}), 1)
