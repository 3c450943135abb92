"""发送渠道: the accounts that send, what is filed for them, and on what basis data may leave the mainland."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy import Connection

from outreach.access.roles import Action
from outreach.deliveries import accounts, filing, transfer
from outreach.deliveries.accounts import AccountView, Settings
from outreach.deliveries.filing.service import STATUSES, NewFiling, Status
from outreach.errors import Missing, OutreachError
from outreach.runtime.adapters import place_of
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import channels as presenter
from outreach.web.render import page
from outreach.web.services import Services
from outreach.wording import say

router = guarded_router()


def _account(connection: Connection, key: int) -> AccountView:
    found = {one.id: one for one in accounts.accounts(connection)}
    if key not in found:
        raise Missing(
            "accounts.unknown", account=key, known="、".join(one.name for one in found.values())
        )
    return found[key]


@router.get("/channels")
@needs(Action.CHANNELS_MANAGE)
def channels_page(request: Request, services: TheServices) -> Response:
    """Every account."""
    with services.store.read() as connection:
        view = presenter.every(services, connection)
    return page(request, "channels.html", view)


@router.get("/channels/{key:int}")
@needs(Action.CHANNELS_MANAGE)
def account_page(key: int, request: Request, services: TheServices) -> Response:
    """One account."""
    return _page(request, services, key)


def _page(
    request: Request,
    services: Services,
    key: int,
    error: OutreachError | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    with services.store.read() as connection:
        account = _account(connection, key)
        said = say(error.code, **error.params) if error else ""
        view = presenter.one_account(services, connection, account, said, given)
    return page(request, "channel.html", view, 422 if error else 200)


class Filed(BaseModel):
    """The form of a filing."""

    kind: str = "template"
    signature: str = ""
    text: str = ""
    status: str = "pending"
    number: str = ""
    parameters: str = ""
    note: str = ""

    def as_new(self) -> NewFiling:
        """What it says."""
        status: Status = next((one for one in STATUSES if one == self.status), "none")
        named = [
            one.strip() for one in self.parameters.replace("、", ",").split(",") if one.strip()
        ]
        name = self.signature if self.kind == "signature" else self.text
        kind: filing.Kind = "signature" if self.kind == "signature" else "template"
        return NewFiling(kind, name, status, self.number, named or None, self.note)


@router.post("/channels/{key:int}/filing")
@needs(Action.CHANNELS_MANAGE)
def put_filing(
    key: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    filed: Annotated[Filed, Form()],
) -> Response:
    """How far a signature or a text is."""
    try:
        with services.store.begin() as connection:
            filing.put(connection, _account(connection, key), filed.as_new(), actor.name)
    except OutreachError as error:
        return _page(request, services, key, error, filed.model_dump())
    return RedirectResponse(f"/channels/{key}#filing", 303)


@router.post("/channels/{key:int}/basis")
@needs(Action.CHANNELS_MANAGE)
def record_basis(
    key: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    basis: Annotated[str, Form(max_length=500)] = "",
    document: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """On what ground data may go where this account takes it."""
    try:
        with services.store.begin() as connection:
            account = _account(connection, key)
            place = place_of(account, services.settings)
            new = transfer.NewBasis(place, basis, document)
            transfer.record(connection, account, new, actor.name)
    except OutreachError as error:
        return _page(request, services, key, error, {"basis": basis, "document": document})
    return RedirectResponse(f"/channels/{key}#basis", 303)


@router.post("/channels/{key:int}/basis/{basis:int}/end")
@needs(Action.CHANNELS_MANAGE)
def end_basis(key: int, basis: int, services: TheServices, actor: TheActor) -> Response:
    """It holds no more."""
    with services.store.begin() as connection:
        transfer.end(connection, _account(connection, key), basis, actor.name)
    return RedirectResponse(f"/channels/{key}#basis", 303)


@router.post("/channels/{key:int}/settings")
@needs(Action.CHANNELS_MANAGE)
def configure(
    key: int,
    services: TheServices,
    actor: TheActor,
    rehearsal: Annotated[str, Form(pattern="^(required|shown)$")] = "shown",
) -> Response:
    """Whether nothing is released before a passed 三网测试."""
    with services.store.begin() as connection:
        account = _account(connection, key)
        accounts.configure(connection, account, Settings(rehearsal=rehearsal), actor.name)
    return RedirectResponse(f"/channels/{key}#settings", 303)
