"""电话: the list, a number that is asked for, what was said, and taking it back."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from outreach.access import audit
from outreach.access.roles import Action
from outreach.deliveries.telling import lists, queries
from outreach.deliveries.telling import service as telling
from outreach.errors import Missing
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import calls
from outreach.web.presenters.telling import hand_of
from outreach.web.presenters.visits import Place, Shown
from outreach.web.render import page

router = guarded_router()


class Said(Place):
    """What a button sends."""

    outcome: str = ""


@router.get("/calls")
@needs(Action.VISITS_RECORD)
def calls_page(
    request: Request, services: TheServices, actor: TheActor, shown: Annotated[Shown, Query()]
) -> Response:
    """Whom to call, in the order of the printed list, twenty at a time."""
    with services.store.read() as connection:
        view = calls.view(services, actor, connection, shown)
    return page(request, "calls.html", view)


@router.post("/calls/{delivery_id}/number")
@needs(Action.PEOPLE_REVEAL)
def number(
    delivery_id: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    place: Annotated[Place, Form()],
) -> Response:
    """One number and its script in clear; the log says who asked for it before it is shown."""
    with services.store.begin() as connection:
        found = lists.calls(connection, actor.scope, delivery=delivery_id)
        if not found:
            raise Missing("visits.not_in_hand", delivery=delivery_id)
        detail = {"reason": "call", "delivery": delivery_id}
        thing = f"person:{found[0].person_id}"
        audit.record(connection, actor.name, Action.PEOPLE_REVEAL, thing, detail)
    with services.store.read() as connection:
        shown = Shown(**place.model_dump())
        view = calls.view(services, actor, connection, shown, delivery_id)
    answer = page(request, "calls.html", view)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/calls/{delivery_id}")
@needs(Action.VISITS_RECORD)
def tick(
    delivery_id: int, services: TheServices, actor: TheActor, said: Annotated[Said, Form()]
) -> Response:
    """One of the six words of a call."""
    with services.store.begin() as connection:
        told = telling.tell(connection, [delivery_id], said.outcome, hand_of(services, actor))
    word = "task" if told.tasks else "saved" if told.changed else "same"
    return _back(delivery_id, said, said=word)


@router.post("/calls/words/{word}/undo")
@needs(Action.VISITS_RECORD)
def undo(
    word: int, services: TheServices, actor: TheActor, place: Annotated[Place, Form()]
) -> Response:
    """Take one tap back."""
    with services.store.begin() as connection:
        delivery = queries.delivery_of(connection, word)
        officer = actor.may(Action.DELIVERIES_SETTLE)
        done = telling.undo(connection, word, hand_of(services, actor), any_time=officer)
    return _back(delivery, place, said="undone", kept=",".join(done.remarks))


def _back(delivery_id: int, place: Place, **more: object) -> Response:
    return RedirectResponse(place.at("/calls", delivery_id, ticked=delivery_id, **more), 303)
