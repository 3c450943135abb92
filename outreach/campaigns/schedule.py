"""When steps fire, and when a campaign is over. Right if it runs never, late, or on three machines at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.campaigns import anew, occasions, preflight, queries, resending
from outreach.campaigns.occasions import Calendar, Fired, Occasion, Wave
from outreach.campaigns.preflight import ceiling
from outreach.campaigns.preview.looking import step_policies
from outreach.campaigns.states import MOVES
from outreach.deliveries import plan, work
from outreach.deliveries.queries import waiting_for_a_person, waits_for_receipts
from outreach.errors import Missing, OutreachError
from outreach.policies import service as policies
from outreach.store import Begin

log = structlog.get_logger(__name__)

_Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Running:
    """A running campaign, its steps, and what of them has fired."""

    campaign: _Row
    steps: Sequence[_Row]
    calendar: Calendar


def tick(begin: Begin, zone: ZoneInfo) -> int:
    """Fire what is due, plan what a crash left half planned, finish what is over. Returns firings planned."""
    with begin() as connection:
        running = queries.everything(connection, ["running"])
    planned = 0
    for campaign in running:
        try:
            planned += _tick_one(begin, zone, campaign)
        except OutreachError as error:  # one campaign's trouble is not the others'
            log.error("campaign cannot go on", campaign=campaign["ref"], code=error.code)
    return planned


def _tick_one(begin: Begin, zone: ZoneInfo, campaign: _Row) -> int:
    with begin() as connection:
        _note_settled(connection, campaign)
        _fire(connection, _running(connection, campaign, zone))
    with begin() as connection:
        plans = list(_to_plan(connection, _running(connection, campaign, zone), zone))
    for one in plans:
        plan.write(begin, one)
    with begin() as connection:
        _finish_if_over(connection, _running(connection, campaign, zone))
    return len(plans)


def _running(connection: Connection, campaign: _Row, zone: ZoneInfo) -> _Running:
    steps = [
        one
        for one in queries.steps(connection, campaign["id"])
        if not resending.unconfirmed(connection, campaign, one)
    ]
    fired: dict[int, list[Fired]] = {}
    for row in queries.firings(connection, campaign["id"]):
        keys = ("id", "step_id", "number", "due_at", "wave", "planned", "settled_at")
        fired.setdefault(row["number"], []).append(Fired(**{key: row[key] for key in keys}))
    calendar = Calendar(
        steps=steps,
        submitted_at=campaign["submitted_at"],
        until=date.fromisoformat(campaign["options"]["valid_until"]),
        zone=zone,
        waves=[Wave(*one) for one in queries.waves(connection, campaign["id"])],
        fired=fired,
    )
    return _Running(campaign, steps, calendar)


# -- firing --------------------------------------------------------------------------------------------


def _fire(connection: Connection, running: _Running) -> None:
    """Steps whose time has come, each fired at most once whoever asks; a person is asked about what is too late."""
    for step in running.steps:
        for one in _due(connection, step, running.calendar):
            if _too_late(step, one):
                queries.note_asked(connection, step["id"], step["options"])
                _pause(connection, running.campaign, step, "too_late")
                return
            firing = queries.fire(connection, step["id"], one.due_at, one.wave)
            if firing is not None and occasions.recurs(step):
                anew.find(
                    connection, running.campaign, step, firing, one.due_at, running.calendar.zone
                )


def _due(connection: Connection, step: _Row, calendar: Calendar) -> list[Occasion]:
    if occasions.recurs(step) and occasions.starts_at(step) is None:
        options = {**step["options"], "since": clock.now().isoformat()}
        queries.set_options(connection, step["id"], options)
        step = {**step, "options": options}
    found = occasions.of(step, calendar, clock.now())
    return [one for one in found if _ripe(connection, step, one, calendar)]


def _too_late(step: _Row, one: Occasion) -> bool:
    """Past its late rule, and nobody has been asked about it yet; a campaign that was resumed is the answer."""
    if one.late_from is None:
        return False
    asked = step["options"].get("asked_at")
    if asked is not None and one.late_from <= datetime.fromisoformat(asked):
        return False
    return clock.now() > one.late_from + timedelta(hours=step["late_hours"])


def _ripe(connection: Connection, step: _Row, one: Occasion, calendar: Calendar) -> bool:
    """The firing that it follows is settled, and either every receipt is in or it waited long enough."""
    before = one.after
    if before is None:
        return True
    if before.settled_at is None:
        return False
    wait = timedelta(seconds=step["options"].get("wait", 0))
    if before.settled_at + wait <= clock.now():
        return True
    # posts, calls and paper have no receipts that could all be in, and no text tells what comes back on paper
    channels = {row["id"]: row["channel"] for row in calendar.steps}
    if step["condition"] == "returned" or channels.get(before.step_id) != "sms":
        return False
    return not waits_for_receipts(connection, before.step_id, before.id)


def _pause(connection: Connection, campaign: _Row, step: _Row, code: str) -> None:
    """The campaign pauses and says why; nothing more of it fires until a person resumes it."""
    allowed, to = MOVES["pause"]
    if queries.move(connection, campaign["id"], allowed, to):
        detail = {"move": "pause", "code": code, "step": step["number"]}
        thing = f"campaign:{campaign['ref']}"
        audit.record(connection, audit.SYSTEM, Action.CAMPAIGNS_RUN, thing, detail)


def _note_settled(connection: Connection, campaign: _Row) -> None:
    """When a firing has nothing left in flight; receipts may still come, which is why others wait after it."""
    for firing in queries.firings(connection, campaign["id"]):
        if firing["settled_at"] is not None or not firing["planned"]:
            continue
        if work.open_work(connection, campaign["id"], firing["id"]) == 0:
            queries.settle_firing(connection, firing["id"])


# -- planning ------------------------------------------------------------------------------------------


def _to_plan(connection: Connection, running: _Running, zone: ZoneInfo) -> Iterator[plan.Plan]:
    """Firings that are not planned yet, fresh ones and those of a planner that died; unless a check stops the step."""
    if queries.by_id(connection, running.campaign["id"])["status"] != "running":
        return
    for step in running.steps:
        fresh = [one for one in running.calendar.of(step["number"]) if not one.planned]
        if not fresh:
            continue
        if preflight.hold_back(connection, running.campaign, step, clock.today(zone)):
            return
        ceiling.lift(connection, running.campaign, step)
        for one in fresh:
            yield _plan(connection, running, step, one)


def _plan(connection: Connection, running: _Running, step: _Row, firing: Fired) -> plan.Plan:
    campaign, calendar = running.campaign, running.calendar
    account = queries.account_for(connection, step["channel"], step["options"].get("account"))
    if account is None:
        raise Missing("deliveries.no_account", channel=step["channel"])
    views = policies.all_policies(connection, queries.policy_refs(connection, campaign["id"]))
    return plan.Plan(
        campaign_id=campaign["id"],
        step_id=step["id"],
        step_number=step["number"],
        firing_id=firing.id,
        channel=step["channel"],
        condition=step["condition"],
        policy_ids=tuple(view.id for view in step_policies(step, views)),
        account_id=account,
        on=clock.today(calendar.zone),
        due_at=clock.now(),
        wave=firing.wave,
        targeted=occasions.named(step),
        found=calendar.found_by(step, firing),
        places=tuple(step["options"].get("places", ())),
    )


# -- the end -------------------------------------------------------------------------------------------


def _finish_if_over(connection: Connection, running: _Running) -> None:
    """Over when no step is still to fire, all is planned, nothing moves by itself and nothing waits for a person.

    What a person finds not to have arrived is sent once more, and only a running campaign sends.
    """
    if _over(connection, running):
        _finish(connection, running)


def _finish(connection: Connection, running: _Running) -> None:
    """Looked at once more when nobody else can move it: a step may have been confirmed since the first look."""
    campaign = running.campaign
    allowed, to = MOVES["finish"]
    if not queries.hold(connection, campaign["id"], allowed, campaign["frozen_hash"]):
        return
    if _over(connection, _running(connection, campaign, running.calendar.zone)):
        queries.move(connection, campaign["id"], allowed, to, ended_at=clock.now())
        detail = {"move": "finish", "hash": campaign["frozen_hash"]}
        audit.record(
            connection, audit.SYSTEM, Action.CAMPAIGNS_RUN, f"campaign:{campaign['ref']}", detail
        )


def _over(connection: Connection, running: _Running) -> bool:
    campaign = running.campaign
    unplanned = any(not one.planned for some in running.calendar.fired.values() for one in some)
    if unplanned or occasions.open_ended(running.calendar):
        return False
    if work.open_work(connection, campaign["id"], retries=True):
        return False
    return not waiting_for_a_person(connection, campaign["id"], limit=1)
