"""只补发这些人: a step of a campaign once more, for exactly those whom it did not reach and nothing else has reached since.

It is a new step with the texts that were signed. One person proposes it and another confirms it; until then it does
not fire. The budget of the campaign still holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.campaigns import moving, queries
from outreach.campaigns.resending import choosing, keeping
from outreach.campaigns.resending.choosing import Offer, offers
from outreach.campaigns.resending.keeping import unconfirmed
from outreach.campaigns.signing.approving import same_person
from outreach.campaigns.states import Status
from outreach.errors import Conflict, Missing, Refused

__all__ = ["Offer", "Proposed", "confirm", "offers", "propose", "unconfirmed", "withdraw"]

_OPEN = (Status.RUNNING, Status.PAUSED, Status.FINISHED)
"""Where something may be sent once more; what was cancelled stays so."""


@dataclass(frozen=True)
class Proposed:
    """A step that waits for the second person. people: how many it is for; hash: of all that is confirmed."""

    number: int
    people: int
    hash: str


def propose(connection: Connection, ref: str, step: int, reasons: list[str], by: str) -> Proposed:
    """Choose those whom step `step` did not reach for these reasons (see `offers`), and write a step for them.

    Invalid for a reason that is none, Refused for one that stands (somebody died, said no, has it), and when nobody is
    left; Conflict when the campaign is neither running nor paused nor over.
    """
    campaign = _held(connection, ref)
    moving.refuse_expired(campaign, clock.business_day())
    before = _step(connection, campaign, step)
    terms = choosing.checked(connection, campaign, before, reasons)
    number = 1 + max(one["number"] for one in queries.steps(connection, campaign["id"]))
    key = keeping.add(connection, before, number, terms, by)
    people = choosing.choose(connection, campaign, before, key, terms)
    if people == 0:
        raise Refused("resending.nobody", campaign=ref, step=step, reasons="、".join(terms))
    written = _step(connection, campaign, number)
    digest = keeping.seal(connection, campaign, written)
    queries.sign(connection, campaign["id"], keeping.level(number), "proposed", by, digest)
    detail = {"move": "resend", "step": step, "as": number, "reasons": terms, "people": people}
    moving.note(connection, campaign, by, Action.CAMPAIGNS_SUBMIT, detail)
    return Proposed(number, people, digest)


def confirm(connection: Connection, ref: str, number: int, by: str) -> Proposed:
    """The second person says yes: the step fires, and a campaign that was over goes on.

    Refused for the very person who proposed it; Conflict when it is confirmed already, or is not what was proposed.
    """
    campaign = _held(connection, ref)
    step = _step(connection, campaign, number)
    proposal = _proposal(campaign, step)
    if not unconfirmed(connection, campaign, step):
        raise Conflict("resending.confirmed", campaign=ref, step=number)
    if same_person(connection, by, proposal["by"]):
        raise Refused("resending.same_person", campaign=ref, step=number, by=by)
    moving.refuse_expired(campaign, clock.business_day())
    digest = keeping.hash_of(connection, campaign, step)
    if digest != proposal["hash"]:
        raise Conflict("resending.changed", campaign=ref, step=number)
    queries.sign(connection, campaign["id"], keeping.level(number), "approved", by, digest)
    people = keeping.people(connection, step["id"])
    detail: dict[str, object] = {"move": "confirm", "step": number, "people": len(people)}
    moving.note(connection, campaign, by, Action.CAMPAIGNS_APPROVE, detail)
    if campaign["status"] == Status.FINISHED:
        moving.move(connection, campaign, "reopen", by, ended_at=None)
    return Proposed(number, len(people), digest)


def withdraw(connection: Connection, ref: str, number: int, by: str) -> None:
    """Take a proposal back before it is confirmed: nothing of it remains but the line in the log."""
    campaign = _held(connection, ref)
    step = _step(connection, campaign, number)
    _proposal(campaign, step)
    if not unconfirmed(connection, campaign, step):
        raise Conflict("resending.confirmed", campaign=ref, step=number)
    keeping.remove(connection, step["id"])
    detail: dict[str, object] = {"move": "withdraw_resend", "step": number}
    moving.note(connection, campaign, by, Action.CAMPAIGNS_SUBMIT, detail)


def _held(connection: Connection, ref: str) -> Mapping[str, Any]:
    """The campaign, which nobody else moves or adds steps to before this transaction ends."""
    campaign = moving.get(connection, ref)
    if not queries.hold(connection, campaign["id"], _OPEN, campaign["frozen_hash"]):
        raise moving.wrong_state(connection, campaign, "resend")
    return queries.by_id(connection, campaign["id"])


def _step(connection: Connection, campaign: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    for step in queries.steps(connection, campaign["id"]):
        if step["number"] == number:
            return step
    raise Missing("resending.no_step", campaign=campaign["ref"], step=number)


def _proposal(campaign: Mapping[str, Any], step: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = step["options"].get("resend")
    if found is None:
        raise Missing("resending.no_proposal", campaign=campaign["ref"], step=step["number"])
    return found
