"""Ask all checks; let one of their findings pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.campaigns import carrying, moving, queries
from outreach.campaigns.preflight import ceiling, changed, lists
from outreach.campaigns.preflight.schemas import Check, Passed, Step, Stop
from outreach.campaigns.signing import rules
from outreach.campaigns.states import MOVES
from outreach.errors import Invalid, Missing, Refused

CHECKS: tuple[Check, ...] = (lists.stops, changed.stops, carrying.stops, ceiling.stops)
"""Every check, in the order in which their findings are listed."""


def every_stop(
    connection: Connection, campaign: Mapping[str, Any], step: Step, on: date
) -> list[Stop]:
    """Everything that the checks find, also what somebody has let pass."""
    found = [one for check in CHECKS for one in check(connection, campaign, step, on)]
    return list({(one.code, one.subject): one for one in found}.values())


def stops(connection: Connection, campaign: Mapping[str, Any], step: Step, on: date) -> list[Stop]:
    """What stops a step (None: the whole campaign, before it is submitted and signed) on a day; empty = it may go on."""
    found = every_stop(connection, campaign, step, on)
    if not found:
        return []
    through = passed(connection, campaign)
    return [
        one for one in found if not (one.passable and any(other.covers(one) for other in through))
    ]


def require(connection: Connection, campaign: Mapping[str, Any], on: date) -> None:
    """Refused with the first stop of the whole campaign."""
    found = stops(connection, campaign, None, on)
    if found:
        raise Refused(found[0].code, campaign=campaign["ref"], **found[0].params)


def require_carried(connection: Connection, campaign: Mapping[str, Any]) -> None:
    """Before a campaign is released: Refused with the first thing that one of its accounts needs and has not."""
    through, on = passed(connection, campaign), clock.business_day()
    for step in queries.steps(connection, campaign["id"]):
        for stop in carrying.stops(connection, campaign, step, on):
            if not (stop.passable and any(one.covers(stop) for one in through)):
                raise Refused(stop.code, campaign=campaign["ref"], **stop.params)


def hold_back(
    connection: Connection, campaign: Mapping[str, Any], step: Mapping[str, Any], on: date
) -> bool:
    """Before a step fires: where something stops it the campaign pauses and says why; whether it did.

    Resumed, it is asked again: what was let pass or put right does not stop it any more.
    """
    found = stops(connection, campaign, step, on)
    if not found:
        return False
    allowed, to = MOVES["pause"]
    if queries.move(connection, campaign["id"], allowed, to):
        detail = {
            "move": "pause", "code": "preflight.stopped", "step": step["number"],
            "said": "".join(one.message() for one in found), "stops": [[one.code, one.subject] for one in found],
        }  # fmt: skip
        moving.note(connection, campaign, audit.SYSTEM, Action.CAMPAIGNS_RUN, detail)
    return True


def passed(connection: Connection, campaign: Mapping[str, Any]) -> list[Passed]:
    """What was let pass in a campaign, oldest first."""
    return [Passed(**one) for one in queries.overrides(connection, campaign["id"])]


def let_pass(
    connection: Connection,
    campaign: Mapping[str, Any],
    found: tuple[str, str],
    reason: str,
    by: str,
    on: date,
) -> Stop:
    """A named person takes it on themselves, with a reason. Holds for the state in which the thing is now.

    found: (code, subject) of the stop. Missing when no such thing stops the campaign or one of its steps; Refused for
    what nobody may let pass.
    """
    code, subject = found
    if not reason.strip():
        raise Invalid("preflight.reason_needed")
    for stop in standing(connection, campaign, on):
        if (stop.code, stop.subject) == found:
            break
    else:
        raise Missing(
            "preflight.no_such_stop", campaign=campaign["ref"], code=code, subject=subject
        )
    if not stop.passable:
        raise Refused("preflight.never_passes", campaign=campaign["ref"], said=stop.message())
    values = {"code": code, "subject": subject, "state": stop.state, "reason": reason.strip()}
    queries.add_override(connection, campaign["id"], {**values, "said": stop.said(), "by": by})
    detail = {"move": "let_pass", "check": code, **{key: values[key] for key in ("subject", "state", "reason")}}  # fmt: skip
    moving.note(connection, campaign, by, Action.CAMPAIGNS_REVIEW, detail)
    return stop


def judged(campaign: Mapping[str, Any], site: Path | None) -> Mapping[str, Any]:
    """A campaign by the limits that hold for it: those it was signed with, of a draft the site's present ones."""
    if campaign["frozen"] is not None:
        return campaign
    return {**campaign, "frozen": {"limits": asdict(rules.read(site).limits)}}


def step_of(connection: Connection, campaign: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    """A step by its number; Missing when there is none."""
    for step in queries.steps(connection, campaign["id"]):
        if step["number"] == number:
            return step
    raise Missing("preflight.no_step", campaign=campaign["ref"], step=number)


def standing(connection: Connection, campaign: Mapping[str, Any], on: date) -> list[Stop]:
    """What stops the whole campaign or one of its steps, each once."""
    steps = [None, *queries.steps(connection, campaign["id"])]
    found = [one for step in steps for one in stops(connection, campaign, step, on)]
    return list({(one.code, one.subject): one for one in found}.values())
