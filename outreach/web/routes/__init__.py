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
    import_runs,
    imports,
    lists,
    messages,
    messages_editor,
    people,
    policies,
    policy_forms,
    previews,
    print_jobs,
    printing,
    proposals,
    results,
    segments,
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
    policies.router,
    policy_forms.router,
    messages.router,
    messages_editor.router,
    previews.router,
    campaigns.router,
    approvals.router,
    import_runs.router,
    imports.router,
    people.router,
    lists.router,
    segments.router,
    proposals.router,
    printing.router,
    print_jobs.router,
    visits.router,
    results.router,
    calculator.router,
)
