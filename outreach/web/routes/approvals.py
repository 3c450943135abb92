"""待我审批: what a second person signs, word for word, or sends back with a reason."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse

from outreach.access.roles import Action
from outreach.campaigns import service
from outreach.errors import Conflict, Invalid
from outreach.reports import service as reports
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.signing import line, signing
from outreach.web.render import page
from outreach.web.routes.campaigns import responsible
from outreach.web.views.signing import ApprovalsView

router = guarded_router()

_SIGNED = ("approved", "scheduled", "running", "paused", "finished")


@router.get("/approvals")
@needs(Action.CAMPAIGNS_APPROVE)
def approvals_page(request: Request, services: TheServices, actor: TheActor) -> Response:
    """Submitted campaigns with their previews, and those signed lately."""
    with services.store.read() as connection:
        submitted = [
            one
            for one in reports.campaigns(connection, actor.scope, ["submitted"])
            if actor.scope.covers(one["region"])
        ]
        signed = reports.campaigns(connection, actor.scope, _SIGNED)[:10]
        view = ApprovalsView(
            tuple(signing(services, actor, connection, one) for one in submitted),
            tuple(line(services, connection, one) for one in signed),
        )
    return page(request, "approvals.html", view)


@router.post("/approvals/{ref}/sign")
@needs(Action.CAMPAIGNS_APPROVE)
def sign(
    ref: str,
    services: TheServices,
    actor: TheActor,
    seen_hash: Annotated[str, Form()] = "",
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Sign exactly what the page showed: Conflict when it is another version now."""
    with services.store.begin() as connection:
        campaign = responsible(connection, actor, ref)
        if not seen_hash or seen_hash != campaign["frozen_hash"]:
            raise Conflict("web.changed_since", campaign=campaign["title"])
        service.approve(connection, ref, actor.name, note.strip())
    return RedirectResponse(f"/campaigns/{ref}", 303)


@router.post("/approvals/{ref}/return")
@needs(Action.CAMPAIGNS_APPROVE)
def send_back(
    ref: str,
    services: TheServices,
    actor: TheActor,
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Back to its writer, with a reason."""
    if not note.strip():
        raise Invalid("web.note_needed")
    with services.store.begin() as connection:
        responsible(connection, actor, ref)
        service.send_back(connection, ref, actor.name, note.strip())
    return RedirectResponse("/approvals", 303)
