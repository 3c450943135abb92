"""A campaign that is being sent: counts, reasons, what waits for a person, how fast it goes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from channels.base import Verdict
from channels.twilio_codes import verdict_of
from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor, AuditLine
from outreach.deliveries.hours import next_allowed
from outreach.people import service as people
from outreach.people.queries import people as people_queries
from outreach.reports import queries, service
from outreach.reports.schemas import Standing, StepCount, Why
from outreach.web.formats import clock_time, thousands, yuan
from outreach.web.presenters.names import CHANNEL, MOVE, STATUS, people_at_work, places
from outreach.web.services import Services
from outreach.web.views.campaigns import Ask, Event, LiveCampaign, Reason, States, StepLine
from outreach.web.views.common import Link
from outreach.wording import catalogue, say

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
    now = service.standing(connection, actor.scope, campaign)
    waiting = service.waiting(connection, actor.scope, campaign)
    href = f"/campaigns/{campaign['ref']}"
    shown = waiting[:SHOWN_ASKS] if actor.may(Action.DELIVERIES_SETTLE) else []
    moving = campaign["status"] in MOVING
    return LiveCampaign(
        title=campaign["title"],
        href=href,
        status=STATUS[campaign["status"]][0],
        states=_sum(now.steps),
        live=f"{href}/live" if campaign["status"] == "running" else "",
        quiet_note=_quiet(services, campaign, now.steps) if moving else "",
        resent=now.resent,
        failed=_failed(now.whys, actor),
        skipped=_skipped(now.whys, actor, campaign["message_class"]),
        asks=asks(services, actor, connection, shown),
        asks_total=len(waiting),
        unknown_link=Link("逐条核对", f"{href}/unknown") if len(waiting) > len(shown) else None,
        stopped_by=stopped_by(connection, campaign, now.log),
        cost=f"计费 {thousands(now.parts)} 条，{yuan(now.cost_fen)}" if now.parts else "",
        steps=tuple(_step(step) for step in now.steps),
        events=_events(connection, now),
    )


def _step(step: StepCount) -> StepLine:
    return StepLine(step.number, CHANNEL[step.channel], step.due_at, states(step.states))


def _failed(whys: Sequence[Why], actor: Actor) -> tuple[Reason, ...]:
    counted: Counter[tuple[str, str]] = Counter()
    for why in whys:
        if why.state in ("undelivered", "refused"):
            counted[_fault(why)] += why.n
    paper = Link("打印入户", "/print") if actor.may(Action.PRINT) else None
    return tuple(
        Reason(
            say(f"web.fault.{kind}", code=code),
            n,
            say(f"web.next.{kind}"),
            paper if kind in ("permanent", "opted_out") else None,
        )
        for (kind, code), n in counted.most_common()
    )


def _fault(why: Why) -> tuple[str, str]:
    if why.channel == "flyer":
        return "paper", ""
    verdict = verdict_of(why.error)
    known = {
        Verdict.PERMANENT: "permanent",
        Verdict.OPTED_OUT: "opted_out",
        Verdict.LATER: "later",
        Verdict.STOP: "stop",
    }
    return (known[verdict], "") if verdict in known else ("other", why.error or "无")


def _skipped(whys: Sequence[Why], actor: Actor, message_class: str) -> tuple[Reason, ...]:
    counted: Counter[tuple[str, str]] = Counter()
    for why in whys:
        if why.state == "skipped":
            refused = why.reason == "refused_channel"
            counted[why.reason, why.channel if refused else ""] += why.n
    paper = Link("打印入户", "/print") if actor.may(Action.PRINT) else None
    return tuple(
        Reason(
            _refused(channel, message_class) if channel else reason_words(code),
            n,
            _next(code),
            paper if code in _ON_PAPER else None,
        )
        for (code, channel), n in counted.most_common()
    )


def _refused(channel: str, message_class: str) -> str:
    """Which channel is refused, for which class of messages."""
    kind = say(f"refusals.class.{message_class}")
    return say("refusals.skipped", channel=CHANNEL[channel], kind=kind)


_ON_PAPER = ("no_address", "refused_channel", "no_text")


def reason_words(code: str) -> str:
    """Why somebody was skipped, in words."""
    return say(f"reason.{code}") if f"reason.{code}" in catalogue() else code or "没有写原因"


def _next(code: str) -> str:
    return say(f"web.next.{code}") if f"web.next.{code}" in catalogue() else ""


def asks(
    services: Services, actor: Actor, connection: Connection, rows: Sequence[Mapping[str, Any]]
) -> tuple[Ask, ...]:
    """Deliveries that wait for a person, with masked names."""
    persons = [row["addressee"] for row in rows if row["kind"] == "person"]
    named = {
        row.id: people.show(row, services.vault)
        for row in people_queries.people_by_id(connection, actor.scope, persons)
    }
    groups = queries.group_names(
        connection, [row["addressee"] for row in rows if row["kind"] == "group"]
    )
    where = places(connection, {row["village"] for row in rows})
    refs = {one["id"]: one["ref"] for one in service.campaigns(connection, actor.scope)}
    found = []
    for row in rows:
        shown = named.get(row["addressee"]) if row["kind"] == "person" else None
        who = f"{shown.name} {shown.phone}" if shown else groups.get(row["addressee"], "")
        action = f"/campaigns/{refs[row['campaign_id']]}/unknown/{row['id']}"
        place = where[row["village"]]
        found.append(Ask(row["id"], CHANNEL[row["channel"]], who or place, place, action))
    return tuple(found)


def stopped_by(
    connection: Connection, campaign: Mapping[str, Any], log: Sequence[AuditLine]
) -> str:
    """Why a paused campaign stands still, in words; '' when it does not."""
    if campaign["status"] != "paused":
        return ""
    line = next((one for one in log if one.detail.get("move") == "pause"), None)
    if line is None:
        return ""
    code, said = str(line.detail.get("code", "")), str(line.detail.get("said", ""))
    if not code:
        by = people_at_work(connection).get(line.by, line.by)
        return say("web.paused_by_person", by=by)
    if f"web.{code}" in catalogue():
        return say(f"web.{code}")
    if code in catalogue():
        return say(code, reason=said, said=said)
    return say("web.carrier_fault", fault=code, said=said)


def _events(connection: Connection, now: Standing) -> tuple[Event, ...]:
    named = people_at_work(connection)
    return tuple(
        Event(line.at, f"{named.get(line.by, line.by)}{_moved(line)}")
        for line in now.log
        if line.detail.get("move") in MOVE
    )


def _moved(line: AuditLine) -> str:
    return f"：{MOVE[str(line.detail['move'])]}"


def _quiet(services: Services, campaign: Mapping[str, Any], steps: Sequence[StepCount]) -> str:
    """Whether quiet hours hold something back now; the campaign may be allowed to ignore them."""
    if "ignore_quiet_hours" in campaign["options"] or campaign["message_class"] == "urgent":
        return ""
    now, zone = clock.now(), services.settings.zone
    for step in steps:
        shown = states(step.states)
        again = next_allowed(step.channel, now, zone)
        if shown.left and again > now:
            return f"现在是静默时段，{clock_time(again, zone)} 接着发"
    return ""


@dataclass
class Pace:
    """How fast a campaign goes, measured while somebody watches."""

    began: float = 0.0
    first: int = -1

    def of(self, campaign: LiveCampaign) -> LiveCampaign:
        """The same campaign with its speed and the time that is left."""
        done, now = campaign.states.handed_over, time.monotonic()
        if self.first < 0:
            self.began, self.first = now, done
            return campaign
        seconds, sent = now - self.began, done - self.first
        if seconds < 3 or sent <= 0:
            return campaign
        left = campaign.states.left * seconds / sent
        return replace(
            campaign,
            per_minute=round(sent * 60 / seconds),
            seconds_left=left,
            ends_at=clock.now() + timedelta(seconds=left),
        )


def glance(
    services: Services, actor: Actor, connection: Connection, campaign: Mapping[str, Any]
) -> LiveCampaign:
    """Only what moves by the second."""
    steps = service.progress(connection, actor.scope, campaign)
    status = campaign["status"]
    return LiveCampaign(
        title=campaign["title"],
        href=f"/campaigns/{campaign['ref']}",
        status=STATUS[status][0],
        states=_sum(steps),
        quiet_note=_quiet(services, campaign, steps),
    )
