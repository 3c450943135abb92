"""A notice in two languages: the common one first, on the left, and the other beside it, line by line."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from channels.flyer.data import clean, each_text, plain_data, texts
from channels.flyer.errors import FlyerError
from channels.flyer.sheets import Press, Printed, SheetMeta
from channels.flyer.single.notices import Notice, refuse_steps
from channels.flyer.single.scripts import Typeface, typeface
from channels.flyer.single.setting import press_sheet, sheet_job


@dataclass(frozen=True, kw_only=True)
class SecondLanguage:
    """The other column. `steps` and `rows` answer those of the Chinese one by one.

    `language` is a tag (ug, bo, kk-Arab); from it come font, direction and `lang` of the PDF. `closing` are whom
    to ask and the line of trust; `review` says in Chinese who has read it.
    """

    language: str
    who: str
    unit: str = ""
    extent: str = ""
    steps: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    closing: tuple[str, ...] = ()
    review: str = ""


@dataclass(frozen=True, kw_only=True)
class Bilingual:
    """Both columns. The number stands once, large, between them, and again inside the Chinese."""

    notice: Notice
    other: SecondLanguage


def render_bilingual(sheet: Bilingual, meta: SheetMeta, press: Press) -> Printed:
    """One A4.

    FlyerError `flyer.bilingual_steps` or `flyer.bilingual_rows` when the columns do not answer each other,
    `flyer.script_glyph` for a character that the second language's font lacks, and those of `scripts.typeface`.
    """
    refuse_steps(sheet.notice)
    face = typeface(sheet.other.language)
    chinese = rows_of(sheet.notice)
    _refuse_unequal("flyer.bilingual_steps", len(sheet.notice.steps), len(sheet.other.steps))
    _refuse_unequal("flyer.bilingual_rows", len(chinese), len(sheet.other.rows))
    notice = {**plain_data(sheet.notice), "rows": [list(row) for row in chinese]}
    data = {"notice": notice, "other": _other(sheet.other, face)}
    return press_sheet(sheet_job(press, "bilingual.typ", meta, data, faces=face.files), 1)


def rows_of(notice: Notice) -> list[tuple[str, str]]:
    """What the Chinese column says under the steps, in order, with its labels."""
    given = [
        ("带什么", notice.bring),
        ("何时办", notice.when),
        ("去哪办", notice.where),
        *notice.rows,
    ]
    return [(label, words) for label, words in given if words]


def _refuse_unequal(code: str, chinese: int, other: int) -> None:
    if chinese != other:
        raise FlyerError(code, chinese=chinese, other=other)


def _other(other: SecondLanguage, face: Typeface) -> dict[str, Any]:
    data: dict[str, Any] = each_text(asdict(other), clean)
    lost = face.missing("".join(texts(data)))
    if lost:
        raise FlyerError(
            "flyer.script_glyph",
            language=other.language,
            family=face.family,
            characters="".join(lost),
        )
    language, *rest = other.language.split("-")
    return {
        **data,
        "lang": language,
        "script": next((part.lower() for part in rest if len(part) == 4), face.script.code.lower()),
        "rtl": face.script.rtl,
        "font": face.family,
        "bold": len(face.files) != 1,
    }
