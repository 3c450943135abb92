"""A printed slip as a scanner brings it back."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2

from outreach.reports import slip
from tests import town

ROOT = Path(__file__).resolve().parents[3]
HOUSE = slip.House(town.ZONE, "http://127.0.0.1", ROOT / "templates" / "flyer", demo=True)


def scanned(pdf: bytes, kind: str) -> bytes:
    """The first page in grey, at 150 dpi, a little crooked."""
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil().convert("L")
    out = io.BytesIO()
    page.rotate(1.5, fillcolor=255).save(out, kind)
    return out.getvalue()
