"""Typst in this process: a job is a file name and strings; data is JSON in sys.inputs, never source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst

from channels.flyer.errors import FlyerError
from channels.flyer.fonts import typst_fonts

Fit = dict[str, Any]
"""One report of a sheet: `id`, `size` in pt (0: does not fit), and what the sheet wants to be told."""


@dataclass(frozen=True)
class Job:
    """One run of Typst: `main` is a file in `root`; `inputs` go to sys.inputs; `archive`: PDF/A-2b."""

    root: Path
    main: str
    inputs: dict[str, str]
    tagged: bool = False
    archive: bool = False

    def compiler(self) -> typst.Compiler:
        """Typst, ready to set this sheet."""
        return typst.Compiler(
            str(self.root / self.main),
            root=str(self.root),
            font_paths=typst_fonts(),
            ignore_system_fonts=True,
            sys_inputs=self.inputs,
        )

    def fits(self) -> list[Fit]:
        """What the sheet reports through <fit>; prints nothing."""
        with typst_errors(self.main):
            found = self.compiler().query("<fit>", field="value")
        return list(json.loads(found))

    def pdf(self) -> bytes:
        """The PDF; the time in it is fixed, so the same data gives the same bytes."""
        with typst_errors(self.main):
            made = self.compiler().compile(
                format="pdf",
                timestamp=0,
                pdf_tags=self.tagged,
                pdf_standards="a-2b" if self.archive else None,
            )
        if not isinstance(made, bytes):
            raise FlyerError("flyer.typesetting", sheet=self.main, reason="no PDF")
        return made


@contextmanager
def typst_errors(sheet: str) -> Iterator[None]:
    """Turn Typst's errors into ours; only the first line, which never quotes the data."""
    try:
        yield
    except (
        RuntimeError,
        OSError,
    ) as error:  # TypstError is a RuntimeError; a query raises the plain one
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise FlyerError("flyer.typesetting", sheet=sheet, reason=reason) from error
