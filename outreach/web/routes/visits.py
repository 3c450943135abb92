"""入户: the rows that a person ticks, and the loudspeakers that somebody has played."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.deliveries import service
from outreach.deliveries.service import Carried
from outreach.errors import Invalid, Missing
from outreach.people import service as people
from outreach.people.masking import mask_name
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters import visits
from outreach.web.presenters.visits import LABELS, Place, Shown
from outreach.web.render import page
from outreach.web.services import Services
from outreach.web.views.signing import SureView

router = guarded_router()

Gone = Literal["moved", "deceased"]
"""Outcomes that ask once more, because they also end what the person gets by other ways."""

_ASKED = ("moved", "deceased")


class Said(Place):
    """What a button sends."""

    outcome: str = ""


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
    if said.outcome not in LABELS or said.outcome == "played":
        known = "、".join(word for word in LABELS if word != "played")
        raise Invalid("deliveries.visit_outcome", value=said.outcome, known=known)
    with services.store.begin() as connection:
        home = _door(connection, actor, delivery_id)
        if said.outcome not in _ASKED:
            changed = _record(connection, actor, home, said.outcome)
            return _back(delivery_id, said, said="saved" if changed else "same")
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
        alone = _only_resident(connection, actor, home[0])
    label = LABELS[outcome]
    asked = urlencode({**place.model_dump(), "outcome": outcome})
    view = SureView(
        title=f"{_shown_door(services, home[0])}：记为{label}？",
        text=f"台账里这一户只有一个人，会一起记为{label}，以后不再给他发任何消息。记错了，要在导入名单时更正。"
        if alone
        else f"这一户会记为{label}。台账里这一户不止一个人，或者人不在您管的地方，系统分不清是谁，所以台账不改，要在下次导入名单时更正。",
        action=f"/visits/{delivery_id}/sure?{asked}",
        label=f"确定{label}",
        back=_list(delivery_id, place),
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
        alone = _only_resident(connection, actor, home[0])
        changed = _record(connection, actor, home, outcome)
        if alone:
            people.mark_status(connection, actor.scope, alone, outcome, clock.now())
            detail = {"status": outcome, "delivery": delivery_id}
            audit.record(connection, actor.name, Action.VISITS_RECORD, f"person:{alone}", detail)
    said = "saved" if changed else "same"
    return _back(delivery_id, place, said=said, roll="marked" if alone else "import")


@router.post("/visits/{delivery_id}/played")
@needs(Action.VISITS_RECORD)
def played(
    delivery_id: int, services: TheServices, actor: TheActor, place: Annotated[Place, Form()]
) -> Response:
    """A loudspeaker has said it: the place had it, and nobody is counted as told."""
    with services.store.begin() as connection:
        slot = _carried(connection, actor, delivery_id, speaker=True)
        changed = _record(connection, actor, slot, "played")
    return _back(delivery_id, place, said="saved" if changed else "same")


def _door(connection: Connection, actor: Actor, delivery_id: int) -> list[Carried]:
    return _carried(connection, actor, delivery_id, speaker=False)


def _carried(
    connection: Connection, actor: Actor, delivery_id: int, *, speaker: bool
) -> list[Carried]:
    """The delivery, with what else goes to the same door; its own line first."""
    found = service.carried(connection, delivery=delivery_id)
    if not found or (found[0].channel == "broadcast") is not speaker:
        raise Missing("visits.not_in_hand", delivery=delivery_id)
    actor.scope.require(found[0].region)
    return sorted(found, key=lambda one: one.delivery_id != delivery_id)


def _record(connection: Connection, actor: Actor, home: list[Carried], word: str) -> bool:
    """Write it for everything that goes to this door; whether it changed what stands there."""
    before = visits.standing(connection, [one.delivery_id for one in home])
    for one in home:
        service.record_visit(connection, one.delivery_id, word, actor.name)
    first = home[0]
    earlier = before[first.delivery_id][0] if first.delivery_id in before else first.reason
    return visits.overrules(word, earlier)


def _only_resident(connection: Connection, actor: Actor, home: Carried) -> int | None:
    found = service.residents(connection, home)
    inside = [key for key, region in found.items() if actor.scope.covers(region)]
    return inside[0] if len(found) == len(inside) == 1 else None


def _shown_door(services: Services, home: Carried) -> str:
    address = services.vault.decrypt("address", home.address)
    name = mask_name(services.vault.decrypt("name", home.name)) if home.name else ""
    return f"{address} {name}家".strip() if name else address


def _list(delivery_id: int, place: Place, **more: object) -> str:
    asked = {name: getattr(place, name) for name in Place.model_fields if getattr(place, name)}
    return f"/visits?{urlencode({**asked, **more})}#d{delivery_id}"


def _back(delivery_id: int, place: Place, **more: object) -> Response:
    return RedirectResponse(_list(delivery_id, place, ticked=delivery_id, **more), 303)
