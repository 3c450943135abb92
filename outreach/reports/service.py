"""The figures of pages and papers, put together. Nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.access.schemas import AuditLine
from outreach.access.scope import Scope
from outreach.audiences import service as audiences
from outreach.audiences.facts import facts_of
from outreach.campaigns import queries as campaign_queries
from outreach.deliveries import queries as delivery_queries
from outreach.people.queries import people
from outreach.policies.schemas import PolicyView
from outreach.reports import queries
from outreach.reports.counted import service as counted
from outreach.reports.schemas import (
    Losing,
    OfficeFacts,
    PlaceCount,
    ReachFigures,
    Standing,
    StepCount,
    Untold,
    Walked,
    Why,
)
from outreach.surveys import service as surveys
from outreach.surveys.results import service as results

LAST_DAYS = 30
"""The window in which somebody is about to lose a right."""

_MOST_LOSING = 500  # people per policy that are looked at one by one


def concerns(scope: Scope, campaign: Mapping[str, Any]) -> bool:
    """Whether a campaign is anybody's business in this scope: one lies inside the other."""
    region = campaign["region"]
    return scope.covers(region) or scope.region.startswith(region)


def _counted(scope: Scope, campaign: Mapping[str, Any]) -> Scope:
    """Whoever is responsible for all of a campaign also counts what has no known place."""
    return Scope() if scope.covers(campaign["region"]) else scope


def campaigns(
    connection: Connection, scope: Scope, statuses: Sequence[str] | None = None
) -> list[Mapping[str, Any]]:
    """Campaigns that concern a scope, newest first."""
    every = campaign_queries.everything(connection, statuses)
    return [one for one in every if concerns(scope, one)]


def standing(connection: Connection, scope: Scope, campaign: Mapping[str, Any]) -> Standing:
    """Where a campaign stands. Parts, money and messages sent again are those of the whole campaign."""
    found = walked(connection, scope, campaign)
    return Standing(
        campaign=campaign,
        steps=progress(connection, scope, campaign),
        whys=found.whys,
        parts=found.parts,
        cost_fen=found.cost_fen,
        resent=found.resent,
        log=log(connection, campaign),
    )


def walked(connection: Connection, scope: Scope, campaign: Mapping[str, Any]) -> Walked:
    """The part of `standing` that is about reasons and money: counts kept beside the funnel."""
    key, inside = campaign["id"], _counted(scope, campaign)
    parts, cost, resent = delivery_queries.spent(connection, key)
    whys = tuple(Why(**row) for row in queries.whys(connection, inside, key))
    return Walked(whys, parts, cost, resent)


def log(connection: Connection, campaign: Mapping[str, Any]) -> tuple[AuditLine, ...]:
    """What people and the program did to a campaign, newest first."""
    things = [f"campaign:{campaign['ref']}", f"campaign:{campaign['id']}"]
    return tuple(queries.log(connection, things))


def progress(
    connection: Connection, scope: Scope, campaign: Mapping[str, Any]
) -> tuple[StepCount, ...]:
    """The part of `standing` that moves by the second: cheap enough to be asked once a second."""
    return _steps(connection, _counted(scope, campaign), campaign["id"])


def _steps(connection: Connection, scope: Scope, campaign: int) -> tuple[StepCount, ...]:
    counts = queries.step_states(connection, scope, campaign)
    fired = {
        row["number"] for row in campaign_queries.firings(connection, campaign) if row["planned"]
    }
    return tuple(
        StepCount(
            number=step["number"],
            channel=step["channel"],
            due_at=step["due_at"],
            after_step=step["after_step"],
            condition=step["condition"],
            fired=step["number"] in fired,
            states=counts.get(step["id"], {}),
        )
        for step in campaign_queries.steps(connection, campaign)
    )


def waiting(
    connection: Connection, scope: Scope, campaign: Mapping[str, Any], limit: int = 500
) -> list[Mapping[str, Any]]:
    """Deliveries of a campaign that only a person can settle, inside the scope."""
    inside = _counted(scope, campaign)
    rows = delivery_queries.waiting_for_a_person(connection, campaign["id"], limit)
    return [row for row in rows if inside.covers(row["village"])]


def office(connection: Connection, scope: Scope, on: date) -> OfficeFacts:
    """What the to-do list of a region is made of."""
    kept = counted.register_of(connection, scope, on)
    return OfficeFacts(
        people=kept[0] if kept else people.count_people(connection, scope),
        without_number=kept[1] if kept else queries.without_number(connection, scope, on),
        unprinted=queries.sheets(connection, scope, "planned"),
        printed=queries.sheets(connection, scope, "accepted"),
    )


def reach(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str = ""
) -> ReachFigures:
    """Who fits, who was told and how, who applied; by village.

    Of today and in a large register it is what is kept: `counted.service.as_of` tells how old that may be.
    """
    if counted.serves(connection, scope, policy.id, on, home):
        return counted.reach(connection, scope, policy.id)
    return reach_now(connection, scope, policy, on, home)


def reach_now(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str = ""
) -> ReachFigures:
    """The same asked of the register itself, however large it is."""
    rows = queries.reach(connection, scope, policy, on, home)
    return ReachFigures(tuple(PlaceCount(**row) for row in rows))


def untold(
    connection: Connection, scope: Scope, policy: PolicyView, on: date, home: str = ""
) -> list[Untold]:
    """Why people who fit were never told, the most frequent first; sums to `reach(...).total.untold`."""
    if counted.serves(connection, scope, policy.id, on, home):
        return counted.untold(connection, scope, policy.id)
    return [Untold(*row) for row in queries.untold(connection, scope, policy, on, home)]


def losing(
    connection: Connection, scope: Scope, policies: Sequence[PolicyView], on: date, home: str = ""
) -> list[Losing]:
    """Policies whose right ends for somebody within 30 days, the most urgent first."""
    found = []
    for policy in policies:
        ids = queries.losing(connection, scope, policy, on, home, LAST_DAYS + 1, _MOST_LOSING)
        facts = facts_of(connection, ids)
        ends = [audiences.explain(policy, facts[one], on, home).ends_on for one in ids]
        last = sorted(day for day in ends if day is not None)
        if last:
            days = tuple((day - on).days for day in last)
            found.append(Losing(policy.ref, policy.plain_name, last[0], days))
    return sorted(found, key=lambda one: (one.days[0], one.policy))


def survey_of(connection: Connection, policy: str, campaign: str = "") -> Mapping[str, Any] | None:
    """The newest drawn survey about a policy (after a campaign); None when nobody was drawn yet."""
    for survey in surveys.list_surveys(connection):
        fits = survey["policy"] == policy and (not campaign or survey["campaign"] == campaign)
        if fits and survey["drawn_at"] is not None:
            return survey
    return None


def surveyed(connection: Connection) -> set[str]:
    """The policies about which somebody was drawn: for many, `survey_of` would list all surveys for each."""
    listed = surveys.list_surveys(connection)
    return {survey["policy"] for survey in listed if survey["drawn_at"] is not None}


def awareness(connection: Connection, policy: str, campaign: str = "") -> dict[str, Any] | None:
    """The figure of that survey, as `surveys.service.estimate` gives it, with its sealed `base`; or None."""
    survey = survey_of(connection, policy, campaign)
    if survey is None:
        return None
    return {**results.estimate(connection, survey["ref"]), "base": survey["base"]}
