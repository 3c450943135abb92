"""Files that have their name only once they are whole and on the disk: for whoever is told that they exist. And workbooks
in which text stays text."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO


def plain(**more: Any) -> dict[str, Any]:
    """Options of a workbook (xlsxwriter) whose cells are what they say: text is never run as a formula, linked, or made
    a number. `more`: further options.
    """
    return {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        **more,
    }


def opened(path: Path) -> Path:
    """The file beside `path` into which it is written first, readable by its owner alone; OSError when it cannot be.

    Ask before anything is promised: a folder that is not there must be known before messages count as handed over.
    """
    part = path.with_name(f".{path.name}.part")
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    return part


@contextmanager
def becoming(path: Path) -> Iterator[BinaryIO]:
    """A file to write `path` into; of one that fails nothing is left behind."""
    part = opened(path)
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """So that the new name outlives a power cut; Windows has no such thing and does it by itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
