"""今日: the page on which officers, workers and managers begin."""

from __future__ import annotations

from fastapi import Request, Response

from outreach.access.roles import Action
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.today import today
from outreach.web.render import page

router = guarded_router()


@router.get("/today")
@needs(Action.TODAY)
def today_page(request: Request, services: TheServices, actor: TheActor) -> Response:
    """What is being sent, what waits, what comes next."""
    with services.store.read() as connection:
        view = today(services, actor, connection)
    return page(request, "today.html", view)
