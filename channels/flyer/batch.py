"""Many tasks: loads of them, each in a process of its own, some at once, in order; small work stays here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import TypeVar

from channels.flyer.errors import FlyerError
from channels.flyer.worker import Done, Task, carry_out, encode, unpack

SMALL = 40
"""Sheets that may be set in the calling process: a second of work, tens of megabytes kept."""
CHUNK_PAGES = 500
"""Pages that one process sets."""
TIME_LIMIT = 900
"""Seconds for one load; five hundred pages take ten to thirty."""
_LOOK = 0.1
"""Seconds between two looks at whether the run was cancelled."""

Row = TypeVar("Row")
Load = Sequence[Task]
peaks: deque[int] = deque(maxlen=1000)
"""The most memory of each child of late, in KiB: for measurements."""


def chunks(rows: Sequence[Row], size: int) -> list[Sequence[Row]]:
    """`rows` in pieces of at most `size`, nearly equal, so that the last one is not a straggler."""
    count = -(-len(rows) // size)
    edges = [len(rows) * i // count for i in range(count + 1)] if count else [0]
    return [rows[a:b] for a, b in pairwise(edges)]


def _environment() -> dict[str, str]:
    here = str(Path(__file__).resolve().parents[2])
    path = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def _give(child: subprocess.Popen[bytes], order: bytes) -> None:
    """The whole order before anything is read: communicate() forgets the rest of it after a time-out."""
    stream, child.stdin = child.stdin, None
    if stream is not None:
        with suppress(BrokenPipeError), stream:  # who died is seen by its status
            stream.write(order)


def _answer(child: subprocess.Popen[bytes], load: Load, stop: Event) -> bytes:
    """What the child writes; FlyerError when it is late, dies, or the run is stopped meanwhile."""
    sheet, end = load[0].job.main, time.monotonic() + TIME_LIMIT
    _give(child, encode(load))
    while True:
        try:
            answer, _ = child.communicate(timeout=_LOOK)
        except subprocess.TimeoutExpired:
            pass
        else:
            if child.returncode:
                raise FlyerError("flyer.worker_died", sheet=sheet, status=child.returncode)
            return answer
        if stop.is_set():
            raise FlyerError("flyer.cancelled")
        if time.monotonic() > end:
            raise FlyerError("flyer.worker_late", sheet=sheet, seconds=TIME_LIMIT)


def _in_child(load: Load, stop: Event) -> list[Done] | None:
    """The results of a child process; None when this machine cannot start one."""
    command = [sys.executable, "-m", "channels.flyer.worker"]
    try:
        child = subprocess.Popen(  # noqa: S603 - our own module, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
    except (OSError, ValueError):
        return None
    with child:
        try:
            results, peak = unpack(_answer(child, load, stop))
        except FlyerError as error:
            return [Done(error=error) for _ in load]
        finally:
            if child.poll() is None:
                child.kill()
    peaks.append(peak)
    return results


def _carry_out(load: Load, apart: bool, stop: Event) -> list[Done]:
    results = _in_child(load, stop) if apart and not stop.is_set() else None
    if results is None:
        results = [carry_out(task) for task in load if not stop.is_set()]
    return results


def one(task: Task, *, apart: bool) -> Done:
    """What became of a single task."""
    (answer,) = next(results([[task]], apart=apart, workers=1))
    return answer


def results(
    loads: Sequence[Load],
    *,
    apart: bool,
    workers: int = 2,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[list[Done]]:
    """What became of each load, in order, as they become ready; at most `workers` + 1 are held.

    `apart`: each load in a process of its own, `workers` at once. FlyerError `flyer.cancelled` soon after
    `cancelled()` turned true; children of a run that is cancelled or left are ended.
    """
    stop = Event()
    asked = cancelled or (lambda: False)
    if not apart:
        for load in loads:
            if asked():
                raise FlyerError("flyer.cancelled")
            yield _carry_out(load, apart, stop)
        return
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        try:
            yield from _as_ready(pool, loads, max(1, workers), stop, asked)
        finally:
            stop.set()


def _as_ready(
    pool: ThreadPoolExecutor,
    loads: Sequence[Load],
    workers: int,
    stop: Event,
    asked: Callable[[], bool],
) -> Iterator[list[Done]]:
    waiting = deque(loads)
    begun: deque[Future[list[Done]]] = deque()
    while waiting or begun:
        while waiting and len(begun) <= workers:
            begun.append(pool.submit(_carry_out, waiting.popleft(), True, stop))
        if asked():
            raise FlyerError("flyer.cancelled")
        if wait([begun[0]], timeout=_LOOK).done:
            yield begun.popleft().result()
