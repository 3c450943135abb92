"""Bundles of rows through checking: in this process while the file is small, in several when it is long.

Results come in the order of the file. Processes are spawned, as Windows does it, so nothing of this process but the
setup is theirs; they end with it.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import NamedTuple

from outreach.people.intake.checking import Bench, Checked, Numbered, Setup, check_bundle, prepare

BUNDLE = 2_000
"""Rows that are checked at a time."""

ALONE = 15
"""Bundles that are checked before it is worth starting other processes."""

_MOST_PROCESSES = 4
_AHEAD = 2  # bundles that wait for each process


class Bundle(NamedTuple):
    """Rows of one sheet, by their numbers."""

    sheet: int
    rows: Sequence[Numbered]


def processes() -> int:
    """How many processes check a long file: as many as this one may run on, at most four; 1 is none but this."""
    allowed = getattr(os, "sched_getaffinity", None)
    cores = len(allowed(0)) if allowed else os.cpu_count() or 1
    return min(_MOST_PROCESSES, cores)


def checked(
    setup: Setup, bundles: Iterable[Bundle], workers: int | None = None
) -> Iterator[tuple[Bundle, Checked]]:
    """Each bundle with what became of it, in order. `workers`: None decides by the length, 1 is this process alone."""
    waiting = iter(bundles)
    alone = Bench(setup)
    first = list(islice(waiting, 0 if workers and workers > 1 else ALONE))
    for bundle in first:
        yield bundle, alone.check(bundle.sheet, bundle.rows)
    more = next(waiting, None)
    if more is None:
        return
    rest = chain([more], waiting)
    count = workers or processes()
    if count > 1:
        yield from _pooled(setup, rest, count)
        return
    for bundle in rest:
        yield bundle, alone.check(bundle.sheet, bundle.rows)


def _pooled(
    setup: Setup, bundles: Iterator[Bundle], count: int
) -> Iterator[tuple[Bundle, Checked]]:
    spawn = multiprocessing.get_context("spawn")
    under_way: deque[tuple[Bundle, Future[Checked]]] = deque()
    with ProcessPoolExecutor(count, spawn, prepare, (setup,)) as pool:
        try:
            for bundle in bundles:
                under_way.append((bundle, pool.submit(check_bundle, bundle.sheet, bundle.rows)))
                if len(under_way) > count * _AHEAD:
                    done, future = under_way.popleft()
                    yield done, future.result()
            for done, future in under_way:
                yield done, future.result()
        finally:
            pool.shutdown(cancel_futures=True)
