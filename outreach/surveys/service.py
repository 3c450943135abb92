"""Surveys written down and locked, their samples drawn and sealed. Fieldwork and results have rooms of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Conflict, Missing
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.surveys import kinds, orders, queries
from outreach.surveys.design_order import DesignOrder, design_hash
from outreach.surveys.drawing import queries as writing
from outreach.surveys.drawing import service as drawing
from outreach.surveys.drawing.service import Place
from outreach.surveys.instrument import Instrument, parse_instrument, standard_instrument
from outreach.surveys.kinds import SurveyKind
from outreach.surveys.orders import SurveyOrder
from outreach.wording import say

_COPIED = (
    "ref", "title", "kind", "region", "wave", "mode", "seed", "panel", "opens_on", "closes_on", "generated",
)  # fmt: skip


def create(
    connection: Connection, document: object, by: str, file: str = "", home: str = "",
    scope: Scope | None = None,
) -> int:  # fmt: skip
    """Write down a survey and lock it; returns its row number. Without a questionnaire it gets the one of its kind.

    Questions, headline, base, size, seed and design are locked by their hashes from here on. `home` is the
    installation's region, which may call the policy by a name of its own. Raises Invalid naming the key, Missing for an
    unknown policy, campaign or earlier survey, Refused for a region outside the scope, Conflict when the id exists.
    """
    order = orders.parse(document, file)
    _within(order.region or home, scope)
    policy = policies.get(connection, order.policy) if order.policy else None
    campaign = queries.campaign_id(connection, order.campaign) if order.campaign else None
    if order.campaign and campaign is None:
        raise Missing("fieldwork.no_campaign", file=file, campaign=order.campaign)
    earlier = _earlier(connection, order)
    place = Place(order.region, policy, clock.business_day(), home)
    size, design = drawing.sized(connection, order, place, earlier)
    instrument = _instrument(order, policy, home, earlier)
    values = {name: getattr(order, name) for name in _COPIED} | {"size": size, "base": design.base}
    values |= {"kind": order.kind.value, "design": design.as_data(), "created_by": by}
    values |= {"policy_id": policy.id if policy else None, "campaign_id": campaign}
    values |= {"follows_id": earlier["id"] if earlier else None}
    values |= {"instrument": instrument.as_data(), "instrument_hash": instrument.hash}
    named = {"policy": order.policy, "campaign": order.campaign, "follows": order.follows}
    survey = queries.add(connection, {**values, "design_hash": design_hash({**values, **named})})
    if survey is None:
        raise Conflict("fieldwork.exists", survey=order.ref)
    audit.record(connection, by, Action.SURVEYS_DESIGN, thing(order.ref), {"size": size})
    return survey


def _within(region: str, scope: Scope | None) -> None:
    if scope is not None:
        scope.require(region)


def _earlier(connection: Connection, order: SurveyOrder) -> Mapping[str, Any] | None:
    """The survey that is repeated: of the same kind, about the same policy, and drawn where the same people are asked."""
    if not order.follows:
        return None
    found = get_drawn(connection, order.follows) if order.panel else get(connection, order.follows)
    if (found["kind"], found["policy"]) != (order.kind, order.policy):
        raise Conflict("planning.other_survey", survey=order.ref, follows=order.follows)
    return found


def _instrument(
    order: SurveyOrder, policy: PolicyView | None, home: str, earlier: Mapping[str, Any] | None
) -> Instrument:
    """What was written; else that of the earlier wave, so that both can be compared; else the one of the kind."""
    if order.instrument is not None:
        return order.instrument
    if earlier is not None:
        found = locked_instrument(earlier)
    else:
        name = str(policy.facts_at(order.region or home)["plain_name"]) if policy else ""
        found = standard_instrument(order.kind.value, name)
    kinds.check(found)
    if order.permit is None:
        return found
    return parse_instrument({**found.as_data(), "permit": dict(order.permit)})


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


def locked_design(survey: Mapping[str, Any]) -> DesignOrder:
    """The design that was locked. Conflict when size, seed, base or anything else of it is no longer the same."""
    if survey["design_hash"] and design_hash(survey) != survey["design_hash"]:
        raise Conflict("planning.design_changed", survey=survey["ref"])
    return DesignOrder.of(survey["design"])


def draw(connection: Connection, ref: str, on: date, home: str = "", by: str = audit.SYSTEM) -> int:
    """Draw and seal the sample as it was locked; returns how many people it has. A second call changes nothing.

    The frame is everybody active in the register who belongs to the base on this date, told or not. When it is smaller
    than the size wanted, everybody is asked. Raises Invalid when nobody fits, Conflict when what was locked has changed.
    """
    survey = get(connection, ref)
    if survey["drawn_at"] is not None:
        return int(survey["drawn"])
    design = locked_design(survey)
    locked_instrument(survey)
    policy = policies.get(connection, survey["policy"]) if survey["policy"] else None
    earlier = get(connection, survey["follows"]) if survey["follows"] else None
    place = Place(survey["region"], policy, on, home)
    sample = drawing.make(connection, survey, place, earlier)
    sealed = {"frame_hash": sample.hash, "frame_size": sample.size, "frame": sample.frame}
    sealed["base"] = _base(survey, design, policy, sample.size, on)
    if not queries.seal(connection, survey["id"], sealed):
        return int(get(connection, ref)["drawn"])
    writing.write(connection, survey["id"], sample.drawn.people)
    drawn = sum(not one.reserve for one in sample.drawn.people)
    detail = {"drawn": drawn, "frame": sample.size}
    audit.record(connection, by, Action.SURVEYS_DESIGN, thing(ref), detail)
    return drawn


def _base(
    survey: Mapping[str, Any], design: DesignOrder, policy: PolicyView | None, size: int, on: date
) -> str:
    code = "fieldwork.base.likely" if design.base == "likely" else f"planning.base.{design.base}"
    if survey["kind"] == SurveyKind.EXPERIENCE:
        code = "planning.base.volunteers"
    name = policy.plain_name if policy else ""
    words = say(code, policy=name, on=on.isoformat(), size=size, group=design.group)
    place = survey["region"]
    return say("planning.base.in_place", region=place, base=words) if place else words


def close(connection: Connection, ref: str, by: str) -> None:
    """Fieldwork is over: nothing is recorded any more, and the seal is off. Conflict before the drawing, or twice."""
    survey = get_drawn(connection, ref)
    if not queries.close(connection, survey["id"], by):
        raise Conflict("planning.closed_already", survey=ref)
    detail = {"do": "close", "drawn": survey["drawn"], "answered": survey["answered"]}
    audit.record(connection, by, Action.SURVEYS_DESIGN, thing(ref), detail)


def baseline_of(connection: Connection, policy: str, region: str = "") -> Mapping[str, Any] | None:
    """The newest awareness survey about a policy that asked people before the first send there; None without one.

    Only with it can a report say that awareness rose. Before any send every survey that has interviews is one.
    """
    found = policies.get(connection, policy)
    sent = queries.first_send(connection, found.id, region)
    before = None if sent is None else clock.here(sent).date()
    for survey in list_surveys(connection):
        mine = survey["policy"] == policy and survey["kind"] == SurveyKind.AWARENESS
        covers = region.startswith(survey["region"])
        if mine and covers and queries.interviewed(connection, survey["id"], before):
            return survey
    return None


def baseline_due(connection: Connection, policy: str, region: str = "") -> bool:
    """Whether nobody there was told yet by a campaign, and nobody was asked either: now or never."""
    found = policies.get(connection, policy)
    sent = queries.first_send(connection, found.id, region)
    return sent is None and baseline_of(connection, policy, region) is None


def sampled(connection: Connection, ref: str) -> list[Mapping[str, Any]]:
    """Who counts, in the order of drawing, as `queries.respondents` gives them."""
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
