"""大喇叭稿: a script to be read aloud, its reading time, pinyin on demand, and a log of when it was played."""

from __future__ import annotations

from dataclasses import dataclass

from channels.flyer.data import plain_data
from channels.flyer.errors import FlyerError
from channels.flyer.sheets import Press, Printed, SheetMeta
from channels.flyer.single import pinyin
from channels.flyer.single.setting import press_sheet, sheet_job

COMMON = "普通话"


@dataclass(frozen=True, kw_only=True)
class BroadcastScript:
    """大喇叭稿. `paragraphs`: one thought each; `seconds`: to read it aloud once; `slots`: when it is played."""

    title: str
    village: str
    paragraphs: tuple[str, ...]
    seconds: int
    language: str = "普通话"
    slots: str = ""


def render_broadcast(
    script: BroadcastScript, meta: SheetMeta, press: Press, *, with_pinyin: bool = False
) -> Printed:
    """大喇叭稿 with its reading time and a log of when it was played: one A4, for a long one both sides.

    `with_pinyin` writes the reading above each character; only for 普通话, whose readings are known
    (FlyerError `flyer.pinyin_language` for anything else).
    """
    if with_pinyin and script.language != COMMON:
        raise FlyerError("flyer.pinyin_language", language=script.language)
    data = {**plain_data(script), "reading": f"{script.seconds}秒"}
    if with_pinyin:
        data["ruby"] = [pinyin.annotate(paragraph) for paragraph in data["paragraphs"]]
    return press_sheet(sheet_job(press, "broadcast.typ", meta, {"broadcast": data}), 1)
