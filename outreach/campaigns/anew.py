"""A recurring step finds its people anew each time: who fits now, whose day it is, and whom it has not told yet.

What was signed is the rule with its versions and a ceiling, not a list of people (docs/decisions/0017).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, not_, select, true

from outreach.access.scope import under
from outreach.audiences import moments
from outreach.audiences import queries as audience_queries
from outreach.campaigns import among, queries
from outreach.campaigns.preview.looking import step_policies
from outreach.deliveries.planning.conditions import told_before
from outreach.deliveries.planning.orders import BY_PLACE
from outreach.models.campaigns import Firing, FiringMember, Step
from outreach.models.people import Person
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView

_Row = Mapping[str, Any]


def find(
    connection: Connection,
    campaign: _Row,
    step: _Row,
    firing: int,
    due_at: datetime,
    zone: ZoneInfo,
) -> None:
    """Write down whom a firing is for, in the transaction that made it."""
    day = due_at.astimezone(zone).date()
    views = policies.by_versions(connection, queries.versions(connection, campaign["id"]))
    home = campaign["options"].get("home", "")
    some = among.condition(connection, campaign["options"], day)
    inside = and_(under(Person.region, campaign["region"]), true() if some is None else some)
    for view in step_policies(step, views):
        theirs, on = _day(step, view, day, home)
        audience_queries.find(
            connection,
            (campaign["id"], firing),
            view,
            and_(inside, theirs, not_(_had(campaign["id"], step, view.id))),
            on,
            take_unknown=campaign["announce"] == "general",
            home=home,
        )


def _day(step: _Row, view: PolicyView, day: date, home: str) -> tuple[ColumnElement[bool], date]:
    """Whose day it is, and on which day they have to fit."""
    relative = step["options"].get("relative")
    if relative is None:
        return true(), day
    theirs, on = moments.asked_on(relative["to"], day, relative["days"])
    return moments.whose_day(view, relative["to"], theirs, home), on


def _had(campaign: int, step: _Row, policy: int) -> ColumnElement[bool]:
    """Who was told of it by this campaign, or is about to be; a step that tells again only minds what is in hand."""
    again = bool(step["options"].get("again"))
    mine = Step.id == step["id"] if again else Step.campaign_id == campaign
    in_hand = (
        select(FiringMember.person_id)
        .join(Firing, Firing.id == FiringMember.firing_id)
        .join(Step, Step.id == Firing.step_id)
        .where(mine, Firing.planned.is_(False))
        .where(FiringMember.person_id == Person.id, FiringMember.policy_id == policy)
        .exists()
    )
    if again:
        return in_hand
    kinds = ("group", "region") if step["channel"] in BY_PLACE else ("person", "household")
    return in_hand | told_before(campaign, Person.id, policy, kinds)
