"""待办: taken up, closed with a result, opened again, given to another."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.deliveries.telling import doors
from outreach.reach.tasks import service
from outreach.reach.tasks.service import Hand
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import tasks
from outreach.web.presenters.tasks import Asked
from outreach.web.presenters.telling import hand_of
from outreach.web.render import page

router = guarded_router()


def _hand(actor: Actor) -> Hand:
    return Hand(actor.name, actor.scope)


@router.get("/tasks")
@needs(Action.VISITS_RECORD)
def tasks_page(
    request: Request, services: TheServices, actor: TheActor, asked: Annotated[Asked, Query()]
) -> Response:
    """Open tasks by day, and what was closed lately."""
    with services.store.read() as connection:
        view = tasks.view(services, actor, connection, asked)
    return page(request, "tasks.html", view)


@router.post("/tasks/{task}/close")
@needs(Action.VISITS_RECORD)
def close(
    task: int,
    services: TheServices,
    actor: TheActor,
    result: Annotated[str, Form()] = "",
    note: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Done, with a result; what was told at the door counts as told."""
    with services.store.begin() as connection:
        doors.close(connection, task, result, hand_of(services, actor), note=note)
    return RedirectResponse("/tasks?said=closed", 303)


@router.post("/tasks/{task}/reopen")
@needs(Action.VISITS_RECORD)
def reopen(task: int, services: TheServices, actor: TheActor) -> Response:
    """It was closed by mistake."""
    with services.store.begin() as connection:
        doors.reopen(connection, task, hand_of(services, actor))
    return RedirectResponse(f"/tasks?said=reopened#t{task}", 303)


@router.post("/tasks/{task}/begin")
@needs(Action.VISITS_RECORD)
def begin(task: int, services: TheServices, actor: TheActor) -> Response:
    """我来办."""
    with services.store.begin() as connection:
        service.begin(connection, task, _hand(actor))
    return RedirectResponse(f"/tasks?said=begun#t{task}", 303)


@router.post("/tasks/{task}/give")
@needs(Action.WORK_ASSIGN)
def give(
    task: int,
    services: TheServices,
    actor: TheActor,
    helper: Annotated[str, Form()] = "",
    due_on: Annotated[date | None, Form()] = None,
) -> Response:
    """Somebody else's, or due on another day."""
    with services.store.begin() as connection:
        service.reassign(connection, task, helper, _hand(actor), due_on=due_on)
    return RedirectResponse(f"/tasks?said=given#t{task}", 303)
