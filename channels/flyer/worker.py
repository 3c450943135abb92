"""A load of jobs in a process of its own: `python -m channels.flyer.worker`, JSON in, a JSON line and PDFs out.

Typst keeps what it laid out for as long as the process lives (480 MB after 500 pages, 1.2 GB after
4,500), so a large run is many short lives. Not multiprocessing: its spawn imports the main module
again, which may be a web server; a plain child needs only this package and starts from any thread.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from channels.flyer.errors import FlyerError
from channels.flyer.gates import Expected, Fault, inspect
from channels.flyer.typesetting import Fit, Job


@dataclass(frozen=True)
class Task:
    """A job and what is wanted of it: its "fits", its "pdf" held against `expected`, or "both"."""

    job: Job
    want: str = "pdf"
    expected: Expected | None = None


@dataclass(frozen=True)
class Done:
    """What became of a task: a PDF with its faults, fit reports, or the error that stopped it."""

    pdf: bytes = b""
    faults: tuple[Fault, ...] = ()
    fits: tuple[Fit, ...] = ()
    error: FlyerError | None = None


def carry_out(task: Task) -> Done:
    """Do one task in this process."""
    try:
        fits = tuple(task.job.fits()) if task.want != "pdf" else ()
        if task.want == "fits":
            return Done(fits=fits)
        if full := next((fit["id"] for fit in fits if not fit["size"]), None):
            raise FlyerError("flyer.sheet_overflow", sheet=task.job.main, place=full)
        pdf = task.job.pdf()
        faults = inspect(pdf, task.expected) if task.expected else []
    except FlyerError as error:
        return Done(error=error)
    return Done(pdf, tuple(faults), fits)


def encode(tasks: Sequence[Task]) -> bytes:
    """The order that a child reads."""
    return json.dumps([asdict(task) for task in tasks], default=str).encode()


def decode(order: bytes) -> list[Task]:
    """What `encode` wrote."""
    return [
        Task(
            Job(**{**given["job"], "root": Path(given["job"]["root"])}),
            given["want"],
            Expected.of(given["expected"]) if given["expected"] else None,
        )
        for given in json.loads(order)
    ]


def pack(results: Sequence[Done]) -> bytes:
    """The answer of a child: a line of JSON, then the PDFs one after the other."""
    told = [
        {
            "size": len(done.pdf),
            "faults": [asdict(fault) for fault in done.faults],
            "fits": done.fits,
            "error": done.error and {"code": done.error.code, "params": done.error.params},
        }
        for done in results
    ]
    head = json.dumps({"done": told, "peak": _peak()}, default=str)
    return b"\n".join([head.encode(), b"".join(done.pdf for done in results)])


def unpack(answer: bytes) -> tuple[list[Done], int]:
    """What `pack` wrote, and the most memory that the child held, in KiB (0: not known)."""
    line, _, rest = answer.partition(b"\n")
    head: dict[str, Any] = json.loads(line)
    results, at = [], 0
    for told in head["done"]:
        error = told["error"]
        results.append(
            Done(
                rest[at : at + told["size"]],
                tuple(Fault(**fault) for fault in told["faults"]),
                tuple(told["fits"]),
                error and FlyerError(error["code"], **error["params"]),
            )
        )
        at += told["size"]
    return results, head["peak"]


def _peak() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def main() -> int:
    """Read one order from stdin, write the answer to stdout."""
    tasks = decode(sys.stdin.buffer.read())
    sys.stdout.buffer.write(pack([carry_out(task) for task in tasks]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
