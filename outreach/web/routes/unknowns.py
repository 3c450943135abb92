"""待核实的发送: one list over all campaigns; two taps, 已看到 or 没有."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from outreach.access.roles import Action
from outreach.deliveries import service as deliveries
from outreach.errors import Missing
from outreach.reports import unknowns
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.unknowns import unknowns_page
from outreach.web.render import page
from outreach.web.routes.campaigns import visible

router = guarded_router()

Of = Annotated[str, Query(max_length=64)]


@router.get("/unknown")
@needs(Action.DELIVERIES_SETTLE)
def unknown_page(
    request: Request, services: TheServices, actor: TheActor, campaign: Of = ""
) -> Response:
    """Everything whose outcome only a person can find out, of all campaigns or of one."""
    with services.store.read() as connection:
        only = visible(connection, actor, campaign) if campaign else None
        view = unknowns_page(services, actor, connection, only)
    return page(request, "unknown.html", view)


@router.get("/campaigns/{ref}/unknown")
@needs(Action.DELIVERIES_SETTLE)
def unknown_of(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """The same of one campaign."""
    return unknown_page(request, services, actor, ref)


@router.post("/unknown/{delivery}")
@needs(Action.DELIVERIES_SETTLE)
def settle(
    delivery: int,
    services: TheServices,
    actor: TheActor,
    seen: Annotated[str, Form(pattern="^(yes|no)$")],
    campaign: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """A person looked: it is there (已看到), or it is not and may be sent once more (没有). The next one opens."""
    with services.store.begin() as connection:
        of = unknowns.waits(connection, actor.scope, delivery)
        if of is None:  # settled meanwhile, or not this user's
            raise Missing("deliveries.unknown", delivery=delivery)
        deliveries.confirm(connection, delivery, seen=seen == "yes", by=actor.name)
        left = unknowns.count(connection, actor.scope, of if campaign else None)
    if campaign:
        return RedirectResponse(f"/campaigns/{campaign}{'/unknown' if left else ''}", 303)
    return RedirectResponse("/unknown", 303)
