"""待我审批: what another person signs, word for word, or sends back; signed paper; what somebody lets pass."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy import Connection

from outreach import clock
from outreach.access import service as accounts
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import preflight, service
from outreach.campaigns.signing import approving, papers
from outreach.campaigns.signing.scan import MOST_BYTES
from outreach.errors import Conflict, Invalid, OutreachError
from outreach.reports import service as reports
from outreach.web.guard import UPLOAD, TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import signing_chain
from outreach.web.presenters.signing import line, signing
from outreach.web.render import page
from outreach.web.routes.campaigns import responsible, shown, visible
from outreach.web.services import Services
from outreach.web.views.signing import ApprovalsView

router = guarded_router()

_SIGNED = ("approved", "scheduled", "running", "paused", "finished")


@router.get("/approvals")
@needs(Action.CAMPAIGNS_REVIEW)
def approvals_page(request: Request, services: TheServices, actor: TheActor) -> Response:
    """Submitted campaigns whose turn is this user's, what is owed after sending, and those signed lately."""
    with services.store.read() as connection:
        submitted = [
            one
            for one in reports.campaigns(connection, actor.scope, ["submitted"])
            if actor.scope.covers(one["region"])
        ]
        mine = [one for one in submitted if _turn_of(connection, actor, one)]
        released = reports.campaigns(connection, actor.scope, (*_SIGNED, "cancelled"))
        signed = [one for one in released if one["status"] in _SIGNED][:10]
        view = ApprovalsView(
            tuple(signing(services, actor, connection, one) for one in mine),
            tuple(line(services, connection, one) for one in signed),
            signing_chain.owed(services, actor, connection, released),
            tuple(line(services, connection, one) for one in submitted if one not in mine),
        )
    return page(request, "approvals.html", view)


def _turn_of(connection: Connection, actor: Actor, campaign: Mapping[str, Any]) -> bool:
    return signing_chain.may_sign(actor, approving.next_level(connection, campaign))


@router.post("/approvals/{ref}/sign")
@needs(Action.CAMPAIGNS_REVIEW)
def sign(
    ref: str,
    services: TheServices,
    actor: TheActor,
    seen_hash: Annotated[str, Form()] = "",
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Sign exactly what the page showed: Conflict when it is another version now."""
    on = clock.today(services.settings.zone)
    with services.store.begin() as connection:
        campaign = responsible(connection, actor, ref)
        if not seen_hash or seen_hash != campaign["frozen_hash"]:
            raise Conflict("web.changed_since", campaign=campaign["title"])
        turn = approving.next_level(connection, campaign)
        # whose turn is nobody's is refused by the signing itself, which says where the campaign stands
        accounts.require(actor, Action(turn.action) if turn else Action.CAMPAIGNS_APPROVE)
        level = turn.id if turn else ""
        service.approve(connection, ref, actor.name, note.strip(), level=level, on=on)
    return RedirectResponse(f"/campaigns/{ref}", 303)


@router.post("/approvals/{ref}/return")
@needs(Action.CAMPAIGNS_REVIEW)
def send_back(
    ref: str,
    services: TheServices,
    actor: TheActor,
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Back to its writer, with a reason."""
    if not note.strip():
        raise Invalid("web.note_needed")
    with services.store.begin() as connection:
        responsible(connection, actor, ref)
        service.send_back(connection, ref, actor.name, note.strip())
    return RedirectResponse("/approvals", 303)


class PaperFilled(BaseModel):
    """The form beside a scan."""

    level: str = ""
    signer: str = ""
    on: str = ""
    fingerprint: str = ""

    def paper(self, kept: papers.Kept) -> papers.Paper:
        """Invalid signing.paper_day for what is no date."""
        try:
            on = date.fromisoformat(self.on)
        except ValueError:
            raise Invalid("web.list_date", value=self.on) from None
        return papers.Paper(kept, self.level, self.signer[:80], on, self.fingerprint[:40])


@router.post("/approvals/{ref}/paper")
@needs(Action.CAMPAIGNS_REVIEW, body=UPLOAD)
def hand_in_paper(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    filled: Annotated[PaperFilled, Form()],
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """A scan of the signed slip stands for the level whose turn it is; what is wrong with it is said above the form."""
    with services.store.read() as connection:
        responsible(connection, actor, ref)
    try:
        _record(ref, services, actor, filled, file)
    except OutreachError as error:
        typed = {"signer": filled.signer, "on": filled.on, "fingerprint": filled.fingerprint}
        return shown(ref, request, services, actor, error, typed)
    return RedirectResponse(f"/campaigns/{ref}", 303)


def _record(
    ref: str, services: Services, actor: Actor, filled: PaperFilled, file: UploadFile | None
) -> None:
    data = file.file.read(MOST_BYTES + 1) if file is not None else b""
    name = (file.filename if file is not None else "") or "scan"
    kept = papers.keep(
        services.settings.data_dir, name.replace("\\", "/").rsplit("/", 1)[-1][:120], data
    )
    today = clock.today(services.settings.zone)
    with services.store.begin() as connection:
        responsible(connection, actor, ref)
        papers.record(connection, ref, filled.paper(kept), actor.name, today)


@router.get("/campaigns/{ref}/papers/{key}")
@needs(Action.CAMPAIGNS_VIEW)
def show_paper(ref: str, key: int, services: TheServices, actor: TheActor) -> Response:
    """The scan, for whoever may see the campaign."""
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        scan = papers.read(connection, services.settings.data_dir, campaign, key)
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(scan.name)}"}
    return Response(scan.data, media_type=scan.media, headers=headers)


@router.post("/approvals/{ref}/pass")
@needs(Action.CAMPAIGNS_REVIEW)
def let_pass(
    ref: str,
    services: TheServices,
    actor: TheActor,
    code: Annotated[str, Form(max_length=80)] = "",
    subject: Annotated[str, Form(max_length=200)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Somebody takes on themselves what a check had stopped, with a reason."""
    on = clock.today(services.settings.zone)
    with services.store.begin() as connection:
        campaign = responsible(connection, actor, ref)
        judged = preflight.judged(campaign, services.settings.content_dir)
        preflight.let_pass(connection, judged, (code, subject), reason, actor.name, on)
    return RedirectResponse(f"/campaigns/{ref}", 303)
