"""Forms about a policy: local facts, reviews, and the end, which asks once more."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from outreach import clock
from outreach.access.roles import Action
from outreach.errors import Conflict, Invalid, OutreachError
from outreach.policies import leaving, reviews, service, takedown
from outreach.policies.leaving import Exit
from outreach.policies.reviews import Finding
from outreach.web.errors import status_of
from outreach.web.formats import long_day, thousands
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import policy_forms as forms
from outreach.web.presenters.policies import named, place_of
from outreach.web.render import page
from outreach.web.routes.policies import back, note, responsible
from outreach.web.views.signing import SureView
from outreach.wording import say

router = guarded_router()


# -- what a region fills in -----------------------------------------------------------------------------


@router.get("/policies/{ref}/local")
@needs(Action.POLICIES_EDIT)
def local_page(
    ref: str, request: Request, services: TheServices, actor: TheActor, region: str | None = None
) -> Response:
    """The form of one region; without one, of the user's."""
    home = services.settings.region
    wanted = place_of(services, actor) if region is None else region
    actor.scope.require(wanted)
    with services.store.read() as connection:
        policy = named(actor, connection, ref)
        view = forms.local_form(connection, actor, policy, wanted, home)
    return page(request, "policy_form.html", view)


@router.post("/policies/{ref}/local")
@needs(Action.POLICIES_EDIT)
async def fill_in(
    ref: str, request: Request, services: TheServices, actor: TheActor, region: str = ""
) -> Response:
    """Write it, or show the form again with the field that is wrong."""
    sent = await request.form()
    given = {name: [str(one) for one in sent.getlist(name)] for name in sent}
    return await run_in_threadpool(_fill_in, request, services, actor, (ref, region), given)


def _fill_in(
    request: Request,
    services: TheServices,
    actor: TheActor,
    where: tuple[str, str],
    given: forms.Given,
) -> Response:
    ref, region = where
    actor.scope.require(region)
    today = clock.today(services.settings.zone)
    with services.store.read() as connection:
        policy = named(actor, connection, ref)
    parameters, facts = forms.read_local(policy, region, given)
    try:
        with services.store.begin() as connection:
            service.fill_in(
                connection, ref, region, parameters=parameters, facts=facts, by=actor.name, on=today
            )
            detail = {"region": region, "facts": sorted(facts), "parameters": sorted(parameters)}
            note(connection, actor, Action.POLICIES_EDIT, ref, **detail)
    except Invalid as error:
        with services.store.read() as connection:
            view = forms.local_form(
                connection, actor, policy, region, services.settings.region, given, forms.wrong(error)
            )  # fmt: skip
        return page(request, "policy_form.html", view, 422)
    return back(ref, "filled")


# -- reviews --------------------------------------------------------------------------------------------


class Found(BaseModel):
    """What the form of a review says."""

    outcome: str = ""
    note: str = ""
    figures: str = ""
    next_due: str = ""

    def finding(self, on: date) -> Finding:
        """The same as a finding; Invalid names what cannot be read."""
        counted = reviews.figures(filter(str.strip, self.figures.splitlines()))
        return Finding(self.outcome, on, self.note[:2000], counted, _day(self.next_due))


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid("web.bad_choice", field="日期", value=text[:20]) from error


@router.get("/policies/{ref}/review")
@needs(Action.POLICIES_EDIT)
def review_page(ref: str, request: Request, services: TheServices, actor: TheActor) -> Response:
    """What was found, in words and figures."""
    with services.store.read() as connection:
        policy = responsible(services, actor, connection, ref)
    view = forms.review_form(policy, clock.today(services.settings.zone))
    return page(request, "policy_form.html", view)


