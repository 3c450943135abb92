# ruff: noqa: T201
"""Check that a built wheel holds what is no Python module: templates, policies, migrations, words, pages."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
FOLDERS = {
    "templates": "outreach/templates",
    "segments/policies": "segments/policies",
    "outreach/migrations": "outreach/migrations",
    "outreach/wording/catalogue": "outreach/wording/catalogue",
    "outreach/web/pages": "outreach/web/pages",
    "outreach/web/static": "outreach/web/static",
    "outreach/people": "outreach/people",
    "outreach/demo": "outreach/demo",
}
"""Folder of the checkout → where its files have to be in the wheel."""


def expected() -> set[str]:
    """Every file of those folders but what Python makes itself."""
    return {
        f"{place}/{path.relative_to(HOME / folder).as_posix()}"
        for folder, place in FOLDERS.items()
        for path in (HOME / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def main(wheel: str) -> int:
    """Name what is missing; exit status 1 then."""
    with zipfile.ZipFile(wheel) as archive:
        missing = sorted(expected() - set(archive.namelist()))
    for name in missing:
        print(f"missing in {wheel}: {name}")
    print(f"{wheel}: {len(expected()) - len(missing)} files of content, {len(missing)} missing")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
