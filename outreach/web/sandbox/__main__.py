"""The sandbox as a process of its own: `python -m outreach.web.sandbox FILE RECEIPT_DELAY`.

Prints its port on one line, and ends when its standard input ends: so it never outlives whoever started it,
even one that was killed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from outreach.web.sandbox.server import SandboxServer


def main(path: str, receipt_delay: str) -> None:
    """Serve until standard input ends."""
    with SandboxServer(Path(path), receipt_delay=float(receipt_delay)) as sandbox:
        sys.stdout.write(f"{sandbox.port}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:3])
