"""Many jobs: each in a process of its own, two at once, in order; small work stays in this process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from channels.flyer.errors import FlyerError
from channels.flyer.typesetting import Fit, Job
from channels.flyer.worker import FAILED, encode

SMALL = 40
"""Sheets that may be set in the calling process: a second of work, tens of megabytes kept."""
CHUNK_PAGES = 200
TIME_LIMIT = 900
"""Seconds for one chunk; two hundred pages take five to ten."""

Row = TypeVar("Row")
Result = TypeVar("Result")


def chunks(rows: Sequence[Row], size: int) -> list[Sequence[Row]]:
    """`rows` in pieces of at most `size`, nearly equal, so that the last one is not a straggler."""
    count = -(-len(rows) // size)
    edges = [len(rows) * i // count for i in range(count + 1)] if count else [0]
    return [rows[a:b] for a, b in pairwise(edges)]


def _environment() -> dict[str, str]:
    here = str(Path(__file__).resolve().parents[2])
    path = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def _in_child(job: Job, want: str) -> bytes | None:
    """The result of a child process; None when this machine cannot start one."""
    command = [sys.executable, "-m", "channels.flyer.worker"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            command,
            input=encode(job, want),
            capture_output=True,
            env=_environment(),
            timeout=TIME_LIMIT,
            check=False,
        )
    except (OSError, ValueError):
        return None
    except subprocess.TimeoutExpired as error:
        raise FlyerError("flyer.worker_late", sheet=job.main, seconds=TIME_LIMIT) from error
    if done.returncode == FAILED:
        told = json.loads(done.stderr.splitlines()[-1])
        raise FlyerError(told["code"], **told["params"])
    if done.returncode:
        raise FlyerError("flyer.worker_died", sheet=job.main, status=done.returncode)
    return done.stdout


def _pdf(job: Job, apart: bool) -> bytes:
    made = _in_child(job, "pdf") if apart else None
    return job.pdf() if made is None else made


def _fits(job: Job, apart: bool) -> list[Fit]:
    made = _in_child(job, "fits") if apart else None
    return job.fits() if made is None else list(json.loads(made))


def _each(
    work: Callable[[Job], Result], jobs: Sequence[Job], apart: bool, workers: int
) -> Iterator[Result]:
    if not apart:
        yield from map(work, jobs)
        return
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        yield from pool.map(work, jobs)


def pdfs(jobs: Sequence[Job], *, apart: bool, workers: int) -> Iterator[bytes]:
    """The PDF of each job, in order, as they become ready."""
    return _each(partial(_pdf, apart=apart), jobs, apart, workers)


def fits(jobs: Sequence[Job], *, apart: bool, workers: int) -> Iterator[list[Fit]]:
    """The fit reports of each job, in order."""
    return _each(partial(_fits, apart=apart), jobs, apart, workers)
