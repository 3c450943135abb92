"""A job in a process of its own: it outlives the page, and its memory is given back when it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from outreach.settings import Settings

_POSIX = os.name == "posix"


def start(settings: Settings, run: int, folder: Path) -> None:
    """Start `outreach people import --run RUN`; what it says goes into the job's log."""
    spawn(settings, ("people", "import", "--run", str(run)), folder, f"import-{run}")


def spawn(settings: Settings, arguments: Sequence[str], folder: Path, name: str) -> None:
    """Start a command of ours on the same data; what it says goes into `folder`/log."""
    command = [sys.executable, "-m", "outreach", "--data", str(settings.data_dir.absolute()), *arguments]  # fmt: skip
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, and our own words
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment(settings),
            start_new_session=_POSIX,
            creationflags=0 if _POSIX else getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    finally:
        os.close(log)
    # Somebody must take note of its end, or a dead process stays in the system's list.
    threading.Thread(target=process.wait, daemon=True, name=name).start()


def environment(settings: Settings) -> dict[str, str]:
    """The settings of this process, whatever they came from, as the other one reads them."""
    given = {
        f"OUTREACH_{name.upper()}": str(value)
        for name, value in settings.model_dump(exclude={"data_dir"}).items()
        if value not in (None, "")
    }
    return {**os.environ, **given}
