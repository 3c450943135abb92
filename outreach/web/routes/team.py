"""队伍: households are given out, by place or by a sheet; training and duty are written down."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import File, Form, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Invalid
from outreach.reach.helpers import duty, lists, service, training
from outreach.reach.helpers.schemas import Turn
from outreach.reach.helpers.service import Desk, Lot
from outreach.web.guard import UPLOAD, TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import team
from outreach.web.presenters.team import Asked
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.uploads import Uploads

router = guarded_router()

Text = Annotated[str, Form(max_length=100)]


def _desk(services: Services, actor: Actor) -> Desk:
    return Desk(actor.name, actor.scope, clock.today(services.settings.zone))


def _back(**said: object) -> Response:
    return RedirectResponse(f"/helpers?{urlencode(said)}", 303)


@router.get("/helpers")
@needs(Action.WORK_ASSIGN)
def team_page(
    request: Request, services: TheServices, actor: TheActor, asked: Annotated[Asked, Query()]
) -> Response:
    """Who looks after what, who lacks training, who is on duty."""
    with services.store.read() as connection:
        view = team.view(services, actor, connection, asked)
    return page(request, "helpers.html", view)


@router.post("/helpers/assign")
@needs(Action.WORK_ASSIGN)
def assign(
    services: TheServices, actor: TheActor, helper: Text, region: Text, place: Text = ""
) -> Response:
    """A grid, a village or a building is a helper's; nobody gets everything because a field was left empty."""
    if not region:
        raise Invalid("helpers.assign_what")
    with services.store.begin() as connection:
        lot = Lot(region, place.strip())
        done = service.assign(
            connection, _desk(services, actor), helper, lot, services.vault.decrypt
        )
    return _back(said="assigned", n=done.households, total=done.total)


@router.post("/helpers/list")
@needs(Action.WORK_ASSIGN, body=UPLOAD)
def take_list(
    services: TheServices, actor: TheActor, file: Annotated[UploadFile, File()]
) -> Response:
    """A sheet says whose is what: all of it, or nothing when a row is wrong."""
    uploads = Uploads(services.settings.data_dir)
    upload = uploads.keep(file.file, file.filename or "list.xlsx", actor.id, actor.region)
    try:
        lines = lists.read(upload.path)
        with services.store.begin() as connection:
            desk = _desk(services, actor)
            taken = lists.take(connection, desk, lines, services.vault.decrypt)
            if taken.errors:  # raised inside, so that nothing of the sheet is kept
                said = "；".join(f"第 {row} 行：{text}" for row, text in taken.errors)
                raise Invalid("helpers.rows", file=file.filename or "", rows=said)
    finally:
        uploads.drop(upload)
    total = max((one.total for one in taken.assigned), default=0)
    return _back(said="assigned", n=sum(one.households for one in taken.assigned), total=total)


@router.post("/helpers/release")
@needs(Action.WORK_ASSIGN)
def release(services: TheServices, actor: TheActor, helper: Text, to: Text = "") -> Response:
    """A helper leaves; another one takes over, or nobody."""
    with services.store.begin() as connection:
        done = service.release(connection, _desk(services, actor), helper, to)
    return _back(said="released", n=done.households)


@router.post("/helpers/trained")
@needs(Action.WORK_ASSIGN)
def trained(
    services: TheServices,
    actor: TheActor,
    policy: Text,
    on: Annotated[date, Form()],
    helper: Annotated[list[str] | None, Form()] = None,
    note: Text = "",
) -> Response:
    """Who was taught the newest version of a policy."""
    with services.store.begin() as connection:
        lesson = training.Lesson(policy, on, note=note.strip())
        n = training.record(connection, _desk(services, actor), helper or [], lesson)
    return _back(said="trained", n=n)


@router.post("/helpers/duty")
@needs(Action.WORK_ASSIGN)
def add_duty(
    services: TheServices, actor: TheActor, turn: Annotated[team.TurnForm, Form()]
) -> Response:
    """Somebody answers at a place."""
    with services.store.begin() as connection:
        duty.add(connection, _desk(services, actor), Turn(**turn.model_dump()))
    return _back(said="duty")


@router.post("/helpers/duty/{key}/remove")
@needs(Action.WORK_ASSIGN)
def remove_duty(key: int, services: TheServices, actor: TheActor) -> Response:
    """It does not take place."""
    with services.store.begin() as connection:
        duty.remove(connection, _desk(services, actor), key)
    return _back(said="removed")
