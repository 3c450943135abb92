"""填一份问卷 behind the code on a sheet: 自愿填答, without a name, a number or an address of anybody."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from outreach import clock
from outreach.errors import Invalid, Missing
from outreach.surveys.fieldwork import volunteers
from outreach.surveys.service import locked_instrument
from outreach.web.errors import status_of
from outreach.web.guard import TheServices, guarded_router, public
from outreach.web.presenters.fieldwork_form import Filled, answers_of, questions, with_problem
from outreach.web.render import page
from outreach.web.routes.sheet_codes import campaign_behind, public_policies
from outreach.web.services import Services
from outreach.web.throttle import Throttle
from outreach.web.views.volunteers import AskView
from outreach.wording import say

router = guarded_router()

THROTTLE = Throttle(each=20, all_=1000, seconds=600)
"""Twenty from one address in ten minutes: a village may share one, a machine would need many."""

Fields = dict[str, list[str]]


async def _fields(request: Request) -> Fields:
    sent = await request.form()
    return {key: [one for one in sent.getlist(key) if isinstance(one, str)] for key in sent}


@router.get("/q/{token}/ask")
@public
def ask(token: str, request: Request, services: TheServices) -> Response:
    """The questions that somebody can answer alone; Missing when no survey is open."""
    with services.store.read() as connection:
        campaign, survey = _open(services, connection, token)
    return page(request, "volunteer_ask.html", _view(token, campaign, survey, Filled()))


@router.post("/q/{token}/ask")
@public
def answered(
    token: str, request: Request, services: TheServices, sent: Annotated[Fields, Depends(_fields)]
) -> Response:
    """Keep the answers, once for each form."""
    filled = Filled(key=next(iter(sent.get("key", ())), ""), answers=answers_of(sent))
    with services.store.read() as connection:
        campaign, survey = _open(services, connection, token)
    caller = request.client.host if request.client else ""
    if not THROTTLE.allow(caller):
        filled = replace(filled, problem=say("fieldwork.volunteer_too_often"))
        return page(request, "volunteer_ask.html", _view(token, campaign, survey, filled), 429)
    try:
        with services.store.begin() as connection:
            volunteers.answer(connection, survey, filled.key, filled.answers)
    except Invalid as error:
        filled = with_problem(filled, error)
        view = _view(token, campaign, survey, filled)
        return page(request, "volunteer_ask.html", view, status_of(error))
    view = replace(_view(token, campaign, survey, Filled()), done=True)
    return page(request, "volunteer_ask.html", view)


def _open(
    services: Services, connection: Connection, token: str
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    campaign = campaign_behind(services, connection, token)
    told = {one.ref for one in public_policies(connection, campaign["id"], campaign["region"])}
    today = clock.today(services.settings.zone)
    survey = volunteers.open_survey(connection, campaign["id"], told, today)
    if survey is None:
        raise Missing("fieldwork.no_volunteers")
    return campaign, survey


def _view(
    token: str, campaign: Mapping[str, Any], survey: Mapping[str, Any], filled: Filled
) -> AskView:
    asked = questions(locked_instrument(survey), filled, volunteers.KINDS)
    options = campaign["options"]
    return AskView(
        office=options["office"],
        phone=options.get("phone", "12345"),
        back=f"/q/{token}",
        action=f"/q/{token}/ask",
        title=survey["title"],
        questions=tuple(
            replace(
                one,
                number=number,
                text=volunteers.self_worded(one.text),
                options=tuple(
                    replace(option, label=volunteers.self_labelled(option.label))
                    for option in one.options
                ),
                needed=False,
            )
            for number, one in enumerate(asked, 1)
        ),
        key=filled.key or secrets.token_hex(12),
        problem=filled.problem,
        done=False,
    )
