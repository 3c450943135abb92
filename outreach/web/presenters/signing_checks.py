"""What the checks found before sending, what was let pass, the lists with their dates, and what is left when it stops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import preflight, queries, remainder
from outreach.campaigns.remainder import Counts
from outreach.reports import slip
from outreach.reports.slip import rests_on
from outreach.reports.steps import step_name
from outreach.web.formats import when
from outreach.web.presenters.names import people_at_work
from outreach.web.services import Services
from outreach.web.views.signing import LeftRow, LeftView, PassedLine, StopLine

_ASKED = ("draft", "submitted", "approved", "scheduled", "running", "paused")
_STOPPED = ("paused", "cancelled")


def stops(
    services: Services, actor: Actor, connection: Connection, campaign: Mapping[str, Any]
) -> tuple[StopLine, ...]:
    """What stops a campaign that is not over, with the form to let it pass."""
    if campaign["status"] not in _ASKED:
        return ()
    on = clock.today(services.settings.zone)
    judged = preflight.judged(campaign, services.settings.content_dir)
    may = actor.may(Action.CAMPAIGNS_REVIEW) and actor.scope.covers(campaign["region"])
    action = f"/approvals/{campaign['ref']}/pass" if may else ""
    return tuple(
        StopLine(one.message(), one.code, one.subject, action if one.passable else "")
        for one in preflight.standing(connection, judged, on)
    )


def passed(
    services: Services, connection: Connection, campaign: Mapping[str, Any]
) -> tuple[PassedLine, ...]:
    """What was let pass, by whom and why."""
    named, zone = people_at_work(connection), services.settings.zone
    return tuple(
        PassedLine(
            one.said,
            named.get(one.by, one.by),
            when(one.at, zone, clock.today(zone)),
            one.reason,
        )
        for one in preflight.passed(connection, campaign)
    )


def lists(
    services: Services, connection: Connection, campaign: Mapping[str, Any]
) -> tuple[str, ...]:
    """Register, lists and policies with their dates, as the slip prints them; nothing of a draft."""
    if campaign["frozen"] is None:
        return ()
    zone = services.settings.zone
    signed = slip.read(connection, campaign, clock.today(zone))
    return tuple(rests_on.basis(signed, rests_on.day_there(zone)))


def left(
    connection: Connection, actor: Actor, campaign: Mapping[str, Any], *, asked: bool = False
) -> LeftView | None:
    """Where the deliveries of a stopped campaign are. asked: also of one that somebody is about to stop."""
    if not (asked or campaign["status"] in _STOPPED) or not campaign["released"]:
        return None
    if not actor.scope.covers(campaign["region"]):
        return None  # the numbers are those of the whole campaign
    found = remainder.of(connection, campaign["id"])
    steps = {step["number"]: step for step in queries.steps(connection, campaign["id"])}
    rows = tuple(
        _row(
            f"第 {one.number} 步·{step_name(steps[one.number])}",
            one.counts,
            "" if one.fired else "还没到时候，一件没有发",
        )
        for one in found.steps
    )
    return LeftView(rows, _row("合计", found.total))


def _row(name: str, counts: Counts, note: str = "") -> LeftRow:
    return LeftRow(
        name, counts.planned, counts.with_carrier, counts.in_flight, counts.unknown, counts.not_sent,
        counts.refused + counts.skipped, note,
    )  # fmt: skip
