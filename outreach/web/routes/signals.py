"""12345 周数和办理数: series by week, and files of counts with a look before they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Invalid, Missing, OutreachError
from outreach.reach.signals import service
from outreach.reach.signals.schemas import SignalReport, Terms
from outreach.store import Begin
from outreach.web.guard import UPLOAD, TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import signals
from outreach.web.presenters.signals import BASE, KINDS
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.uploads import Upload, Uploads
from outreach.wording import say

router = guarded_router()


class Filled(BaseModel):
    """The form beside the file."""

    kind: str = "hotline"
    region: str = ""
    year: str = ""
    policy: str = ""
    measure: str = ""
    on: str = ""

    def terms(self, services: Services, actor: Actor) -> Terms:
        """Invalid signals.kind, signals.year, signals.day for what cannot be read."""
        if self.kind not in KINDS:
            raise Invalid("signals.kind", value=self.kind)
        if self.year and not (self.year.isdecimal() and len(self.year) == 4):
            raise Invalid("signals.year", value=self.year)
        home = self.region or actor.region or services.settings.region
        today = clock.today(services.settings.zone)
        return Terms(
            actor.scope, home, today, actor.name, year=int(self.year) if self.year else None,
            policy=self.policy, measure=self.measure.strip(), on=_day(self.on),
        )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("signals.day", value=text) from None


@router.get("/signals")
@needs(Action.REACH_VIEW)
def signals_page(
    request: Request, services: TheServices, actor: TheActor, policy: str = ""
) -> Response:
    """Calls by week; the form for files beneath, for whoever may take them in."""
    return _start(request, services, actor, policy)


def _start(
    request: Request,
    services: Services,
    actor: Actor,
    policy: str = "",
    problem: str = "",
    form: Mapping[str, str] | None = None,
) -> Response:
    with services.store.read() as connection:
        view = signals.view(services, actor, connection, policy, problem, form)
    return page(request, "signals.html", view, 422 if problem else 200)


@router.post("/signals")
@needs(Action.SIGNALS_IMPORT, body=UPLOAD)
def upload_file(
    request: Request,
    services: TheServices,
    actor: TheActor,
    filled: Annotated[Filled, Form()],
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Keep the file for a while and show what it would change; what cannot be read is gone at once."""
    actor.scope.narrowed(filled.region)
    form = filled.model_dump()
    if file is None or not file.filename:
        return _start(request, services, actor, "", say("web.upload_no_file"), form)
    uploads = Uploads(services.settings.data_dir)
    upload = uploads.keep(file.file, file.filename, actor.id, filled.region or actor.region)
    upload = replace(upload, meta=replace(upload.meta, options={**form, "about": "signals"}))
    uploads.note(upload, upload.meta)
    try:
        _take(services, actor, upload, services.store.read, dry_run=True)
    except OutreachError as error:
        uploads.drop(upload)
        return _start(request, services, actor, "", say(error.code, **error.params), form)
    return RedirectResponse(f"{BASE}/files/{upload.token}", 303)


def _take(
    services: Services, actor: Actor, upload: Upload, begin: Begin, *, dry_run: bool
) -> SignalReport:
    filled = Filled(**{name: value for name, value in upload.meta.options.items() if name != "about"})  # fmt: skip
    path = upload.path if upload.path.is_file() else upload.folder / "taken" / upload.meta.name
    terms = replace(filled.terms(services, actor), source=upload.meta.name)
    take = service.take_hotline if filled.kind == "hotline" else service.take_counts
    with begin() as connection:
        return take(connection, path, terms, dry_run=dry_run)


def _find(services: Services, actor: Actor, token: str) -> Upload:
    """A kept file of counts of this user, that was not written yet."""
    upload = Uploads(services.settings.data_dir).find(token, actor.id)
    if upload.meta.options.get("about") != "signals" or not upload.path.is_file():
        raise Missing("web.upload_gone")
    return upload


@router.get("/signals/files/{token}")
@needs(Action.SIGNALS_IMPORT)
def preview_page(token: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """What would change, and which rows are wrong."""
    upload = _find(services, actor, token)
    report = _take(services, actor, upload, services.store.read, dry_run=True)
    view = signals.preview(upload, upload.meta.options["kind"], report)
    return page(request, "signals_preview.html", view)


@router.post("/signals/files/{token}/confirm")
@needs(Action.SIGNALS_IMPORT)
def confirm(token: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Write it, once, and say what changed; the file is deleted afterwards."""
    upload = _find(services, actor, token)
    uploads = Uploads(services.settings.data_dir)
    uploads.take(upload)
    try:
        report = _take(services, actor, upload, services.store.begin, dry_run=False)
    except BaseException:
        uploads.give_back(upload)
        raise
    uploads.drop(upload)
    view = signals.preview(upload, upload.meta.options["kind"], report, done=report.written)
    return page(request, "signals_preview.html", view)


@router.post("/signals/files/{token}/cancel")
@needs(Action.SIGNALS_IMPORT)
def cancel(token: str, services: TheServices, actor: TheActor) -> Response:
    """Another file instead: this one is deleted."""
    Uploads(services.settings.data_dir).drop(_find(services, actor, token))
    return RedirectResponse(BASE, 303)
