"""媒体和现场 of a campaign: written down and taken back; beside the figures, never in them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse

from outreach import clock
from outreach.access.roles import Action
from outreach.campaigns import records
from outreach.errors import Invalid
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import records as shown
from outreach.web.render import page
from outreach.web.routes.campaigns import visible

router = guarded_router()

Text = Annotated[str, Form(max_length=200)]


@router.get("/campaigns/{ref}/records")
@needs(Action.TODAY)
def records_page(
    ref: str, request: Request, services: TheServices, actor: TheActor, said: str = ""
) -> Response:
    """What was published and held."""
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        view = shown.view(services, actor, connection, campaign, said)
    return page(request, "records.html", view)


@router.post("/campaigns/{ref}/records")
@needs(Action.VISITS_RECORD)
def add(  # noqa: PLR0913 - one argument per field of the form
    ref: str,
    services: TheServices,
    actor: TheActor,
    kind: Text,
    title: Text,
    on: Annotated[date, Form()],
    where: Text = "",
    headcount: Text = "",
) -> Response:
    """A report or an event."""
    if headcount.strip() and not headcount.strip().isdecimal():
        raise Invalid("records.headcount", value=headcount)
    people = int(headcount) if headcount.strip() else None
    with services.store.begin() as connection:
        campaign = visible(connection, actor, ref)
        region = "" if actor.scope.covers(campaign["region"]) else actor.region
        new = records.NewRecord(kind, title, on, where, region, people)
        today = clock.today(services.settings.zone)
        records.add(connection, actor.scope, campaign["ref"], new, actor.name, today)
    return RedirectResponse(f"/campaigns/{ref}/records?said=added", 303)


@router.post("/campaigns/records/{record}/undo")
@needs(Action.VISITS_RECORD)
def undo(record: int, services: TheServices, actor: TheActor) -> Response:
    """It was written down by mistake."""
    with services.store.begin() as connection:
        ref = records.undo(connection, actor.scope, record, actor.name)
    return RedirectResponse(f"/campaigns/{ref}/records?said=undone", 303)
