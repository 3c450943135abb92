"""打印任务: one job while it goes on and afterwards: how far, starting, ending it, its files."""

from __future__ import annotations

from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.deliveries.printing import files, jobs, process, queries
from outreach.deliveries.printing.making import CONTENT
from outreach.deliveries.printing.schemas import Job
from outreach.errors import Conflict, Missing
from outreach.people.queries import regions
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import print_jobs
from outreach.web.presenters.printing import printer
from outreach.web.render import page
from outreach.web.services import Services

router = guarded_router()

AGAIN = 3
"""Seconds after which a page about something that goes on is asked for again, with or without scripts."""

_TYPES = {".pdf": "application/pdf", ".zip": "application/zip"}


def _job(services: Services, actor: Actor, job: int) -> Job:
    """A job whose sheets all lie in the actor's scope; for others it does not exist."""
    with services.store.read() as connection:
        found = queries.get(connection, job)
    if not actor.scope.covers(found.region):
        raise Missing("print.no_job", job=job)
    return found


@router.get("/print/jobs/{job}")
@needs(Action.PRINT)
def job_page(job: int, request: Request, services: TheServices, actor: TheActor) -> Response:
    """How far it is, or what became of it."""
    found = _job(services, actor, job)
    with services.store.read() as connection:
        view = print_jobs.view(services, actor, connection, found)
    answer = page(request, "print_job.html", view)
    if view.state in ("going", "waiting"):
        answer.headers["Refresh"] = str(AGAIN)
    return answer


@router.post("/print/jobs/{job}/start")
@needs(Action.PRINT)
def start(job: int, services: TheServices, actor: TheActor) -> Response:
    """Start one of the list 待打印, or go on with one that stopped."""
    _job(services, actor, job)
    try:
        jobs.release(printer(services), job, actor.name)
    except Conflict as error:
        if error.code not in ("print.alive", "print.ended"):  # somebody was faster with the button
            raise
    else:
        process.start(services.settings, job)
    return RedirectResponse(f"/print/jobs/{job}", 303)


@router.post("/print/jobs/{job}/cancel")
@needs(Action.PRINT)
def cancel(job: int, services: TheServices, actor: TheActor) -> Response:
    """End it after the sheets in the press."""
    held = bool(_job(services, actor, job).held)
    try:
        jobs.cancel(printer(services), job, actor.name)
    except Conflict as error:
        if error.code != "print.ended":
            raise
    return RedirectResponse("/print#held" if held else f"/print/jobs/{job}", 303)


@router.get("/print/jobs/{job}/all")
@needs(Action.PRINT)
def download_all(job: int, services: TheServices, actor: TheActor) -> Response:
    """Everything in one file: a PDF, or an archive with a PDF per grid when it is long."""
    return downloaded(services, actor, _job(services, actor, job))


@router.get("/print/jobs/{job}/parts/{number}.pdf")
@needs(Action.PRINT)
def download_part(job: int, number: int, services: TheServices, actor: TheActor) -> Response:
    """One grid, as soon as it is made."""
    found = _job(services, actor, job)
    with services.store.read() as connection:
        part = next((one for one in queries.parts(connection, job) if one.number == number), None)
        name = regions.full_names(connection, [part.grid])[part.grid] if part else ""
    if part is None or not part.made:
        raise Missing("print.not_ready", job=job)
    path = files.folder_of(services.settings.data_dir, job) / (part.file or "-")
    return _given(services, actor, found, path, f"{name}-{CONTENT[found.kind]}")


def downloaded(services: Services, actor: Actor, job: Job) -> Response:
    """All of a finished job, noted in the log: names stand in it."""
    if job.state != "done":
        raise Missing("print.not_ready", job=job.id)
    folder = files.folder_of(services.settings.data_dir, job.id)
    with services.store.read() as connection:
        parts = [one for one in queries.parts(connection, job.id) if one.file]
        ref = queries.campaign(connection, job.campaign_id).ref
    path = files.all_of(folder, [one.file for one in parts])
    name = f"{ref}-{CONTENT[job.kind]}-{job.pages}页"
    return _given(services, actor, job, path or folder / "-", name)


def _given(services: Services, actor: Actor, job: Job, path: Path, name: str) -> Response:
    if not path.is_file():
        raise Missing("print.files_gone", job=job.id, days=files.KEEP.days)
    with services.store.begin() as connection:
        detail = {"job": job.id, "file": path.name, "kind": job.kind}
        audit.record(connection, actor.name, Action.PRINT, f"print:{job.id}", detail)
    return FileResponse(path, media_type=_TYPES[path.suffix], filename=f"{name}{path.suffix}")
