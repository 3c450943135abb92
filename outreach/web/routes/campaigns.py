"""宣传任务: the list, one campaign, its live progress, and everything that moves it along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from outreach import clock, content
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import remainder, service
from outreach.deliveries import service as deliveries
from outreach.errors import Missing, OutreachError
from outreach.reports import service as reports
from outreach.reports import slip, unknowns
from outreach.web.errors import status_of
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.kept_previews import kept_previews, make
from outreach.web.presenters import signing_checks
from outreach.web.presenters.live import glance, live_campaign
from outreach.web.presenters.signing import line, signing
from outreach.web.presenters.sketches import sketch_lines
from outreach.web.progress import Poll, event_stream
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.views.signing import CampaignsView, CampaignView, SureView
from outreach.wording import say

router = guarded_router()

_RELEASED = ("scheduled", "running", "paused", "finished", "cancelled")


def visible(connection: Connection, actor: Actor, ref: str) -> Mapping[str, Any]:
    """A campaign that concerns this user; to everybody else it does not exist."""
    campaign = service.get(connection, ref)
    if not reports.concerns(actor.scope, campaign):
        raise Missing("campaigns.unknown", campaign=ref)
    return campaign


def responsible(connection: Connection, actor: Actor, ref: str) -> Mapping[str, Any]:
    """A campaign whose whole region lies in this user's; Refused for a part of it."""
    campaign = visible(connection, actor, ref)
    actor.scope.require(campaign["region"])
    return campaign


@router.get("/campaigns")
@needs(Action.CAMPAIGNS_VIEW)
def campaigns_page(request: Request, services: TheServices, actor: TheActor) -> Response:
    """All campaigns that concern this user, newest first."""
    with services.store.read() as connection:
        every = reports.campaigns(connection, actor.scope)
        rows = tuple(line(services, connection, one) for one in every)
        may_write = actor.may(Action.CAMPAIGNS_EDIT)
        unfinished = sketch_lines(actor, connection) if may_write else ()
        settles = actor.may(Action.DELIVERIES_SETTLE)
        doubts = unknowns.count(connection, actor.scope) if settles else 0
    view = CampaignsView(rows, sketches=unfinished, may_write=may_write, unknown=doubts)
    return page(request, "campaigns.html", view)


