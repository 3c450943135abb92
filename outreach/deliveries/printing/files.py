"""Files of a job: each whole or not there, for its owner only, and gone after a while, because names stand in them."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from channels.whole import becoming

KEEP = timedelta(days=14)
"""After which the files of a job are deleted; it can be printed again under the same numbers."""

MOST_JOINED = 3_000
"""Pages in one PDF for everything: more are given as an archive, because nobody prints them in one go."""


def folder_of(data_dir: Path, job: int) -> Path:
    """Where a job keeps its files."""
    return data_dir / "prints" / "jobs" / str(job)


def make_folder(data_dir: Path, job: int) -> Path:
    """The same, made for its owner only."""
    place = folder_of(data_dir, job)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def write_whole(path: Path, data: bytes) -> bytes:
    """All of the file or none of it, on the disk before anybody is told; returns its SHA-256."""
    with becoming(path) as file:
        file.write(data)
    return hashlib.sha256(data).digest()


def is_whole(path: Path, digest: bytes | None) -> bool:
    """Whether a file is there and is the one that was written."""
    if digest is None or not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest() == digest


def write_archive(folder: Path, files: Sequence[str]) -> Path:
    """all.zip, whole; the same files give the same bytes."""
    path = folder / "all.zip"
    with (
        becoming(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,  # a PDF is compressed already
    ):
        for name in files:
            entry = zipfile.ZipInfo(name)  # its own fixed date: the same parts give the same bytes
            entry.external_attr = 0o600 << 16
            with archive.open(entry, "w") as into, (folder / name).open("rb") as source:
                while block := source.read(1 << 20):
                    into.write(block)
    return path


def all_of(folder: Path, files: Sequence[str]) -> Path | None:
    """The file with everything, if it was made and is still there."""
    names = files if len(files) == 1 else ("all.pdf", "all.zip")
    return next((folder / name for name in names if (folder / name).is_file()), None)
