"""One module per slice, each with a `router`. A new one is added to ROUTERS."""

from __future__ import annotations

from fastapi import APIRouter

from outreach.web.routes import (
    account,
    approvals,
    auth,
    calculator,
    callbacks,
    campaigns,
    health,
    home,
    imports,
    printing,
    results,
    today,
    visits,
)

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    home.router,
    auth.router,
    account.router,
    callbacks.router,
    today.router,
    campaigns.router,
    approvals.router,
    imports.router,
    printing.router,
    visits.router,
    results.router,
    calculator.router,
)
