"""The page behind the code on a sheet on which a resident writes: no identity is asked for, a contact only for an answer."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Form, Request, Response

from outreach.deliveries import sheet_codes
from outreach.errors import Invalid
from outreach.reach.opinions import service
from outreach.reach.opinions.schemas import KINDS, LONGEST, NewOpinion
from outreach.web.guard import TheServices, guarded_router, public
from outreach.web.presenters.opinions_say import Form as Written
from outreach.web.presenters.opinions_say import once_key
from outreach.web.render import page
from outreach.web.routes.sheet_codes import campaign_behind, public_policies
from outreach.web.services import Services
from outreach.web.throttle import Throttle
from outreach.web.views.common import Choice
from outreach.web.views.opinions import ResidentSayView
from outreach.wording import say

router = guarded_router()

THROTTLE = Throttle(each=5, all_=200, seconds=600)
"""Five from one address in ten minutes: enough for a family, too few to bury the inbox."""


@router.get("/q/{token}/say")
@public
def form(token: str, request: Request, services: TheServices) -> Response:
    """The form."""
    return page(request, "sheet_say.html", _view(services, token, Written()))


@router.post("/q/{token}/say")
@public
def write(
    token: str, request: Request, services: TheServices, written: Annotated[Written, Form()]
) -> Response:
    """Kept once, however often it is sent."""
    sheet_codes.read_token(services.vault, token)
    caller = request.client.host if request.client else ""
    if not THROTTLE.allow(caller):
        return _again(request, services, token, written, "opinions.too_often", 429)
    try:
        with services.store.begin() as connection:
            campaign = campaign_behind(services, connection, token)
            told = public_policies(connection, campaign["id"], campaign["region"])
            new = NewOpinion(
                source="qr",
                text=written.text,
                kind=written.kind,
                policy=written.policy if written.policy in {one.ref for one in told} else "",
                campaign_id=campaign["id"],
                region=campaign["region"] or services.settings.region,
                contact=written.contact,
                key=once_key(services, token, written.once, written.text),
            )
            service.say(connection, services.vault, new)
    except Invalid as error:
        return _again(request, services, token, written, error.code, 422, **error.params)
    return page(request, "sheet_say.html", _view(services, token, Written(), done=True))


def _again(
    request: Request,
    services: Services,
    token: str,
    written: Written,
    code: str,
    status: int,
    **params: object,
) -> Response:
    view = _view(services, token, written, problem=say(code, **params))
    return page(request, "sheet_say.html", view, status)


def _view(
    services: Services, token: str, written: Written, *, done: bool = False, problem: str = ""
) -> ResidentSayView:
    with services.store.read() as connection:
        campaign = campaign_behind(services, connection, token)
        told = public_policies(connection, campaign["id"], campaign["region"])
    options = campaign["options"]
    return ResidentSayView(
        office=options["office"],
        phone=options.get("phone", "12345"),
        action=f"/q/{token}/say",
        back=f"/q/{token}",
        kinds=tuple(Choice(one, say(f"opinions.kind.{one}")) for one in KINDS),
        policies=(
            Choice("", "不是某一项政策"),
            *(Choice(one.ref, one.plain_name) for one in told),
        ),
        once=written.once or secrets.token_urlsafe(12),
        most=LONGEST,
        given=written.model_dump(),
        done=done,
        problem=problem,
    )
