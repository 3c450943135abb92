"""A sandbox carrier beside this process, so that the two do not share one core."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Self

from outreach.web.sandbox.carrier import SandboxAccount


class SandboxProcess:
    """`with SandboxProcess(path) as sandbox: … sandbox.base_url`. It ends with the block, or with this process."""

    account = SandboxAccount()

    def __init__(self, path: Path, *, receipt_delay: float = 0.2) -> None:
        self._command = [
            sys.executable, "-m", "outreach.web.sandbox", str(path), str(receipt_delay),
        ]  # fmt: skip
        self.base_url = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, our own module
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        port = self._process.stdout.readline().strip()
        if not port:
            raise RuntimeError("the sandbox carrier did not start")
        self.base_url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # closes its standard input, and waits
