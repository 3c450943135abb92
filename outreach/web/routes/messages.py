"""宣传内容: which texts there are, and one policy's texts side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from outreach import clock
from outreach.access.roles import Action
from outreach.deliveries import notices
from outreach.errors import Refused
from outreach.messages import languages
from outreach.messages.schemas import Place
from outreach.messages.variants import check_form
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.messages import (
    Asked,
    about,
    catalogue,
    href,
    listing,
    policy_texts,
)
from outreach.web.presenters.segment_counts import Desk
from outreach.web.render import page

router = guarded_router()

Word = Annotated[str, Query(max_length=100)]


@router.get("/messages")
@needs(Action.MESSAGES_VIEW)
def messages_page(
    request: Request,
    services: TheServices,
    actor: TheActor,
    domain: Word = "",
    state: Word = "",
    q: Word = "",
) -> Response:
    """Policies × channels, what is wrong or missing first."""
    with services.store.read() as connection:
        view = listing(Desk(services, actor, connection), Asked(domain, state, q))
    return page(request, "messages.html", view)


@router.get("/messages/{policy}")
@needs(Action.MESSAGES_VIEW)
def policy_page(
    policy: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    region: Word = "",
    said: Word = "",
) -> Response:
    """Every text of one policy, with the facts of a region."""
    actor.scope.require(region or actor.region)
    with services.store.read() as connection:
        view = policy_texts(Desk(services, actor, connection), policy, region, said)
    return page(request, "messages_policy.html", view)


@router.get("/messages/{policy}/picture.png")
@needs(Action.MESSAGES_VIEW)
def picture(
    policy: str,
    services: TheServices,
    actor: TheActor,
    language: Word = languages.DEFAULT,
    region: Word = "",
) -> Response:
    """The notice as a picture for ordinary groups; what may not be posted yet says 草稿 on itself."""
    actor.scope.require(region or actor.region)
    settings = services.settings
    house = notices.House.of(settings, demo=services.demo)
    order = notices.Order(policy, clock.today(settings.zone), language, region)
    with services.store.read() as connection:
        try:
            made = notices.picture(connection, order, house)
        except Refused:
            made = notices.picture(connection, replace(order, draft=True), house)
    return Response(made.data, media_type="image/png")


@router.get("/messages/{policy}/new")
@needs(Action.MESSAGES_EDIT)
def new_text(  # noqa: PLR0913 - one argument per field of the form
    policy: str,
    services: TheServices,
    actor: TheActor,
    channel: Word = "",
    language: Word = languages.DEFAULT,
    form: Word = "",
    announce: Word = "general",
    start: Word = "",
) -> Response:
    """To the editor of a place that has no text yet. Invalid when the channel carries no such form."""
    place = Place(policy, channel, languages.normalise(language), form or channel, announce)
    with services.store.read() as connection:
        desk = Desk(services, actor, connection)
        about(desk, policy)
        check_form(place, catalogue(desk))
    target = href(place)
    joined = "&" if "?" in target else "?"
    return RedirectResponse(f"{target}{joined}start={start}" if start else target, 303)
