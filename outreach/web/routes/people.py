"""对象: the list of people, and one person: what is known, the household, who answers for them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Invalid, OutreachError
from outreach.people import merging, relations
from outreach.people import service as people
from outreach.people.queries import people as queries
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import people as listing
from outreach.web.presenters import person
from outreach.web.presenters.people import FOUND_MOST, Asked
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.views.signing import SureView
from outreach.wording import say

router = guarded_router()

Status = Literal["active", "deceased", "moved"]
_STATUS = {"active": "在这里", "deceased": "已故", "moved": "已搬"}
_REASON = 4
"""Fewest characters of a reason: 入户 says something, 查 does not."""


@router.get("/people")
@needs(Action.PEOPLE_VIEW)
def people_page(
    request: Request, services: TheServices, actor: TheActor, asked: Annotated[Asked, Query()]
) -> Response:
    """Everybody of a place, twenty at a time."""
    with services.store.read() as connection:
        view = listing.view(services, actor, connection, asked)
    return page(request, "people.html", view)


@router.post("/people/search")
@needs(Action.PEOPLE_VIEW)
def search(services: TheServices, actor: TheActor, q: Annotated[str, Form()] = "") -> Response:
    """By full name, phone or identity number; what was typed never stands in an address."""
    if not q.strip():
        return RedirectResponse("/people", 303)
    keys = people.search_keys(services.vault, q)
    with services.store.read() as connection:
        found = queries.people_of(connection, actor.scope, keys=keys, limit=FOUND_MOST)
    if len(found) == 1:
        return RedirectResponse(f"/people/{found[0].id}", 303)
    ids = ",".join(str(row.id) for row in found)
    return RedirectResponse(f"/people?searched=1&ids={ids}", 303)


@router.get("/people/{person_id:int}")
@needs(Action.PEOPLE_VIEW)
def person_page(
    person_id: int, request: Request, services: TheServices, actor: TheActor
) -> Response:
    """One person, masked; a record that was merged leads to the one that was kept."""
    with services.store.read() as connection:
        row = people.get_person(connection, actor.scope, person_id)
        if row.merged_into is not None:
            return RedirectResponse(f"/people/{row.merged_into}", 303)
        view = person.view(person.Desk(services, actor, connection), row)
    return page(request, "person.html", view)


def _again(
    request: Request,
    services: Services,
    actor: Actor,
    person_id: int,
    notices: list[str] | None = None,
    error: OutreachError | None = None,
) -> Response:
    """The page after something was done, or could not be."""
    with services.store.read() as connection:
        row = people.get_person(connection, actor.scope, person_id)
        problem = say(error.code, **error.params) if error else ""
        view = person.view(person.Desk(services, actor, connection), row, notices or (), problem)
    return page(request, "person.html", view, 422 if error else 200)


@router.post("/people/{person_id:int}/reveal")
@needs(Action.PEOPLE_REVEAL)
def reveal(
    person_id: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """In clear, once: the reason goes into the log before anything is shown."""
    why = reason.strip()
    if len(why) < _REASON:
        return _again(request, services, actor, person_id, error=Invalid("web.reveal_reason"))
    with services.store.begin() as connection:
        row = people.get_person(connection, actor.scope, person_id)
        audit.record(
            connection, actor.name, Action.PEOPLE_REVEAL, f"person:{row.id}", {"reason": why}
        )
    with services.store.read() as connection:
        desk = person.Desk(services, actor, connection, revealed=True)
        view = person.view(desk, row, reason=why)
    answer = page(request, "person.html", view)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/people/{person_id:int}/sure")
@needs(Action.PEOPLE_EDIT)
def sure(
    person_id: int, request: Request, services: TheServices, actor: TheActor, status: Status
) -> Response:
    """Ask once more before somebody gets no message any more."""
    with services.store.read() as connection:
        row = people.get_person(connection, actor.scope, person_id)
        name = people.show(row, services.vault).name
    word = _STATUS[status]
    text = (
        "以后又可以给他发消息了。"
        if status == "active"
        else "以后不再给他发任何消息，已经排好的也不发。记错了，随时可以在这里改回来。"
    )
    view = SureView(
        title=f"{name}：记为{word}？",
        text=text,
        action=f"/people/{person_id}/status?status={status}",
        label=f"确定{word}",
        back=f"/people/{person_id}",
    )
    return page(request, "sure.html", view)


@router.post("/people/{person_id:int}/status")
@needs(Action.PEOPLE_EDIT)
def set_status(person_id: int, services: TheServices, actor: TheActor, status: Status) -> Response:
    """已故 and 已搬 stop every message; 在这里 takes it back."""
    with services.store.begin() as connection:
        people.mark_status(connection, actor.scope, person_id, status, clock.now())
        detail = {"status": status}
        audit.record(connection, actor.name, Action.PEOPLE_EDIT, f"person:{person_id}", detail)
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/people/{person_id:int}/household")
@needs(Action.PEOPLE_STOP)
def stop_household(
    person_id: int, services: TheServices, actor: TheActor, stopped: Annotated[bool, Form()]
) -> Response:
    """At once, without asking: nothing goes to this household, or it may again."""
    with services.store.begin() as connection:
        row = people.get_person(connection, actor.scope, person_id)
        if row.household_id is None:
            raise Invalid("web.no_household")
        people.stop_household(connection, actor.scope, row.household_id, stopped=stopped)
        thing, detail = f"household:{row.household_id}", {"stopped": stopped}
        audit.record(connection, actor.name, Action.PEOPLE_STOP, thing, detail)
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/people/{person_id:int}/related")
@needs(Action.PEOPLE_EDIT)
def relate(
    person_id: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    kind: Annotated[Literal["guardian", "contact"], Form()],
    chosen: Annotated[str, Form()] = "",
    number: Annotated[str, Form()] = "",
) -> Response:
    """Guardian or named contact: somebody of the household, or anybody by their number; neither takes it away."""
    try:
        other = _number(number.strip() or chosen)
        with services.store.begin() as connection:
            remarks = _relate(connection, services, actor, person_id, other, kind)
    except OutreachError as error:
        return _again(request, services, actor, person_id, error=error)
    said = ["已写入。", *(say(one.code, **one.params) for one in remarks)]
    return _again(request, services, actor, person_id, said)


def _relate(
    connection: Connection,
    services: Services,
    actor: Actor,
    person_id: int,
    other: int | None,
    kind: Literal["guardian", "contact"],
) -> list[OutreachError]:
    act = relations.set_guardian if kind == "guardian" else relations.set_contact
    today = clock.today(services.settings.zone)
    return act(connection, actor.scope, person_id, other, today=today, by=actor.name)


def _number(text: str) -> int | None:
    if text and not (text.isdecimal() and len(text) < 12):
        raise Invalid("cli.person_ref", value=text)
    return int(text) if text else None


@router.post("/people/{person_id:int}/merge")
@needs(Action.PEOPLE_MERGE)
def merge(
    person_id: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    other: Annotated[int, Form()],
    keep: Annotated[Literal["this", "other"], Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Two records are one person; the page of the kept one follows."""
    kept, gone = (person_id, other) if keep == "this" else (other, person_id)
    try:
        with services.store.begin() as connection:
            merging.merge(connection, actor.scope, kept, gone, by=actor.name, reason=reason)
    except OutreachError as error:
        return _again(request, services, actor, person_id, error=error)
    return RedirectResponse(f"/people/{kept}", 303)
