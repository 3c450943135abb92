"""One module per slice, each with a `router`. A new one is added to ROUTERS."""

from __future__ import annotations

from fastapi import APIRouter

from outreach.web.routes import account, auth, callbacks, health, home

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    home.router,
    auth.router,
    account.router,
    callbacks.router,
)
