"""公告栏: boards, 已贴, 已撤, each with one tap and a way back."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from outreach import clock
from outreach.access.roles import Action
from outreach.policies import service as policies
from outreach.reach.boards import service
from outreach.reach.boards.schemas import Notice
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import boards
from outreach.web.presenters.boards import Shown, back
from outreach.web.render import page

router = guarded_router()

Place = Annotated[str, Form()]


@router.get("/boards")
@needs(Action.VISITS_RECORD)
def boards_page(
    request: Request, services: TheServices, actor: TheActor, shown: Annotated[Shown, Query()]
) -> Response:
    """What must come down, and every board with what hangs there."""
    with services.store.read() as connection:
        view = boards.view(services, actor, connection, shown)
    return page(request, "boards.html", view)


@router.post("/boards")
@needs(Action.VISITS_RECORD)
def add(
    services: TheServices,
    actor: TheActor,
    region: Annotated[str, Form()],
    name: Annotated[str, Form()],
    note: Annotated[str, Form()] = "",
    place: Place = "",
) -> Response:
    """A new board."""
    with services.store.begin() as connection:
        key = service.add(connection, actor.scope, region, name, note=note.strip(), by=actor.name)
    return RedirectResponse(back(place, "added", key, f"#b{key}"), 303)


@router.post("/boards/{board}/post")
@needs(Action.VISITS_RECORD)
def post(
    board: int,
    services: TheServices,
    actor: TheActor,
    policy: Annotated[str, Form()],
    until: Annotated[date, Form()],
    title: Annotated[str, Form()] = "",
    place: Place = "",
) -> Response:
    """A notice was hung there."""
    on = clock.today(services.settings.zone)
    with services.store.begin() as connection:
        named = title.strip() or policies.get(connection, policy).plain_name
        notice = Notice(policy, named, until, on)
        key = service.post(connection, actor.scope, board, notice, actor.name)
    return RedirectResponse(back(place, "posted", key), 303)


@router.post("/boards/{board}/remove")
@needs(Action.VISITS_RECORD)
def remove(board: int, services: TheServices, actor: TheActor, place: Place = "") -> Response:
    """The board itself is no more."""
    with services.store.begin() as connection:
        service.remove(connection, actor.scope, board, actor.name)
    return RedirectResponse(back(place, "removed", board), 303)


@router.post("/boards/postings/{posting}/down")
@needs(Action.VISITS_RECORD)
def down(posting: int, services: TheServices, actor: TheActor, place: Place = "") -> Response:
    """It came down."""
    on = clock.today(services.settings.zone)
    with services.store.begin() as connection:
        service.take_down(connection, actor.scope, posting, on, actor.name)
    return RedirectResponse(back(place, "down", posting), 303)


@router.post("/boards/postings/{posting}/hang")
@needs(Action.VISITS_RECORD)
def hang(posting: int, services: TheServices, actor: TheActor, place: Place = "") -> Response:
    """It did not come down."""
    with services.store.begin() as connection:
        service.hang_again(connection, actor.scope, posting, actor.name)
    return RedirectResponse(back(place, "again", posting), 303)


@router.post("/boards/postings/{posting}/unpost")
@needs(Action.VISITS_RECORD)
def unpost(posting: int, services: TheServices, actor: TheActor, place: Place = "") -> Response:
    """It was never hung."""
    with services.store.begin() as connection:
        service.unpost(connection, actor.scope, posting, actor.name)
    return RedirectResponse(back(place, "unposted", posting), 303)
