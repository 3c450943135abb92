"""When steps fire, and when a campaign is over. Right if it runs never, late, or on three machines at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.campaigns import queries
from outreach.campaigns.preview.looking import step_policies
from outreach.campaigns.states import MOVES
from outreach.deliveries import plan, work
from outreach.deliveries.queries import waiting_for_a_person, without_receipt
from outreach.errors import Missing, OutreachError
from outreach.policies import service as policies
from outreach.store import Begin

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Due:
    """A step that fires now."""

    step: Mapping[str, Any]
    firing_id: int
    due_at: datetime


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


def _tick_one(begin: Begin, zone: ZoneInfo, campaign: Mapping[str, Any]) -> int:
    with begin() as connection:
        _note_settled(connection, campaign)
        due = _due(connection, campaign)
        orders = [_plan(connection, campaign, one, zone) for one in due]
    for order in orders:
        plan.write(begin, order)
    with begin() as connection:
        _finish_if_over(connection, campaign)
    return len(orders)


def _due(connection: Connection, campaign: Mapping[str, Any]) -> list[Due]:
    """Steps whose time has come, each fired at most once whoever asks; and firings that are not planned yet."""
    steps = queries.steps(connection, campaign["id"])
    fired = {row["number"]: row for row in queries.firings(connection, campaign["id"])}
    found = [
        Due(step, fired[step["number"]]["id"], fired[step["number"]]["due_at"])
        for step in steps
        if step["number"] in fired and not fired[step["number"]]["planned"]
    ]
    for step in steps:
        if step["number"] in fired or not _ripe(connection, step, fired):
            continue
        due_at = (
            step["due_at"] or campaign["submitted_at"]
        )  # the stored moment is the key, never "now"
        if _too_late(step):
            _ask_about_late(connection, campaign, step)
            break
        firing = queries.fire(connection, step["id"], due_at)
        if firing is not None:
            found.append(Due(step, firing, due_at))
    return found


def _too_late(step: Mapping[str, Any]) -> bool:
    """Past its late rule, and nobody has been asked yet; asked once, a resumed campaign is the answer."""
    if step["due_at"] is None or "asked_at" in step["options"]:
        return False
    return bool(clock.now() > step["due_at"] + timedelta(hours=step["late_hours"]))


def _ripe(
    connection: Connection, step: Mapping[str, Any], fired: Mapping[int, Mapping[str, Any]]
) -> bool:
    """Its time has come: the step that it follows is settled and either every receipt is in or it waited long enough."""
    if step["due_at"] is not None and step["due_at"] > clock.now():
        return False
    if step["after_step"] is None:
        return True
    before = fired.get(step["after_step"])
    if before is None or before["settled_at"] is None:
        return False
    waited = before["settled_at"] + timedelta(seconds=step["options"].get("wait", 0)) <= clock.now()
    return waited or without_receipt(connection, before["step_id"]) == 0


def _note_settled(connection: Connection, campaign: Mapping[str, Any]) -> None:
    """When a step has nothing left in flight; receipts may still come, which is why others wait after it."""
    for firing in queries.firings(connection, campaign["id"]):
        if firing["settled_at"] is not None or not firing["planned"]:
            continue
        if work.open_work(connection, campaign["id"], [firing["step_id"]]) == 0:
            queries.settle_firing(connection, firing["id"])


def _ask_about_late(
    connection: Connection, campaign: Mapping[str, Any], step: Mapping[str, Any]
) -> None:
    """A step that is too late is not sent by itself: the campaign pauses and says why. Resuming it sends it."""
    allowed, to = MOVES["pause"]
    if queries.move(connection, campaign["id"], allowed, to):
        queries.note_asked(connection, step["id"], step["options"])
        detail = {"move": "pause", "code": "too_late", "step": step["number"]}
        audit.record(
            connection, audit.SYSTEM, Action.CAMPAIGNS_RUN, f"campaign:{campaign['ref']}", detail
        )


def _plan(
    connection: Connection, campaign: Mapping[str, Any], due: Due, zone: ZoneInfo
) -> plan.Plan:
    step = due.step
    account = queries.account_for(connection, step["channel"], step["options"].get("account"))
    if account is None:
        raise Missing("deliveries.no_account", channel=step["channel"])
    views = policies.all_policies(connection, queries.policy_refs(connection, campaign["id"]))
    return plan.Plan(
        campaign_id=campaign["id"],
        step_id=step["id"],
        step_number=step["number"],
        firing_id=due.firing_id,
        channel=step["channel"],
        condition=step["condition"],
        policy_ids=tuple(view.id for view in step_policies(step, views)),
        account_id=account,
        on=clock.today(zone),
        due_at=clock.now(),
    )


def _finish_if_over(connection: Connection, campaign: Mapping[str, Any]) -> None:
    """Over when every step has fired, all is planned, nothing moves by itself and nothing waits for a person.

    What a person finds not to have arrived is sent once more, and only a running campaign sends.
    """
    steps = queries.steps(connection, campaign["id"])
    done = [row for row in queries.firings(connection, campaign["id"]) if row["planned"]]
    if len(done) < len(steps) or work.open_work(connection, campaign["id"], retries=True):
        return
    if waiting_for_a_person(connection, campaign["id"], limit=1):
        return
    allowed, to = MOVES["finish"]
    if queries.move(connection, campaign["id"], allowed, to, ended_at=clock.now()):
        detail = {"move": "finish", "hash": campaign["frozen_hash"]}
        audit.record(
            connection, audit.SYSTEM, Action.CAMPAIGNS_RUN, f"campaign:{campaign['ref']}", detail
        )
