"""知晓率: who knows, per policy and from wave to wave."""

from __future__ import annotations

from fastapi import Request, Response

from outreach.access.roles import Action
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.awareness import awareness
from outreach.web.presenters.survey_tables import awareness_table
from outreach.web.presenters.surveys import Desk
from outreach.web.render import page
from outreach.web.tables import csv_file

router = guarded_router()


@router.get("/awareness")
@needs(Action.AWARENESS_VIEW)
def awareness_page(
    request: Request, services: TheServices, actor: TheActor, policy: str = ""
) -> Response:
    """Every policy that people were asked about; one of them in detail."""
    with services.store.read() as connection:
        view = awareness(Desk(services, actor, connection, request.app.state.paths), policy)
    return page(request, "awareness.html", view)


@router.get("/awareness.csv")
@needs(Action.AWARENESS_VIEW)
def awareness_file(services: TheServices, actor: TheActor) -> Response:
    """The same as a table."""
    with services.store.read() as connection:
        rows = list(awareness_table(Desk(services, actor, connection)))
    return csv_file("知晓率.csv", rows)
