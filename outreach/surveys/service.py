"""Surveys written down, and their samples drawn and sealed. Fieldwork and results have rooms of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid, Missing
from outreach.policies import service as policies
from outreach.surveys import queries, schemas
from outreach.surveys.instrument import Instrument, awareness_instrument, parse_instrument
from outreach.surveys.sampling import draw as draw_ids
from outreach.surveys.sampling import frame_hash
from outreach.wording import say


def create(
    connection: Connection, document: object, by: str, file: str = "", home: str = ""
) -> int:
    """Write down a survey; returns its row number. Without a questionnaire it gets the standard one.

    `home` is the installation's region, which may call the policy by a name of its own. Raises Invalid naming the key,
    Missing for an unknown policy or campaign, Conflict when the id exists.
    """
    order = schemas.parse(document, file)
    policy = policies.get(connection, order.policy)
    campaign = queries.campaign_id(connection, order.campaign) if order.campaign else None
    if order.campaign and campaign is None:
        raise Missing("fieldwork.no_campaign", file=file, campaign=order.campaign)
    name = str(policy.facts_at(home)["plain_name"])
    instrument = order.instrument or awareness_instrument(name)
    values = {name: getattr(order, name) for name in ("ref", "title", "wave", "mode", "size")}
    values |= {"seed": order.seed, "base": order.base, "generated": order.generated}
    values |= {"policy_id": policy.id, "campaign_id": campaign, "created_by": by}
    values |= {"instrument": instrument.as_data(), "instrument_hash": instrument.hash}
    survey = queries.add(connection, values)
    if survey is None:
        raise Conflict("fieldwork.exists", survey=order.ref)
    audit.record(connection, by, Action.SURVEYS_DESIGN, thing(order.ref), {"size": order.size})
    return survey


def get(connection: Connection, ref: str) -> Mapping[str, Any]:
    """All columns of a survey, with `policy` and `campaign` by name, `drawn` and `answered`. Raises Missing."""
    survey = queries.by_ref(connection, ref)
    if survey is None:
        raise Missing("fieldwork.unknown", survey=ref)
    return survey


def list_surveys(connection: Connection) -> list[Mapping[str, Any]]:
    """All surveys, newest first, as `get` gives them."""
    return queries.everything(connection)


def instrument_of(connection: Connection, ref: str) -> Instrument:
    """The questionnaire that was locked when the survey was written down. Conflict when it is no longer the same."""
    return locked_instrument(get(connection, ref))


def locked_instrument(survey: Mapping[str, Any]) -> Instrument:
    """The same of a survey that was read already."""
    instrument = parse_instrument(survey["instrument"])
    if instrument.hash != survey["instrument_hash"]:
        raise Conflict("fieldwork.instrument_changed", survey=survey["ref"])
    return instrument


def thing(ref: str) -> str:
    """How the audit log names a survey."""
    return f"survey:{ref}"


def draw(connection: Connection, ref: str, on: date, home: str = "", by: str = audit.SYSTEM) -> int:
    """Draw and seal a simple random sample; returns how many people it has. A second call changes nothing.

    The frame is everybody active in the register who certainly fits the policy on this date, told or not. When it is
    smaller than the size wanted, everybody is asked. Raises Invalid when nobody fits.
    """
    survey = get(connection, ref)
    if survey["drawn_at"] is not None:
        return int(survey["drawn"])
    policy = policies.get(connection, survey["policy"])
    ids = queries.frame(connection, Scope(), policy, on, home)
    if not ids:
        raise Invalid("fieldwork.empty_frame", survey=ref, policy=survey["policy"], on=on)
    chosen = draw_ids(ids, min(survey["size"], len(ids)), survey["seed"])
    base = say(
        f"fieldwork.base.{survey['base']}",
        policy=policy.plain_name,
        on=on.isoformat(),
        size=len(ids),
    )
    sealed = {"frame_hash": frame_hash(ids), "frame_size": len(ids), "base": base}
    if not queries.seal(connection, survey["id"], sealed):
        return int(get(connection, ref)["drawn"])
    queries.add_respondents(connection, survey["id"], chosen, len(ids) / len(chosen))
    audit.record(
        connection,
        by,
        Action.SURVEYS_DESIGN,
        thing(ref),
        {"drawn": len(chosen), "frame": len(ids)},
    )
    return len(chosen)


def sampled(connection: Connection, ref: str) -> list[Mapping[str, Any]]:
    """id, number, person_id, weight, disposition, asked_on, interviewer of the sample, in the order of drawing."""
    return queries.respondents(connection, get_drawn(connection, ref)["id"])


def get_drawn(connection: Connection, ref: str) -> Mapping[str, Any]:
    """A survey whose sample is sealed. Raises Missing, and Conflict before the drawing."""
    survey = get(connection, ref)
    if survey["drawn_at"] is None:
        raise Conflict("fieldwork.not_drawn", survey=ref)
    return survey


def moment_of(survey: Mapping[str, Any]) -> date:
    """The day on which it was drawn, or written down before that."""
    moment: datetime = survey["drawn_at"] or survey["created_at"]
    return moment.date()
