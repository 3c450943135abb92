"""Look at what was printed before anybody is given it: pages, fonts, words, codes, ink, room.

Whatever was measured before, the PDF itself is held against what it must be. Pages, numbers, fonts and room
are looked at on every page (one or two milliseconds each); what needs rendering (grey, codes) on a sample,
because it costs more than setting the page.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image
from pypdfium2 import raw

from channels.flyer.pages import ONE_AT_A_TIME

EVERY = 50
"""In bulk the first, the last and every fiftieth unit are rendered."""
DPI = 150
TOUCH = 1.5
"""Points by which the boxes of two lines may run into each other."""

UNPRINTED = 4 * 72 / 25.4
"""Points at the edge of the paper that a mono laser leaves white: 4 mm."""


@dataclass(frozen=True)
class Expected:
    """What a PDF must hold: `units` one after the other, each on `sides` pages."""

    sides: int
    units: tuple[ExpectedUnit, ...]
    every: int = EVERY

    @classmethod
    def of(cls, given: dict[str, Any]) -> Expected:
        """From what `dataclasses.asdict` made of one."""
        units = tuple(ExpectedUnit(*map(tuple, unit.values())) for unit in given["units"])
        return cls(given["sides"], units, given["every"])


@dataclass(frozen=True)
class ExpectedUnit:
    """`words` that its first page must hold as text (the numbers of its sheets), `codes` that must be scannable."""

    words: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """`unit`: which one (None: the whole PDF); `code` and `params` for the catalogue."""

    code: str
    unit: int | None = None
    params: dict[str, Any] = field(default_factory=dict)


def inspect(pdf: bytes, expected: Expected) -> list[Fault]:
    """What is wrong with a PDF; empty when it may be given away."""
    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return _inspect(document, expected)
        finally:
            document.close()


def _inspect(document: pypdfium2.PdfDocument, expected: Expected) -> list[Fault]:
    pages, wanted = len(document), expected.sides * len(expected.units)
    if pages != wanted:
        return [Fault("flyer.page_count", None, {"pages": pages, "expected": wanted})]
    faults: list[Fault] = []
    for number, unit in enumerate(expected.units):
        first = number * expected.sides
        sides = [document[first + side] for side in range(expected.sides)]
        faults += _unit(number, sides, unit, number in _sample(expected))
        for page in sides:
            page.close()
    return faults


def _sample(expected: Expected) -> set[int]:
    last = len(expected.units) - 1
    return {*range(0, last + 1, max(1, expected.every)), last}


def _unit(
    number: int, sides: Sequence[pypdfium2.PdfPage], unit: ExpectedUnit, closely: bool
) -> Iterator[Fault]:
    texts = [page.get_textpage() for page in sides]
    said = re.sub(r"[\s\u200b]", "", texts[0].get_text_range())
    for word in unit.words:
        if word not in said:
            yield Fault("flyer.text_lost", number, {"word": word})
    yield from _letters(number, sides, texts)
    if closely:
        yield from _ink(number, sides, unit)


def _letters(
    number: int, sides: Sequence[pypdfium2.PdfPage], texts: Sequence[pypdfium2.PdfTextPage]
) -> Iterator[Fault]:
    for page, text in zip(sides, texts, strict=True):
        if strangers := not_embedded(page):
            yield Fault("flyer.font_not_embedded", None, {"fonts": "、".join(sorted(strangers))})
        if clash := overlap(text):
            yield Fault("flyer.overlap", number, {"one": clash[0], "other": clash[1]})
        if lost := off_page(text, page):
            yield Fault("flyer.off_page", number, {"text": lost})


def _ink(number: int, sides: Sequence[pypdfium2.PdfPage], unit: ExpectedUnit) -> Iterator[Fault]:
    pictures = [page.render(scale=DPI / 72).to_pil().convert("RGB") for page in sides]
    if not all(map(is_grey, pictures)):
        yield Fault("flyer.coloured")
    read = {text for picture in pictures for text in read_codes(picture)}
    for code in unit.codes:
        if code not in read:
            yield Fault("flyer.code_unread", number, {"text": code})


def not_embedded(page: pypdfium2.PdfPage) -> set[str]:
    """Names of the fonts on a page that the PDF does not carry: another machine would print other letters."""
    held = raw.FPDFPage_CountObjects(page.raw)
    objects = [raw.FPDFPage_GetObject(page.raw, number) for number in range(held)]
    found = set()
    while objects:
        item = objects.pop()
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            inside = raw.FPDFFormObj_CountObjects(item)
            objects += [raw.FPDFFormObj_GetObject(item, number) for number in range(inside)]
        elif kind == raw.FPDF_PAGEOBJ_TEXT:
            font = raw.FPDFTextObj_GetFont(item)
            if raw.FPDFFont_GetIsEmbedded(font) != 1:
                found.add(_name(font))
    return found


def _name(font: Any) -> str:
    length = raw.FPDFFont_GetBaseFontName(font, None, 0)
    name = ctypes.create_string_buffer(max(1, length))
    raw.FPDFFont_GetBaseFontName(font, name, length)
    return name.value.decode("utf-8", "replace") or "?"


def is_grey(picture: Image.Image) -> bool:
    """Whether no pixel of an RGB picture has a colour."""
    red, green, blue = picture.split()
    return red.tobytes() == green.tobytes() == blue.tobytes()


def read_codes(picture: Image.Image) -> set[str]:
    """The QR codes that a telephone would find."""
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return {code.text for code in zxingcpp.read_barcodes(picture.convert("L"), formats=formats)}


Box = tuple[float, float, float, float]
"""A line of text on its page: left, bottom, right, top in points from the lower left corner."""


def overlap(text: pypdfium2.PdfTextPage) -> tuple[str, str] | None:
    """Two lines of a page that lie upon each other, else None."""
    above: list[Box] = []
    for box in sorted(_boxes(text), key=lambda box: -box[3]):
        above = [other for other in above if box[3] - other[1] > TOUCH]
        for other in above:
            wide = min(box[2], other[2]) - max(box[0], other[0])
            if wide > TOUCH and box[3] - max(box[1], other[1]) > TOUCH:
                return _words(text, other), _words(text, box)
        above.append(box)
    return None


def off_page(text: pypdfium2.PdfTextPage, page: pypdfium2.PdfPage) -> str:
    """A line that reaches nearer to the edge of the trimmed paper than a printer prints, else ""."""
    left, bottom, right, top = page.get_trimbox()
    for box in _boxes(text):
        if min(box[0] - left, box[1] - bottom, right - box[2], top - box[3]) < UNPRINTED:
            return _words(text, box) or "?"
    return ""


def _boxes(text: pypdfium2.PdfTextPage) -> list[Box]:
    return [text.get_rect(number) for number in range(text.count_rects())]


def _words(text: pypdfium2.PdfTextPage, box: Box) -> str:
    return str(text.get_text_bounded(*box)).strip()
