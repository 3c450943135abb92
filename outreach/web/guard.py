"""The one place that decides who may call a route.

Every endpoint says either `@needs(Action.X)` or `@public`; a router refuses to hold one that says neither.
Before a body is read: session, right, form token (every unsafe method except /callbacks/, whose callers
sign), and the size of the body.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from outreach.access import queries
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Refused
from outreach.web.services import Services
from outreach.web.sessions import Sessions, Visitor

BODY = 1024 * 1024
UPLOAD = 32 * 1024 * 1024
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_DIGITS = 18
"""A number of so many fits into a column of row numbers."""
FORM_FIELD = "form_token"
FORM_HEADER = "x-form-token"

_RULE = "__outreach_rule__"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class LoggedOut(Exception):
    """Nobody is logged in, and the route needs somebody."""


@dataclass(frozen=True)
class Rule:
    """What an endpoint declares: the action that it needs (None = public), and the largest body in bytes."""

    action: Action | None
    body: int = BODY


def needs(action: Action, body: int = BODY) -> Callable[[Endpoint], Endpoint]:
    """Only for users whose role allows the action. `body=UPLOAD` where files come in."""

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _RULE, Rule(action, body))
        return endpoint

    return declare


def public(endpoint: Endpoint) -> Endpoint:
    """For everybody, also without logging in."""
    setattr(endpoint, _RULE, Rule(None))
    return endpoint


def rule_of(endpoint: Callable[..., Any]) -> Rule | None:
    """What an endpoint declares; None when it says nothing."""
    rule = getattr(endpoint, _RULE, None)
    return rule if isinstance(rule, Rule) else None


class GuardedRoute(APIRoute):
    """A route that asks the guard first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the guard; RuntimeError when the endpoint declares nothing."""
        handle = super().get_route_handler()
        rule = rule_of(self.endpoint)
        if rule is None:
            raise RuntimeError(f"{self.path} declares neither @public nor @needs(Action)")

        numbers = {
            one.name for one in self.dependant.path_params if one.field_info.annotation is int
        }

        async def guarded(request: Request) -> Response:
            request = Request(request.scope, _limited(request.receive, rule.body))
            if request.url.path.startswith("/callbacks/"):
                return await handle(request)  # a carrier has no session; it signs what it says
            sessions: Sessions = request.app.state.sessions
            visitor = await run_in_threadpool(_visitor, request, sessions)
            request.state.visitor = visitor
            _check_right(rule, visitor)
            _check_address(request, numbers)
            if request.method not in SAFE:
                await _check_form(request, sessions, visitor)
            response = await handle(request)
            sessions.write(response, visitor)
            return response

        return guarded


def guarded_router() -> APIRouter:
    """The router that every module of routes begins with."""
    return APIRouter(route_class=GuardedRoute, include_in_schema=False)


def _visitor(request: Request, sessions: Sessions) -> Visitor:
    session = sessions.read(request.cookies.get(sessions.cookie, ""))
    if session is None:
        return Visitor(sessions.begin())
    if session.user_id == 0:
        return Visitor(session)
    services: Services = request.app.state.services
    with services.store.read() as connection:
        actor = queries.actor_by_id(connection, session.user_id)
    if actor is None or actor.session_no != session.session_no:
        return Visitor(sessions.begin())
    return Visitor(session, actor)


def _check_right(rule: Rule, visitor: Visitor) -> None:
    if rule.action is None:
        return
    if visitor.actor is None:
        raise LoggedOut
    if not visitor.actor.may(rule.action):
        raise Refused("access.not_allowed", role=visitor.actor.role_name)


def _check_address(request: Request, numbers: Collection[str]) -> None:
    """404 for what no database can be asked: a row number beyond all rows, a character that no text has.

    numbers: the parts of the path that are row numbers.
    """
    path, query = request.path_params, request.query_params
    if any("\x00" in str(one) for one in (*path.values(), *query.values())):
        raise HTTPException(404)
    for name in numbers:
        digits = str(path.get(name, "")).lstrip("-")
        if digits.isdecimal() and len(digits) > _DIGITS:
            raise HTTPException(404)


async def _check_form(request: Request, sessions: Sessions, visitor: Visitor) -> None:
    token, words = request.headers.get(FORM_HEADER, ""), []
    if request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        form = await request.form()
        words = [one for _, one in form.multi_items() if isinstance(one, str)]
        value = form.get(FORM_FIELD)
        token = token or (value if isinstance(value, str) else "")
    if not sessions.token_matches(visitor, token):
        raise Refused("web.form_expired")
    if any(
        "\x00" in one for one in words
    ):  # no keyboard writes it, and not every database takes it
        raise HTTPException(422)


def _limited(receive: Receive, most: int) -> Receive:
    """The same body, cut off with 413 as soon as it is larger than allowed."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413)
        return message

    return counted


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _actor(request: Request) -> Actor:
    visitor: Visitor = request.state.visitor
    if visitor.actor is None:
        raise LoggedOut
    return visitor.actor


TheServices = Annotated[Services, Depends(_services)]
"""Parameter of an endpoint: the installation."""

TheActor = Annotated[Actor, Depends(_actor)]
"""Parameter of an endpoint behind `@needs`: who is at work."""
