"""导入名单: upload or paste, look, correct the columns, import. Nothing is written before somebody says so."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
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
from outreach.errors import Invalid, Missing, OutreachError
from outreach.people.intake import importer, process
from outreach.people.intake.comparing import Comparison, compare_file
from outreach.people.intake.jobs import Jobs
from outreach.people.intake.options import Options
from outreach.people.queries.imports import last_mapping
from outreach.people.reading.spreadsheet import read_text_table
from outreach.people.reading.workbook import unlock
from outreach.people.template import write_template
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import imports
from outreach.web.presenters.import_runs import difference
from outreach.web.presenters.imports import BASE
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.uploads import Upload, Uploads
from outreach.wording import say

router = guarded_router()

LARGEST = 160 * 1024 * 1024
"""A million rows of a text file, with room."""

PASTED = "粘贴的表格.csv"

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LOCKED = ("people.file_password", "people.file_password_wrong")


@router.get("/people/import")
@needs(Action.PEOPLE_IMPORT)
def start_page(request: Request, services: TheServices, actor: TheActor) -> Response:
    """Choosing a file."""
    return _start(request, services, actor)


def _start(
    request: Request,
    services: Services,
    actor: Actor,
    problem: str = "",
    pasted: str = "",
) -> Response:
    with services.store.read() as connection:
        view = imports.start(services, actor, connection, problem, pasted)
    return page(request, "import_start.html", view, 422 if problem else 200)


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
@needs(Action.PEOPLE_IMPORT, body=LARGEST)
def upload_file(
    request: Request,
    services: TheServices,
    actor: TheActor,
    file: Annotated[UploadFile | None, File()] = None,
    region: Annotated[str, Form()] = "",
    pasted: Annotated[str, Form()] = "",
) -> Response:
    """Keep the file for a while and show what it holds; a file that cannot be read is gone at once."""
    actor.scope.narrowed(region)
    uploads = Uploads(services.settings.data_dir)
    if file is not None and file.filename:
        upload = uploads.keep(file.file, file.filename, actor.id, region or actor.region)
    elif pasted.strip():
        try:
            table = _as_file(pasted)
        except OutreachError as error:
            return _start(request, services, actor, say(error.code, **error.params), pasted)
        upload = uploads.keep(table, PASTED, actor.id, region or actor.region)
    else:
        return _start(request, services, actor, say("web.upload_no_file"))
    try:
        _remember_columns(services, uploads, upload)
    except OutreachError as error:
        if error.code not in _LOCKED:
            uploads.drop(upload)
            return _start(request, services, actor, say(error.code, **error.params), pasted)
    return RedirectResponse(f"{BASE}/{upload.token}", 303)


def _as_file(pasted: str) -> io.BytesIO:
    """A table from the clipboard, as a text file that is read like any other."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(read_text_table(pasted).rows)
    return io.BytesIO(text.getvalue().encode())


def _remember_columns(services: Services, uploads: Uploads, upload: Upload) -> None:
    """Read what the file is; columns that somebody corrected in an earlier list of the same headers are as then."""
    found = importer.peek_file(upload.path)
    headers = {header for sheet in found.sheets for header in sheet.headers if header}
    with services.store.read() as connection:
        before = last_mapping(connection, sorted(headers))
    guessed = {
        header: name
        for sheet in found.sheets
        for header, name in zip(sheet.headers, sheet.fields, strict=True)
        if header
    }
    if before and before != guessed:
        uploads.note(upload, replace(upload.meta, mapping=before))


def _options(services: Services, actor: Actor, upload: Upload) -> Options:
    meta = upload.meta
    return {
        "scope": actor.scope,
        "region": meta.region or services.settings.region,
        "mapping": meta.mapping or None,
        "encoding": meta.encoding or None,
    }


