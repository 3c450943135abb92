"""提醒: what is wrong and what to do; and for an administrator, who is told."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse

from outreach.access.roles import Action
from outreach.errors import OutreachError
from outreach.reports.alerts import service, targets
from outreach.reports.alerts.targets import NewTarget
from outreach.web.errors import status_of
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import alerts
from outreach.web.presenters.alerts import Desk, Shown
from outreach.web.render import page
from outreach.wording import say

router = guarded_router()

Text = Annotated[str, Form(max_length=400)]


@router.get("/alerts")
@needs(Action.ALERTS_VIEW)
def alerts_page(
    request: Request, services: TheServices, actor: TheActor, said: str = ""
) -> Response:
    """Those that last, the most pressing first; and those that are over."""
    with services.store.read() as connection:
        view = alerts.view(Desk(services, actor, connection), Shown(said))
    return page(request, "alerts.html", view)


@router.post("/alerts/{alert:int}/seen")
@needs(Action.ALERTS_VIEW)
def seen(alert: int, services: TheServices, actor: TheActor) -> Response:
    """Somebody has seen it; it lasts on."""
    with services.store.begin() as connection:
        service.seen(connection, actor.scope, alert, actor.name)
    return RedirectResponse("/alerts?said=seen", 303)


@router.post("/alerts/targets")
@needs(Action.ALERTS_MANAGE)
def add(
    request: Request,
    services: TheServices,
    actor: TheActor,
    name: Text = "",
    address: Text = "",
    account: Text = "",
    region: Text = "",
) -> Response:
    """Somebody more is told."""
    try:
        with services.store.begin() as connection:
            new = NewTarget(name, address, account, region)
            targets.add(connection, services.vault, new, actor.name)
    except OutreachError as error:
        given = {"name": name, "account": account, "region": region}
        shown = Shown(problem=say(error.code, **error.params), given=given)
        with services.store.read() as connection:
            view = alerts.view(Desk(services, actor, connection), shown)
        return page(request, "alerts.html", view, status_of(error))
    return RedirectResponse("/alerts?said=added#targets", 303)


@router.post("/alerts/targets/end")
@needs(Action.ALERTS_MANAGE)
def end(services: TheServices, actor: TheActor, name: Text = "") -> Response:
    """Nobody is told there any more."""
    with services.store.begin() as connection:
        targets.end(connection, name, actor.name)
    return RedirectResponse("/alerts?said=ended#targets", 303)
