"""变化建议: an officer makes a draft of a proposal, or says why not."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse

from outreach import clock
from outreach.access.roles import Action
from outreach.audiences.proposals import service
from outreach.campaigns import follow_up
from outreach.errors import Invalid
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.proposals import listing
from outreach.web.render import page
from outreach.wording import say

router = guarded_router()


@router.get("/proposals")
@needs(Action.SEGMENTS_EDIT)
def proposals_page(request: Request, services: TheServices, actor: TheActor) -> Response:
    """What waits for a decision, and what was decided."""
    with services.store.read() as connection:
        view = listing(services, actor, connection)
    return page(request, "proposals.html", view)


@router.post("/proposals/{number}/accept")
@needs(Action.CAMPAIGNS_EDIT)
def accept(number: int, services: TheServices, actor: TheActor) -> Response:
    """Make a draft for exactly these people, and open it."""
    home, on = services.settings.region, clock.today(services.settings.zone)
    with services.store.begin() as connection:
        service.get(connection, number, actor.scope)
        actor.scope.require(home)
        ref = follow_up.accept(connection, number, actor.name, home, on)
    return RedirectResponse(f"/campaigns/{ref}" if ref else "/proposals", 303)


@router.post("/proposals/{number}/dismiss")
@needs(Action.SEGMENTS_EDIT)
def dismiss(
    number: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    note: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Say no, and why."""
    try:
        with services.store.begin() as connection:
            service.get(connection, number, actor.scope)
            actor.scope.require(services.settings.region)
            service.dismiss(connection, number, actor.name, note)
    except Invalid as error:
        with services.store.read() as connection:
            problem = say(error.code, **error.params)
            view = listing(services, actor, connection, problem=problem, at=number, typed=note)
        return page(request, "proposals.html", view, 422)
    return RedirectResponse("/proposals", 303)
