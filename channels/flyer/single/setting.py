"""One sheet set in one run, refused as a whole when something does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import typst

from channels.flyer.data import dump, meta_data
from channels.flyer.errors import FlyerError
from channels.flyer.fonts import font_file
from channels.flyer.pages import count_pages
from channels.flyer.sheets import Press, Printed, SheetMeta
from channels.flyer.typesetting import Fit, Job, typst_errors

Faces = tuple[Path, ...]
"""Font files beside the Han family, for a second script. Typst is given the folders in which they lie."""


@cache
def _fonts(faces: Faces) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(font_file().parent), *sorted({str(face.parent) for face in faces})],
    )


@dataclass(frozen=True)
class SheetJob(Job):
    """A run of Typst with the fonts of a second script, on paper or as a picture."""

    faces: Faces = ()

    @cached_property
    def _held(self) -> typst.Compiler:
        """Asked for the fit and then for the pages, it lays out once: a third of the time less."""
        return typst.Compiler(
            str(self.root / self.main),
            root=str(self.root),
            font_paths=_fonts(self.faces),
            ignore_system_fonts=True,
            sys_inputs=self.inputs,
        )

    def compiler(self) -> typst.Compiler:
        """Held, so that fit and pages cost one layout."""
        return self._held

    def png(self, ppi: float) -> bytes:
        """The only page as a PNG with `ppi` pixels an inch."""
        with typst_errors(self.main):
            made = self.compiler().compile(format="png", ppi=ppi)
        if not isinstance(made, bytes):
            raise FlyerError("flyer.page_count", pages=len(made or ()), expected=1, sheets=1)
        return made


def sheet_job(
    press: Press,
    main: str,
    meta: SheetMeta,
    data: Mapping[str, Any],
    *,
    paper: str = "a4",
    faces: Faces = (),
) -> SheetJob:
    """The run that sets `data` in `main`; FlyerError when `meta` cannot be printed."""
    given = {"data": dump(meta=meta_data(meta), **data), "paper": paper}
    return SheetJob(
        press.templates.resolve(), main, given, tagged=True, archive=press.archive, faces=faces
    )


def refuse_overflow(job: Job) -> list[Fit]:
    """What the parts of the sheet report; FlyerError `flyer.sheet_overflow` names the one that does not fit."""
    fits = job.fits()
    for fit in fits:
        if not fit["size"]:
            raise FlyerError("flyer.sheet_overflow", sheet=job.main, place=fit["id"])
    return fits


def press_sheet(
    job: Job, pages: int, *, most: int | None = None, sheets: int | None = None
) -> Printed:
    """The PDF with exactly `pages` pages (or as many as the sheet reports), or up to `most` where it may grow.

    FlyerError `flyer.page_count` or `flyer.too_many_pages` otherwise: a page that nobody expected is never printed.
    """
    reported = sum(fit.get("pages", 0) for fit in refuse_overflow(job))
    pages = reported or pages
    pdf = job.pdf()
    made = count_pages(pdf)
    if most is not None and made > most:
        raise FlyerError("flyer.too_many_pages", sheet=job.main, pages=made, most=most)
    if most is None and made != pages:
        raise FlyerError("flyer.page_count", pages=made, expected=pages, sheets=pages)
    return Printed(pdf, made, pages if sheets is None else sheets)
