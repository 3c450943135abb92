"""Many files as one PDF, in a process of its own: pdfium holds all of them at once, and gives nothing back.

`python -m outreach.deliveries.printing.joining TARGET FILE…`
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from channels.flyer.pages import join
from outreach.deliveries.printing.files import write_whole

FEW_BYTES = 8 * 1024 * 1024
"""So much is joined at once where it is wanted."""


def join_files(sources: Sequence[Path], target: Path) -> None:
    """Write `target` whole: the pages of all sources in order; the same sources give the same bytes."""
    if sum(path.stat().st_size for path in sources) <= FEW_BYTES:
        _join(sources, target)
        return
    command = [sys.executable, "-m", "outreach.deliveries.printing.joining", str(target), *map(str, sources)]  # fmt: skip
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)  # noqa: S603 - our own module and paths


def _join(sources: Sequence[Path], target: Path) -> None:
    write_whole(target, join([path.read_bytes() for path in sources]))


if __name__ == "__main__":
    _join([Path(one) for one in sys.argv[2:]], Path(sys.argv[1]))
