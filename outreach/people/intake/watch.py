"""Somebody may be looking at a long import, and may want it to end: how far it is, and whether to go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from outreach import clock
from outreach.people.queries import imports
from outreach.store import Begin

EVERY = 1.0
"""Seconds between two signs of life while rows are checked."""


class Stopped(Exception):
    """Somebody asked the import to end; what is written is written, in whole chunks."""


@dataclass(frozen=True)
class Progress:
    """How far: rows done of about so many in this state (checking, writing), and how many in a second."""

    state: str
    done: int
    total: int
    rate: float

    @property
    def seconds_left(self) -> float | None:
        """At this rate; None while nobody knows."""
        return (self.total - self.done) / self.rate if self.rate and self.total else None


@dataclass
class Watch:
    """Tells the run (when it is in the register) and whoever listens; `run` None tells only the listener."""

    begin: Begin
    run: int | None = None
    listener: Callable[[Progress], None] | None = None
    state: str = ""
    done: int = 0
    total: int = 0
    _began: float = field(default=0.0, repr=False)
    _told: float = field(default=0.0, repr=False)

    def enter(self, state: str, total: int) -> None:
        """From now on it is checking, or writing, about so many rows."""
        self.state, self.done, self.total = state, 0, total
        self._began = self._told = time.monotonic()
        if self.run is not None:
            now = clock.now()
            values = {
                "state": state, "done": 0, "total": total, "beat_at": now, "result": {"since": now.isoformat()},
            }  # fmt: skip
            with self.begin() as connection:
                imports.update_run(connection, self.run, values)

    def checked(self, rows: int) -> None:
        """So many rows more; Stopped when somebody asked for it."""
        self.done += rows
        if time.monotonic() - self._told < EVERY:
            return
        self._tell()
        if self.run is not None:
            with self.begin() as connection:
                stop = imports.beat(connection, self.run, self.done)
            if stop:
                raise Stopped

    def wrote(self, connection: Connection, rows: int) -> bool:
        """A chunk is in this transaction: written down with it. Returns whether to stop after it."""
        self.done += rows
        if time.monotonic() - self._told >= EVERY:
            self._tell()
        return self.run is not None and imports.beat(connection, self.run, self.done)

    def _tell(self) -> None:
        self._told = time.monotonic()
        if self.listener is not None:
            rate = self.done / max(self._told - self._began, 0.001)
            self.listener(Progress(self.state, self.done, self.total, rate))
