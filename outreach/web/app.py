"""Puts the web together: create_app(services) → the ASGI application."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.staticfiles import StaticFiles

from channels import twilio_codes
from outreach.deliveries.receipts import Box
from outreach.web import errors
from outreach.web.headers import Outermost
from outreach.web.render import STATIC
from outreach.web.routes import ROUTERS
from outreach.web.services import Services
from outreach.web.sessions import Sessions


def create_app(services: Services) -> FastAPI:
    """The application of one installation. Misconfigured when there is no SECRET_KEY."""
    settings = services.settings
    https = settings.public_url.startswith("https://")
    app = FastAPI(title="Outreach", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = services
    app.state.receipts = Box(services.store.begin, twilio_codes.table(settings.content_dir))
    app.state.sessions = Sessions(settings.secret_key, https=https)
    for router in ROUTERS:
        app.router.routes.extend(router.routes)  # flat, so that a test can walk all of them
    app.state.paths = frozenset(
        route.path
        for route in app.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    )
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Outermost, https=https, fail=errors.program_error)
    errors.add_handlers(app)
    return app
