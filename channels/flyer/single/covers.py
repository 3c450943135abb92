"""The cover of a pile for one grid."""

from __future__ import annotations

from channels.flyer.data import cover_data
from channels.flyer.sheets import BatchCover, Press, Printed, SheetMeta
from channels.flyer.single.setting import press_sheet, sheet_job


def render_cover(cover: BatchCover, meta: SheetMeta, press: Press) -> Printed:
    """The cover of a pile for one grid; one A4.

    FlyerError `flyer.cover_sum` when its rows do not add up to what lies in the pile.
    """
    return press_sheet(sheet_job(press, "cover.typ", meta, {"cover": cover_data(cover)}), 1)
