"""访问: an interviewer's people, one per screen; entries from the queue of a phone, and from plain forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Invalid, Refused
from outreach.surveys.fieldwork import asking, calling_back
from outreach.surveys.fieldwork.calling_back import Again
from outreach.surveys.fieldwork.people import Sampled
from outreach.surveys.fieldwork.taking import MOST, Entry, Taken, take
from outreach.surveys.service import get
from outreach.web.errors import status_of
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import fieldwork as shown
from outreach.web.presenters.fieldwork_form import Filled, answers_of, with_problem
from outreach.web.render import page
from outreach.web.services import Services
from outreach.wording import say

router = guarded_router()

Fields = dict[str, list[str]]


async def _fields(request: Request) -> Fields:
    """Every field of the form: which there are depends on the questionnaire."""
    sent = await request.form()
    return {key: [one for one in sent.getlist(key) if isinstance(one, str)] for key in sent}


Sent = Annotated[Fields, Depends(_fields)]


class EntryIn(BaseModel):
    """One entry of a queue."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(max_length=64)
    number: int = Field(ge=1, le=10**9)
    disposition: str = Field(max_length=40)
    asked_on: date
    answers: dict[str, str] = Field(default_factory=dict, max_length=100)
    corrects: bool = False


class Parcel(BaseModel):
    """What a phone sends when it has a signal."""

    model_config = ConfigDict(extra="forbid")

    entries: list[EntryIn] = Field(max_length=MOST)


@router.get("/fieldwork")
@needs(Action.SURVEYS_RECORD)
def my_surveys(request: Request, services: TheServices, actor: TheActor) -> Response:
    """My surveys."""
    with services.store.read() as connection:
        view = shown.home(connection, actor, _today(services))
    return page(request, "fieldwork.html", view)


@router.get("/fieldwork/{ref}")
@needs(Action.SURVEYS_RECORD)
def my_people(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    saved: int = 0,
    state: str = "",
) -> Response:
    """My people in the order of doors, in clear; the log says so."""
    today = _today(services)
    with services.store.begin() as connection:
        survey = get(connection, ref)
        again = asking.again_of(connection, services.vault, ref, actor.name)
        try:
            people = asking.list_of(connection, services.vault, ref, actor.name, today)
        except Refused:
            if not again:
                raise
            people = []
        view = shown.my_list(survey, actor, people, again, today)
    return page(request, "fieldwork_list.html", shown.with_word(view, saved, state))


@router.post("/fieldwork/{ref}/entries")
@needs(Action.SURVEYS_RECORD)
def entries(ref: str, services: TheServices, actor: TheActor, parcel: Parcel) -> Response:
    """The queue of a phone: what became of each entry, by its key."""
    given = [
        Entry(one.key, one.number, one.disposition, one.asked_on, one.answers, one.corrects)
        for one in parcel.entries
    ]
    with services.store.begin() as connection:
        found = take(connection, ref, given, actor.name, _today(services), services.vault)
    return JSONResponse({"entries": [_said(one) for one in found]})


def _said(one: Taken) -> dict[str, str]:
    message = say(one.error.code, **one.error.params) if one.error else ""
    return {"key": one.key, "state": one.state, "message": message}


@router.get("/fieldwork/{ref}/people/{number}")
@needs(Action.SURVEYS_RECORD)
def one_person(
    ref: str,
    number: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    correct: int = 0,
) -> Response:
    """One of my people, with a form that works without a script."""
    return _person(request, services, actor, (ref, number), Filled(corrects=bool(correct)))


def _person(
    request: Request, services: Services, actor: Actor, who: tuple[str, int], filled: Filled, status: int = 200
) -> Response:  # fmt: skip
    today = _today(services)
    with services.store.begin() as connection:
        found = asking.one_of(connection, services.vault, *who, actor.name, today)
        view = shown.one_person(get(connection, who[0]), actor, found, today, filled)
    return page(request, "fieldwork_person.html", view, status)


@router.post("/fieldwork/{ref}/people/{number}")
@needs(Action.SURVEYS_RECORD)
def save(
    ref: str, number: int, request: Request, services: TheServices, actor: TheActor, sent: Sent
) -> Response:
    """The form of one person."""
    filled = _filled(sent)
    try:
        entry = Entry(
            key=filled.key,
            number=number,
            disposition=filled.disposition,
            asked_on=_day(filled.on),
            answers=filled.answers,
            corrects=filled.corrects,
        )
        with services.store.begin() as connection:
            (done,) = take(connection, ref, [entry], actor.name, _today(services), services.vault)
    except Invalid as error:
        done = Taken(filled.key, "refused", error)
    if done.error is not None:
        filled = with_problem(filled, done.error)
        return _person(request, services, actor, (ref, number), filled, status_of(done.error))
    return RedirectResponse(f"/fieldwork/{ref}?saved={number}&state={done.state}#n{number}", 303)


@router.get("/fieldwork/{ref}/again/{number}")
@needs(Action.SURVEYS_RECORD)
def ask_again(
    ref: str, number: int, request: Request, services: TheServices, actor: TheActor
) -> Response:
    """复核 of one person who was drawn for me."""
    return _again(request, services, actor, (ref, number), Filled())


def _again(
    request: Request, services: Services, actor: Actor, who: tuple[str, int], filled: Filled, status: int = 200
) -> Response:  # fmt: skip
    with services.store.begin() as connection:
        one = _mine_again(asking.again_of(connection, services.vault, who[0], actor.name), who[1])
        view = shown.again(get(connection, who[0]), actor, one, _today(services), filled)
    return page(request, "fieldwork_again.html", view, status)


def _mine_again(people: list[Sampled], number: int) -> Sampled:
    found = [one for one in people if one.number == number]
    if not found:
        raise Refused("fieldwork.not_yours", number=number)
    return found[0]


@router.post("/fieldwork/{ref}/again/{number}")
@needs(Action.SURVEYS_RECORD)
def save_again(
    ref: str, number: int, request: Request, services: TheServices, actor: TheActor, sent: Sent
) -> Response:
    """What came of it."""
    filled = _filled(sent)
    try:
        again = Again(number, filled.disposition, _day(filled.on), filled.answers)
        with services.store.begin() as connection:
            people = asking.again_of(connection, services.vault, ref, actor.name)
            _mine_again(people, number)
            calling_back.enter(connection, ref, again, actor.name, _today(services))
    except Invalid as error:
        filled = with_problem(filled, error)
        return _again(request, services, actor, (ref, number), filled, status_of(error))
    return RedirectResponse(f"/fieldwork/{ref}?saved={number}&state=again", 303)


def _filled(sent: Mapping[str, list[str]]) -> Filled:
    def first(name: str) -> str:
        return next(iter(sent.get(name, ())), "")

    return Filled(
        disposition=first("disposition"),
        on=first("asked_on"),
        answers=answers_of(sent),
        key=first("key"),
        corrects=first("corrects") == "1",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("fieldwork.bad_date", value=text) from None


def _today(services: Services) -> date:
    return clock.today(services.settings.zone)
