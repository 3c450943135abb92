"""The process in which a text that nobody has approved is tried out: python -m outreach.messages.trial_worker.

One order a line on its input, one answer a line on its output, both JSON. It first says {"ready": true}. It holds
itself to the order's memory and time where the platform can (resource.setrlimit), and ends when its input ends; the
clock on the wall is the business of whoever started it (trial.py).
"""

from __future__ import annotations

import json
import math
import mmap
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from outreach.errors import Invalid
from outreach.messages.render import Context, render

Renderer = Callable[[str, Context], str]

if sys.platform != "win32":
    import resource


def serve(orders: TextIO, answers: TextIO, make: Renderer = render) -> None:
    """Answer order by order until the input ends. make: what renders one text."""
    _say(answers, {"ready": True})
    for line in orders:
        _say(answers, answer(json.loads(line), make))


def answer(order: Mapping[str, Any], make: Renderer = render) -> dict[str, Any]:
    """{"made": […]} with {"text": …} or, where none can be made, {"code": …, "params": …} for each context; the latter
    for the whole order that takes too much memory.
    """
    try:
        with _held_to(order["seconds"], order["megabytes"]):
            return {"made": [_made(order["source"], one, make) for one in order["contexts"]]}
    except MemoryError:
        return {"code": "messages.trial_big", "params": {"megabytes": order["megabytes"]}}


def _made(source: str, context: Context, make: Renderer) -> dict[str, Any]:
    try:
        return {"text": make(source, context)}
    except Invalid as problem:
        return {"code": problem.code, "params": problem.params}


@contextmanager
def _held_to(seconds: float, megabytes: int) -> Iterator[None]:
    """Room for `megabytes` more than the process has now, and time for `seconds` more than it has computed.

    Past the time the system ends the process. The room is given back, so that the answer can be written.
    """
    if sys.platform == "win32":  # there only the clock on the wall holds
        yield
        return
    space, time_left = (
        resource.getrlimit(resource.RLIMIT_AS),
        resource.getrlimit(resource.RLIMIT_CPU),
    )
    room = _size() + megabytes * 2**20
    until = math.ceil(time.process_time() + seconds) + 1
    _lower(resource.RLIMIT_AS, room, space[1])
    _lower(resource.RLIMIT_CPU, until, time_left[1])
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, space)
        resource.setrlimit(resource.RLIMIT_CPU, time_left)


def _lower(which: int, wanted: int, hard: int) -> None:
    if sys.platform != "win32":
        ceiling = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        # macOS refuses some of them.
        with suppress(ValueError, OSError):
            resource.setrlimit(which, (ceiling, hard))


def _size() -> int:
    """Bytes of address space that the process has now; on systems that do not say, what it needs at the most."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:  # pragma: no cover
        return 512 * 2**20
    return pages * mmap.PAGESIZE


def _say(answers: TextIO, what: Mapping[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


if __name__ == "__main__":  # pragma: no cover - in a process of its own
    serve(sys.stdin, sys.stdout)
