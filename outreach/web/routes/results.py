"""触达: who was told, who was not, and what comes next."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.policies import service as policies
from outreach.reports.reaching import workbook
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.results import results
from outreach.web.presenters.results_file import table
from outreach.web.render import page
from outreach.web.tables import csv_file

router = guarded_router()

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/results")
@needs(Action.REACH_VIEW)
def results_page(
    request: Request, services: TheServices, actor: TheActor, policy: str = "", region: str = ""
) -> Response:
    """One policy in one region of the actor's scope."""
    with services.store.read() as connection:
        view = results(services, actor, connection, policy, region)
    return page(request, "results.html", view)


@router.get("/results.csv")
@needs(Action.REACH_VIEW)
def results_file(services: TheServices, actor: TheActor, policy: str, region: str = "") -> Response:
    """The table of places as it may leave the office."""
    with services.store.read() as connection:
        rows = table(services, actor, connection, policy, region)
    return csv_file(f"触达-{policy}.csv", rows)


@router.get("/results/untold.xlsx")
@needs(Action.PEOPLE_VIEW)
def untold_list(services: TheServices, actor: TheActor, policy: str, region: str = "") -> Response:
    """Who was never told, for those who go there: masked names, whose copy it is. Noted in the log."""
    scope = actor.scope.narrowed(region)
    copy = workbook.Copy(actor.name, clock.now(), services.settings.zone)
    on, home = clock.today(services.settings.zone), services.settings.region
    with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as made:
        path = Path(made.name)
    try:
        with services.store.read() as connection:
            view = policies.get(connection, policy)
            n = workbook.write(connection, scope, view, on, home, services.vault, copy, path)
        with services.store.begin() as connection:
            detail = {"people": n, "region": scope.region, "copy": copy.number}
            audit.record(connection, actor.name, Action.PEOPLE_VIEW, f"untold:{policy}", detail)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    name = quote(f"还没告知到-{copy.number}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    gone = BackgroundTask(path.unlink, missing_ok=True)
    return FileResponse(path, media_type=_XLSX, headers=headers, background=gone)
