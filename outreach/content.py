"""Where the content without code lies: the site's own folder first, then what we ship.

A site overlay has the same layout as `templates/`; a file there hides ours of the same path.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path, PurePosixPath

from outreach.errors import Invalid, Missing

_PACKAGED = Path(__file__).parent / "templates"
_CHECKOUT = Path(__file__).parent.parent / "templates"


def shipped() -> Path:
    """The `templates` folder that came with the program: inside the wheel, else beside the packages."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


def folders(overlay: Path | None = None) -> tuple[Path, ...]:
    """Folders to look in, best first."""
    return (overlay, shipped()) if overlay is not None and overlay.is_dir() else (shipped(),)


def find(name: str, overlay: Path | None = None) -> Path:
    """The file that stands for `name` ("sms/zh-Hans/phys-65.j2"), a path relative to the folders.

    Raises Invalid for a path that leads out of the folders, Missing when no folder holds it.
    """
    parts = PurePosixPath(name)
    if not name or parts.is_absolute() or ".." in parts.parts or "\\" in name or ":" in name:
        raise Invalid("content.bad_name", file=name)
    for folder in folders(overlay):
        if (path := folder / parts).is_file():
            return path
    raise Missing("content.missing", file=name)


def files(pattern: str, overlay: Path | None = None) -> dict[str, Path]:
    """Relative POSIX path → file for a glob pattern, sorted by path; the overlay's file wins."""
    found: dict[str, Path] = {}
    for folder in reversed(folders(overlay)):
        found |= {
            path.relative_to(folder).as_posix(): path
            for path in folder.glob(pattern)
            if path.is_file()
        }
    return dict(sorted(found.items()))


def sheets(overlay: Path | None, cache: Path) -> Path:
    """The folder of the printed sheets (.typ). A press reads one folder, so the site's own lie in a copy beside ours.

    `cache`: where the copy may lie. It is named by what is in it, so a changed sheet makes another copy.
    """
    ours = shipped() / "flyer"
    if overlay is None or not any((overlay / "flyer").glob("*.typ")):
        return ours
    found = files("flyer/*.typ", overlay)
    digest = hashlib.sha256()
    for name, path in found.items():
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    made = cache / f"sheets-{digest.hexdigest()[:16]}"
    if not made.is_dir():
        _copy(found, made)
    return made


def _copy(found: dict[str, Path], made: Path) -> None:
    """All sheets or none: a press in another process must never meet half a folder."""
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=made.parent) as folder:
        whole = Path(folder) / "whole"
        whole.mkdir()
        for name, path in found.items():
            shutil.copy(path, whole / PurePosixPath(name).name)
        try:
            os.replace(whole, made)
        except OSError:  # another process was first, with the same sheets
            if not made.is_dir():
                raise
