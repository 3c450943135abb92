"""发群: copy the text, take the picture, 已发 or 没发, with a way back."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from outreach.access.roles import Action
from outreach.deliveries.telling import queries
from outreach.deliveries.telling import service as telling
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import posts
from outreach.web.presenters.telling import hand_of
from outreach.web.presenters.visits import Place, Shown
from outreach.web.render import page

router = guarded_router()


@router.get("/posts")
@needs(Action.VISITS_RECORD)
def posts_page(
    request: Request, services: TheServices, actor: TheActor, shown: Annotated[Shown, Query()]
) -> Response:
    """What waits to be posted by hand in the groups of one's region, and what was posted."""
    with services.store.read() as connection:
        view = posts.view(services, actor, connection, shown)
    return page(request, "posts.html", view)


@router.post("/posts/{delivery_id}")
@needs(Action.VISITS_RECORD)
def tick(
    delivery_id: int,
    services: TheServices,
    actor: TheActor,
    outcome: Annotated[Literal["posted", "not_posted"], Form()],
) -> Response:
    """已发 or 没发."""
    with services.store.begin() as connection:
        told = telling.tell(connection, [delivery_id], outcome, hand_of(services, actor))
    return _back(delivery_id, said="saved" if told.changed else "same")


@router.post("/posts/words/{word}/undo")
@needs(Action.VISITS_RECORD)
def undo(word: int, services: TheServices, actor: TheActor) -> Response:
    """Take one tap back."""
    with services.store.begin() as connection:
        delivery = queries.delivery_of(connection, word)
        officer = actor.may(Action.DELIVERIES_SETTLE)
        done = telling.undo(connection, word, hand_of(services, actor), any_time=officer)
    return _back(delivery, said="undone", kept=",".join(done.remarks))


def _back(delivery_id: int, **more: object) -> Response:
    return RedirectResponse(Place().at("/posts", delivery_id, ticked=delivery_id, **more), 303)
