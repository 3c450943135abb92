"""短信通道: may the accounts of a campaign carry it, and 三网测试 before it goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from channels.errors import ChannelError
from channels.networks import Network, guess
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import rehearsing
from outreach.campaigns.preview.looking import account_of
from outreach.campaigns.rehearsing import Phone
from outreach.errors import OutreachError
from outreach.people.phones import parse_mobile
from outreach.runtime.adapters import line_of, open_channel
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import carriers as presenter
from outreach.web.render import page
from outreach.web.routes.campaigns import responsible, visible
from outreach.web.services import Services
from outreach.wording import say

router = guarded_router()


@router.get("/campaigns/{ref}/carrier")
@needs(Action.CAMPAIGNS_VIEW)
def carrier_page(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Accounts, filing, where data goes, and the rehearsal."""
    return _page(request, services, actor, ref)


def _page(
    request: Request,
    services: Services,
    actor: Actor,
    ref: str,
    problem: str = "",
    notes: Sequence[str] = (),
) -> Response:
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        view = presenter.view(services, actor, connection, campaign, problem, notes)
    return page(request, "carrier.html", view, 422 if problem else 200)


class Phones(BaseModel):
    """The form: one number for each network."""

    mobile: str = Field("", max_length=30)
    unicom: str = Field("", max_length=30)
    telecom: str = Field("", max_length=30)

    def given(self, notes: list[str]) -> list[Phone]:
        """Those that were filled in; a number that began on another network is kept as said, with a note."""
        typed: dict[Network, str] = {
            "mobile": self.mobile, "unicom": self.unicom, "telecom": self.telecom,
        }  # fmt: skip
        found = []
        for network, text in typed.items():
            if not text.strip():
                continue
            number = parse_mobile(text)
            began = guess(number)
            if began not in (None, network):
                words = say(f"rehearsal.network.{began}")
                notes.append(say("rehearsal.ported", number=number[3:6], network=words))
            found.append(Phone(network, number))
        return found


@router.post("/campaigns/{ref}/carrier/{step:int}")
@needs(Action.CAMPAIGNS_RUN)
def rehearse(
    ref: str,
    step: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    phones: Annotated[Phones, Form()],
) -> Response:
    """The texts as signed to the phones that were filled in; what has arrived is not sent again."""
    notes: list[str] = []
    try:
        given = phones.given(notes)
        with services.store.read() as connection:
            campaign = responsible(connection, actor, ref)
            chosen = rehearsing.step_to_rehearse(connection, campaign, step)
        rig = _rig(services, campaign, chosen)
        rehearsing.rehearse(rig, campaign, chosen, given, actor.name)
    except (OutreachError, ChannelError) as error:
        return _page(request, services, actor, ref, say(error.code, **error.params), notes)
    if notes:
        return _page(request, services, actor, ref, notes=notes)
    return RedirectResponse(f"/campaigns/{ref}/carrier", 303)


def _rig(
    services: Services, campaign: Mapping[str, Any], step: Mapping[str, Any]
) -> rehearsing.Rig:
    with services.store.read() as connection:
        account = account_of(connection, step)
    channel = open_channel(account, services.settings)
    line = line_of(account, services.settings)
    return rehearsing.Rig(services.store, services.vault, account, channel, line)
