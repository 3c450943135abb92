"""只给这些人再发: one person proposes, another confirms; nothing goes out before."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from outreach.access.roles import Action
from outreach.campaigns import resending
from outreach.errors import OutreachError
from outreach.web.errors import status_of
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.resending import resend_page
from outreach.web.render import page
from outreach.web.routes.campaigns import responsible, visible
from outreach.wording import say

router = guarded_router()


@router.get("/campaigns/{ref}/resend")
@needs(Action.CAMPAIGNS_VIEW)
def offers(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    reason: Annotated[list[str] | None, Query(max_length=20)] = None,
) -> Response:
    """Who was not reached by which step and why, and what was proposed already."""
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        view = resend_page(actor, connection, campaign, reason or ())
    return page(request, "resend.html", view)


@router.post("/campaigns/{ref}/resend")
@needs(Action.CAMPAIGNS_SUBMIT)
def propose(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    step: Annotated[int, Form(ge=1)],
    reason: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Propose a step for exactly those people; a second person confirms it."""
    try:
        with services.store.begin() as connection:
            responsible(connection, actor, ref)
            resending.propose(connection, ref, step, list(reason or ()), actor.name)
    except OutreachError as error:
        return _refused(ref, request, services, actor, error)
    return RedirectResponse(f"/campaigns/{ref}/resend", 303)


def _refused(
    ref: str, request: Request, services: TheServices, actor: TheActor, error: OutreachError
) -> Response:
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        view = resend_page(actor, connection, campaign)
    problem = say(error.code, **error.params)
    return page(request, "resend.html", replace(view, problem=problem), status_of(error))


@router.post("/campaigns/{ref}/resend/{number}/confirm")
@needs(Action.CAMPAIGNS_APPROVE)
def confirm(
    ref: str, number: int, request: Request, services: TheServices, actor: TheActor
) -> Response:
    """The second person says yes: the step fires."""
    try:
        with services.store.begin() as connection:
            responsible(connection, actor, ref)
            resending.confirm(connection, ref, number, actor.name)
    except OutreachError as error:
        return _refused(ref, request, services, actor, error)
    return RedirectResponse(f"/campaigns/{ref}", 303)


@router.post("/campaigns/{ref}/resend/{number}/withdraw")
@needs(Action.CAMPAIGNS_SUBMIT)
def withdraw(ref: str, number: int, services: TheServices, actor: TheActor) -> Response:
    """Take a proposal back before it is confirmed."""
    with services.store.begin() as connection:
        responsible(connection, actor, ref)
        resending.withdraw(connection, ref, number, actor.name)
    return RedirectResponse(f"/campaigns/{ref}/resend", 303)
