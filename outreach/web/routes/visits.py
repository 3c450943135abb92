"""入户: the rows that a person ticks, and the loudspeakers that somebody has played."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.deliveries import carrying
from outreach.deliveries.carrying import Carried
from outreach.deliveries.telling import follow, queries
from outreach.deliveries.telling import service as telling
from outreach.deliveries.telling.service import Said as Told
from outreach.errors import Invalid, Missing
from outreach.people.masking import mask_name
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import visits
from outreach.web.presenters.telling import hand_of
from outreach.web.presenters.visits import LABELS, Place, Shown
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.views.signing import SureView

router = guarded_router()

Gone = Literal["moved", "deceased"]
"""Outcomes that ask once more, because they also end what the person gets by other ways."""

_ASKED = ("moved", "deceased")


class Said(Place):
    """What a button sends. slot: how a loudspeaker's text was played."""

    outcome: str = ""
    slot: str = ""


@router.get("/visits")
@needs(Action.VISITS_RECORD)
def visits_page(
    request: Request, services: TheServices, actor: TheActor, shown: Annotated[Shown, Query()]
) -> Response:
    """Doors in walking order, twenty at a time; loudspeakers beneath."""
    with services.store.read() as connection:
        view = visits.view(services, actor, connection, shown)
    return page(request, "visits.html", view)


@router.post("/visits/{delivery_id}")
@needs(Action.VISITS_RECORD)
def tick(
    delivery_id: int, services: TheServices, actor: TheActor, said: Annotated[Said, Form()]
) -> Response:
    """One of the eight outcomes; 已搬 and 已故 lead to a page that asks once more."""
    if said.outcome not in LABELS:
        raise Invalid("deliveries.visit_outcome", value=said.outcome, known="、".join(LABELS))
    with services.store.begin() as connection:
        home = _door(connection, actor, delivery_id)
        if said.outcome not in _ASKED:
            told = _record(connection, services, actor, home, said.outcome)
            return _back(delivery_id, said, said=_word(told))
    asked = urlencode(said.model_dump())
    return RedirectResponse(f"/visits/{delivery_id}/sure?{asked}", 303)


@router.get("/visits/{delivery_id}/sure")
@needs(Action.VISITS_RECORD)
def sure(
    delivery_id: int,
    request: Request,
    services: TheServices,
    actor: TheActor,
    outcome: Gone,
    place: Annotated[Place, Query()],
) -> Response:
    """Ask once more, and say what will happen to the register."""
    with services.store.read() as connection:
        home = _door(connection, actor, delivery_id)
        alone = _alone(connection, actor, home[0])
    label = LABELS[outcome]
    asked = urlencode({**place.model_dump(), "outcome": outcome})
    view = SureView(
        title=f"{_shown_door(services, home[0])}：记为{label}？",
        text=f"台账里这一户只有一个人，会一起记为{label}，以后不再给他发任何消息。记错了可以撤销。"
        if alone
        else f"这一户会记为{label}。台账里这一户不止一个人，或者人不在您管的地方，系统分不清是谁，所以台账不改，要在下次导入名单时更正。",
        action=f"/visits/{delivery_id}/sure?{asked}",
        label=f"确定{label}",
        back=place.at("/visits", delivery_id),
    )
    return page(request, "sure.html", view)


@router.post("/visits/{delivery_id}/sure")
@needs(Action.VISITS_RECORD)
def tick_gone(
    delivery_id: int,
    services: TheServices,
    actor: TheActor,
    outcome: Gone,
    place: Annotated[Place, Query()],
) -> Response:
    """已搬 or 已故, said twice. The register follows only where there is one person whom it can mean."""
    with services.store.begin() as connection:
        home = _door(connection, actor, delivery_id)
        told = _record(connection, services, actor, home, outcome)
    roll = "marked" if told.marked else "import"
    return _back(delivery_id, place, said=_word(told), roll=roll)


@router.post("/visits/{delivery_id}/played")
@needs(Action.VISITS_RECORD)
def played(
    delivery_id: int, services: TheServices, actor: TheActor, said: Annotated[Said, Form()]
) -> Response:
    """A loudspeaker, a van or somebody on the market has said it: the place had it, and nobody is counted as told."""
    with services.store.begin() as connection:
        slot = _carried(connection, actor, delivery_id, speaker=True)
        hand = hand_of(services, actor)
        word = said.outcome or "played"
        told = telling.tell(connection, [slot[0].delivery_id], word, hand, slot=said.slot)
    return _back(delivery_id, said, said=_word(told))


@router.post("/visits/words/{word}/undo")
@needs(Action.VISITS_RECORD)
def undo(
    word: int, services: TheServices, actor: TheActor, place: Annotated[Place, Form()]
) -> Response:
    """Take one tap back, with all that followed from it as far as that can go back."""
    with services.store.begin() as connection:
        delivery = queries.delivery_of(connection, word)
        officer = actor.may(Action.DELIVERIES_SETTLE)
        done = telling.undo(connection, word, hand_of(services, actor), any_time=officer)
    return _back(delivery, place, said="undone", kept=",".join(done.remarks))


def _door(connection: Connection, actor: Actor, delivery_id: int) -> list[Carried]:
    return _carried(connection, actor, delivery_id, speaker=False)


def _carried(
    connection: Connection, actor: Actor, delivery_id: int, *, speaker: bool
) -> list[Carried]:
    """The delivery, with what else goes to the same door; its own line first."""
    found = carrying.carried(connection, delivery=delivery_id)
    if not found or (found[0].channel == "broadcast") is not speaker:
        raise Missing("visits.not_in_hand", delivery=delivery_id)
    actor.scope.require(found[0].region)
    return sorted(found, key=lambda one: one.delivery_id != delivery_id)


def _record(
    connection: Connection, services: Services, actor: Actor, home: list[Carried], word: str
) -> Told:
    """Write it for everything that goes to this door."""
    ids = [one.delivery_id for one in home]
    return telling.tell(connection, ids, word, hand_of(services, actor))


def _word(told: Told) -> str:
    """What the page says about a tap."""
    return "task" if told.tasks else "saved" if told.changed else "same"


def _alone(connection: Connection, actor: Actor, home: Carried) -> bool:
    """Whether there is one person whom 已搬 or 已故 can mean."""
    return follow.only_resident(connection, home.kind, home.addressee, actor.scope) is not None


def _shown_door(services: Services, home: Carried) -> str:
    address = services.vault.decrypt("address", home.address)
    name = mask_name(services.vault.decrypt("name", home.name)) if home.name else ""
    return f"{address} {name}家".strip() if name else address


def _back(delivery_id: int, place: Place, **more: object) -> Response:
    return RedirectResponse(place.at("/visits", delivery_id, ticked=delivery_id, **more), 303)
