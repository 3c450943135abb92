"""成效: who knows, who was told, who was not."""

from __future__ import annotations

from fastapi import Request, Response

from outreach.access.roles import Action
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.results import results
from outreach.web.render import page

router = guarded_router()


@router.get("/results")
@needs(Action.REACH_VIEW)
def results_page(
    request: Request, services: TheServices, actor: TheActor, policy: str = "", region: str = ""
) -> Response:
    """One policy in one region of the actor's scope."""
    with services.store.read() as connection:
        view = results(services, actor, connection, policy, region)
    return page(request, "results.html", view)
