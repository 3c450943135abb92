"""政策: the list, the card, and what is written about a policy from here."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.parse import quote

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Conflict
from outreach.policies import contradictions, service, signing, takedown, told_list
from outreach.policies.schemas import PolicyView
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.policies import named, policies
from outreach.web.presenters.policy_card import card
from outreach.web.render import page
from outreach.web.services import Services

router = guarded_router()

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/policies")
@needs(Action.POLICIES_VIEW)
def policies_page(
    request: Request,
    services: TheServices,
    actor: TheActor,
    domain: str = "",
    state: str = "",
    q: str = "",
) -> Response:
    """Every policy that the user may see, by domain."""
    with services.store.read() as connection:
        view = policies(services, actor, connection, (domain, state, q[:100]))
    return page(request, "policies.html", view)


@router.get("/policies/{ref}")
@needs(Action.POLICIES_VIEW)
def policy_page(
    ref: str, request: Request, services: TheServices, actor: TheActor, said: str = ""
) -> Response:
    """The card of one policy."""
    with services.store.read() as connection:
        view = card(services, actor, connection, ref, said)
    return page(request, "policy.html", view)


@router.post("/policies/{ref}/verify")
@needs(Action.POLICIES_VERIFY)
def verify(
    ref: str, services: TheServices, actor: TheActor, version: Annotated[int, Form()] = 0
) -> Response:
    """The user has compared exactly the version on the page with its source."""
    with services.store.begin() as connection:
        policy = responsible(services, actor, connection, ref)
        if policy.version_id != version:
            raise Conflict("policies.changed_since", policy=policy.plain_name)
        service.verify(connection, ref, actor.name)
        note(connection, actor, Action.POLICIES_VERIFY, ref, version=policy.number)
    return back(ref, "verified")


@router.post("/policies/{ref}/sign")
@needs(Action.POLICIES_VERIFY)
def sign(
    ref: str,
    services: TheServices,
    actor: TheActor,
    department: Annotated[str, Form(max_length=100)] = "",
    digest: Annotated[str, Form()] = "",
) -> Response:
    """A department stands for exactly what the page showed."""
    with services.store.begin() as connection:
        policy = responsible(services, actor, connection, ref)
        if signing.digest(policy) != digest:
            raise Conflict("policies.changed_since", policy=policy.plain_name)
        signing.sign(connection, ref, department, actor.name)
        detail = {"move": "sign", "department": department, "version": policy.number}
        note(connection, actor, Action.POLICIES_VERIFY, ref, **detail)
    return back(ref, "signed")


@router.post("/policies/{ref}/settle/{other}")
@needs(Action.POLICIES_EDIT)
def settle(
    ref: str,
    other: str,
    services: TheServices,
    actor: TheActor,
    about: Annotated[str, Form()] = "",
    words: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """How two policies that contradict each other go together."""
    with services.store.begin() as connection:
        responsible(services, actor, connection, ref)
        home = services.settings.region
        contradictions.settle(connection, (ref, other), words, actor.name, about=about, home=home)
        detail = {"move": "settle", "other": other, "about": about}
        note(connection, actor, Action.POLICIES_EDIT, ref, **detail)
    return back(ref, "settled")


@router.get("/policies/{ref}/takedown.xlsx")
@needs(Action.POLICIES_EDIT)
def takedown_list(ref: str, services: TheServices, actor: TheActor) -> Response:
    """Where sheets, posts and broadcasts about a policy are still out, in the user's region."""
    today = clock.today(services.settings.zone)
    with services.store.read() as connection:
        policy = named(actor, connection, ref)
        every = takedown.out_there(connection, policy, services.settings.zone)
    lines = [one for one in every if actor.scope.covers(one.village)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        takedown.write(lines, policy, path, today)
        return _workbook(path.read_bytes(), f"撤下清单-{policy.plain_name}.xlsx")


@router.get("/policies/{ref}/told.xlsx")
@needs(Action.PEOPLE_VIEW)
def told(ref: str, services: TheServices, actor: TheActor) -> Response:
    """Who was told of a policy, in the user's region, with masked names."""
    today = clock.today(services.settings.zone)
    with services.store.begin() as connection:
        policy = named(actor, connection, ref)
        lines = told_list.rows(connection, actor.scope, services.vault, policy)
        note(connection, actor, Action.PEOPLE_VIEW, ref, move="told", people=len(lines))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        told_list.write(lines, policy, path, today)
        return _workbook(path.read_bytes(), f"告知过的人-{policy.plain_name}.xlsx")


def _workbook(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(data, media_type=_XLSX, headers=headers)


def responsible(services: Services, actor: Actor, connection: Connection, ref: str) -> PolicyView:
    """The policy, for a user whose region is the whole installation: what is decided here holds everywhere."""
    actor.scope.require(services.settings.region)
    return named(actor, connection, ref)


def note(connection: Connection, actor: Actor, action: Action, ref: str, **detail: object) -> None:
    """One line of the audit log about a policy."""
    audit.record(connection, actor.name, action, f"policy:{ref}", detail)


def back(ref: str, said: str) -> Response:
    """To the card, which says what was done."""
    return RedirectResponse(f"/policies/{quote(ref)}?said={said}", 303)
