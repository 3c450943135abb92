"""One chunk in a process of its own: `python -m channels.flyer.worker`, JSON in, PDF or JSON out.

Typst keeps what it laid out for as long as the process lives (480 MB after 500 pages, 1.2 GB after
4,500), so a large job is many short lives. Not multiprocessing: its spawn imports the main module
again, which may be a web server; a plain child needs only this package and starts from any thread.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from channels.flyer.errors import FlyerError
from channels.flyer.typesetting import Job

FAILED = 3
"""Exit status after a FlyerError, which then stands on stderr as JSON."""


def encode(job: Job, want: str) -> bytes:
    """The order that `main` reads: `want` is "pdf" or "fits"."""
    order = {
        "root": str(job.root),
        "main": job.main,
        "inputs": job.inputs,
        "tagged": job.tagged,
        "want": want,
    }
    return json.dumps(order).encode()


def carry_out(order: dict[str, Any]) -> bytes:
    """PDF bytes, or the fits as JSON."""
    job = Job(Path(order["root"]), order["main"], order["inputs"], order["tagged"])
    return job.pdf() if order["want"] == "pdf" else json.dumps(job.fits()).encode()


def main() -> int:
    """Read one order from stdin, write the result to stdout."""
    try:
        result = carry_out(json.loads(sys.stdin.buffer.read()))
    except FlyerError as error:
        sys.stderr.write(json.dumps({"code": error.code, "params": error.params}))
        return FAILED
    sys.stdout.buffer.write(result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
