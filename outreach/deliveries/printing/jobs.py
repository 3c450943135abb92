"""Print jobs from outside: asked for, listed, started, ended; what is made of them is in work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.deliveries import numbers, paper
from outreach.deliveries.paper import Door
from outreach.deliveries.printing import files, queries, spares
from outreach.deliveries.printing.printer import Printer
from outreach.deliveries.printing.schemas import OPEN, Ask, Job
from outreach.errors import Conflict, Invalid
from outreach.people.intake.jobs import forget_old
from outreach.settings import Settings
from outreach.store import Store

STARTING = timedelta(seconds=20)
"""How long a process may take until it holds the job's lock."""


def ask(printer: Printer, wanted: Ask) -> int:
    """Write a job and its parts, one for each grid; returns its number. Numbers of sheets stay from now on.

    Invalid print.nothing when the selection holds nobody, flyer.layout when there is no such sheet.
    """
    printer.require_layout(wanted.selection)
    with printer.store.read() as connection:
        walk = printer.walk(connection, wanted.campaign_id, wanted.region)
    selection = wanted.selection
    chosen = paper.choose(walk.doors(sealed=selection.sealed), selection)
    if not chosen:
        raise Invalid("print.nothing")
    now = clock.now()
    each = selection.copies if selection.kind in paper.SHEETS else 1
    parts: list[dict[str, Any]] = [
        {
            "grid": grid, "sheets": len(doors) * each, "pages": 0, "first": "", "last": "", "file": "",
            "members": [door.delivery_id for door in doors],
        }
        for grid, doors in by_grid(chosen).items()
    ]  # fmt: skip
    values: dict[str, Any] = {
        "campaign_id": wanted.campaign_id, "kind": selection.kind, "region": wanted.region, "state": "waiting",
        "choice": {**asdict(selection), "helper": wanted.helper, "spares": {}}, "held": int(wanted.held), "by": wanted.by,
        "created_at": now, "beat_at": now, "total": len(chosen) * each, "done": 0, "pages": 0, "problems": [],
    }  # fmt: skip
    with printer.store.begin() as connection:
        kept = numbers.keep(connection, wanted.campaign_id, walk.stops, walk.grids)
        if selection.spare and selection.kind in ("open", "sealed"):
            known = queries.spares(connection, wanted.campaign_id)
            given = spares.give(by_grid(chosen), selection.spare, walk.stops, kept, known)
            values["choice"]["spares"] = given
        job = queries.insert_job(connection, values)
        queries.insert_parts(connection, job, parts)
        detail = {
            "job": job,
            "kind": selection.kind,
            "sheets": values["total"],
            "held": wanted.held,
        }
        _note(connection, wanted.by, wanted.campaign_id, detail)
    return job


def by_grid(doors: Sequence[Door]) -> dict[str, list[Door]]:
    """Doors by grid, in the order in which they are walked."""
    found: dict[str, list[Door]] = {}
    for door in doors:
        found.setdefault(door.region, []).append(door)
    return found


def _note(connection: Connection, by: str, campaign: int, detail: Mapping[str, object]) -> None:
    ref = queries.campaign(connection, campaign).ref
    audit.record(connection, by, Action.PRINT, f"campaign:{ref}", detail)


def is_alive(settings: Settings, job: Job) -> bool:
    """Whether a process works at it, or was started a moment ago.

    The working process holds a lock in the job's folder; the kernel lets go of it however the process dies.
    """
    if job.state not in OPEN or job.held:
        return False
    path = files.folder_of(settings.data_dir, job.id) / "lock"
    if path.exists():
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
    began = job.beat_at or job.created_at
    return job.state == "waiting" and clock.now() - began < STARTING


def release(printer: Printer, job: int, by: str) -> Job:
    """Somebody at the printer starts a job of the list 待打印, or one that was cut off, failed or was cancelled.

    Conflict print.alive when a process is at it, print.ended when it is done already.
    """
    with printer.store.begin() as connection:
        there = queries.get(connection, job)
        if there.state == "done":
            raise Conflict("print.ended", job=job)
        if is_alive(printer.settings, there):
            raise Conflict("print.alive", job=job)
        values = {
            "state": "waiting", "held": 0, "beat_at": clock.now(), "ended_at": None, "error": None,
        }  # fmt: skip
        queries.change(connection, job, values)
        _note(connection, by, there.campaign_id, {"job": job, "started": True})
        return queries.get(connection, job)


def cancel(printer: Printer, job: int, by: str) -> None:
    """End a job after the sheets that are in the press; parts that are done stay. Conflict print.ended."""
    with printer.store.begin() as connection:
        there = queries.get(connection, job)
        values = {"state": "cancelled", "ended_at": clock.now(), "held": 0}
        if not queries.change(connection, job, values, only=OPEN):
            raise Conflict("print.ended", job=job)
        _note(connection, by, there.campaign_id, {"job": job, "cancelled": True})


def sweep(store: Store, settings: Settings) -> int:
    """Delete files that are too old, because names stand in them, and end what nobody started; returns how many."""
    with store.begin() as connection:
        late = queries.forgotten_before(connection, clock.now() - files.KEEP)
        for job in late:
            values = {"state": "cancelled", "ended_at": clock.now(), "held": 0}
            queries.change(connection, job, values, only=OPEN)
    return len(late) + forget_old(files.folder_of(settings.data_dir, 0).parent, files.KEEP)
