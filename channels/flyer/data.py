"""Turn sheet data into what Typst reads: JSON with clean strings."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from channels.flyer.codes import qr_code
from channels.flyer.errors import FlyerError
from channels.flyer.fonts import missing_from
from channels.flyer.sheets import BatchCover, HouseholdSheet, LetterSheet, SheetMeta

_KEPT = {"\n", "\u200c", "\u200d"}
_LONG_RUN = re.compile(r"[!-~]{19,}")
_NEEDED = ("title", "issuer", "version", "phone", "url")


def clean(text: str) -> str:
    """`text` without control characters; a run of Latin too wide for a column may break every 16."""
    if text.isprintable() and unicodedata.is_normalized("NFC", text):  # nearly every one
        return _LONG_RUN.sub(_breakable, text)
    plain = "".join(
        c if c in _KEPT or unicodedata.category(c) not in {"Cc", "Cf", "Cs"} else " " * (c == "\t")
        for c in unicodedata.normalize("NFC", text)
    )
    return _LONG_RUN.sub(_breakable, plain)


def _breakable(run: re.Match[str]) -> str:
    return "\u200b".join(re.findall(".{1,16}", run[0]))


def each_text(value: object, change: Callable[[str], str]) -> Any:
    """`value` (dicts, lists, tuples, scalars) with every string changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: each_text(inner, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [each_text(inner, change) for inner in value]
    return value


def texts(value: object) -> Iterator[str]:
    """Every string in `value`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


def clean_data(sheet: Any) -> dict[str, Any]:
    """A dataclass of a sheet as dicts and lists of clean strings."""
    data: dict[str, Any] = each_text(asdict(sheet), clean)
    return data


def plain_data(sheet: Any) -> dict[str, Any]:
    """The same; FlyerError `flyer.frame_glyph` when a glyph is missing."""
    data = clean_data(sheet)
    refuse_missing(data)
    return data


def refuse_missing(data: object) -> None:
    """FlyerError `flyer.frame_glyph`: this text is on every sheet, so nothing can be printed."""
    lost = missing_from(texts(data))
    if lost:
        raise FlyerError("flyer.frame_glyph", characters="".join(lost))


def cover_data(cover: BatchCover) -> dict[str, Any]:
    """What cover.typ reads; FlyerError `flyer.cover_sum` when its rows are not its sheets."""
    if sum(row.n for row in cover.rows) + cover.spare != cover.sheets:
        raise FlyerError("flyer.cover_sum", sheets=cover.sheets, spare=cover.spare)
    return {**plain_data(cover), "qr": qr_code("B:" + cover.batch)}


def meta_data(meta: SheetMeta) -> dict[str, Any]:
    """What all sheets share; FlyerError `flyer.meta_missing` names an empty field."""
    for name in _NEEDED:
        if not getattr(meta, name).strip():
            raise FlyerError("flyer.meta_missing", field=name)
    data: dict[str, Any] = each_text(asdict(meta), clean)
    data["valid_until"] = chinese_date(meta.valid_until)
    data["office"] = data["office"] or data["issuer"]
    refuse_missing(data)
    return {**data, "qr": qr_code(meta.url)}


def household_data(sheet: HouseholdSheet) -> dict[str, Any]:
    """One household, certain policies before possible ones; on a spare sheet nothing is certain."""
    # a number stays whole, however long: whoever scans or types it must find it as it was given
    data: dict[str, Any] = {**each_text(asdict(sheet), clean), "serial": sheet.serial}
    data["householder"] = data["householder"].strip() or "住户"
    if sheet.spare:
        for policy in data["policies"]:
            policy["status"] = "maybe"
    data["policies"].sort(key=lambda policy: policy["status"] != "yes")
    return data


def letter_data(letter: LetterSheet) -> dict[str, Any]:
    """One letter; empty paragraphs are left out."""
    data: dict[str, Any] = each_text({**asdict(letter), "dated": ""}, clean)
    data["serial"] = letter.serial
    data["householder"] = data["householder"].strip() or "住户"
    data["paragraphs"] = [text for text in data["paragraphs"] if text.strip()]
    return {**data, "dated": chinese_date(letter.dated), "spare": False}


def chinese_date(day: date) -> str:
    """2027年6月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


def dump(**data: object) -> str:
    """JSON for sys.inputs; a lone surrogate cannot pass, it was cleaned away."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
