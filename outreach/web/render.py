"""Templates → pages. Autoescape is on everywhere, and a name that a template misspells is an error."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from outreach import clock
from outreach.web import formats, shell
from outreach.web.services import Services
from outreach.web.sessions import Sessions, Visitor

_HERE = Path(__file__).parent
STATIC = _HERE / "static"


@cache
def static_url(name: str) -> str:
    """The address of a static file with its fingerprint, so that browsers may keep it for ever."""
    fingerprint = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={fingerprint}"


@cache
def environment() -> Environment:
    """The one template environment."""
    env = Environment(
        loader=FileSystemLoader(_HERE / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(formats.FILTERS)
    env.globals["static"] = static_url
    return env


def _common(request: Request) -> dict[str, Any]:
    services: Services = request.app.state.services
    zone = services.settings.zone
    return {
        "place": services.place,
        "demo": services.demo,
        "time": partial(formats.clock_time, zone=zone),
        "when": partial(formats.when, zone=zone, today=clock.today(zone)),
    }


def page(request: Request, template: str, view: object = None, status: int = 200) -> HTMLResponse:
    """A page of a guarded route. `view` is the template's `v`."""
    visitor: Visitor = request.state.visitor
    sessions: Sessions = request.app.state.sessions
    paths = request.app.state.paths
    shown = shell.entries(visitor.actor, paths) if visitor.actor else []
    active = shell.current(shown, request.url.path)
    context = _common(request) | {
        "v": view,
        "actor": visitor.actor,
        "nav": shown,
        "active": active,
        "row": shell.row(active, paths, request.url.path),
        "here": request.url.path,
        "account": shell.ACCOUNT,
        "form_token": sessions.form_token(visitor),
    }
    return HTMLResponse(environment().get_template(template).render(context), status)


def bare_page(request: Request, template: str, view: object, status: int = 200) -> HTMLResponse:
    """A page without navigation and forms, for where no session was asked for: errors."""
    return HTMLResponse(
        environment().get_template(template).render(_common(request) | {"v": view}), status
    )