def _check(services: Services, actor: Actor, upload: Upload) -> Comparison:
    """Read and check the whole file; writes nothing but the workbook of wrong rows. A long one is only looked into."""
    options = _options(services, actor, upload)
    if upload.is_long:
        found = importer.peek_file(upload.path, **options)
        return Comparison(found.report, preview=found)
    return compare_file(
        upload.path,
        begin=services.store.read,
        vault=services.vault,
        today=clock.today(services.settings.zone),
        scope=actor.scope,
        options={**options, "rejected": upload.rejected},
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
    try:
        found = _check(services, actor, upload)
    except Invalid as error:
        if error.code not in _LOCKED:
            raise
        return page(request, "import_locked.html", imports.locked(upload))
    shown = imports.preview(upload, found, difference=difference(services, found))
    return page(request, "import_preview.html", shown)


@router.post("/people/import/{token}/password")
@needs(Action.PEOPLE_IMPORT)
def open_locked(
    token: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    password: Annotated[str, Form()] = "",
) -> Response:
    """Open a locked workbook once; the password is forgotten."""
    uploads = Uploads(services.settings.data_dir)
    upload = uploads.find(token, actor.id)
    try:
        data = unlock(upload.path, password or " ")
        if data is not None:
            uploads.replace(upload, data)
        _remember_columns(services, uploads, upload)
    except OutreachError as error:
        view = imports.locked(upload, say(error.code, **error.params))
        return page(request, "import_locked.html", view, 422)
    return RedirectResponse(f"{BASE}/{token}", 303)


@router.post("/people/import/{token}/columns")
@needs(Action.PEOPLE_IMPORT)
async def other_columns(
    token: str, request: Request, services: TheServices, actor: TheActor
) -> Response:
    """The same file with columns taken for something else, or read in another encoding."""
    form = {key: str(value) for key, value in (await request.form()).items()}
    return await run_in_threadpool(_remap, request, services, actor, token, form)


def _remap(
    request: Request, services: Services, actor: Actor, token: str, form: Mapping[str, str]
) -> Response:
    uploads = Uploads(services.settings.data_dir)
    upload = uploads.find(token, actor.id)
    before = imports.preview(upload, _check(services, actor, upload))
    if "encoding" in form:
        meta = replace(upload.meta, mapping={}, encoding=form["encoding"])
    else:
        meta = replace(upload.meta, mapping=imports.chosen(before.columns, form))
    try:
        _check(services, actor, Upload(token, upload.folder, meta))
    except OutreachError as error:
        # A required column was left out, or the bytes do not fit: say so, and keep all as it was.
        found = _check(services, actor, upload)
        shown = imports.preview(upload, found, say(error.code, **error.params))
        return page(request, "import_preview.html", shown, 422)
    uploads.note(upload, meta)
    return RedirectResponse(f"{BASE}/{token}", 303)


@router.post("/people/import/{token}/confirm")
@needs(Action.PEOPLE_IMPORT)
def confirm(token: str, services: TheServices, actor: TheActor) -> Response:
    """Write the good rows, once; the file is deleted afterwards. A long file goes to a process of its own."""
    uploads = Uploads(services.settings.data_dir)
    upload = uploads.find(token, actor.id)
    if upload.meta.counts:
        return RedirectResponse(f"{BASE}/{token}", 303)
    if upload.path.is_file() and upload.is_long:
        run = _queue(services, actor, uploads, upload)
        return RedirectResponse(f"{BASE}/runs/{run}", 303)
    _import(services, actor, uploads, upload)
    return RedirectResponse(f"{BASE}/{token}", 303)


def _queue(services: Services, actor: Actor, uploads: Uploads, upload: Upload) -> int:
    jobs = Jobs(services.store.begin, services.settings.data_dir)
    options = _options(services, actor, upload)
    path = uploads.take(upload)
    run = jobs.queue(path, {**options, "by": actor.name, "source": upload.meta.name})
    uploads.drop(upload)
    with services.store.begin() as connection:
        audit.record(
            connection, actor.name, Action.PEOPLE_IMPORT, f"import:{run}", {"queued": True}
        )
    process.start(services.settings, run, jobs.folder(run))
    return run


def _import(services: Services, actor: Actor, uploads: Uploads, upload: Upload) -> None:
    options: Options = {
        **_options(services, actor, upload),
        "rejected": upload.rejected,
        "by": actor.name,
        "source": upload.meta.name,
    }
    path = uploads.take(upload)
    try:
        report = importer.import_file(
            path,
            begin=services.store.begin,
            vault=services.vault,
            today=clock.today(services.settings.zone),
            **options,
        )
    except BaseException:
        uploads.give_back(upload)
        raise
    counts = {name: int(getattr(report, name)) for name in imports.COUNTS}
    with services.store.begin() as connection:
        thing = f"import:{report.import_id or 0}"
        audit.record(connection, actor.name, Action.PEOPLE_IMPORT, thing, dict(counts))
    if report.import_id and report.rejected:
        jobs = Jobs(services.store.begin, services.settings.data_dir)
        jobs.keep_rejected(report.import_id, upload.rejected)
    uploads.imported(upload, counts, report.import_id or 0)


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
