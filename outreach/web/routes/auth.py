"""Logging in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse

from outreach.access import service
from outreach.access.roles import Action
from outreach.access.schemas import Actor, Login
from outreach.errors import Refused
from outreach.web import shell
from outreach.web.guard import TheActor, TheServices, guarded_router, needs, public
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.sessions import Sessions, Visitor
from outreach.wording import say

router = guarded_router()


@dataclass(frozen=True)
class LoginView:
    """The log-in page: where to go afterwards, and what was wrong."""

    next: str = ""
    problem: str = ""


def own_path(path: str) -> str:
    """The path when it leads to a page of ours, else ''."""
    safe = path.startswith("/") and not path.startswith("//") and path.isprintable()
    return path if safe and not set(path) & set("\\?#") else ""


@router.get("/login")
@public
def login_page(request: Request, next: str = "") -> Response:
    """The form; somebody who is logged in goes on."""
    visitor: Visitor = request.state.visitor
    if visitor.actor:
        return RedirectResponse(own_path(next) or _home(request, visitor.actor), 303)
    return page(request, "login.html", LoginView(own_path(next)))


@router.post("/login")
@public
def log_in(
    request: Request,
    services: TheServices,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Begin a new session, or say what was wrong without repeating it."""
    try:
        actor = service.admit(_authenticate(services, name.strip(), password))
    except Refused as error:
        problem = say(error.code, "zh", **error.params)
        return page(request, "login.html", LoginView(own_path(next), problem), 401)
    sessions: Sessions = request.app.state.sessions
    visitor: Visitor = request.state.visitor
    visitor.session, visitor.actor, visitor.keep = sessions.begin(actor), actor, True
    return RedirectResponse(own_path(next) or _home(request, actor), 303)


@router.post("/logout")
@needs(Action.SELF)
def log_out(request: Request, services: TheServices, actor: TheActor) -> Response:
    """End all sessions of this user: a cookie that was copied dies with them."""
    with services.store.begin() as connection:
        service.end_sessions(connection, actor, by=actor.name)
    sessions: Sessions = request.app.state.sessions
    visitor: Visitor = request.state.visitor
    visitor.session, visitor.actor, visitor.keep = sessions.begin(), None, True
    return RedirectResponse("/login", 303)


def _authenticate(services: Services, name: str, password: str) -> Login:
    with services.store.read() as connection:
        login = service.check_login(connection, name, password)
    with services.store.begin() as connection:
        return service.settle_login(connection, login)


def _home(request: Request, actor: Actor) -> str:
    return shell.home(actor, request.app.state.paths)
