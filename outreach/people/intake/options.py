"""What somebody may say about an import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TypedDict

from outreach.access.scope import Scope
from outreach.people.intake.watch import Progress


class Options(TypedDict, total=False):
    """How a file is taken in.

    `region`: where rows belong that name no region, and inside which village names are looked for · `dry_run`:
    count only · `strict`: write nothing if any row is bad · `sheet`: only this one · `mapping`: header → field ·
    `encoding`, `password`: of the file, where it is in doubt or locked · `rejected`: where to write the bad rows ·
    `scope`: whose people may be named; who is registered elsewhere is a bad row (default: everybody) · `by`: user ·
    `source`, `listed_on`: which list of which date (default: the file's name, today) · `purpose`: what the list may be
    used for · `run`: the job that this is · `watch`: hears how far it is · `workers`: processes that
    check (default: by the length of the file) · `work_dir`: where sealed rows wait (default: the folder for temporary
    files).
    """

    region: str
    dry_run: bool
    strict: bool
    sheet: str | None
    mapping: Mapping[str, str] | None
    encoding: str | None
    password: str | None
    rejected: Path | None
    scope: Scope | None
    by: str
    source: str
    listed_on: date | None
    purpose: str
    run: int | None
    watch: Callable[[Progress], None] | None
    workers: int | None
    work_dir: Path | None
