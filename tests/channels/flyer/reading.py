"""Read a printed PDF back: words, fonts, codes and ink, as a printer and a telephone would see them."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image
from pypdfium2 import raw


def _pages(pdf: bytes) -> Iterator[pypdfium2.PdfPage]:
    document = pypdfium2.PdfDocument(pdf)
    yield from document
    document.close()


def words(pdf: bytes) -> list[str]:
    """The text of each page, without white space."""
    return [re.sub(r"[\s\u200b]", "", page.get_textpage().get_text_range()) for page in _pages(pdf)]


def paper(pdf: bytes) -> set[tuple[int, int]]:
    """Width and height of the pages in millimetres."""
    sizes = [page.get_size() for page in _pages(pdf)]
    return {(round(w / 72 * 25.4), round(h / 72 * 25.4)) for w, h in sizes}


def fonts(pdf: bytes) -> set[tuple[str, bool]]:
    """(name of the subset, embedded) of every text on the pages."""
    found = set()
    for page in _pages(pdf):
        for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=8):
            font = raw.FPDFTextObj_GetFont(item.raw)
            length = raw.FPDFFont_GetBaseFontName(font, None, 0)
            name = ctypes.create_string_buffer(length)
            raw.FPDFFont_GetBaseFontName(font, name, length)
            found.add((name.value.decode(), bool(raw.FPDFFont_GetIsEmbedded(font))))
    return found


def pictures(pdf: bytes, dpi: int = 150) -> list[Image.Image]:
    """Each page as an image."""
    return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in _pages(pdf)]


def codes(pdf: bytes) -> list[set[str]]:
    """The QR codes of each page, read from a grey picture at 150 dpi."""
    return [
        {
            code.text
            for code in zxingcpp.read_barcodes(
                picture.convert("L"), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
            )
        }
        for picture in pictures(pdf)
    ]


def is_grey(picture: Image.Image) -> bool:
    """Whether no pixel has a colour."""
    red, green, blue = picture.split()
    return red.tobytes() == green.tobytes() == blue.tobytes()


def ink(picture: Image.Image) -> int:
    """Dark pixels."""
    return sum(picture.convert("L").histogram()[:128])


def title(pdf: bytes) -> str:
    """What the PDF calls itself."""
    document = pypdfium2.PdfDocument(pdf)
    found: str = document.get_metadata_dict()["Title"]
    document.close()
    return found
