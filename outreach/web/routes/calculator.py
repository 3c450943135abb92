"""查政策: for everybody, also behind the QR code of a sheet. What is typed in is answered and forgotten."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Form, Request, Response

from outreach import clock
from outreach.errors import Invalid
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.web.guard import TheServices, guarded_router, public
from outreach.web.presenters.calculator import answer, asked_of, read, shown
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.sessions import Visitor
from outreach.web.views.calculator import CalculatorView
from outreach.wording import say

router = guarded_router()


def _policies(services: Services) -> list[PolicyView]:
    with services.store.read() as connection:
        return shown(policies.all_policies(connection))


def _page(request: Request, view: CalculatorView, status: int = 200) -> Response:
    """Inside for those who work here, the public page for everybody else."""
    visitor: Visitor = request.state.visitor
    return page(request, "calculator.html" if visitor.actor else "public_calculator.html", view, status)  # fmt: skip


@router.get("/calculator")
@public
def questions(request: Request, services: TheServices) -> Response:
    """The questions."""
    live = _policies(services)
    return _page(request, CalculatorView(services.place, asked_of(live)))


@router.post("/calculator")
@public
def answers(
    request: Request,
    services: TheServices,
    birth: Annotated[str, Form()] = "",
    age: Annotated[str, Form()] = "",
    sex: Annotated[str, Form()] = "",
    hukou: Annotated[str, Form()] = "",
    has: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """What may be claimed. POST, so that an age stands in no address and no log."""
    on, live = clock.today(services.settings.zone), _policies(services)
    try:
        asked = read(birth, age, sex, hukou, has or (), on)
    except Invalid as error:
        problem = say(error.code, **error.params)
        view = CalculatorView(services.place, asked_of(live), problem=problem)
        return _page(request, replace(view, ticked=frozenset(has or ())), 422)
    return _page(request, answer(asked, live, on, services.settings.region, services.place))
