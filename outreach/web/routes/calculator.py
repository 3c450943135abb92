"""查政策: for everybody, also behind the QR code of a sheet. What is told is answered and forgotten.

Answers travel in the body of a form and nowhere else: not in an address, not in a log, not in a cookie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Form, Request, Response
from sqlalchemy import Connection, Row

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.audiences.calculator import Told
from outreach.audiences.calculator.families import MOST
from outreach.audiences.facts import facts_of
from outreach.errors import Invalid, Missing
from outreach.people import service as people
from outreach.people.masking import mask_name
from outreach.people.queries import people as register
from outreach.policies import service as policies
from outreach.web.guard import TheActor, TheServices, guarded_router, needs, public
from outreach.web.presenters import calculator
from outreach.web.presenters.calculator import State
from outreach.web.presenters.calculator_form import filled
from outreach.web.presenters.calculator_pages import (
    Desk,
    Register,
    form_view,
    moved,
    next_view,
    results_view,
    without_sensitive,
)
from outreach.web.presenters.team import on_duty
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.sessions import Visitor
from outreach.web.views.calculator import CalculatorView
from outreach.wording import say

router = guarded_router()

_REASON = 4
"""Characters of a reason, as for a name in clear."""

Sent = dict[str, list[str]]


async def _sent(request: Request) -> Sent:
    """Every field of the form: which there are depends on the policies."""
    form = await request.form()
    return {key: [one for one in form.getlist(key) if isinstance(one, str)] for key in form}


def _first(sent: Sent, name: str) -> str:
    return next(iter(sent.get(name, ())), "")


def _desk(services: Services) -> Desk:
    with services.store.read() as connection:
        live = calculator.shown(policies.all_policies(connection))
    settings = services.settings
    place = calculator.place_of(settings.region)
    return Desk(clock.today(settings.zone), place, services.place, live)


def _inside(request: Request) -> bool:
    visitor: Visitor = request.state.visitor
    return visitor.actor is not None


def _page(request: Request, view: CalculatorView) -> Response:
    """Inside for those who work here, the public page for everybody else; who answers today stands on both."""
    name = "calculator.html" if _inside(request) else "public_calculator.html"
    services: Services = request.app.state.services
    visitor: Visitor = request.state.visitor
    region = (visitor.actor.region if visitor.actor else "") or services.settings.region
    with services.store.read() as connection:
        turns = on_duty(connection, region, clock.today(services.settings.zone))
    return page(request, name, replace(view, duty=turns), 422 if view.problem else 200)


@router.get("/calculator")
@public
def questions(request: Request, services: TheServices) -> Response:
    """The first question; for those who work here the form."""
    desk = _desk(services)
    if _inside(request):
        return _page(request, form_view(desk, State(), answers=False))
    return _page(request, next_view(desk, State()))


@router.post("/calculator")
@public
def answers(
    request: Request, services: TheServices, sent: Annotated[Sent, Depends(_sent)]
) -> Response:
    """One answer more, or everything at once. POST, so that no fact stands in an address or a log."""
    desk, state, problem = _desk(services), State(), ""
    step = _at_the_desk if _inside(request) else _at_home
    try:
        state = calculator.loads(_first(sent, "state"), desk.on, desk.place.here)
        return _page(request, step(desk, state, sent))
    except Invalid as error:
        problem = say(error.code, **error.params)
    if _inside(request):
        return _page(request, form_view(desk, state, answers=False, problem=problem))
    return _page(request, next_view(desk, state, problem))


def _at_home(desk: Desk, state: State, sent: Sent) -> CalculatorView:
    """One question after the other."""
    go = _first(sent, "go")
    if go in ("show", "complete"):
        changed = replace(state, complete=not state.complete) if go == "complete" else state
        return results_view(desk, changed)
    if go == "another":
        state = calculator.another(state, _first(sent, "relation"))
    elif go == "back":
        state = calculator.back(state)
    elif "question" in sent:
        state = calculator.answered(state, sent, desk.on, desk.place.here)
    return next_view(desk, state)


def _at_the_desk(desk: Desk, state: State, sent: Sent) -> CalculatorView:
    """Everything on one form."""
    state = filled(state, sent, desk.on, desk.place.here)
    return form_view(desk, moved(state, _first(sent, "go")))


@router.get("/calculator/people/{person_id}")
@needs(Action.PEOPLE_VIEW)
def of_person(person_id: int, request: Request, services: TheServices, actor: TheActor) -> Response:
    """Somebody of the register: what is known is filled in, what is not is asked."""
    return _of_register(request, services, actor, person=person_id)


@router.post("/calculator/people/{person_id}")
@needs(Action.PEOPLE_REVEAL)
def of_person_in_full(
    person_id: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """The same with what is sensitive; the reason goes into the log before anything is shown."""
    return _of_register(request, services, actor, person=person_id, reason=reason)


@router.get("/calculator/households/{household_id}")
@needs(Action.PEOPLE_VIEW)
def of_household(
    household_id: int, request: Request, services: TheServices, actor: TheActor
) -> Response:
    """Everybody of a household of the register who lives in the actor's region."""
    return _of_register(request, services, actor, household=household_id)


@router.post("/calculator/households/{household_id}")
@needs(Action.PEOPLE_REVEAL)
def of_household_in_full(
    household_id: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """The same with what is sensitive, for a reason that is logged."""
    return _of_register(request, services, actor, household=household_id, reason=reason)


def _of_register(
    request: Request,
    services: TheServices,
    actor: Actor,
    *,
    person: int = 0,
    household: int = 0,
    reason: str | None = None,
) -> Response:
    thing = f"person:{person}" if person else f"household:{household}"
    with services.store.begin() as connection:
        rows = _rows(connection, actor, person, household)
        sees, problem = _log_look(connection, actor, thing, reason)
        facts = facts_of(connection, [row.id for row in rows])
    on = clock.today(services.settings.zone)
    told = [Told(facts[row.id] if sees else without_sensitive(facts[row.id])) for row in rows]
    people_ = [
        calculator.from_register(one, row.relation, on) for one, row in zip(told, rows, strict=True)
    ]
    name = mask_name(services.vault.decrypt("name", rows[0].name))
    shown = Register(
        named=name if person else f"{name}一户",
        reveal="" if sees else request.url.path,
    )
    view = form_view(_desk(services), State(tuple(people_)), register=shown, problem=problem)
    answer = _page(request, view)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _rows(connection: Connection, actor: Actor, person: int, household: int) -> Sequence[Row[Any]]:
    if person:
        return [people.get_person(connection, actor.scope, person)]
    rows = register.household_members(connection, actor.scope, household)
    active = [row for row in rows if row.status == "active"][:MOST]
    if not active:
        raise Missing("people.household", household=household)
    return active


def _log_look(
    connection: Connection, actor: Actor, thing: str, reason: str | None
) -> tuple[bool, str]:
    """(whether what is sensitive may be seen, what was wrong with the reason); the look is in the log."""
    why = (reason or "").strip()
    if reason is not None and len(why) >= _REASON:
        detail = {"page": "calculator", "reason": why}
        audit.record(connection, actor.name, Action.PEOPLE_REVEAL, thing, detail)
        return True, ""
    audit.record(connection, actor.name, Action.PEOPLE_VIEW, thing, {"page": "calculator"})
    problem = "" if reason is None else say("web.reveal_reason")
    return actor.may(Action.SEGMENTS_EDIT), problem
