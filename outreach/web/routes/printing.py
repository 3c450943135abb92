"""打印: choose a place, see how many sheets, get one PDF. Printing again changes nothing."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Annotated

import pypdfium2
from fastapi import Form, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from channels import flyer
from channels.flyer import Press, Printed
from outreach import clock, content
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.deliveries import paper
from outreach.deliveries.printing import Printer
from outreach.errors import Invalid
from outreach.people.masking import mask_name
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import printing
from outreach.web.presenters.printing import MOST, Choices, Pile
from outreach.web.render import page
from outreach.web.services import Services

router = guarded_router()

_PREVIEW_DPI = 104


Asked = Annotated[Choices, Query()]
Sent = Annotated[Choices, Form()]


@router.get("/print")
@needs(Action.PRINT)
def print_page(
    request: Request, services: TheServices, actor: TheActor, choices: Asked
) -> Response:
    """Filters, number of sheets, a look at the first one."""
    with services.store.read() as connection:
        view = printing.view(services, actor, connection, choices)
    return page(request, "print.html", view)


@router.post("/print/sheets")
@needs(Action.PRINT)
def sheets(services: TheServices, actor: TheActor, choices: Sent) -> Response:
    """One PDF for exactly this choice; the sheets count as handed over to the printer."""
    with services.store.read() as connection:
        found = printing.pile(services, actor, connection, choices)
    if choices.kind == "list":
        return _visits(services, actor, found)
    count = max(0, len(found.there) - choices.first + 1) * choices.copies
    _check_count(count)
    folder = services.settings.data_dir / "prints"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    out = Path(tempfile.mkdtemp(prefix="web-", dir=folder))  # only this user may read it
    printer = Printer(
        services.store, services.vault, services.settings.public_url, demo=services.demo
    )
    selection = found.selection(choices, actor.region)
    on = clock.today(services.settings.zone)
    job = printer.print(found.orders, found.campaign, selection, out, on)
    _note(services, actor, found, {"sheets": job.sheets, "copies": choices.copies})
    done = BackgroundTask(shutil.rmtree, out, ignore_errors=True)
    if job.path is None:
        shutil.rmtree(out, ignore_errors=True)
        raise Invalid("web.print_nothing")
    name = f"{job.path.stem}-{job.sheets}张.pdf"
    return FileResponse(job.path, media_type="application/pdf", filename=name, background=done)


def _check_count(count: int) -> None:
    if count < 1:
        raise Invalid("web.print_nothing")
    if count > MOST:
        raise Invalid("web.print_too_many", most=MOST, sheets=count)


def _press() -> Press:
    return Press(templates=content.find("flyer/page.typ").parent)


def _visits(services: Services, actor: Actor, found: Pile) -> Response:
    with services.store.read() as connection:
        lists = printing.visit_lists(connection, found, actor.shown)
    _check_count(sum(len(one.rows) for one in lists))
    meta = paper.meta(found.campaign, services.settings.public_url, demo=services.demo)
    printed = flyer.render_visits(lists, replace(meta, title="入户名单"), _press())
    _note(services, actor, found, {"visit_list": printed.sheets})
    headers = {"Content-Disposition": f'attachment; filename="visits-{found.campaign["ref"]}.pdf"'}
    return Response(printed.pdf, media_type="application/pdf", headers=headers)


def _note(services: Services, actor: Actor, found: Pile, detail: dict[str, object]) -> None:
    with services.store.begin() as connection:
        thing = f"campaign:{found.campaign['ref']}"
        audit.record(connection, actor.name, Action.PRINT, thing, detail)


@router.get("/print/preview.png")
@needs(Action.PRINT)
def preview(services: TheServices, actor: TheActor, choices: Asked) -> Response:
    """The first sheet as a picture, with the name masked; nothing counts as printed."""
    with services.store.read() as connection:
        found = printing.pile(services, actor, connection, choices)
    chosen = found.there[min(choices.first, len(found.there)) - 1 :][:1] if found.there else []
    if not chosen:
        raise Invalid("web.print_nothing")
    sheet = replace(chosen[0].sheet, householder=mask_name(chosen[0].sheet.householder))
    meta = paper.meta(found.campaign, services.settings.public_url, demo=services.demo)
    size = found.selection(choices, actor.region).edition
    printed = flyer.render_households([sheet], meta, _press(), edition=size, sealed=choices.sealed)
    return Response(_picture(printed), media_type="image/png")


def _picture(printed: Printed) -> bytes:
    document = pypdfium2.PdfDocument(printed.pdf)
    try:
        image = document[0].render(scale=_PREVIEW_DPI / 72).to_pil()
    finally:
        document.close()
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()
