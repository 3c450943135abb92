"""The opening page: to one's own work, to the log-in, or to the four doors of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from outreach.access import queries
from outreach.access.roles import Role
from outreach.web import shell
from outreach.web.guard import TheServices, guarded_router, public
from outreach.web.render import page
from outreach.web.sessions import Visitor

router = guarded_router()


@dataclass(frozen=True)
class DoorsView:
    """The demonstration's opening page: role → name of an account to log in with."""

    users: dict[str, str]


_DOORS = (Role.OFFICER, Role.WORKER, Role.MANAGER, Role.EVALUATOR)


@router.get("/")
@public
def opening(request: Request, services: TheServices) -> Response:
    """Where to begin."""
    visitor: Visitor = request.state.visitor
    if visitor.actor:
        return RedirectResponse(shell.home(visitor.actor, request.app.state.paths), 303)
    if not services.demo:
        return RedirectResponse("/login", 303)
    with services.store.read() as connection:
        users = [user for user in queries.users(connection) if user.active and user.has_password]
    first = {
        role.value: next((user.name for user in users if user.role is role), "") for role in _DOORS
    }
    return page(
        request, "doors.html", DoorsView({role: name for role, name in first.items() if name})
    )
