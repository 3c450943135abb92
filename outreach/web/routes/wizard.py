"""新建宣传任务: a campaign written on four pages, then looked at as a whole. Works without a script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection
from starlette.datastructures import FormData

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import sketches, writing
from outreach.errors import Conflict, Invalid, Missing
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.kept_previews import kept_previews, start
from outreach.web.presenters import wizard_forms as forms
from outreach.web.presenters.segment_counts import Desk
from outreach.web.presenters.wizard import (
    PAGES,
    Sheet,
    people_page,
    policies_page,
)
from outreach.web.presenters.wizard_changes import changed, first_wrong, problems, rearranged
from outreach.web.presenters.wizard_check import check_page
from outreach.web.presenters.wizard_steps import steps_page
from outreach.web.presenters.wizard_words import words_page
from outreach.web.render import page as shown
from outreach.web.routes.campaigns import responsible, visible
from outreach.web.services import Services
from outreach.wording import say

router = guarded_router()

_SHOW = {
    "policies": policies_page, "people": people_page, "steps": steps_page, "words": words_page,
}  # fmt: skip


async def _form(request: Request) -> FormData:
    return await request.form()


TheForm = Annotated[FormData, Depends(_form)]


@router.post("/campaigns/new")
@needs(Action.CAMPAIGNS_EDIT)
def begin(services: TheServices, actor: TheActor, form: TheForm) -> Response:
    """Begin to write a campaign: an empty one, or one like an old one."""
    on, zone = clock.today(services.settings.zone), services.settings.zone
    with services.store.begin() as connection:
        like = forms.text(form, "like")
        document = None
        if like:
            document = sketches.copied(
                writing.document(connection, visible(connection, actor, like), zone)
            )
        number = sketches.begin(connection, actor.name, actor.scope.region, on, document)
    return _to(number, "policies")


def _to(number: int, page: str) -> Response:
    return RedirectResponse(f"/campaigns/new/{number}/{page}", 303)


@router.get("/campaigns/new/{number}/{page}")
@needs(Action.CAMPAIGNS_EDIT)
def wizard_page(
    number: int, page: str, request: Request, services: TheServices, actor: TheActor
) -> Response:
    """One page of it, as it was kept last."""
    with services.store.read() as connection:
        sheet = _sheet(services, actor, connection, number, page)
        view = _SHOW[page](sheet)
    return shown(request, f"wizard_{page}.html", view)


def _sheet(
    services: Services, actor: Actor, connection: Connection, number: int, page: str
) -> Sheet:
    if page not in PAGES:
        raise Missing("wizard.unknown", number=number)
    return Sheet(
        Desk(services, actor, connection), sketches.get(connection, actor.scope, number), page
    )


@router.post("/campaigns/new/{number}/drop")
@needs(Action.CAMPAIGNS_EDIT)
def drop(number: int, services: TheServices, actor: TheActor) -> Response:
    """Throw away what was written; a draft that it would have changed stays as it is."""
    with services.store.begin() as connection:
        sketches.drop(connection, sketches.get(connection, actor.scope, number).id)
    return RedirectResponse("/campaigns", 303)


@router.post("/campaigns/new/{number}/{page}")
@needs(Action.CAMPAIGNS_EDIT)
def keep(
    number: int, page: str, request: Request, services: TheServices, actor: TheActor, form: TheForm
) -> Response:
    """Keep a page and go on; whatever is wrong is said beside its field, and nothing is kept."""
    do = forms.text(form, "do") or "next"
    with services.store.read() as connection:
        sheet = _sheet(services, actor, connection, number, page)
        if page == "steps" and do not in ("next", "stay"):
            rows = rearranged(sheet, forms.rows(form), do)
            return shown(request, "wizard_steps.html", steps_page(sheet, rows))
        changes = changed(sheet, form, do)
        said = problems(sheet, changes)
        if said:
            return _again(request, sheet, changes, said)
    seen = forms.number(forms.text(form, "revision"))
    try:
        with services.store.begin() as connection:
            sketch = sketches.get(connection, actor.scope, number)
            sketches.keep(
                connection, sketch, changes, actor.name, seen if isinstance(seen, int) else -1
            )
    except Conflict as error:
        with services.store.read() as connection:
            sheet = _sheet(services, actor, connection, number, page)
            return _again(request, sheet, changes, {}, say(error.code, **error.params))
    if do == "next" and page == list(PAGES)[-1]:
        return _finished(request, services, actor, number)
    return _to(number, _after(page) if do == "next" else page)


def _after(page: str) -> str:
    order = list(PAGES)
    return order[order.index(page) + 1]


def _again(
    request: Request,
    sheet: Sheet,
    changes: Mapping[str, Any],
    said: Mapping[str, str],
    problem: str = "",
) -> Response:
    """The page with what was typed."""
    typed = replace(sheet, sketch=sheet.sketch.typed(changes), said=said, problem=problem)
    return shown(request, f"wizard_{sheet.page}.html", _SHOW[sheet.page](typed), 422)


def _finished(request: Request, services: Services, actor: Actor, number: int) -> Response:
    """Make it a draft, and begin to make its preview. What is still wrong leads back to its page."""
    settings = services.settings
    with services.store.read() as connection:
        sheet = first_wrong(_sheet(services, actor, connection, number, "words"))
        if sheet.said:
            return _again(request, sheet, {}, sheet.said)
    actor.scope.require(str(sheet.document.get("region") or settings.region))
    try:
        with services.store.begin() as connection:
            sketch = sketches.get(connection, actor.scope, number)
            ref = sketches.finish(connection, sketch, settings.zone, actor.name, settings.region)
    except (Invalid, Missing, Conflict) as error:
        with services.store.read() as connection:
            sheet = _sheet(services, actor, connection, number, "words")
            return _again(request, sheet, {}, {}, say(error.code, **error.params))
    start(request, services, ref, clock.today(settings.zone))
    return RedirectResponse(f"/campaigns/{ref}/check", 303)


@router.post("/campaigns/{ref}/edit")
@needs(Action.CAMPAIGNS_EDIT)
def edit(ref: str, services: TheServices, actor: TheActor, form: TheForm) -> Response:
    """Change a draft on the same pages."""
    page = forms.text(form, "to")
    with services.store.begin() as connection:
        campaign = responsible(connection, actor, ref)
        number = sketches.reopen(connection, campaign, actor.name, services.settings.zone)
    return _to(number, page if page in PAGES else "policies")


@router.get("/campaigns/{ref}/check")
@needs(Action.CAMPAIGNS_EDIT)
def check(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """The draft as a whole: who, which words, how many parts, how much; what is missing, and the way to the signature."""
    with services.store.read() as connection:
        campaign = responsible(connection, actor, ref)
    if campaign["status"] != "draft":
        return RedirectResponse(f"/campaigns/{ref}", 303)
    kept = kept_previews(request)
    if kept.glance(campaign["id"]) == (None, None):
        start(request, services, ref, clock.today(services.settings.zone))
    with services.store.read() as connection:
        view = check_page(services, actor, connection, campaign, kept.glance(campaign["id"]))
    return shown(request, "wizard_check.html", view)


@router.post("/campaigns/{ref}/check")
@needs(Action.CAMPAIGNS_EDIT)
def count_again(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Make the preview anew."""
    with services.store.read() as connection:
        responsible(connection, actor, ref)
    start(request, services, ref, clock.today(services.settings.zone))
    return RedirectResponse(f"/campaigns/{ref}/check", 303)


@router.get("/campaigns/{ref}/campaign.yaml")
@needs(Action.CAMPAIGNS_VIEW)
def as_file(ref: str, services: TheServices, actor: TheActor) -> Response:
    """The campaign as the file that `outreach campaign create` reads."""
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        text = writing.as_yaml(writing.document(connection, campaign, services.settings.zone))
    name = quote(f"{campaign['ref']}.yaml")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)
