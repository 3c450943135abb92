"""简报: choose what it is about, take it along."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request, Response

from outreach import clock, content
from outreach.access.roles import Action
from outreach.errors import Invalid, Refused
from outreach.reports import handing
from outreach.reports.brief import House
from outreach.reports.brief.gathering import Asked
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.reports import view
from outreach.web.render import page

router = guarded_router()


@router.get("/reports")
@needs(Action.REPORTS_MAKE)
def reports_page(
    request: Request, services: TheServices, actor: TheActor, subject: str = "", region: str = ""
) -> Response:
    """What there is to report about, and in which forms."""
    with services.store.read() as connection:
        shown = view(services, actor, connection, subject, region)
    return page(request, "reports.html", shown)


@router.get("/reports/file")
@needs(Action.REPORTS_MAKE)
def report_file(
    services: TheServices, actor: TheActor, subject: str, form: str = "pdf", region: str = ""
) -> Response:
    """The file, noted in the log. Refused for a form that is not this role's, or a place outside its scope."""
    if form not in handing.FORMS:
        raise Invalid("brief.format", file=form, suffix=form)
    if not actor.may(handing.FORMS[form][1]):
        raise Refused("access.not_allowed", role=actor.role_name)
    settings = services.settings
    scope = actor.scope.narrowed(region or actor.region or settings.region)
    named = not actor.may(Action.REPORTS_EVALUATE) or actor.may(Action.CAMPAIGNS_VIEW)
    asked = Asked(scope, settings.region, services.place, settings.zone, services.demo, named)
    with services.store.read() as connection:
        collected = handing.collect(connection, subject, form, asked)
    sheets = content.sheets(settings.content_dir, settings.data_dir / "cache")
    house = House(sheets, settings.public_url, services.place)
    paper = handing.produce(collected, house, clock.now())
    with services.store.begin() as connection:
        handing.note(connection, paper, actor.name)
    shown = "inline" if form == "pdf" else "attachment"
    headers = {"Content-Disposition": f"{shown}; filename*=UTF-8''{quote(paper.name)}"}
    return Response(paper.content, media_type=paper.media_type, headers=headers)
