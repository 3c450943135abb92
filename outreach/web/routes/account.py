"""One's own account: who I am, and a new password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Request, Response

from outreach.access import passwords, service
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Invalid, OutreachError
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.sessions import Sessions, Visitor
from outreach.wording import say

router = guarded_router()


@dataclass(frozen=True)
class AccountView:
    """The account page."""

    at_least: int = passwords.MIN_LENGTH
    problem: str = ""
    done: bool = False


@router.get("/account")
@needs(Action.SELF)
def account_page(request: Request) -> Response:
    """Name, role, region, and the form for a new password."""
    return page(request, "account.html", AccountView())


@router.post("/account/password")
@needs(Action.SELF)
def new_password(
    request: Request,
    services: TheServices,
    actor: TheActor,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Keep it, end the other sessions, and go on in a new one."""
    try:
        renewed = _change(services, actor, old, (new, again))
    except OutreachError as error:
        problem = say(error.code, "zh", **error.params)
        return page(request, "account.html", AccountView(problem=problem), 422)
    sessions: Sessions = request.app.state.sessions
    visitor: Visitor = request.state.visitor
    visitor.session, visitor.actor, visitor.keep = sessions.begin(renewed), renewed, True
    return page(request, "account.html", AccountView(done=True))


def _change(services: Services, actor: Actor, old: str, new: tuple[str, str]) -> Actor:
    if new[0] != new[1]:
        raise Invalid("access.password_repeat")
    with services.store.read() as connection:
        service.check_password(connection, actor, old)
    hashed = passwords.hash_password(new[0])
    with services.store.begin() as connection:
        service.change_password(connection, actor, hashed, by=actor.name)
        return service.actor_named(connection, actor.name)
