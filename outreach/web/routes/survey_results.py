"""调查结果: one survey, question by question."""

from __future__ import annotations

from fastapi import Request, Response

from outreach.access.roles import Action
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.survey_results import shown
from outreach.web.presenters.survey_tables import survey_table
from outreach.web.presenters.surveys import Desk
from outreach.web.render import page
from outreach.web.tables import csv_file

router = guarded_router()


@router.get("/surveys/{ref}/results")
@needs(Action.AWARENESS_VIEW)
def results_page(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Figures with intervals, towns, comparisons, every question."""
    with services.store.read() as connection:
        view = shown(Desk(services, actor, connection, request.app.state.paths), ref)
    return page(request, "survey_results.html", view)


@router.get("/surveys/{ref}/results.csv")
@needs(Action.AWARENESS_VIEW)
def results_file(ref: str, services: TheServices, actor: TheActor) -> Response:
    """Every answer of every question as a table."""
    with services.store.read() as connection:
        rows = list(survey_table(Desk(services, actor, connection), ref))
    return csv_file(f"{ref}-调查结果.csv", rows)
