"""预览: what a campaign will send, before anybody receives it; what one person would get; two versions side by side."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from outreach import clock
from outreach.access import service
from outreach.access.roles import Action
from outreach.campaigns.preview.schemas import Preview
from outreach.campaigns.preview.workbook import workbook
from outreach.errors import Missing
from outreach.people import service as people
from outreach.people.queries import people as queries
from outreach.reports import service as reports
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.kept_previews import kept_previews, start
from outreach.web.presenters import previews, previews_person
from outreach.web.presenters.names import CHANNEL
from outreach.web.presenters.people import FOUND_MOST, lines
from outreach.web.presenters.previews_steps import Asked, Desk
from outreach.web.render import page
from outreach.web.routes.campaigns import responsible, visible
from outreach.web.views.common import Link

router = guarded_router()

AGAIN = 2
"""Seconds until a page that shows a preview being made comes again."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/campaigns/{ref}/preview")
@needs(Action.CAMPAIGNS_VIEW)
def preview_page(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    asked: Annotated[Asked, Query()],
) -> Response:
    """Every text with its count, parts and money. Nothing is rendered for it."""
    kept = kept_previews(request)
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        found, work = kept.glance(campaign["id"])
        view = previews.view(Desk(services, actor, campaign, asked), connection, found, work)
    answer = page(request, "preview.html", view)
    if view.making:
        answer.headers["Refresh"] = str(AGAIN)
    return answer


@router.post("/campaigns/{ref}/preview")
@needs(Action.CAMPAIGNS_SUBMIT)
def make(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Match a draft anew and render everything, in the background."""
    with services.store.read() as connection:
        campaign = responsible(connection, actor, ref)
    if campaign["status"] == "draft":
        start(request, services, ref, clock.today(services.settings.zone))
    return RedirectResponse(f"/campaigns/{ref}/preview", 303)


@router.get("/campaigns/{ref}/preview/texts.xlsx")
@needs(Action.CAMPAIGNS_VIEW)
def texts(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """All texts as a workbook, without names. Missing for a draft that nobody has looked at yet."""
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
    kept = kept_previews(request).find(campaign["id"])
    if campaign["frozen"]:
        seen = Preview.from_dict(campaign["frozen"]["preview"])
    elif kept:
        seen = kept.preview
    else:
        raise Missing("previewing.not_made", campaign=ref)
    name = quote(f"{campaign['ref']}-文字.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(workbook(seen, CHANNEL), media_type=_XLSX, headers=headers)


@router.get("/campaigns/{ref}/preview/changes")
@needs(Action.CAMPAIGNS_VIEW)
def changes_page(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    against: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Where the texts differ from another version of them, or from another campaign of this user's."""
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        if against and not against.isdecimal():
            visible(connection, actor, against)
        known = reports.campaigns(connection, actor.scope)
        desk = Desk(services, actor, campaign)
        view = previews_person.changes(desk, connection, against, known)
    return page(request, "preview_changes.html", view)


@router.post("/campaigns/{ref}/preview/person")
@needs(Action.PEOPLE_VIEW)
def search(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    q: Annotated[str, Form()] = "",
) -> Response:
    """Find somebody by full name, phone or identity number; what was typed never stands in an address."""
    service.require(actor, Action.CAMPAIGNS_VIEW)
    base = f"/campaigns/{ref}/preview"
    keys = people.search_keys(services.vault, q) if q.strip() else set()
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        found = (
            queries.people_of(connection, actor.scope, keys=keys, limit=FOUND_MOST) if keys else []
        )
        if len(found) == 1:
            return RedirectResponse(f"{base}/person/{found[0].id}", 303)
        shown = lines(services, connection, found)
        links = tuple(
            Link(f"{line.name}，{line.place}", f"{base}/person/{row.id}")
            for row, line in zip(found, shown, strict=True)
        )
        kept = kept_previews(request)
        desk = Desk(services, actor, campaign)
        view = previews.view(desk, connection, kept.find(campaign["id"]))
        said = (
            f"找到 {len(links)} 人，点开看" if links else "没有找到。姓名、手机号、身份证号要写全。"
        )
        view = previews.searched(view, said, links)
    return page(request, "preview.html", view)


@router.get("/campaigns/{ref}/preview/person/{person:int}")
@needs(Action.PEOPLE_VIEW)
def person_page(
    ref: str, person: int, request: Request, services: TheServices, actor: TheActor
) -> Response:
    """What exactly one person would get, word for word, the name masked; or why nothing."""
    service.require(actor, Action.CAMPAIGNS_VIEW)
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        row = people.get_person(connection, actor.scope, person)
        view = previews_person.person(Desk(services, actor, campaign), connection, row)
    return page(request, "preview_person.html", view)
