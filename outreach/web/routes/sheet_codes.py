"""The page behind the code on a sheet: what the notice is about, whom to ask, and no more publicity by text message.

It never says whether a number is in the register: whatever is typed gets the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Form, Request, Response
from sqlalchemy import Connection

from outreach import clock
from outreach.campaigns import queries
from outreach.deliveries import sheet_codes
from outreach.errors import Missing
from outreach.messages import facts
from outreach.people import refusing
from outreach.people.keys import phone_key
from outreach.people.opt_out import Wish
from outreach.people.phones import InvalidPhone, parse_mobile
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.surveys.fieldwork import volunteers
from outreach.web.guard import TheServices, guarded_router, public
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.throttle import Throttle
from outreach.web.views.carriers import NoticeView
from outreach.wording import say

router = guarded_router()

SOURCE = "qr"
"""Where such a refusal comes from, as the worker's page says it."""

THROTTLE = Throttle(each=5, all_=200, seconds=600)
"""Five numbers from one address in ten minutes: enough for a family, too few to opt a village out."""


@router.get("/q/{token}")
@public
def notice(token: str, request: Request, services: TheServices) -> Response:
    """General words about public policies; nothing about whoever holds the sheet."""
    return page(request, "sheet_code.html", _view(services, token))


@router.post("/q/{token}/opt-out")
@public
def opt_out(
    token: str,
    request: Request,
    services: TheServices,
    phone: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """No more publicity to a number. The answer is the same for every number, in the register or not."""
    sheet_codes.read_token(services.vault, token)
    try:
        number = parse_mobile(phone)
    except InvalidPhone:
        view = _view(services, token, problem=say("qr.no_mobile"), number=phone)
        return page(request, "sheet_code.html", view, 422)
    caller = request.client.host if request.client else ""
    if not THROTTLE.allow(caller):
        view = _view(services, token, problem=say("qr.too_often"), number=phone)
        return page(request, "sheet_code.html", view, 429)
    key = phone_key(services.vault, number)
    with services.store.begin() as connection:
        refusing.obey(connection, key, Wish.STOP_PUBLICITY, clock.now(), source=SOURCE)
    return page(request, "sheet_code.html", _view(services, token, done=True))


def _view(
    services: Services, token: str, *, done: bool = False, problem: str = "", number: str = ""
) -> NoticeView:
    with services.store.read() as connection:
        campaign = campaign_behind(services, connection, token)
        told = public_policies(connection, campaign["id"], campaign["region"])
        asks = volunteers.open_survey(
            connection,
            campaign["id"],
            {one.ref for one in told},
            clock.today(services.settings.zone),
        )
    options = campaign["options"]
    return NoticeView(
        office=options["office"],
        phone=options.get("phone", "12345"),
        policies=tuple(
            (one.plain_name, facts.words(one.facts_at(campaign["region"]).get("one_line")))
            for one in told
        ),
        action=f"/q/{token}/opt-out",
        say=f"/q/{token}/say",
        ask=f"/q/{token}/ask" if asks else "",
        done=done,
        problem=problem,
        number=number,
    )


def campaign_behind(services: Services, connection: Connection, token: str) -> Mapping[str, Any]:
    """The campaign that a code leads to; Missing qr.unknown."""
    key = sheet_codes.read_token(services.vault, token)
    campaign = queries.by_ref(connection, str(key))
    if campaign is None or campaign["id"] != key:
        raise Missing("qr.unknown")
    return campaign


def public_policies(connection: Connection, campaign: int, region: str) -> list[PolicyView]:
    """The campaign's policies that read nothing sensitive: an open sheet speaks of no other."""
    refs = queries.policy_refs(connection, campaign)
    views = policies.all_policies(connection, refs)
    return [one for one in views if one.sensitivity(region) != "sensitive"]
