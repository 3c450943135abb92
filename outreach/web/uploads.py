"""Files between their check and their import: kept under an unguessable name, for one user, for two hours.

DATA_DIR/uploads/<token>/ holds ready/<the file under its own name>, meta.json, and rejected.xlsx. Taking a file
renames `ready`, which only one of two clicks can do.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from outreach import clock
from outreach.errors import Conflict, Missing
from outreach.people.intake.jobs import forget_old

KEEP = 2 * 3600.0
"""Seconds after which a file is deleted, whatever became of it."""

LONG = 4 * 1024 * 1024
"""Bytes from which on a file is checked and written in a process of its own (about forty thousand rows)."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_BAD = re.compile(r"[^\w.\-（）()【】 ]+")
_NAME_BYTES = 120


@dataclass(frozen=True)
class Meta:
    """What is remembered of an upload. `counts` and `run` are filled in once it was imported; `options` go with an office's list."""

    user: int
    name: str
    region: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    run: int = 0


@dataclass(frozen=True)
class Upload:
    """One kept file."""

    token: str
    folder: Path
    meta: Meta

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / "ready" / self.meta.name

    @property
    def is_long(self) -> bool:
        """Whether checking takes so long that a process of its own does it."""
        return self.path.stat().st_size > LONG

    @property
    def rejected(self) -> Path:
        """The wrong rows as a workbook, once the file was checked."""
        return self.folder / "rejected.xlsx"


class Uploads:
    """The uploads of one installation."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "uploads"

    def keep(self, file: BinaryIO, name: str, user: int, region: str) -> Upload:
        """Take a file in; what is too old goes at the same time."""
        self.sweep()
        token = secrets.token_urlsafe(24)
        folder = self._folder / token
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        (folder / "ready").mkdir(mode=0o700)
        upload = Upload(token, folder, Meta(user, safe_name(name), region))
        with open(os.open(upload.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
            shutil.copyfileobj(file, kept)
        self.note(upload, upload.meta)
        return upload

    def find(self, token: str, user: int) -> Upload:
        """The upload of that name and user; Missing for anybody else's and for what is gone."""
        folder = self._folder / token
        if not _TOKEN.fullmatch(token) or not (folder / "meta.json").is_file():
            raise Missing("web.upload_gone")
        meta = Meta(**json.loads((folder / "meta.json").read_text("utf-8")))
        if meta.user != user or clock.machine_now().timestamp() - folder.stat().st_mtime > KEEP:
            raise Missing("web.upload_gone")
        return Upload(token, folder, meta)

    def note(self, upload: Upload, meta: Meta) -> None:
        """Write down what is remembered; replaces what was there."""
        text = json.dumps(asdict(meta), ensure_ascii=False)
        part = upload.folder / "meta.part"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # fmt: skip
            file.write(text)
        part.replace(upload.folder / "meta.json")

    def take(self, upload: Upload) -> Path:
        """The file for importing, once: Conflict when somebody has taken it already."""
        taken = upload.folder / "taken"
        try:
            (upload.folder / "ready").rename(taken)
        except OSError as error:
            raise Conflict("web.import_running") from error
        return taken / upload.meta.name

    def give_back(self, upload: Upload) -> None:
        """An import failed: the file may be taken again."""
        (upload.folder / "taken").rename(upload.folder / "ready")

    def replace(self, upload: Upload, data: bytes) -> None:
        """The file without its lock; the password is not kept anywhere."""
        part = upload.folder / "unlocked.part"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        part.replace(upload.path)

    def imported(self, upload: Upload, counts: Mapping[str, int], run: int = 0) -> None:
        """Forget the file; only the counts and the wrong rows stay until they are too old."""
        meta = Meta(upload.meta.user, upload.meta.name, upload.meta.region, counts=counts, run=run)
        self.note(upload, meta)
        shutil.rmtree(upload.folder / "taken", ignore_errors=True)

    def drop(self, upload: Upload) -> None:
        """Forget everything about it."""
        shutil.rmtree(upload.folder, ignore_errors=True)

    def sweep(self) -> int:
        """Delete what is too old; returns how many."""
        return forget_old(self._folder, timedelta(seconds=KEEP))


def safe_name(name: str) -> str:
    """The last part of a file's name without what a file system or a page could stumble over."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = _BAD.sub("_", last).strip(" .") or "file"
    stem, dot, suffix = clean.rpartition(".")
    if not dot:
        stem, suffix = clean, ""
    short = stem.encode()[:_NAME_BYTES].decode("utf-8", "ignore")
    return f"{short}{dot}{suffix[:8]}"
