"""交名单: a department hands in its own list and sees nothing else; officers see all lists with their gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import File, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import BaseModel

from outreach import clock
from outreach.access import audit
from outreach.access import service as accounts
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Invalid, Missing, OutreachError
from outreach.people.handed_in.circumstances import take_circumstances
from outreach.people.handed_in.report import Desk, ListReport
from outreach.people.handed_in.taking import Terms
from outreach.reach.lists import take_policy_list
from outreach.store import Begin
from outreach.web.guard import UPLOAD, TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import lists
from outreach.web.presenters.lists import BASE
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.uploads import Upload, Uploads
from outreach.wording import say

router = guarded_router()

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Filled(BaseModel):
    """The form beside the file."""

    list: str = ""
    on: str = ""
    region: str = ""
    expires: str = ""
    basis: str = ""
    purpose: str = ""
    complete: str = ""

    def terms(self, source: str) -> Terms:
        """Invalid web.list_date for what is no date."""
        on = _day(self.on)
        if on is None:
            raise Invalid("web.list_date", value=self.on)
        return Terms(
            on, source, self.basis, self.purpose, self.region, _day(self.expires), None, bool(self.complete)
        )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("web.list_date", value=text) from None


@router.get("/lists")
@needs(Action.LISTS_HAND_IN)
def lists_page(request: Request, services: TheServices, actor: TheActor) -> Response:
    """Choosing a list and a file, and what came earlier."""
    return _start(request, services, actor)


def _start(
    request: Request,
    services: Services,
    actor: Actor,
    problem: str = "",
    form: Mapping[str, str] | None = None,
) -> Response:
    with services.store.read() as connection:
        view = lists.start(services, actor, connection, problem, form)
    return page(request, "lists.html", view, 422 if problem else 200)


@router.post("/lists")
@needs(Action.LISTS_HAND_IN, body=UPLOAD)
def hand_in(
    request: Request,
    services: TheServices,
    actor: TheActor,
    filled: Annotated[Filled, Form()],
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Keep the file for a while and show what it would do; what cannot be read is gone at once."""
    actor.scope.narrowed(filled.region)
    accounts.require_list(actor, filled.list)
    form = filled.model_dump()
    if file is None or not file.filename:
        return _start(request, services, actor, say("web.upload_no_file"), form)
    uploads = Uploads(services.settings.data_dir)
    upload = uploads.keep(file.file, file.filename, actor.id, filled.region or actor.region)
    upload = replace(upload, meta=replace(upload.meta, options=form))
    uploads.note(upload, upload.meta)
    try:
        _take(services, actor, upload, services.store.read, dry_run=True)
    except OutreachError as error:
        uploads.drop(upload)
        return _start(request, services, actor, say(error.code, **error.params), form)
    return RedirectResponse(f"{BASE}/{upload.token}", 303)


def _take(
    services: Services, actor: Actor, upload: Upload, begin: Begin, *, dry_run: bool
) -> tuple[Terms, ListReport]:
    """Hold the list against the register; with `dry_run` nothing is written but the workbook of what fits nobody."""
    filled = Filled(**upload.meta.options)
    accounts.require_list(actor, filled.list)
    home = filled.region or actor.region or services.settings.region
    with services.store.read() as connection:
        named = lists.list_names(connection).get(filled.list, filled.list)
    terms = replace(filled.terms(f"{actor.shown}：{named}"), region=home)
    desk = Desk(begin, services.vault, clock.today(services.settings.zone), actor.scope, actor.name)
    take = take_policy_list if ":" in filled.list else take_circumstances
    path = upload.path if upload.path.is_file() else upload.folder / "taken" / upload.meta.name
    report = take(path, filled.list, terms, desk, dry_run=dry_run, returned=upload.rejected)
    return terms, report


@router.get("/lists/{token}")
@needs(Action.LISTS_HAND_IN)
def preview_page(token: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """What would happen, or what did."""
    upload = _find(services, actor, token)
    if upload.meta.counts:
        filled = Filled(**upload.meta.options)
        report = ListReport.counted(filled.list, upload.meta.counts)
        terms, done = filled.terms(upload.meta.name), True
    elif upload.path.is_file():
        terms, report = _take(services, actor, upload, services.store.read, dry_run=True)
        done = False
    else:
        raise Missing("web.upload_gone")
    with services.store.read() as connection:
        view = lists.preview(connection, upload, terms, report, done=done)
    return page(request, "list_preview.html", view)


def _find(services: Services, actor: Actor, token: str) -> Upload:
    """A kept list of this user; an import of people is none."""
    upload = Uploads(services.settings.data_dir).find(token, actor.id)
    if not upload.meta.options:
        raise Missing("web.upload_gone")
    return upload


@router.post("/lists/{token}/confirm")
@needs(Action.LISTS_HAND_IN)
def confirm(token: str, services: TheServices, actor: TheActor) -> Response:
    """Write it, once; the file is deleted afterwards."""
    upload = _find(services, actor, token)
    if not upload.meta.counts:
        _write(services, actor, upload)
    return RedirectResponse(f"{BASE}/{token}", 303)


def _write(services: Services, actor: Actor, upload: Upload) -> None:
    uploads = Uploads(services.settings.data_dir)
    uploads.take(upload)
    try:
        _, report = _take(services, actor, upload, services.store.begin, dry_run=False)
    except BaseException:
        uploads.give_back(upload)
        raise
    counts = report.counts()
    with services.store.begin() as connection:
        thing = f"list:{report.list_ref}"
        audit.record(connection, actor.name, Action.LISTS_HAND_IN, thing, dict(counts))
    uploads.imported(upload, counts)
    uploads.note(upload, replace(upload.meta, counts=counts))


@router.post("/lists/{token}/cancel")
@needs(Action.LISTS_HAND_IN)
def cancel(token: str, services: TheServices, actor: TheActor) -> Response:
    """Another file instead: this one is deleted."""
    Uploads(services.settings.data_dir).drop(_find(services, actor, token))
    return RedirectResponse(BASE, 303)


@router.get("/lists/{token}/returned.xlsx")
@needs(Action.LISTS_HAND_IN)
def returned_rows(token: str, services: TheServices, actor: TheActor) -> Response:
    """The rows that nobody answers to, to correct and hand in again."""
    upload = _find(services, actor, token)
    if not upload.rejected.is_file():
        raise Missing("web.upload_gone")
    return FileResponse(upload.rejected, media_type=_XLSX, filename=f"没对上的行-{upload.path.stem}.xlsx")  # fmt: skip
