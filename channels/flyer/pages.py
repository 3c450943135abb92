"""Count and join PDF pages with pdfium, which must not be entered by two threads at once."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from threading import Lock

import pypdfium2

ONE_AT_A_TIME = Lock()
"""Held by whoever enters pdfium."""
_ID = re.compile(
    rb"/ID\s*\[\s*(?:\((?:\\.|[^\\)])*\)|<[0-9A-Fa-f]*>)\s*<([0-9A-Fa-f]+)>\s*\]", re.DOTALL
)


def count_pages(pdf: bytes) -> int:
    """Pages of a PDF."""
    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


def join(parts: Sequence[bytes]) -> bytes:
    """One PDF with the pages of all parts in order; the same parts give the same bytes."""
    if len(parts) == 1:
        return parts[0]
    with ONE_AT_A_TIME:
        whole = pypdfium2.PdfDocument(parts[0])  # keeps its title, author and fixed time
        for part in parts[1:]:
            more = pypdfium2.PdfDocument(part)
            whole.import_pages(more)
            more.close()
        out = io.BytesIO()
        whole.save(out)
        whole.close()
    return _fixed_id(out.getvalue())


def cut_apart(pdf: bytes, fronts: Sequence[bytes]) -> list[bytes]:
    """Each page as a PDF of its own, with the title, author and time of its one-page front."""
    made = []
    with ONE_AT_A_TIME:
        whole = pypdfium2.PdfDocument(pdf)
        for number, front in enumerate(fronts):
            single = pypdfium2.PdfDocument(front)
            single.import_pages(whole, [number])
            single.del_page(0)
            out = io.BytesIO()
            single.save(out)
            single.close()
            made.append(_fixed_id(out.getvalue()))
        whole.close()
    return made


def with_blank_back(pdf: bytes) -> bytes:
    """`pdf` with a blank page behind an odd number of them, so that what follows begins on a front side."""
    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        if len(document) % 2 == 0:
            document.close()
            return pdf
        document.new_page(*document[len(document) - 1].get_size()).close()
        out = io.BytesIO()
        document.save(out)
        document.close()
    return _fixed_id(out.getvalue())


def _fixed_id(pdf: bytes) -> bytes:
    """pdfium draws the second half of the file identifier by lot; make it a hash of the content."""
    found = _ID.search(pdf, max(0, len(pdf) - 4096))
    if found is None:
        return pdf
    start, end = found.span(1)
    drawn = hashlib.sha256(pdf[:start] + pdf[end:]).hexdigest().upper().encode()
    return pdf[:start] + drawn[: end - start].ljust(end - start, b"0") + pdf[end:]
