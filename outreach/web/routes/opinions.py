"""意见: the inbox, one opinion with its moves, and the form of whoever writes one down."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Invalid, OutreachError
from outreach.reach.opinions import moving, service, sheets
from outreach.reach.opinions.schemas import Hand
from outreach.web.errors import status_of
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import opinions, opinions_say
from outreach.web.presenters.opinions import Asked, Desk, Shown
from outreach.web.presenters.opinions_say import Begun
from outreach.web.render import page
from outreach.web.services import Services
from outreach.wording import say

router = guarded_router()

_REASON = 4
_MOST_EXPORTED = 5_000
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Text = Annotated[str, Form(max_length=10_000)]
Seen = Annotated[int | None, Form()]


@router.get("/opinions")
@needs(Action.OPINIONS_VIEW)
def inbox(
    request: Request, services: TheServices, actor: TheActor, asked: Annotated[Asked, Query()]
) -> Response:
    """Those that wait, the oldest first; or what somebody looks for."""
    with services.store.read() as connection:
        view = opinions.inbox(Desk(services, actor, connection), asked)
    return page(request, "opinions.html", view)


@router.get("/opinions/list.xlsx")
@needs(Action.OPINIONS_VIEW)
def export(services: TheServices, actor: TheActor, asked: Annotated[Asked, Query()]) -> Response:
    """The same list as a workbook, without contacts."""
    with tempfile.TemporaryDirectory() as folder, services.store.read() as connection:
        desk = Desk(services, actor, connection)
        scope, search = opinions.wanted(desk, asked, _MOST_EXPORTED)
        out = Path(folder) / "opinions.xlsx"
        sheets.write(connection, services.vault, service.inbox(connection, scope, search), out)
        body = out.read_bytes()
    headers = {"Content-Disposition": "attachment; filename*=UTF-8''%E6%84%8F%E8%A7%81.xlsx"}
    return Response(body, media_type=_SHEET, headers=headers)


@router.get("/opinions/say")
@needs(Action.OPINIONS_SAY)
def say_page(
    request: Request, services: TheServices, actor: TheActor, begun: Annotated[Begun, Query()]
) -> Response:
    """The form, with place and policy where they are known; and one's own earlier ones with their answers."""
    with services.store.read() as connection:
        view = opinions_say.begin(Desk(services, actor, connection), begun)
    return page(request, "opinions_say.html", view)


@router.post("/opinions/say")
@needs(Action.OPINIONS_SAY)
def write_down(
    request: Request,
    services: TheServices,
    actor: TheActor,
    form: Annotated[opinions_say.Form, Form()],
) -> Response:
    """Written down once, however often the button is pressed."""
    try:
        with services.store.begin() as connection:
            new = opinions_say.opinion(Desk(services, actor, connection), form)
            service.say(connection, services.vault, new)
    except Invalid as error:
        with services.store.read() as connection:
            desk, problem = Desk(services, actor, connection), say(error.code, **error.params)
            view = opinions_say.view(desk, form.model_dump(), problem=problem)
        return page(request, "opinions_say.html", view, 422)
    return RedirectResponse("/opinions/say?said=say", 303)


@router.get("/opinions/{opinion:int}")
@needs(Action.OPINIONS_VIEW)
def opinion_page(
    opinion: int, request: Request, services: TheServices, actor: TheActor, said: str = ""
) -> Response:
    """One opinion."""
    return _shown(request, services, actor, opinion, Shown(said))


@router.post("/opinions/{opinion:int}/take")
@needs(Action.OPINIONS_HANDLE)
def take(
    opinion: int, request: Request, services: TheServices, actor: TheActor, seen: Seen = None
) -> Response:
    """我来办."""

    def move(connection: Connection, hand: Hand) -> None:
        moving.take(connection, services.vault, opinion, hand, seen=seen)

    return _moved(request, services, actor, opinion, move)


@router.post("/opinions/{opinion:int}/give")
@needs(Action.OPINIONS_HANDLE)
def give(
    opinion: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    to: Text = "",
    seen: Seen = None,
) -> Response:
    """Somebody else deals with it."""

    def move(connection: Connection, hand: Hand) -> None:
        moving.give(connection, services.vault, opinion, to, hand, seen=seen)

    return _moved(request, services, actor, opinion, move)


@router.post("/opinions/{opinion:int}/answer")
@needs(Action.OPINIONS_HANDLE)
def answer(
    opinion: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    text: Text = "",
    seen: Seen = None,
) -> Response:
    """Answered in these words; nothing is sent."""

    def move(connection: Connection, hand: Hand) -> None:
        moving.answer(connection, services.vault, opinion, text, hand, seen=seen)

    return _moved(request, services, actor, opinion, move, text=text)


@router.post("/opinions/{opinion:int}/close")
@needs(Action.OPINIONS_HANDLE)
def close(
    opinion: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    note: Text = "",
    seen: Seen = None,
) -> Response:
    """办结."""

    def move(connection: Connection, hand: Hand) -> None:
        moving.close(connection, services.vault, opinion, hand, note=note, seen=seen)

    return _moved(request, services, actor, opinion, move, note=note)


@router.post("/opinions/{opinion:int}/reopen")
@needs(Action.OPINIONS_HANDLE)
def reopen(
    opinion: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    note: Text = "",
    seen: Seen = None,
) -> Response:
    """It was not done after all."""

    def move(connection: Connection, hand: Hand) -> None:
        moving.reopen(connection, services.vault, opinion, hand, note=note, seen=seen)

    return _moved(request, services, actor, opinion, move, note=note)


@router.post("/opinions/{opinion:int}/contact")
@needs(Action.OPINIONS_HANDLE)
def contact(
    opinion: int, request: Request, services: TheServices, actor: TheActor, reason: Text = ""
) -> Response:
    """The contact in clear, once: the reason goes into the log before anything is shown."""
    why = reason.strip()
    if len(why) < _REASON:
        problem = Shown(problem=say("web.reveal_reason"))
        return _shown(request, services, actor, opinion, problem, 422)
    with services.store.begin() as connection:
        hand = Hand(actor.name, actor.scope)
        number = moving.reveal(connection, services.vault, opinion, hand, why)[1]
    shown = _shown(request, services, actor, opinion, Shown(contact=number, reason=why))
    shown.headers["Cache-Control"] = "no-store"
    return shown


def _shown(
    request: Request,
    services: Services,
    actor: Actor,
    opinion: int,
    shown: Shown,
    status: int = 200,
) -> Response:
    with services.store.read() as connection:
        view = opinions.one(Desk(services, actor, connection), opinion, shown)
    return page(request, "opinion.html", view, status)


def _moved(
    request: Request,
    services: Services,
    actor: Actor,
    opinion: int,
    move: Callable[[Connection, Hand], None],
    **given: str,
) -> Response:
    """Make a move, and go back to the opinion; what cannot be done is said there, with what was typed."""
    try:
        with services.store.begin() as connection:
            move(connection, Hand(actor.name, actor.scope))
    except OutreachError as error:
        problem = Shown(problem=say(error.code, **error.params), given=given)
        return _shown(request, services, actor, opinion, problem, status_of(error))
    done = request.url.path.rpartition("/")[2]
    return RedirectResponse(f"/opinions/{opinion}?said={done}", 303)
