"""A scan of a signed slip: what kind of file it is, and which fingerprints its codes show. Pure, but for the decoders."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image, UnidentifiedImageError

from outreach.errors import Invalid

MOST_BYTES = 20 * 1024 * 1024
"""A page scanned at 300 dpi in colour is about 8 MB."""

_MOST_PAGES = 8
_MOST_PIXELS = 60_000_000
"""A4 at 600 dpi is 35 million."""

_DPI = 200
_KINDS = (
    (b"%PDF-", "application/pdf", "pdf"), (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
)  # fmt: skip

SUFFIXES = {media: suffix for _, media, suffix in _KINDS}
"""Media type → how the kept file's name ends."""

_CODE = re.compile(r"A:.+:([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})")
"""What the code on a slip says: the campaign and the fingerprint (channels.flyer.single.approval)."""


def media_of(data: bytes, name: str) -> str:
    """Its kind by its first bytes, whatever it is called. Invalid when it is none of ours, empty or too large."""
    if not data:
        raise Invalid("signing.paper_empty", file=name)
    if len(data) > MOST_BYTES:
        raise Invalid(
            "signing.paper_size", file=name, size=len(data) // 2**20, most=MOST_BYTES // 2**20
        )
    for head, media, _ in _KINDS:
        if data.startswith(head):
            return media
    raise Invalid("signing.paper_kind", file=name)


def fingerprints(data: bytes, media: str, name: str) -> set[str]:
    """The fingerprints in the codes of a scan; none when no code can be read. Invalid for a file that cannot be opened."""
    try:
        pages = list(_pages(data)) if media == "application/pdf" else [_picture(data)]
    except (pypdfium2.PdfiumError, UnidentifiedImageError, OSError, ValueError) as error:
        raise Invalid("signing.paper_broken", file=name, reason=str(error)) from error
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    said = [code.text for page in pages for code in zxingcpp.read_barcodes(page, formats=formats)]
    return {match[1] for text in said if (match := _CODE.fullmatch(text))}


def _pages(data: bytes) -> Iterator[Image.Image]:
    document = pypdfium2.PdfDocument(data)
    try:
        for number in range(min(len(document), _MOST_PAGES)):
            page = document[number]
            width, height = page.get_size()
            scale = min(_DPI / 72, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
            yield page.render(scale=scale).to_pil().convert("L")
    finally:
        document.close()


def _picture(data: bytes) -> Image.Image:
    """A picture in grey; ValueError for one that would fill the memory."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    raise ValueError(f"{picture.width} × {picture.height}")
                return picture.convert("L")
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise ValueError(str(error)) from error
