"""导入名单: one import while it goes on and afterwards: how far, ending it, going on, taking it back, who is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import Form, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from sqlalchemy import Row

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Conflict, Missing
from outreach.people import service as people
from outreach.people.intake import process
from outreach.people.intake.jobs import Jobs
from outreach.people.intake.undo import undo
from outreach.people.queries import imports as queries
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import import_runs
from outreach.web.presenters.imports import BASE, sees_all
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.views.signing import SureView

router = guarded_router()

AGAIN = 4
"""Seconds after which a page about something that goes on is asked for again, with or without scripts."""

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _jobs(services: Services) -> Jobs:
    return Jobs(services.store.begin, services.settings.data_dir)


def _run(services: Services, actor: Actor, run: int) -> Row[Any]:
    """A run that the actor may see: their own, or any where they see the whole register."""
    with services.store.read() as connection:
        found = queries.get_run(connection, run)
    if found.by != actor.name and not sees_all(services, actor):
        raise Missing("people.import_missing", run=run)
    return found


@router.get("/people/import/runs/{run}")
@needs(Action.PEOPLE_IMPORT)
def run_page(run: int, request: Request, services: TheServices, actor: TheActor) -> Response:
    """How far it is, or what became of it."""
    found = _run(services, actor, run)
    view = import_runs.shown(services, actor, _jobs(services), found)
    answer = page(request, "import_run.html", view)
    if view.state == "going":
        answer.headers["Refresh"] = str(AGAIN)
    return answer


@router.post("/people/import/runs/{run}/cancel")
@needs(Action.PEOPLE_IMPORT)
def cancel(run: int, services: TheServices, actor: TheActor) -> Response:
    """End it after its present chunk."""
    _run(services, actor, run)
    try:
        _jobs(services).cancel(run, actor.name)
    except Conflict as error:
        if error.code != "people.import_ended":  # it was faster than the button
            raise
    return RedirectResponse(f"{BASE}/runs/{run}", 303)


@router.post("/people/import/runs/{run}/resume")
@needs(Action.PEOPLE_IMPORT)
def resume(run: int, services: TheServices, actor: TheActor) -> Response:
    """Go on with one that was cut off."""
    jobs = _jobs(services)
    jobs.require_file(_run(services, actor, run))
    with services.store.begin() as connection:
        queries.update_run(connection, run, {"state": "waiting", "beat_at": clock.now()})
        audit.record(
            connection, actor.name, Action.PEOPLE_IMPORT, f"import:{run}", {"resumed": True}
        )
    process.start(services.settings, run, jobs.folder(run))
    return RedirectResponse(f"{BASE}/runs/{run}", 303)


@router.get("/people/import/runs/{run}/undo")
@needs(Action.PEOPLE_IMPORT)
def undo_page(run: int, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Asked once more."""
    found = _run(services, actor, run)
    view = SureView(
        title=f"撤销“{found.file_name}”的导入？",
        text="这次新增的人会移除，改过的恢复原样。后来又改过的、已进发送名单的不动，会列给您看。",
        action=f"{BASE}/runs/{run}/undo",
        label="撤销这次导入",
        back=f"{BASE}/runs/{run}",
    )
    return page(request, "sure.html", view)


@router.post("/people/import/runs/{run}/undo")
@needs(Action.PEOPLE_IMPORT)
def undo_run(run: int, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Take it back, and say who stays and why."""
    found = _run(services, actor, run)
    done = undo(services.store.begin, run, actor.name)
    return page(request, "import_undone.html", import_runs.undone(found, done))


@router.post("/people/import/runs/{run}/moved")
@needs(Action.PEOPLE_STOP)
def mark_moved(
    run: int, services: TheServices, actor: TheActor, person: Annotated[int, Form()]
) -> Response:
    """Somebody who is gone from the list has moved away, says a person."""
    _run(services, actor, run)
    with services.store.begin() as connection:
        people.mark_status(connection, actor.scope, person, "moved", clock.now())
        told = {"status": "moved", "import": run}
        audit.record(connection, actor.name, Action.PEOPLE_STOP, f"person:{person}", told)
    return RedirectResponse(f"{BASE}/runs/{run}#gone", 303)


@router.get("/people/import/runs/{run}/rejected.xlsx")
@needs(Action.PEOPLE_IMPORT)
def rejected_rows(run: int, services: TheServices, actor: TheActor) -> Response:
    """The wrong rows to correct and send again."""
    found = _run(services, actor, run)
    path = _jobs(services).rejected(run)
    if not path.is_file():
        raise Missing("web.upload_gone")
    return FileResponse(
        path, media_type=_XLSX, filename=f"退回的行-{Path(found.file_name).stem}.xlsx"
    )
