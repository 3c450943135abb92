"""What a benchmark says: ratios measured in one run, and rates beside a floor. Nothing here asserts a time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ratio:
    """Two ways to do the same, in seconds. `demand`: how many times faster ours must be; 0 = only shown.

    `at_most`: the other way round, how many times the time of the floor ours may take.
    """

    what: str
    size: str
    ours: str
    seconds: float
    other: str
    other_seconds: float
    demand: float = 0
    at_most: bool = False

    @property
    def ratio(self) -> float:
        """How many times faster, or with `at_most` how many times the time."""
        pair = (
            (self.seconds, self.other_seconds)
            if self.at_most
            else (self.other_seconds, self.seconds)
        )
        return pair[0] / pair[1]

    def row(self) -> str:
        """A row of the table."""
        sign = "≤" if self.at_most else "≥"
        met = self.ratio <= self.demand if self.at_most else self.ratio >= self.demand
        wanted = (
            f"{sign} {self.demand:g}× {'met' if met else '**missed**'}" if self.demand else "shown"
        )
        return (
            f"| {self.what} | {self.size} | {self.ours} | {milliseconds(self.seconds)} | {self.other} | "
            f"{milliseconds(self.other_seconds)} | {self.ratio:,.2f}× | {wanted} |"
        )  # fmt: skip


RATIOS = (
    "| what | size | ours | ms | beside | ms | ratio | demand |",
    "|---|---|---|---|---|---|---|---|",
)


def milliseconds(seconds: float) -> str:
    """With three figures."""
    value = seconds * 1000
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def timed(work: Callable[[], object]) -> float:
    """Seconds of one run, as a clock on the wall sees them."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def computed(work: Callable[[], object], times: int = 3) -> float:
    """Seconds that this process computed, of the best of some runs: for work that asks no other process.

    What others do on the machine meanwhile does not count, so two ways can be compared on a busy one.
    """
    found = []
    for _ in range(times):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def served(server: int, work: Callable[[], object], times: int) -> float:
    """Seconds that a server process (its number) on this machine computed for the work, of the best of some runs.

    Where that cannot be read, the seconds of the clock.
    """
    found = []
    for _ in range(times):
        before = _ticks(server)
        passed = timed(work)
        after = _ticks(server)
        found.append(passed if before is None or after is None else after - before)
    return min(found)


def _ticks(server: int) -> float | None:
    try:
        fields = Path(f"/proc/{server}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def same(what: str, counts: Sequence[tuple[str, object]]) -> str:
    """A line that says that all ways counted the same; AssertionError that names who did not."""
    first = counts[0][1]
    for name, count in counts[1:]:
        if count != first:
            raise AssertionError(f"{what}: {name} counts otherwise than {counts[0][0]}")
    return f"{what}: the same from {', '.join(name for name, _ in counts)}."
