"""What does not go with waves, each refused with its reason before anybody signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from sqlalchemy import Connection

from outreach.campaigns.staggering import queries
from outreach.campaigns.staggering.schemas import Stagger
from outreach.campaigns.staggering.windows import LEAD, SHORTEST, window_of
from outreach.deliveries.planning.orders import BY_PLACE
from outreach.policies.readiness import Fault
from outreach.policies.schemas import PolicyView

NEVER = ("社会救助",)
"""Domains in which nobody is made to wait: people who need help to live."""

Steps = Sequence[Mapping[str, Any]]


def faults(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView], steps: Steps, on: date
) -> list[Fault]:  # fmt: skip
    """Everything that speaks against the waves of a campaign; empty where there are none."""
    stagger = Stagger.of(campaign["options"])
    if stagger is None:
        return []
    found = [*_campaign(campaign, views), *_steps(stagger, steps)]
    if any(step["channel"] == "group" for step in steps):
        wide = queries.wide_groups(connection, campaign["region"])
        found += [("staggering.wide_group", {"group": name}) for name in wide[:1]]
    start = stagger.begins(steps)
    if start is None:
        return [*found, ("staggering.no_start", {})]
    zone = start.tzinfo or UTC
    if start.astimezone(zone).date() < on:
        found.append(("staggering.past", {"start": _said(start, zone)}))
    return [*found, *_windows(campaign, views, steps, stagger.moments(start))]


def _campaign(campaign: Mapping[str, Any], views: Sequence[PolicyView]) -> Iterator[Fault]:
    if campaign["message_class"] == "urgent":
        yield "staggering.urgent", {}
    for view in views:
        if view.facts.get("domain") in NEVER:
            yield "staggering.domain", {"policy": view.ref, "domain": view.facts["domain"]}


def _steps(stagger: Stagger, steps: Steps) -> Iterator[Fault]:
    for step in steps:
        place = step["channel"] in BY_PLACE or step["options"].get("form") == "notice"
        if place and stagger.unit != "village":
            yield "staggering.unit", {"step": step["number"], "channel": step["channel"]}
        if "every" in step["options"] or "relative" in step["options"]:
            yield "staggering.recurring", {"step": step["number"]}


def told_by(view: PolicyView, steps: Steps, last: datetime) -> datetime | None:
    """When the last wave hears of a policy: by the first step that tells it and waits for no other one."""
    opening = [
        max(last, step["due_at"] or last)
        for step in steps
        if step["after_step"] is None
        and view.ref in (step["options"].get("policies") or [view.ref])
    ]
    return min(opening, default=None)


def _windows(
    campaign: Mapping[str, Any], views: Sequence[PolicyView], steps: Steps, moments: Sequence[datetime]
) -> Iterator[Fault]:  # fmt: skip
    zone = moments[0].tzinfo or UTC
    first = moments[0].astimezone(zone).date()
    for view in views:
        window = window_of(view, campaign["region"], first)
        if window is None:
            continue
        named = {"policy": view.ref, "closes": window.closes.isoformat()}
        if window.days(first) < SHORTEST:
            yield "staggering.short_window", {**named, "days": window.days(first)}
            continue
        told = told_by(view, steps, moments[-1])
        latest = window.closes - LEAD
        if told is not None and told.astimezone(zone).date() > latest:
            yield (
                "staggering.too_late",
                {**named, "latest": latest.isoformat(), "last": _said(told, zone)},
            )


def _said(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).date().isoformat()
