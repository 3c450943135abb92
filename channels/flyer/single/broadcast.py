"""大喇叭稿: a script to be read aloud, its reading time, pinyin on demand, and a log of when it was played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels.flyer.data import plain_data
from channels.flyer.errors import FlyerError
from channels.flyer.sheets import Press, Printed, SheetMeta
from channels.flyer.single import pinyin
from channels.flyer.single.setting import press_sheet, sheet_job

SYLLABLES_A_MINUTE = 180
"""Read over a village loudspeaker: slower than news (about 250 characters a minute)."""
COMMON = "普通话"


@dataclass(frozen=True, kw_only=True)
class BroadcastScript:
    """大喇叭稿. `paragraphs`: one thought each, read slowly; `slots`: when it is played."""

    title: str
    village: str
    paragraphs: tuple[str, ...]
    language: str = "普通话"
    slots: str = ""


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


def render_broadcast(
    script: BroadcastScript, meta: SheetMeta, press: Press, *, with_pinyin: bool = False
) -> Printed:
    """大喇叭稿 with its reading time and a log of when it was played: one A4, for a long one both sides.

    `with_pinyin` writes the reading above each character; only for 普通话, whose readings are known
    (FlyerError `flyer.pinyin_language` for anything else).
    """
    if with_pinyin and script.language != COMMON:
        raise FlyerError("flyer.pinyin_language", language=script.language)
    data = {**plain_data(script), "reading": _spoken(reading_seconds(script.paragraphs))}
    if with_pinyin:
        data["ruby"] = [pinyin.annotate(paragraph) for paragraph in data["paragraphs"]]
    return press_sheet(sheet_job(press, "broadcast.typ", meta, {"broadcast": data}), 1)