@router.get("/campaigns/{ref}")
@needs(Action.CAMPAIGNS_VIEW)
def campaign_page(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """One campaign: progress, texts, chain, buttons."""
    return shown(ref, request, services, actor)


def shown(
    ref: str,
    request: Request,
    services: Services,
    actor: Actor,
    problem: OutreachError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page of a campaign; `problem` is what stood in the way of what was just asked for, `typed` what was filled
    in beside a scan."""
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        kept = kept_previews(request).find(campaign["id"])
        sign = signing(services, actor, connection, campaign, kept)
        sign = replace(sign, problem=say(problem.code, **problem.params) if problem else "")
        if sign.paper is not None and typed:
            sign = replace(sign, paper=replace(sign.paper, **typed))
        live = (
            live_campaign(services, actor, connection, campaign)
            if campaign["status"] in _RELEASED and campaign["released"]
            else None
        )
    writes = actor.may(Action.CAMPAIGNS_EDIT) and actor.scope.covers(campaign["region"])
    status = status_of(problem) if problem else 200
    return page(
        request,
        "campaign.html",
        CampaignView(sign, live, writes, campaign["status"] == "draft"),
        status,
    )


@router.get("/campaigns/{ref}/slip.pdf")
@needs(Action.CAMPAIGNS_VIEW)
def approval_slip(ref: str, services: TheServices, actor: TheActor) -> Response:
    """发送审批单 of what was submitted, noted in the log. Refused for a draft: it has no fingerprint."""
    settings = services.settings
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        signed = slip.read(connection, campaign, clock.today(settings.zone))
    sheets = content.sheets(settings.content_dir, settings.data_dir / "cache")
    made = slip.make(signed, slip.House(settings.zone, settings.public_url, sheets, services.demo))
    with services.store.begin() as connection:
        slip.note(connection, campaign, made, actor.name)
    name = quote(f"{campaign['ref']}-发送审批单.pdf")
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{name}"}
    return Response(made.pdf, media_type="application/pdf", headers=headers)


@router.get("/campaigns/{ref}/live")
@needs(Action.CAMPAIGNS_VIEW)
def live_events(ref: str, services: TheServices, actor: TheActor) -> Response:
    """Progress as Server-Sent Events; 404 before anything is streamed."""
    with services.store.read() as connection:
        visible(connection, actor, ref)
    return event_stream(_poll(services, actor, ref))


def _poll(services: Services, actor: Actor, ref: str) -> Poll:
    def poll() -> tuple[Mapping[str, object], bool]:
        with services.store.read() as connection:
            campaign = service.get(connection, ref)
            now = glance(services, actor, connection, campaign)
        return now.event, campaign["status"] != "running"

    return poll


@router.post("/campaigns/{ref}/look")
@needs(Action.CAMPAIGNS_SUBMIT)
def look(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """A draft's preview: matched anew, every text rendered."""
    with services.store.read() as connection:
        campaign = responsible(connection, actor, ref)
    if campaign["status"] == "draft":
        made = make(services, ref, clock.today(services.settings.zone))
        kept_previews(request).keep(campaign["id"], made)
    return campaign_page(ref, request, services, actor)


@router.post("/campaigns/{ref}/submit")
@needs(Action.CAMPAIGNS_SUBMIT)
def submit(ref: str, services: TheServices, actor: TheActor) -> Response:
    """Freeze it, for somebody else to sign."""
    on = clock.today(services.settings.zone)
    with services.store.begin() as connection:
        responsible(connection, actor, ref)
        site = services.settings.content_dir
        service.submit(connection, ref, actor.name, on, services.vault, site=site)
    return _back(ref)


def _back(ref: str) -> Response:
    return RedirectResponse(f"/campaigns/{ref}", 303)


def _moved(
    services: Services, actor: Actor, ref: str, move: Callable[[Connection, str, str], None]
) -> Response:
    with services.store.begin() as connection:
        responsible(connection, actor, ref)
        move(connection, ref, actor.name)
    return _back(ref)


@router.post("/campaigns/{ref}/release")
@needs(Action.CAMPAIGNS_RUN)
def release(ref: str, services: TheServices, actor: TheActor) -> Response:
    """Hand a signed campaign to the senders."""
    return _moved(services, actor, ref, service.release)


@router.post("/campaigns/{ref}/pause")
@needs(Action.CAMPAIGNS_RUN)
def pause(ref: str, services: TheServices, actor: TheActor) -> Response:
    """Stop at the next chunk."""
    return _moved(services, actor, ref, service.pause)


@router.post("/campaigns/{ref}/resume")
@needs(Action.CAMPAIGNS_RUN)
def resume(ref: str, services: TheServices, actor: TheActor) -> Response:
    """Go on."""
    return _moved(services, actor, ref, service.resume)


@router.get("/campaigns/{ref}/cancel")
@needs(Action.CAMPAIGNS_RUN)
def sure_to_cancel(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Ask once more: it cannot be taken back."""
    with services.store.read() as connection:
        campaign = responsible(connection, actor, ref)
        left = signing_checks.left(connection, actor, campaign, asked=True)
    view = SureView(
        title=f"取消《{campaign['title']}》？",
        text="还没发的都不再发，每一件记下原因“任务已取消”。已经交给运营商的收不回。取消以后不能恢复。",
        action=f"/campaigns/{ref}/cancel",
        label="确定取消",
        back=f"/campaigns/{ref}",
        left=left,
    )
    return page(request, "sure.html", view)


@router.post("/campaigns/{ref}/cancel")
@needs(Action.CAMPAIGNS_RUN)
def cancel(ref: str, services: TheServices, actor: TheActor) -> Response:
    """End it; everybody who was not sent to gets that as the reason. Said again, it finishes what was cut off."""
    with services.store.begin() as connection:
        campaign = responsible(connection, actor, ref)
        if campaign["status"] != "cancelled":
            service.cancel(connection, ref, actor.name)
    deliveries.cancel_rest(services.store.begin, campaign["id"])
    with services.store.begin() as connection:
        remainder.note(connection, campaign, actor.name)
    return _back(ref)


@router.post("/campaigns/{ref}/unknown/{delivery}")
@needs(Action.DELIVERIES_SETTLE)
def settle_unknown(
    ref: str,
    delivery: int,
    services: TheServices,
    actor: TheActor,
    seen: Annotated[str, Form(pattern="^(yes|no)$")],
) -> Response:
    """A person looked: it is there (已看到), or it is not and may be sent once more (没有)."""
    with services.store.begin() as connection:
        campaign = visible(connection, actor, ref)
        mine = {row["id"] for row in reports.waiting(connection, actor.scope, campaign)}
        if delivery not in mine:  # settled meanwhile, or not this user's
            raise Missing("deliveries.unknown", delivery=delivery)
        deliveries.confirm(connection, delivery, seen=seen == "yes", by=actor.name)
    target = f"/campaigns/{ref}/unknown" if len(mine) > 1 else f"/campaigns/{ref}"
    return RedirectResponse(target, 303)
