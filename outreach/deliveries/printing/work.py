"""Making a job: part by part, each written whole and counted as handed over in the same transaction; resumable."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from filelock import FileLock, Timeout

from channels.flyer import FlyerError
from outreach import clock
from outreach.deliveries.paper import SHEETS
from outreach.deliveries.printing import files, queries
from outreach.deliveries.printing.handing_over import hand_over
from outreach.deliveries.printing.joining import join_files
from outreach.deliveries.printing.making import Making
from outreach.deliveries.printing.printer import Printer
from outreach.deliveries.printing.schemas import Job, Made, Part
from outreach.errors import Conflict, Invalid, OutreachError
from outreach.reach.boards import service as boards

EVERY = 1.0
"""Seconds between two signs of life."""

SMALL = 40
"""Sheets that are made at once where somebody waits for them; a larger job waits for its turn at the press."""

_CANCELLED = "flyer.cancelled"


@dataclass(frozen=True)
class Progress:
    """How far: sheets done of so many, how many in a second."""

    done: int
    total: int
    rate: float

    @property
    def seconds_left(self) -> float | None:
        """At this rate; None while nobody knows."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


Watch = Callable[[Progress], None]


def work(printer: Printer, job: int, watch: Watch | None = None) -> Job:
    """Make a job, or take it up again: parts that are done and whose files are whole are not made again.

    Conflict print.alive when another process is at it, print.ended when it is done or was cancelled. What else stops
    it is written down and raised: Invalid with the code of the press when nothing can be printed, or print.disk.
    """
    folder = files.make_folder(printer.settings.data_dir, job)
    lock = FileLock(folder / "lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Conflict("print.alive", job=job) from error
    try:
        with _turn(printer, job):
            return _Work(printer, _begin(printer, job), watch).run()
    finally:
        lock.release()


@contextmanager
def _turn(printer: Printer, job: int) -> Iterator[None]:
    """One large job at a time: two would only take the memory of two. Cancelling is possible while it waits."""
    with printer.store.read() as connection:
        there = queries.get(connection, job)
    if there.total <= SMALL:
        yield
        return
    press = FileLock(printer.folder(job).parent / "press.lock", mode=0o600)
    while True:
        try:
            press.acquire(timeout=EVERY)
            break
        except Timeout:
            with printer.store.begin() as connection:
                values = {"beat_at": clock.now()}
                if not queries.change(connection, job, values, only=("waiting", "running")):
                    raise Conflict("print.ended", job=job) from None
    try:
        yield
    finally:
        press.release()


def _begin(printer: Printer, job: int) -> Job:
    now = clock.now()
    with printer.store.begin() as connection:
        values = {"state": "running", "held": 0, "beat_at": now, "started_at": now, "error": None}
        if not queries.change(connection, job, values, only=("waiting", "running")):
            raise Conflict("print.ended", job=job)
        return queries.get(connection, job)


@dataclass
class _Work:
    """One run at a job."""

    printer: Printer
    job: Job
    watch: Watch | None
    _before: int = 0  # sheets of parts that were done when this run began
    _now: int = 0
    _told: float = 0.0
    _began: float = field(default_factory=time.monotonic)
    _stopped: bool = False

    def run(self) -> Job:
        """Everything that is left of it."""
        try:
            self._run()
        except FlyerError as error:
            if error.code != _CANCELLED:
                self._fail(error.code, error.params)
                raise Invalid(error.code, **error.params) from error
        except OSError as error:
            self._fail("print.disk", {"reason": error.strerror or type(error).__name__})
            raise Invalid("print.disk", reason=error.strerror or type(error).__name__) from error
        except OutreachError as error:
            self._fail(error.code, error.params)
            raise
        except Exception as error:
            self._fail("print.broke", {"reason": type(error).__name__})
            raise
        with self.printer.store.read() as connection:
            return queries.get(connection, self.job.id)

    def _run(self) -> None:
        with self.printer.store.read() as connection:
            parts = queries.parts(connection, self.job.id)
        left = [part for part in parts if not self._is_done(part)]
        self._before = sum(part.sheets for part in parts) - sum(part.sheets for part in left)
        if left:
            making = Making(
                self.printer, self.job, left, self._takedown, self._progress, self._is_cancelled
            )
            for part, made in making.made():
                self._close(part, made)
        if not self._stopped:
            self._finish()

    def _is_done(self, part: Part) -> bool:
        if not part.made:
            return False
        return not part.file or files.is_whole(
            self.printer.folder(self.job.id) / part.file, part.digest
        )

    def _close(self, part: Part, made: Made) -> None:
        """The file first, whole; then everything that follows from it, in one transaction."""
        name = f"{part.number:03d}-{part.grid or 'all'}.pdf" if made.pages else ""
        folder = self.printer.folder(self.job.id)
        digest = files.write_whole(folder / name, made.pdf) if name else b"\0" * 32
        values = {
            "file": name, "digest": digest, "pages": made.pages, "first": made.first, "last": made.last,
        }  # fmt: skip
        with self.printer.store.begin() as connection:
            queries.close_part(connection, part, values)
            if self.job.kind in SHEETS:
                hand_over(connection, self.job.campaign_id, made)
            there = queries.get(connection, self.job.id)
            parts = queries.parts(connection, self.job.id)
            kept = [one for one in there.problems if one.get("grid") != part.grid]
            news = {
                "problems": [*kept, *(one.as_dict() for one in made.problems)],
                "pages": sum(one.pages for one in parts if one.made),
                "done": sum(one.sheets for one in parts if one.made),
                "beat_at": clock.now(),
            }
            queries.change(connection, self.job.id, news)

    def _finish(self) -> None:
        with self.printer.store.read() as connection:
            parts = queries.parts(connection, self.job.id)
        names = [part.file for part in parts if part.file]
        self._write_all(names, sum(part.pages for part in parts))
        now = clock.now()
        values: dict[str, Any] = {
            "state": "done",
            "ended_at": now,
            "beat_at": now,
            "done": self.job.total,
        }
        with self.printer.store.begin() as connection:
            queries.change(connection, self.job.id, values, only=("running",))

    def _write_all(self, names: Sequence[str], pages: int) -> None:
        """Everything in one file: a PDF, or an archive where that would be too long; a single part is that already."""
        folder = self.printer.folder(self.job.id)
        if len(names) > 1 and pages <= files.MOST_JOINED:
            join_files([folder / name for name in names], folder / "all.pdf")
        elif len(names) > 1:
            files.write_archive(folder, names)

    def _fail(self, code: str, params: object) -> None:
        values = {
            "state": "failed",
            "ended_at": clock.now(),
            "error": {"code": code, "params": _plain(params)},
        }
        with self.printer.store.begin() as connection:
            queries.change(connection, self.job.id, values, only=("running", "waiting"))

    def _takedown(self, grid: str) -> str:
        """What hangs on the boards of a grid's village and should come down when the new sheets are brought."""
        with self.printer.store.read() as connection:
            return boards.takedown_words(connection, grid[:12], self.printer.today)

    def _progress(self, sheets: int) -> None:
        self._now = max(self._now, sheets)
        self._beat()

    def _is_cancelled(self) -> bool:
        self._beat()
        return self._stopped

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._told < EVERY or self._stopped:
            return
        self._told = now
        done = min(self._before + self._now, self.job.total)
        with self.printer.store.begin() as connection:
            self._stopped = not queries.beat(connection, self.job.id, clock.now(), done)
        if self.watch is not None:
            rate = self._now / max(now - self._began, 0.001)
            self.watch(Progress(done, self.job.total, rate))


def _plain(params: object) -> dict[str, Any]:
    """Parameters as JSON keeps them."""
    kept = (str, int, float, bool)
    given = dict(params) if isinstance(params, dict) else {}
    return {key: value if isinstance(value, kept) else str(value) for key, value in given.items()}
