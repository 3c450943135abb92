"""走文件发送: hand messages over to a console as a workbook, and settle what its result file says, looked at first."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.deliveries import funnel
from outreach.deliveries.gateway import handover, settling
from outreach.deliveries.gateway.batches import Ordered
from outreach.deliveries.gateway.handover import Handed
from outreach.errors import Invalid, OutreachError
from outreach.runtime import embedded
from outreach.runtime.adapters import line_of
from outreach.web.guard import UPLOAD, TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import console_files as presenter
from outreach.web.render import page
from outreach.web.routes.campaigns import responsible, visible
from outreach.web.services import Services
from outreach.web.uploads import Upload, Uploads
from outreach.wording import say

router = guarded_router()

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/campaigns/{ref}/files")
@needs(Action.DELIVERIES_SETTLE)
def files_page(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """The batches, a button for the next one, and a form for results."""
    return _page(request, services, actor, ref)


def _page(
    request: Request,
    services: Services,
    actor: Actor,
    ref: str,
    problem: str = "",
    shown: presenter.Shown | None = None,
) -> Response:
    with services.store.read() as connection:
        campaign = visible(connection, actor, ref)
        view = presenter.view(services, actor, connection, campaign, problem, shown)
    return page(request, "console_files.html", view, 422 if problem else 200)


@router.post("/campaigns/{ref}/files")
@needs(Action.CAMPAIGNS_RUN)
def hand_over(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """The next batch as a download; what is in it counts as handed over."""
    ordered = _ordered(services, actor, ref)
    embedded.fire(services.store, services.settings)
    with services.store.read() as connection:
        lines = [(one, line_of(one, services.settings)) for one in handover.accounts(connection)]
    desk = handover.Desk(services.store, services.vault, services.demo)

    def write(out: Path) -> Handed:
        return handover.hand_over(desk, lines, ordered, out, actor.name)

    return _download(request, services, actor, ref, write)


@router.post("/campaigns/{ref}/files/{batch:int}/again")
@needs(Action.CAMPAIGNS_RUN)
def write_again(
    ref: str,
    batch: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """The same batch once more: somebody answers for it that the console did not get it."""
    ordered = _ordered(services, actor, ref)
    if not sure:
        return _page(request, services, actor, ref, say("gateway.not_sure", batch=batch))
    desk = handover.Desk(services.store, services.vault, services.demo)

    def write(out: Path) -> Handed:
        return handover.write_again(desk, ordered, batch, out, actor.name)

    return _download(request, services, actor, ref, write)


def _download(
    request: Request, services: Services, actor: Actor, ref: str, write: Callable[[Path], Handed]
) -> Response:
    """The file goes to whoever asked and is not kept here: it holds numbers in clear."""
    folder = services.settings.data_dir / "handover"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    out = folder / f"{secrets.token_hex(8)}.xlsx"
    try:
        handed = write(out)
        data = out.read_bytes() if handed.batch else b""
    except OutreachError as error:
        return _page(request, services, actor, ref, say(error.code, **error.params))
    finally:
        out.unlink(missing_ok=True)
    with services.store.begin() as connection:
        funnel.fold(connection)
    if not data:
        with services.store.read() as connection:
            words = presenter.nothing(services, connection, handed)
        return _page(request, services, actor, ref, words)
    name = quote(f"{ref}-第{handed.batch}批.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(data, media_type=_XLSX, headers=headers)


@router.post("/campaigns/{ref}/files/results")
@needs(Action.DELIVERIES_SETTLE, body=UPLOAD)
def upload_results(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Keep the console's file for a while and show what it would settle; nothing is written yet."""
    _ordered(services, actor, ref)
    if file is None or not file.filename:
        return _page(request, services, actor, ref, say("web.upload_no_file"))
    uploads = Uploads(services.settings.data_dir)
    upload = uploads.keep(file.file, file.filename, actor.id, ref)
    return RedirectResponse(f"/campaigns/{ref}/files/results/{upload.token}", 303)


@router.get("/campaigns/{ref}/files/results/{token}")
@needs(Action.DELIVERIES_SETTLE)
def look_at_results(
    ref: str, token: str, request: Request, services: TheServices, actor: TheActor
) -> Response:
    """What the file would settle."""
    ordered = _ordered(services, actor, ref)
    uploads = Uploads(services.settings.data_dir)
    upload = _mine(uploads.find(token, actor.id), ref)
    try:
        done = settling.foresee(services.store, services.vault, ordered, upload.path)
    except OutreachError as error:
        uploads.drop(upload)
        return _page(request, services, actor, ref, say(error.code, **error.params))
    action = f"/campaigns/{ref}/files/results/{token}"
    return _page(
        request, services, actor, ref, shown=presenter.Shown(upload.meta.name, done, action)
    )


@router.post("/campaigns/{ref}/files/results/{token}")
@needs(Action.DELIVERIES_SETTLE)
def settle_results(
    ref: str, token: str, request: Request, services: TheServices, actor: TheActor
) -> Response:
    """Settle what was looked at; the file is gone afterwards."""
    ordered = _ordered(services, actor, ref)
    uploads = Uploads(services.settings.data_dir)
    upload = _mine(uploads.find(token, actor.id), ref)
    path = uploads.take(upload)
    try:
        done = settling.settle_file(services.store, services.vault, ordered, path, actor.name)
    finally:
        uploads.drop(upload)
    with services.store.begin() as connection:
        funnel.fold(connection)
    return _page(request, services, actor, ref, shown=presenter.Shown(upload.meta.name, done))


def _mine(upload: Upload, ref: str) -> Upload:
    if upload.meta.region != ref:  # kept for another campaign's page
        raise Invalid("gateway.other_upload")
    return upload


def _ordered(services: Services, actor: Actor, ref: str) -> Ordered:
    """The campaign as its files name it; for whoever is responsible for all of it."""
    with services.store.read() as connection:
        campaign: Any = responsible(connection, actor, ref)
    return Ordered(campaign["id"], campaign["ref"], campaign["options"]["office"])