@router.post("/policies/{ref}/review")
@needs(Action.POLICIES_EDIT)
def review(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    found: Annotated[Found, Form()],
) -> Response:
    """Write the review, or show the form again with what is wrong."""
    today = clock.today(services.settings.zone)
    with services.store.read() as connection:
        policy = responsible(services, actor, connection, ref)
    try:
        with services.store.begin() as connection:
            reviews.record(connection, ref, found.finding(today), actor.name)
            detail = {"move": "review", "outcome": found.outcome, "version": policy.number}
            note(connection, actor, Action.POLICIES_EDIT, ref, **detail)
    except Invalid as error:
        view = forms.review_form(policy, today, found.model_dump(), say(error.code, **error.params))
        return page(request, "policy_form.html", view, 422)
    return back(ref, "reviewed")


# -- the end --------------------------------------------------------------------------------------------


class Ends(BaseModel):
    """What the form of an end says."""

    on: str = ""
    successor: str = ""
    note: str = ""

    def order(self) -> Exit:
        """The same as an order; Invalid when the day cannot be read."""
        day = _day(self.on)
        if day is None:
            raise Invalid("web.bad_choice", field="从哪天起不再办理", value="")
        return Exit(day, self.note[:500], self.successor)


@router.get("/policies/{ref}/withdraw")
@needs(Action.POLICIES_EDIT)
def withdraw_page(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    ends: Annotated[Ends, Query()],
) -> Response:
    """The day, the successor and the note."""
    today = clock.today(services.settings.zone)
    with services.store.read() as connection:
        policy = responsible(services, actor, connection, ref)
        if policy.status == "withdrawn":
            raise Conflict("policies.already_withdrawn", policy=ref, on=policy.withdrawn_on or "")
        view = forms.withdraw_form(connection, policy, today, ends.model_dump())
    return page(request, "policy_form.html", view)


@router.post("/policies/{ref}/withdraw")
@needs(Action.POLICIES_EDIT)
def withdraw(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    ends: Annotated[Ends, Form()],
) -> Response:
    """Nothing is written yet: what can be written leads to a page that asks once more."""
    today = clock.today(services.settings.zone)
    with services.store.read() as connection:
        policy = responsible(services, actor, connection, ref)
        try:
            leaving.check(connection, policy, ends.order())
        except OutreachError as error:
            words = say(error.code, **error.params)
            view = forms.withdraw_form(connection, policy, today, ends.model_dump(), words)
            return page(request, "policy_form.html", view, status_of(error))
    return RedirectResponse(f"/policies/{ref}/withdraw/sure?{urlencode(ends.model_dump())}", 303)


@router.get("/policies/{ref}/withdraw/sure")
@needs(Action.POLICIES_EDIT)
def sure(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    ends: Annotated[Ends, Query()],
) -> Response:
    """Ask once more, with how many were told and how much is out."""
    order = ends.order()
    with services.store.read() as connection:
        policy = responsible(services, actor, connection, ref)
        told = sum(one.people for one in leaving.told(connection, actor.scope, policy.id))
        out = sum(one.n for one in takedown.out_there(connection, policy, services.settings.zone))
    asked = urlencode(ends.model_dump())
    view = SureView(
        title=f"从{long_day(order.on)}起停办“{policy.plain_name}”？",
        text=f"停办以后不能恢复，没发完的不再发。以前告知过 {thousands(told)} 人，要发停办告知；"
        f"还有 {thousands(out)} 份单子、群消息和广播稿在外面，要撤下。",
        action=f"/policies/{ref}/withdraw/sure?{asked}",
        label="确定停办",
        back=f"/policies/{ref}/withdraw?{asked}",
    )
    return page(request, "sure.html", view)


@router.post("/policies/{ref}/withdraw/sure")
@needs(Action.POLICIES_EDIT)
def withdraw_for_good(
    ref: str, services: TheServices, actor: TheActor, ends: Annotated[Ends, Query()]
) -> Response:
    """The end, said twice."""
    today = clock.today(services.settings.zone)
    order = ends.order()
    with services.store.begin() as connection:
        responsible(services, actor, connection, ref)
        leaving.withdraw(connection, ref, order, actor.name, today)
        detail = {"move": "withdraw", "on": str(order.on), "successor": order.successor}
        note(connection, actor, Action.POLICIES_EDIT, ref, **detail)
    return back(ref, "withdrawn")
