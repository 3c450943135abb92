"""A campaign that is being sent: counts, reasons, what waits for a person, how fast it goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import queries as campaign_queries
from outreach.campaigns import resending
from outreach.deliveries import limits
from outreach.deliveries.hours import Window, finished_at, next_allowed
from outreach.people import service as people
from outreach.people.queries import people as people_queries
from outreach.reports import queries, service, unknowns
from outreach.reports.running import BY_ITSELF, rate
from outreach.reports.schemas import StepCount
from outreach.reports.unknowns import Doubt
from outreach.web.formats import clock_time, thousands, when, yuan
from outreach.web.presenters.live_history import history, stopped_by
from outreach.web.presenters.live_next import to_come
from outreach.web.presenters.live_reasons import failed, skipped
from outreach.web.presenters.names import CHANNEL, STATUS, places
from outreach.web.presenters.resending import OPEN
from outreach.web.services import Services
from outreach.web.views.campaigns import Ask, LiveCampaign, States, StepLine
from outreach.web.views.common import Link

SHOWN_ASKS = 3
MOVING = ("scheduled", "running", "paused")


def states(counts: Mapping[str, int]) -> States:
    """Counts by state as the page names them."""
    return States(**{name: counts.get(name, 0) for name in States.__dataclass_fields__})


def _sum(steps: Sequence[StepCount]) -> States:
    total: Counter[str] = Counter()
    for step in steps:
        total.update(step.states)
    return states(total)


def live_campaign(
    services: Services, actor: Actor, connection: Connection, campaign: Mapping[str, Any]
) -> LiveCampaign:
    """Everything about the sending of one campaign that this user may see."""
    steps = service.progress(connection, actor.scope, campaign)
    found = service.walked(connection, actor.scope, campaign)
    log = service.log(connection, campaign)
    shown = _asked(services, actor, connection, campaign)
    waiting = unknowns.count(connection, actor.scope, campaign["id"])
    href = f"/campaigns/{campaign['ref']}"
    live = LiveCampaign(
        title=campaign["title"],
        href=href,
        status=STATUS[campaign["status"]][0],
        states=_sum(steps),
        live=f"{href}/live" if campaign["status"] == "running" else "",
        resent=found.resent,
        failed=failed(found.whys, actor),
        skipped=skipped(found.whys, actor, campaign["message_class"]),
        asks=shown,
        asks_total=waiting,
        unknown_link=Link("逐条核对", f"{href}/unknown") if waiting > len(shown) else None,
        stopped_by=stopped_by(connection, campaign, log),
        cost=f"计费 {thousands(found.parts)} 条，{yuan(found.cost_fen)}" if found.parts else "",
        steps=tuple(_step(step) for step in steps),
        events=history(connection, campaign, log),
        resend=_resend(actor, campaign),
        pending=_pending(connection, campaign),
        export=f"{href}/deliveries.csv" if _may_export(actor, campaign) else "",
    )
    return _timed(services, connection, campaign, steps, live)


def _resend(actor: Actor, campaign: Mapping[str, Any]) -> str:
    mine = actor.scope.covers(campaign["region"]) and actor.may(Action.CAMPAIGNS_SUBMIT)
    return f"/campaigns/{campaign['ref']}/resend" if mine and campaign["status"] in OPEN else ""


def _pending(connection: Connection, campaign: Mapping[str, Any]) -> int:
    """Resends that wait for a second person."""
    steps = campaign_queries.steps(connection, campaign["id"])
    return sum(resending.unconfirmed(connection, campaign, step) for step in steps)


def _may_export(actor: Actor, campaign: Mapping[str, Any]) -> bool:
    return actor.may(Action.DELIVERIES_EXPORT) and actor.scope.covers(campaign["region"])


def _asked(
    services: Services, actor: Actor, connection: Connection, campaign: Mapping[str, Any]
) -> tuple[Ask, ...]:
    """The first that wait for a person, for whoever may settle them."""
    if not actor.may(Action.DELIVERIES_SETTLE):
        return ()
    rows = unknowns.doubts(connection, actor.scope, campaign["id"], SHOWN_ASKS)
    return asks(services, actor, connection, rows)


def _step(step: StepCount) -> StepLine:
    return StepLine(step.number, CHANNEL[step.channel], step.due_at, states(step.states))


def _timed(
    services: Services,
    connection: Connection,
    campaign: Mapping[str, Any],
    steps: Sequence[StepCount],
    live: LiveCampaign,
) -> LiveCampaign:
    """The same with its speed over the last minutes, and when what a machine sends will be out."""
    if campaign["status"] not in MOVING:
        return live
    live = replace(live, to_come=to_come(services, connection, campaign, steps))
    going = [step for step in steps if step.channel in BY_ITSELF and states(step.states).left]
    left = sum(states(step.states).left for step in going)
    hands = live.states.left - left
    note = "" if campaign["status"] != "running" else _quiet(services, campaign, steps)
    live = replace(live, quiet_note=note, by_hand=hands, by_itself=left)
    if campaign["status"] != "running":
        return live
    now, zone = clock.now(), services.settings.zone
    found = rate(connection, campaign["id"], now)
    live = replace(live, per_minute=found.per_minute, measured_seconds=found.seconds)
    if not left or not found.sent:
        return live
    seconds = left * 60 / found.per_minute
    loud = _any_hour(campaign)
    ends = now + timedelta(seconds=seconds) if loud else max(
        finished_at(step.channel, now, seconds, zone, _hours(services, campaign, step))
        for step in going
    )  # fmt: skip
    words = when(ends, zone, clock.today(zone))
    left_seconds = (ends - now).total_seconds()
    return replace(live, seconds_left=left_seconds, ends_at=ends, ends=words)


def _any_hour(campaign: Mapping[str, Any]) -> bool:
    """Whether quiet hours do not hold for it."""
    return "ignore_quiet_hours" in campaign["options"] or campaign["message_class"] == "urgent"


def asks(
    services: Services, actor: Actor, connection: Connection, rows: Sequence[Doubt]
) -> tuple[Ask, ...]:
    """Deliveries that wait for a person, with masked names."""
    persons = [row.addressee for row in rows if row.kind == "person"]
    named = {
        row.id: people.show(row, services.vault)
        for row in people_queries.people_by_id(connection, actor.scope, persons)
    }
    groups = queries.group_names(connection, [row.addressee for row in rows if row.kind == "group"])
    where = places(connection, {row.village for row in rows})
    found = []
    for row in rows:
        shown = named.get(row.addressee) if row.kind == "person" else None
        who = f"{shown.name} {shown.phone}" if shown else groups.get(row.addressee, "")
        action = f"/campaigns/{row.ref}/unknown/{row.id}"
        place = where[row.village]
        found.append(Ask(row.id, CHANNEL[row.channel], who or place, place, action))
    return tuple(found)


def _hours(
    services: Services, campaign: Mapping[str, Any], step: StepCount
) -> Mapping[str, tuple[Window, ...]]:
    """When the channel of a step is quiet where the campaign goes."""
    kept = limits.read(services.settings.content_dir)
    return {step.channel: kept.quiet_at(step.channel, campaign["region"])}


def _quiet(services: Services, campaign: Mapping[str, Any], steps: Sequence[StepCount]) -> str:
    """Whether quiet hours hold something back now; the campaign may be allowed to ignore them."""
    if _any_hour(campaign):
        return ""
    now, zone = clock.now(), services.settings.zone
    for step in steps:
        shown = states(step.states)
        again = next_allowed(step.channel, now, zone, _hours(services, campaign, step))
        if shown.left and again > now:
            return f"现在是静默时段，{clock_time(again, zone)} 接着发"
    return ""


def glance(
    services: Services, actor: Actor, connection: Connection, campaign: Mapping[str, Any]
) -> LiveCampaign:
    """Only what moves by the second."""
    steps = service.progress(connection, actor.scope, campaign)
    live = LiveCampaign(
        title=campaign["title"],
        href=f"/campaigns/{campaign['ref']}",
        status=STATUS[campaign["status"]][0],
        states=_sum(steps),
        steps=tuple(_step(step) for step in steps),
    )
    return _timed(services, connection, campaign, steps, live)
