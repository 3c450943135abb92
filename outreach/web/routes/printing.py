"""打印: choose a place, see how many sheets, get a PDF or a job that makes it. Printing again changes nothing."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Literal

import pypdfium2
from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from channels.flyer.pages import ONE_AT_A_TIME
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.deliveries.paper import SHEETS
from outreach.deliveries.printing import jobs, process, queries, work
from outreach.deliveries.printing.sample import Sample
from outreach.deliveries.printing.schemas import Ask
from outreach.errors import Invalid
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import printing
from outreach.web.presenters.printing import Choices
from outreach.web.render import page
from outreach.web.routes.print_jobs import downloaded
from outreach.web.services import Services

router = guarded_router()

_PREVIEW_DPI = 104

EVERY_DOOR = 10_000
"""Of one grid: a cover counts them all, a list shows the first twenty."""

_AT_ONCE = 400
"""Doors of a list that are made while somebody waits."""


class Sending(Choices):
    """The form with its two buttons: print now, or put it on the list 待打印 of the office's computer."""

    do: Literal["now", "hold"] = "now"


Asked = Annotated[Choices, Query()]
Sent = Annotated[Sending, Form()]


@router.get("/print")
@needs(Action.PRINT)
def print_page(
    request: Request, services: TheServices, actor: TheActor, choices: Asked
) -> Response:
    """Filters, number of sheets, a look at the first one, jobs."""
    with services.store.read() as connection:
        view = printing.view(services, actor, connection, choices)
    return page(request, "print.html", view)


@router.post("/print/sheets")
@needs(Action.PRINT)
def sheets(services: TheServices, actor: TheActor, choices: Sent) -> Response:
    """A few sheets come at once; more are made by a job, whose page is shown."""
    job = _ask(services, actor, choices)
    here = f"/print/jobs/{job}"
    if choices.do == "hold":
        return RedirectResponse("/print#held", 303)
    with services.store.read() as connection:
        asked = queries.get(connection, job)
    if asked.total > (work.SMALL if asked.kind in SHEETS else _AT_ONCE):
        process.start(services.settings, job)
        return RedirectResponse(here, 303)
    done = work.work(printing.printer(services), job)
    if not done.pages:
        return RedirectResponse(here, 303)
    return downloaded(services, actor, done)


def _ask(services: Services, actor: Actor, choices: Sending) -> int:
    scope = actor.scope.narrowed(choices.grid)
    with services.store.read() as connection:
        campaign = printing.campaign(connection, actor, choices.campaign)
    wanted = Ask(
        campaign["id"],
        printing.selection(choices, actor.region),
        by=actor.name,
        region=scope.region,
        helper=actor.shown,
        held=choices.do == "hold",
    )
    return jobs.ask(printing.printer(services), wanted)


@router.get("/print/preview.png")
@needs(Action.PRINT)
def preview(services: TheServices, actor: TheActor, choices: Asked) -> Response:
    """The first sheet, or the first page of a list, as a picture with names masked; nothing counts as printed."""
    with services.store.read() as connection:
        found = printing.pile(services, actor, connection, choices.tidied())
        most = 1 if choices.kind in SHEETS else EVERY_DOOR
        some = printing.first_doors(services, connection, found, most)
    if not some:
        raise Invalid("print.nothing")
    selection = printing.selection(choices.but(first=1, copies=1), actor.region)
    sample = Sample(printing.printer(services), found.campaign["id"], selection, actor.shown)
    return Response(_picture(sample.pdf(some)), media_type="image/png")


def _picture(pdf: bytes) -> bytes:
    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            image = document[0].render(scale=_PREVIEW_DPI / 72).to_pil()
        finally:
            document.close()
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()
