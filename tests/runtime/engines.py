"""Both engines as nodes that come and go, and wake-ups that get lost, come twice or come late."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from outreach import clock
from outreach.deliveries import queries
from outreach.runtime.distributed import Distributed
from outreach.runtime.embedded import Embedded
from outreach.runtime.jobs import Beats
from outreach.runtime.timetable import Timetable
from outreach.store import Store, open_store
from tests.runtime.conftest import Line

BEATS = Beats(heartbeat=0.5, stalled=2.0, slice=1.0, poll=0.5)
"""Everything that takes seconds between machines, ten times as fast."""


class Fate:
    """What becomes of the next wake-up: lost, doubled or late, drawn from one sequence."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def draw(self) -> tuple[int, float]:
        """How often it rings, and how many seconds late."""
        with self._lock:
            return self._random.choice([0, 0, 1, 1, 2]), self._random.choice([0.0, 0.0, 0.2, 0.5])


class RestlessThreads(Embedded):
    """Threads of one process, with wake-ups that nobody can rely on."""

    fate: Fate

    def wake(self) -> None:
        times, late = self.fate.draw()
        for _ in range(times):
            timer = threading.Timer(late, super().wake)
            timer.daemon = True
            timer.start()


class RestlessMachines(Distributed):
    """Wake-ups between machines that nobody can rely on."""

    fate: Fate

    def send(self, connection: Connection, wanted: dict[int, int], *, after: float = 0.0) -> None:
        times, late = self.fate.draw()
        if times:
            doubled = {account: n * times for account, n in wanted.items()}
            super().send(connection, doubled, after=after + late)


class Node:
    """One process of an installation, as threads: senders and timetable on a store of their own."""

    def __init__(self, line: Line, kind: str, seed: int, **more: Any) -> None:
        url = line.store.writer.url.render_as_string(hide_password=False)
        self._own = open_store(url) if line.store.dialect == "postgresql" else None
        store = self._own or line.store
        self.engine: RestlessThreads | RestlessMachines
        if kind == "embedded":
            self.engine = RestlessThreads(store, line.vault, line.settings)
        else:
            self.engine = RestlessMachines(store, line.vault, line.settings, beats=BEATS, **more)
        self.engine.fate = Fate(seed)
        self.timetable = Timetable(store, line.settings, self.engine, seconds=0.25)

    def start(self) -> Node:
        self.engine.start()
        self.timetable.start()
        return self

    def stop(self) -> None:
        self.engine.stop()
        self.timetable.stop()
        if self._own is not None:
            self._own.close()


class Nodes:
    """The processes of an installation: one on SQLite, any number on PostgreSQL."""

    def __init__(self, line: Line, kind: str, seed: int = 1) -> None:
        self.line = line
        self.kind = kind
        self._seed = seed
        self._living: list[Node] = []

    @property
    def most(self) -> int:
        return 1 if self.line.store.dialect == "sqlite" else 3

    def join(self, **more: Any) -> Node:
        self._seed += 1
        self._living.append(Node(self.line, self.kind, self._seed, **more).start())
        return self._living[-1]

    def leave(self) -> None:
        """The oldest ends in order."""
        self._living.pop(0).stop()

    def end(self) -> None:
        while self._living:
            self.leave()

    def come_and_go(self, rounds: int, seconds: float) -> None:
        for _ in range(rounds):
            while len(self._living) < self.most:
                self.join()
            time.sleep(seconds)
            self.leave()
        self.join()


def forget_wake_ups(store: Store) -> None:
    """Nothing of an earlier test rings in a later one."""
    if store.dialect == "postgresql":
        with store.begin() as connection:
            connection.execute(text("DELETE FROM procrastinate_jobs"))
            connection.execute(text("DELETE FROM procrastinate_workers"))


@contextmanager
def later(**by: float) -> Iterator[None]:
    """A clock that runs, so much ahead."""
    before = clock._now
    clock._now = lambda: datetime.now(UTC) + timedelta(**by)  # noqa: TID251
    try:
        yield
    finally:
        clock._now = before


def carried(line: Line) -> Counter[str]:
    """Messages by number: what the carrier has in its own file."""
    with closing(sqlite3.connect(line.settings.data_dir / "carrier.db")) as connection:
        rows = connection.execute("SELECT recipient FROM message").fetchall()
    return Counter(number for (number,) in rows)


def states(line: Line) -> dict[str, int]:
    with line.store.read() as connection:
        counts = queries.state_counts(connection, line.office.campaign)
    return {state: n for state, n in counts.items() if n and state != "planned"}


def until(true: Callable[[], bool], line: Line, seconds: float = 40.0) -> None:
    """Wait in real time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"it never came: {states(line)}"
        time.sleep(0.03)
