"""录纸单: a whole printed list is typed in at once, with the keyboard alone."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from outreach.access.roles import Action
from outreach.deliveries.telling import service as telling
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import tally
from outreach.web.presenters.tally import Sheet
from outreach.web.presenters.telling import hand_of
from outreach.web.render import page

router = guarded_router()


class Typed(Sheet):
    """A filled-in sheet: deliveries and what stands beside each, in the same order."""

    delivery: list[int] = Field([])
    word: list[str] = Field([])


@router.get("/tally")
@needs(Action.VISITS_RECORD)
def tally_page(
    request: Request, services: TheServices, actor: TheActor, sheet: Annotated[Sheet, Query()]
) -> Response:
    """One sheet of a list, twenty rows."""
    with services.store.read() as connection:
        view = tally.view(services, actor, connection, sheet)
    return page(request, "tally.html", view)


@router.post("/tally")
@needs(Action.VISITS_RECORD)
def save(
    request: Request, services: TheServices, actor: TheActor, typed: Annotated[Typed, Form()]
) -> Response:
    """All rows of the sheet that were filled in, or none when one of them cannot be read."""
    answers = dict(zip(typed.delivery, typed.word, strict=False))
    with services.store.begin() as connection:
        view = tally.view(services, actor, connection, typed)
        shown, words = tally.typed(view, typed.kind, answers)
        ids = tally.groups(tally.rows(services, actor, connection, typed)) if words else {}
        for delivery, word in words.items():
            telling.tell(connection, ids[delivery], word, hand_of(services, actor))
    if not words:
        return page(request, "tally.html", shown, 422)
    more = 1 if shown.page < shown.pages else 0
    asked = {"campaign": shown.campaign, "kind": shown.kind, "grid": shown.grid, "page": shown.page + more}  # fmt: skip
    kept = {name: value for name, value in asked.items() if value}
    return RedirectResponse(f"/tally?{urlencode({**kept, 'saved': len(words)})}", 303)
