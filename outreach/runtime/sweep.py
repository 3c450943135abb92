"""What a crash missed, done again: each sweep is right if it runs never, late, or on three machines at once."""

from __future__ import annotations

import structlog

from channels import twilio_codes
from outreach import clock
from outreach.audiences import queries as audience_queries
from outreach.audiences.proposals import service as proposals
from outreach.campaigns import queries as campaign_queries
from outreach.campaigns import schedule
from outreach.deliveries import cancelling, funnel, halting, limits, look_up, orders, receipts
from outreach.deliveries.capping import numbers
from outreach.deliveries.printing import jobs as print_jobs
from outreach.errors import OutreachError
from outreach.people.intake.jobs import Jobs
from outreach.policies import leaving
from outreach.reports.counted import service as counted
from outreach.runtime import adapters, alerting
from outreach.settings import Settings
from outreach.store import Store
from segments.errors import SegmentsError

LOOKING_UP = ("twilio",)
"""Providers whose carrier can be asked what it has."""


def sweep(store: Store, settings: Settings) -> int:
    """Find attempts whose sender died, settle early receipts, fold counts and bring those of reach to today, end
    policies whose day has come, look for whom one policy has come to fit, delete files of old imports and print jobs,
    and fire due steps. Returns news.

    Firing comes last, because it raises when a step cannot be planned, and the rest must not wait for that.
    """
    with store.read() as connection:
        can = {one.id: one.provider in LOOKING_UP for one in orders.accounts(connection)}
    news = look_up.mark_lost(store, can_look_up=can)
    with store.begin() as connection:
        news += receipts.sweep(connection, codes=twilio_codes.table(settings.content_dir))
    with store.begin() as connection:
        funnel.fold(connection)
        leaving.retire_due(connection, clock.today(settings.zone))
        audience_queries.fold_changes(connection)
    news += cancelling.sweep(store.begin)
    counted.sweep(store, counted.Terms(clock.today(settings.zone), settings.region))
    watch(store, settings)
    look_for_changes(store, settings)
    Jobs(store.begin, settings.data_dir).sweep()
    print_jobs.sweep(store, settings)
    try:
        return news + schedule.tick(store.begin, settings.zone)
    finally:
        alerting.sweep(store, settings)  # it raises nothing, and has most to say when a step raises


def watch(store: Store, settings: Settings) -> None:
    """Stop campaigns that go wrong, also where only receipts tell it, and forget what no cap looks back to."""
    now = limits.read(settings.content_dir)
    with store.read() as connection:
        at_work = campaign_queries.everything(connection, ("running", "paused"))
        reporting = [
            one.id for one in orders.accounts(connection) if adapters.reports(one, settings)
        ]
    for campaign in at_work:
        with store.begin() as connection:
            if (
                halting.judge(connection, campaign["id"], now) is None
                and campaign["status"] == "running"
            ):
                halting.judge_silence(connection, campaign["id"], now, reporting)
    with store.begin() as connection:
        numbers.forget(connection, now, clock.today(settings.zone))


def look_for_changes(store: Store, settings: Settings) -> str:
    """Once a day for each policy: who has come to fit it, or is about to lose the right. Returns which one was
    looked at, '' = none was due.

    One policy in a sweep, because a million people take seconds. A policy that cannot be looked at is logged and not
    tried again before tomorrow, so that the others get their turn.
    """
    on = clock.today(settings.zone)
    with store.read() as connection:
        ref = next(iter(proposals.due(connection, on)), "")
    if not ref:
        return ""
    try:
        proposals.find(store, proposals.Terms(on, settings.zone, settings.region), [ref])
    except (OutreachError, SegmentsError) as error:
        structlog.get_logger().warning("proposals.failed", policy=ref, code=error.code)
        with store.begin() as connection:
            proposals.skip(connection, ref, on)
    return ref
