"""What a job made, brought to where somebody wants it: one PDF, or one for each grid."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from outreach.deliveries.paper import SHEETS
from outreach.deliveries.printing import files
from outreach.deliveries.printing.joining import join_files
from outreach.deliveries.printing.printer import Printer
from outreach.deliveries.printing.schemas import Job, Part
from outreach.errors import Missing

_NAMES = {"open": "", "sealed": "-sealed", "letter": "-letters", "visits": "-visits", "calls": "-calls", "covers": "-covers"}  # fmt: skip


def bring(
    printer: Printer, job: Job, parts: Sequence[Part], ref: str, out: Path, *, per_grid: bool
) -> list[Path]:
    """Write a job's files into a folder, each whole; their paths, nothing when nothing was printed.

    Missing print.files_gone when they were deleted because of their age.
    """
    made = [part for part in parts if part.file]
    source = printer.folder(job.id)
    for part in made:
        if not (source / part.file).is_file():
            raise Missing("print.files_gone", job=job.id, days=files.KEEP.days)
    if not made:
        return []
    out.mkdir(parents=True, exist_ok=True)
    stem = ref + _NAMES[job.kind]
    if per_grid:
        return [_copy(source / part.file, out / f"{stem}-{part.file}") for part in made]
    target = out / f"{stem}.pdf"
    if len(made) == 1:
        return [_copy(source / made[0].file, target)]
    whole = source / "all.pdf"
    if whole.is_file():
        return [_copy(whole, target)]
    join_files([source / part.file for part in made], target)
    return [target]


def _copy(source: Path, target: Path) -> Path:
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.copyfile(source, part)
        part.chmod(0o600)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def printed_sheets(job: Job, parts: Sequence[Part]) -> int:
    """Sheets (of a list: doors) that lie in the files of a job: of everybody who could not be printed none."""
    lost = {one["serial"] for one in job.problems if not one["printed"] and one["serial"]}
    copies = job.selection.copies if job.kind in SHEETS else 1
    made = sum(part.sheets for part in parts if part.made)
    return max(0, made - len(lost) * copies) if job.kind in SHEETS else made
