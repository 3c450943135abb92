"""调查: set up and locked, drawn and sealed, closed. Works without a script: every button sends the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import OutreachError
from outreach.surveys import service
from outreach.surveys.drawing import reserve
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import survey_document, survey_form, survey_words
from outreach.web.presenters.surveys import BASE, Desk, listing, opened
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.views.signing import SureView
from outreach.wording import say

router = guarded_router()

_LONGEST = 300


async def _given(request: Request) -> dict[str, str]:
    """What was filled in; a field that is too long is cut, so that it is refused by its own rule."""
    sent = await request.form()
    return {
        key: one.strip()[:_LONGEST]
        for key, one in sent.items()
        if isinstance(one, str) and key != "form_token"
    }


Given = Annotated[dict[str, str], Depends(_given)]
Stratum = Annotated[str, Query(max_length=200)]
Batch = Annotated[int, Query(ge=1, le=10)]


def _desk(request: Request, services: Services, actor: Actor, connection: Connection) -> Desk:
    return Desk(services, actor, connection, request.app.state.paths)


@router.get("/surveys")
@needs(Action.SURVEYS_DESIGN)
def surveys_page(request: Request, services: TheServices, actor: TheActor) -> Response:
    """All of them."""
    with services.store.read() as connection:
        view = listing(_desk(request, services, actor, connection))
    return page(request, "surveys.html", view)


@router.get("/surveys/new")
@needs(Action.SURVEYS_DESIGN)
def new_page(request: Request, services: TheServices, actor: TheActor) -> Response:
    """An empty set-up; `kind`, `policy` and the like in the address fill it in."""
    return _form(request, services, actor, dict(request.query_params))


@router.post("/surveys/new")
@needs(Action.SURVEYS_DESIGN)
def set_up(request: Request, services: TheServices, actor: TheActor, given: Given) -> Response:
    """Reckon the size, show the questions, or write it down and lock it; what is wrong is said and nothing is written."""
    do = given.pop("do", "look")
    # an unticked box is not sent, and must not be ticked anew
    given = {"weigh": "", **given}
    if do != "create":
        return _form(request, services, actor, given, size=do == "size")
    try:
        document = survey_document.document(given)
        with services.store.begin() as connection:
            home = services.settings.region
            service.create(connection, document, actor.name, "", home, actor.scope)
    except OutreachError as error:
        return _form(request, services, actor, given, survey_document.said(error))
    return RedirectResponse(f"{BASE}/{document['id']}", 303)


def _form(
    request: Request,
    services: Services,
    actor: Actor,
    given: Mapping[str, str],
    problem: str = "",
    *,
    size: bool = False,
) -> Response:
    with services.store.read() as connection:
        view = survey_form.form(
            _desk(request, services, actor, connection), given, problem, size=size
        )
    return page(request, "survey_new.html", view, 422 if view.problem else 200)


@router.get("/surveys/{ref}")
@needs(Action.SURVEYS_DESIGN)
def survey_page(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """One survey: what is locked, how it was drawn. Nobody's name."""
    return _survey(request, services, actor, ref)


def _survey(
    request: Request, services: Services, actor: Actor, ref: str, problem: str = ""
) -> Response:
    with services.store.read() as connection:
        view = opened(_desk(request, services, actor, connection), ref, problem)
    return page(request, "survey.html", view, 409 if problem else 200)


@router.get("/surveys/{ref}/draw")
@needs(Action.SURVEYS_DESIGN)
def sure_to_draw(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Ask once more."""
    with services.store.read() as connection:
        survey = _desk(request, services, actor, connection).find(ref)
    text = "抽一次就封存，不能重抽。访问结束以前，只有访问员看得到抽中的是谁；发送和入户宣传的人看不到。"
    view = SureView(
        f"给“{survey['title']}”抽样？", text, f"{BASE}/{ref}/draw", "抽样并封存", f"{BASE}/{ref}"
    )
    return page(request, "sure.html", view)


@router.post("/surveys/{ref}/draw")
@needs(Action.SURVEYS_DESIGN)
def draw(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Draw and seal, once."""
    today = clock.today(services.settings.zone)
    try:
        with services.store.begin() as connection:
            desk = _desk(request, services, actor, connection)
            desk.require(desk.find(ref))
            service.draw(connection, ref, today, services.settings.region, actor.name)
    except OutreachError as error:
        return _survey(request, services, actor, ref, say(error.code, **error.params))
    return RedirectResponse(f"{BASE}/{ref}", 303)


@router.get("/surveys/{ref}/close")
@needs(Action.SURVEYS_DESIGN)
def sure_to_close(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Ask once more, with what is still open."""
    with services.store.read() as connection:
        survey = _desk(request, services, actor, connection).find(ref)
    left = survey["drawn"] - survey["answered"]
    text = f"结束以后不能再登记。抽了 {survey['drawn']} 人，问到 {survey['answered']} 人，还有 {left} 人没有问到。"
    view = SureView(
        f"结束“{survey['title']}”的访问？", text, f"{BASE}/{ref}/close", "结束访问", f"{BASE}/{ref}"
    )
    return page(request, "sure.html", view)


@router.post("/surveys/{ref}/close")
@needs(Action.SURVEYS_DESIGN)
def close(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Nothing is recorded any more."""
    try:
        with services.store.begin() as connection:
            desk = _desk(request, services, actor, connection)
            desk.require(desk.find(ref))
            service.close(connection, ref, actor.name)
    except OutreachError as error:
        return _survey(request, services, actor, ref, say(error.code, **error.params))
    return RedirectResponse(f"{BASE}/{ref}", 303)


@router.get("/surveys/{ref}/release")
@needs(Action.SURVEYS_DESIGN)
def sure_to_release(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    stratum: Stratum = "all",
    batch: Batch = 1,
) -> Response:
    """Ask once more."""
    with services.store.read() as connection:
        _desk(request, services, actor, connection).find(ref)
        name = survey_words.strata_names(connection, [stratum])[stratum]
    text = (
        "这一批的人全部加进样本，全部都要访问，不能只问好找的。这一层的权重会重新算，操作记入日志。"
    )
    asked = urlencode({"stratum": stratum, "batch": batch})
    view = SureView(
        f"启用“{name}”的第 {batch} 批备用样本？", text, f"{BASE}/{quote(ref)}/release?{asked}", "启用这一批",
        f"{BASE}/{ref}",
    )  # fmt: skip
    return page(request, "sure.html", view)


@router.post("/surveys/{ref}/release")
@needs(Action.SURVEYS_DESIGN)
def release(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    stratum: Stratum = "all",
    batch: Batch = 1,
) -> Response:
    """Take a batch of the reserve up."""
    try:
        with services.store.begin() as connection:
            desk = _desk(request, services, actor, connection)
            desk.require(desk.find(ref))
            reserve.release(connection, ref, stratum, batch, actor.name)
    except OutreachError as error:
        return _survey(request, services, actor, ref, say(error.code, **error.params))
    return RedirectResponse(f"{BASE}/{ref}", 303)
