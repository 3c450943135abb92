"""总览: the page on which a manager begins."""

from __future__ import annotations

from fastapi import Request, Response

from outreach.access.roles import Action
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.overview import overview
from outreach.web.render import page

router = guarded_router()


@router.get("/overview")
@needs(Action.REACH_VIEW)
def overview_page(
    request: Request, services: TheServices, actor: TheActor, policy: str = ""
) -> Response:
    """Which policies are behind, where and how sure; one of them in detail."""
    with services.store.read() as connection:
        view = overview(services, actor, connection, policy)
    return page(request, "overview.html", view)
