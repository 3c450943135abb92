"""导入名单: upload, look, correct the columns, import. Nothing is written before somebody says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import File, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Missing, OutreachError
from outreach.people.intake import importer
from outreach.people.schemas import Preview
from outreach.people.template import write_template
from outreach.web.guard import UPLOAD, TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import imports
from outreach.web.presenters.imports import BASE
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.uploads import Meta, Upload, Uploads
from outreach.wording import say

router = guarded_router()

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/people/import")
@needs(Action.PEOPLE_IMPORT)
def start_page(request: Request, services: TheServices, actor: TheActor) -> Response:
    """Choosing a file."""
    return _start(request, services, actor)


def _start(
    request: Request, services: Services, actor: Actor, problem: str = "", status: int = 200
) -> Response:
    with services.store.read() as connection:
        view = imports.start(services, actor, connection, problem)
    return page(request, "import_start.html", view, status)


@router.get("/people/import/template.xlsx")
@needs(Action.PEOPLE_IMPORT)
def template() -> Response:
    """The empty sheet to hand out."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(path)
        data = path.read_bytes()
    headers = {"Content-Disposition": "attachment; filename*=UTF-8''%E5%90%8D%E5%8D%95.xlsx"}
    return Response(data, media_type=_XLSX, headers=headers)


@router.post("/people/import")
@needs(Action.PEOPLE_IMPORT, body=UPLOAD)
def upload_file(
    request: Request,
    services: TheServices,
    actor: TheActor,
    file: Annotated[UploadFile | None, File()] = None,
    region: Annotated[str, Form()] = "",
) -> Response:
    """Keep the file for a while and show what it holds; a file that cannot be read is gone at once."""
    actor.scope.narrowed(region)
    if file is None or not file.filename:
        return _start(request, services, actor, say("web.upload_no_file"), 422)
    uploads = Uploads(services.settings.data_dir)
    upload = uploads.keep(file.file, file.filename, actor.id, region or actor.region)
    try:
        _check(services, upload)
    except OutreachError as error:
        uploads.drop(upload)
        return _start(request, services, actor, say(error.code, **error.params), 422)
    return RedirectResponse(f"{BASE}/{upload.token}", 303)


def _check(services: Services, upload: Upload) -> Preview:
    """Read and check the whole file; writes nothing but the workbook of wrong rows."""
    return importer.preview_file(
        upload.path,
        begin=services.store.read,
        vault=services.vault,
        today=clock.today(services.settings.zone),
        region=upload.meta.region or services.settings.region,
        mapping=upload.meta.mapping or None,
        rejected=upload.rejected,
    )


@router.get("/people/import/{token}")
@needs(Action.PEOPLE_IMPORT)
def preview_page(token: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """What would happen, or what did."""
    upload = Uploads(services.settings.data_dir).find(token, actor.id)
    if upload.meta.counts:
        return page(request, "import_done.html", imports.done(actor, upload))
    if not upload.path.is_file():
        raise Missing("web.upload_gone")
    return page(request, "import_preview.html", imports.preview(upload, _check(services, upload)))


@router.post("/people/import/{token}/columns")
@needs(Action.PEOPLE_IMPORT)
async def other_columns(
    token: str, request: Request, services: TheServices, actor: TheActor
) -> Response:
    """The same file with columns taken for something else."""
    form = {key: str(value) for key, value in (await request.form()).items()}
    return await run_in_threadpool(_remap, request, services, actor, token, form)


def _remap(
    request: Request, services: Services, actor: Actor, token: str, form: Mapping[str, str]
) -> Response:
    uploads = Uploads(services.settings.data_dir)
    upload = uploads.find(token, actor.id)
    before = imports.preview(upload, _check(services, upload))
    mapping = imports.chosen(before.columns, form)
    meta = Meta(actor.id, upload.meta.name, upload.meta.region, mapping)
    try:
        _check(services, Upload(token, upload.folder, meta))
    except (
        OutreachError
    ) as error:  # a required column was left out: say so, and keep the columns as they were
        shown = imports.preview(upload, _check(services, upload), say(error.code, **error.params))
        return page(request, "import_preview.html", shown, 422)
    uploads.note(upload, meta)
    return RedirectResponse(f"{BASE}/{token}", 303)


@router.post("/people/import/{token}/confirm")
@needs(Action.PEOPLE_IMPORT)
def confirm(token: str, services: TheServices, actor: TheActor) -> Response:
    """Write the good rows, once; the file is deleted afterwards."""
    uploads = Uploads(services.settings.data_dir)
    upload = uploads.find(token, actor.id)
    if not upload.meta.counts:
        _import(services, actor, uploads, upload)
    return RedirectResponse(f"{BASE}/{token}", 303)


def _import(services: Services, actor: Actor, uploads: Uploads, upload: Upload) -> None:
    path = uploads.take(upload)
    try:
        report = importer.import_file(
            path,
            begin=services.store.begin,
            vault=services.vault,
            today=clock.today(services.settings.zone),
            region=upload.meta.region or services.settings.region,
            mapping=upload.meta.mapping or None,
            rejected=upload.rejected,
            by=actor.name,
            source=upload.meta.name,
        )
    except BaseException:
        uploads.give_back(upload)
        raise
    counts = {name: int(getattr(report, name)) for name in imports.COUNTS}
    with services.store.begin() as connection:
        thing = f"import:{report.import_id or 0}"
        audit.record(connection, actor.name, Action.PEOPLE_IMPORT, thing, dict(counts))
    uploads.imported(upload, counts)


@router.post("/people/import/{token}/cancel")
@needs(Action.PEOPLE_IMPORT)
def cancel(token: str, services: TheServices, actor: TheActor) -> Response:
    """Another file instead: this one is deleted."""
    uploads = Uploads(services.settings.data_dir)
    uploads.drop(uploads.find(token, actor.id))
    return RedirectResponse(BASE, 303)


@router.get("/people/import/{token}/rejected.xlsx")
@needs(Action.PEOPLE_IMPORT)
def rejected_rows(token: str, services: TheServices, actor: TheActor) -> Response:
    """The wrong rows to correct and send again."""
    upload = Uploads(services.settings.data_dir).find(token, actor.id)
    if not upload.rejected.is_file():
        raise Missing("web.upload_gone")
    stem = Path(upload.meta.name).stem
    return FileResponse(upload.rejected, media_type=_XLSX, filename=f"退回的行-{stem}.xlsx")
