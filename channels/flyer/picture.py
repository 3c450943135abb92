"""A notice as a picture for ordinary WeChat groups, which take no robot: somebody posts it by hand."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace

from PIL import Image

from channels.flyer.data import plain_data
from channels.flyer.errors import FlyerError
from channels.flyer.sheets import Press, SheetMeta
from channels.flyer.single.notices import Notice, refuse_steps
from channels.flyer.single.setting import SheetJob, sheet_job

WIDTH = 1080
"""Pixels: a chat shows it as wide as the phone, and keeps about this much of it."""
MOST_HEIGHT = 2400
MOST_BYTES = 1_000_000
COMFORTABLE = 400_000
"""Bytes up to which the picture goes out as it was drawn; above, its colours are counted."""
SCALES = (1, 0.92, 0.85, 0.78, 0.72)
"""Of headings and body; no letter gets smaller than 33 pixels."""
_POINTS = 360
_INCH = 72
_BREAKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Picture:
    """`png` and its size in pixels."""

    png: bytes
    width: int
    height: int


def render_picture(notice: Notice, meta: SheetMeta, press: Press) -> Picture:
    """1080 pixels wide, as high as the text needs; with valid-until, office, version and a code to press on.

    FlyerError `flyer.picture_overflow` past 2,400 pixels, `flyer.picture_heavy` past a million bytes,
    `flyer.notice_steps`, and `flyer.frame_glyph` for a character that the font lacks.
    """
    refuse_steps(notice)
    job = sheet_job(press, "picture.typ", meta, {"notice": plain_data(notice)})
    drawn = _drawn(job)
    if drawn.height > MOST_HEIGHT:
        title = _BREAKS.sub("", notice.who)
        raise FlyerError(
            "flyer.picture_overflow", title=title, height=drawn.height, most=MOST_HEIGHT
        )
    png = drawn.png if len(drawn.png) <= COMFORTABLE else _lighter(drawn.png)
    if len(png) > MOST_BYTES:
        raise FlyerError("flyer.picture_heavy", bytes=len(png), most=MOST_BYTES)
    return replace(drawn, png=png)


def _drawn(job: SheetJob) -> Picture:
    """At the largest scale at which it is not too high; at the smallest, however high it is."""
    drawn = Picture(b"", 0, MOST_HEIGHT + 1)
    for scale in SCALES:
        if drawn.height > MOST_HEIGHT:
            scaled = replace(job, inputs={**job.inputs, "scale": str(scale)})
            png = scaled.png(WIDTH * _INCH / _POINTS)
            with Image.open(io.BytesIO(png)) as image:
                drawn = Picture(png, *image.size)
    return drawn


def _lighter(png: bytes) -> bytes:
    """The same picture in 64 colours: letters have no more shades than that."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        few = image.convert("RGB").quantize(64, dither=Image.Dither.NONE)
        few.save(out, format="PNG", optimize=True)
    return min(png, out.getvalue(), key=len)
