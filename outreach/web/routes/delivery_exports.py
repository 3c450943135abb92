"""The list of deliveries of a campaign, as a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from outreach.access import audit
from outreach.access.roles import Action
from outreach.deliveries.service import write_export
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.routes.campaigns import responsible

router = guarded_router()


@router.get("/campaigns/{ref}/deliveries.csv")
@needs(Action.DELIVERIES_EXPORT)
def export(ref: str, services: TheServices, actor: TheActor) -> Response:
    """Every delivery with its state and reason; no names, numbers or addresses. Noted in the log."""
    with tempfile.NamedTemporaryFile(suffix=".csv", delete=False) as made:
        path = Path(made.name)
    try:
        with services.store.read() as connection:
            campaign = responsible(connection, actor, ref)
            rows = write_export(connection, campaign["id"], path)
        with services.store.begin() as connection:
            thing = f"campaign:{campaign['ref']}"
            audit.record(connection, actor.name, Action.DELIVERIES_EXPORT, thing, {"rows": rows})
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    name = quote(f"{campaign['ref']}-发送记录.csv")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    gone = BackgroundTask(path.unlink, missing_ok=True)
    return FileResponse(
        path, media_type="text/csv; charset=utf-8", headers=headers, background=gone
    )
