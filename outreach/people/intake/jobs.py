"""A long import as a job: in a process of its own, seen from outside, ended and taken up again.

DATA_DIR/imports/<run>/ (0700) holds the file under its own name, the workbook of bad rows, and a lock that the working
process holds: the kernel lets go of it when the process dies, so whoever finds it free knows that nobody works. The
file goes when the job is finished or cancelled, everything when it is seven days old.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Row

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Conflict, Missing, OutreachError
from outreach.people.intake.importer import Intake, stored
from outreach.people.intake.options import Options
from outreach.people.intake.undo import ENDED
from outreach.people.intake.watch import Progress
from outreach.people.queries import imports
from outreach.people.schemas import ImportReport, Problem
from outreach.store import Begin
from outreach.vault import Vault

KEEP = timedelta(days=7)
"""After which a job's files are deleted, whatever became of it."""

STARTING = timedelta(seconds=20)
"""How long a process may take until it holds the lock."""

SILENT = timedelta(seconds=60)
"""After how long without a sign of life an import that is no job, and holds no lock, has died."""

LIST_SHOWN = 50
"""Problems that the page of a job shows; all are in the workbook."""


class Jobs:
    """The jobs of one installation."""

    def __init__(self, begin: Begin, data_dir: Path) -> None:
        self._begin = begin
        self._folder = data_dir / "imports"

    def folder(self, run: int) -> Path:
        """Where a job keeps its files."""
        return self._folder / str(run)

    def rejected(self, run: int) -> Path:
        """The workbook of bad rows, once they were checked."""
        return self.folder(run) / "rejected.xlsx"

    def keep_rejected(self, run: int, book: Path) -> None:
        """Bad rows of an import that was no job can be fetched as long as those of one that was."""
        if book.is_file():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder(run).mkdir(mode=0o700, exist_ok=True)
            shutil.copyfile(book, self.rejected(run))
            self.rejected(run).chmod(0o600)

    def queue(self, path: Path, options: Options) -> int:
        """Write a run down and take the file into its folder (moved, not copied); returns the number of the run."""
        self.sweep()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        now = clock.now()
        values = {
            "file_name": path.name, "file_hash": digest, "by": options.get("by", ""), "at": now,
            "purpose": options.get("purpose", ""), "state": "waiting", "beat_at": now,
        }  # fmt: skip
        with self._begin() as connection:
            run = imports.start_run(connection, values)
        folder = self.folder(run)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)  # of a register that was here before
        folder.mkdir(mode=0o700)
        kept = folder / path.name
        shutil.move(path, kept)
        kept.chmod(0o600)
        with self._begin() as connection:
            imports.update_run(connection, run, {"options": stored(kept, options)})
        return run

    def work(
        self,
        run: int,
        vault: Vault,
        today: date,
        *,
        watch: Callable[[Progress], None] | None = None,
        password: str | None = None,
    ) -> ImportReport:
        """Do a job, or take it up again where it was cut off; the register is the same as undisturbed.

        Raises Conflict people.import_alive when another process is at it, people.import_ended when nothing is left to
        do, and people.import_file_changed; Missing people.import_file_gone. What else it raises is written down too.
        """
        with self._begin() as connection:
            there = imports.get_run(connection, run)
        if self._is_command(there) and self.is_alive(there):
            raise Conflict("people.import_alive", run=run)
        lock = self._lock(run)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise Conflict("people.import_alive", run=run) from error
        try:
            there = self._open(run)
            options = self._options(there, watch, password)
            intake = Intake(Path(there.options["path"]), self._begin, vault, today, options)
            self._run(intake, run)
            self._end(there, intake)
            return intake.report
        finally:
            lock.release()

    def _lock(self, run: int) -> FileLock:
        self.folder(run).mkdir(mode=0o700, parents=True, exist_ok=True)
        return FileLock(self.folder(run) / "lock")

    def _open(self, run: int) -> Row[Any]:
        with self._begin() as connection:
            there = imports.get_run(connection, run)
            if there.state in ("finished", "cancelled") or there.undone_at is not None:
                raise Conflict("people.import_ended", run=run)
            path = Path(there.options.get("path", ""))
            if not path.is_file():
                raise Missing("people.import_file_gone", file=there.file_name)
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != there.file_hash:
                    raise Conflict("people.import_file_changed", file=there.file_name)
            imports.update_run(connection, run, {"stop": False, "finished_at": None})
        return there

    def _options(
        self, run: Row[Any], watch: Callable[[Progress], None] | None, password: str | None
    ) -> Options:
        given = dict(run.options)
        given.pop("path")
        listed_on, scope = given.pop("listed_on", None), Scope(given.pop("scope", ""))
        options: Options = {
            **given,  # type: ignore[typeddict-item]
            "run": run.id, "by": run.by, "watch": watch, "password": password, "rejected": self.rejected(run.id),
            "listed_on": date.fromisoformat(listed_on) if listed_on else None, "work_dir": self.folder(run.id),
            "scope": scope,
        }  # fmt: skip
        return options

    def _run(self, intake: Intake, run: int) -> None:
        try:
            intake.run()
        except Exception as error:
            code = error.code if isinstance(error, OutreachError) else "people.import_broke"
            params = error.params if isinstance(error, OutreachError) else {}
            told = {"error": Problem.of(0, "", Conflict(code, **params)).as_dict()}
            with self._begin() as connection:
                imports.update_run(connection, run, {"state": "failed", "result": told})
            raise

    def _end(self, there: Row[Any], intake: Intake) -> None:
        report = intake.report
        shown = {name: getattr(report, name)[:LIST_SHOWN] for name in ("errors", "warnings")}
        told = {name: [vars(one) for one in some] for name, some in shown.items()}
        path = self.folder(there.id) / "problems.json"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # fmt: skip
            json.dump(told, file, ensure_ascii=False)
        if not report.written or report.cancelled:
            counts = {name: getattr(report, name) for name in ("rows", "accepted", "rejected", "duplicates")}  # fmt: skip
            state = "cancelled" if report.cancelled else "failed"
            values = {
                **counts,
                "state": state,
                "finished_at": clock.now(),
                "result": intake.result(),
            }
            with self._begin() as connection:
                imports.update_run(connection, there.id, values)
        self._forget_file(there)

    def has_file(self, run: Row[Any]) -> bool:
        """Whether the file of a run is still there, so that it can go on."""
        return Path(run.options.get("path", "")).is_file()

    def require_file(self, run: Row[Any]) -> None:
        """Missing people.import_file_gone when it is not; Conflict people.import_alive when somebody is at it."""
        if self.is_alive(run):
            raise Conflict("people.import_alive", run=run.id)
        if run.state in ("finished", "cancelled"):
            raise Conflict("people.import_ended", run=run.id)
        if not self.has_file(run):
            raise Missing("people.import_file_gone", file=run.file_name)

    def problems(self, run: int) -> Mapping[str, list[Problem]]:
        """The first errors and warnings of a job that has ended; nothing when they are gone."""
        path = self.folder(run) / "problems.json"
        if not path.is_file():
            return {"errors": [], "warnings": []}
        told = json.loads(path.read_text("utf-8"))
        return {name: [Problem(**one) for one in some] for name, some in told.items()}

    def is_alive(self, run: Row[Any]) -> bool:
        """Whether a process works at it, or was started a moment ago."""
        if run.state in ENDED:
            return False
        path = self.folder(run.id) / "lock"
        if path.exists():
            lock = FileLock(path)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                return True
            lock.release()
        if self._is_command(run) and run.state == "writing":
            return _since(run.beat_at) < SILENT
        return run.state == "waiting" and _since(run.beat_at) < STARTING

    def _is_command(self, run: Row[Any]) -> bool:
        """No job, but an import that somebody's command or page does itself, and that holds no lock."""
        return not self.folder(run.id).exists()

    def cancel(self, run: int, by: str) -> bool:
        """Ask a job to end after its present chunk; True when nobody worked at it and it has ended at once.

        Raises Conflict people.import_ended when there is nothing to end.
        """
        with self._begin() as connection:
            there = imports.get_run(connection, run)
            if there.state in ENDED:
                raise Conflict("people.import_ended", run=run)
        alive = self.is_alive(there)
        values: dict[str, Any] = {"stop": True}
        with self._begin() as connection:
            if not alive:
                new, changed = imports.reached(connection, run)
                result = {"new": new, "changed": changed, "cancelled": True}
                values = {"state": "cancelled", "finished_at": clock.now(), "result": result}
            imports.update_run(connection, run, values)
            audit.record(connection, by, Action.PEOPLE_IMPORT, f"import:{run}", {"cancel": True})
        if not alive:
            self._forget_file(there)
        return not alive

    def _forget_file(self, run: Row[Any]) -> None:
        """Only what was taken into the job's own folder; a list that lies elsewhere is its owner's."""
        path = Path(run.options.get("path", ""))
        if path.parent == self.folder(run.id).absolute():
            path.unlink(missing_ok=True)

    def sweep(self) -> int:
        """Delete what is too old; returns how many jobs lost their files."""
        return forget_old(self._folder, KEEP)


def forget_old(parent: Path, keep: timedelta) -> int:
    """Delete the folders in one that nothing was put into for so long; returns how many. Two may do it at once."""
    now = clock.machine_now().timestamp()
    forgotten = 0
    for folder in parent.glob("*"):
        try:
            old = now - folder.stat().st_mtime > keep.total_seconds()
        except FileNotFoundError:  # somebody else was faster
            continue
        if old:
            shutil.rmtree(folder, ignore_errors=True)
            forgotten += 1
    return forgotten


def _since(moment: datetime | None) -> timedelta:
    return clock.now() - moment if moment is not None else timedelta.max


def progress(run: Row[Any]) -> Progress:
    """How far a run is, by what it has written down."""
    since = run.result.get("since") if run.result else None
    seconds = 0.0
    if since and run.beat_at:
        seconds = (run.beat_at - datetime.fromisoformat(since)).total_seconds()
    return Progress(run.state, run.done, run.total, run.done / seconds if seconds > 0 else 0.0)
