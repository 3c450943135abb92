"""不要的消息: a worker writes down what somebody said at the door or on the phone, and takes it back the same way."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Form, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from outreach import clock
from outreach.access.roles import Action
from outreach.people import refusing
from outreach.web.guard import TheActor, TheServices, guarded_router, needs

router = guarded_router()


class Said(BaseModel):
    """What the form sends."""

    said: Literal["refuse", "resubscribe"]
    channel: str = "sms"
    kind: str = "publicity"
    of_number: bool = False
    reason: str = ""


@router.post("/people/{person_id:int}/refusals")
@needs(Action.PEOPLE_REFUSE)
def write(
    person_id: int, services: TheServices, actor: TheActor, said: Annotated[Said, Form()]
) -> Response:
    """Nothing is asked twice: each of both is taken back by the other."""
    act = refusing.refuse if said.said == "refuse" else refusing.resubscribe
    asked = refusing.Asked(said.channel, said.kind, said.of_number)
    hand = refusing.Hand(actor.name, actor.scope, said.reason, clock.now())
    with services.store.begin() as connection:
        done = act(connection, person_id, asked, hand)
    return RedirectResponse(f"/people/{done.person}#refusals", 303)
