"""Statements on the kept counts from which alerts are found. Nothing here looks through deliveries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from outreach.models.campaigns import Campaign, CampaignPolicy, Firing, Step
from outreach.models.deliveries import Account, Counter, DeliveryBatch
from outreach.models.people import CompleteList
from outreach.models.policies import Policy, PolicyList
from outreach.models.signals import HotlineWeek
from outreach.models.surveys import Survey
from outreach.reach.signals.naming import outermost
from outreach.reports.alerts.schemas import Bounces
from outreach.store import among, chunks, upsert

_STRETCH = ("answered_before", "failed_before", "answered", "failed", "at")
WEEK = timedelta(days=7)


def campaigns(connection: Connection, ended_since: datetime) -> Sequence[Row[Any]]:
    """(id, ref, title, region, status, budget_fen) of those that send, stand still, or ended lately."""
    alive = Campaign.status.in_(("running", "paused"))
    lately = (Campaign.status == "finished") & (Campaign.ended_at >= ended_since)
    columns: tuple[Any, ...] = (Campaign.id, Campaign.ref, Campaign.title, Campaign.region, Campaign.status, Campaign.budget_fen)  # fmt: skip
    return connection.execute(
        select(*columns).where(or_(alive, lately)).order_by(Campaign.id)
    ).all()


def fired_steps(connection: Connection, campaigns_: Collection[int]) -> Sequence[Row[Any]]:
    """(step, campaign, number, first, last firing) of the text messages of campaigns."""
    columns: tuple[Any, ...] = (
        Step.id, Step.campaign_id, Step.number,
        func.min(Firing.fired_at).label("first"), func.max(Firing.fired_at).label("last"),
    )  # fmt: skip
    return connection.execute(
        select(*columns)
        .join(Firing, Firing.step_id == Step.id)
        .where(among(Step.campaign_id, list(campaigns_)), Step.channel == "sms")
        .group_by(Step.id, Step.campaign_id, Step.number)
        .order_by(Step.id)
    ).all()  # fmt: skip


def accounts_of(connection: Connection, steps: Collection[int]) -> dict[int, set[int]]:
    """Step → the accounts that send it, from its batches."""
    rows = connection.execute(
        select(DeliveryBatch.step_id, DeliveryBatch.account_id)
        .where(among(DeliveryBatch.step_id, list(steps)))
        .distinct()
    )
    found: dict[int, set[int]] = {}
    for step, account in rows:
        found.setdefault(step, set()).add(account)
    return found


def counters(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """Counter → what it counts."""
    rows = connection.execute(
        select(Counter.name, Counter.n).where(among(Counter.name, list(names)))
    )
    return {row.name: int(row.n) for row in rows}


def daily_accounts(connection: Connection) -> list[tuple[int, str, int]]:
    """(id, name, how many it may send in a day) of accounts that have such a limit."""
    rows = connection.execute(select(Account.id, Account.name, Account.options))
    return [
        (row.id, row.name, int(row.options["daily"]))
        for row in rows
        if isinstance(row.options.get("daily"), int)
    ]


def stretches(connection: Connection, steps: Collection[int]) -> dict[int, Bounces]:
    """Step → what was kept of its answers; a step is not there before the first look at it."""
    names = [_stretch_name(step, part) for step in steps for part in _STRETCH]
    found: dict[str, int] = {}
    for some in chunks(names):
        found.update(counters(connection, some))
    kept = {step: [found.get(_stretch_name(step, part)) for part in _STRETCH] for step in steps}
    return {step: Bounces(*values) for step, values in kept.items() if None not in values}  # type: ignore[arg-type]


def keep_stretch(connection: Connection, step: int, kept: Bounces) -> None:
    """Keep it."""
    rows = [{"name": _stretch_name(step, part), "n": getattr(kept, part)} for part in _STRETCH]
    statement = upsert(connection, Counter).values(rows)
    put_ = {"n": statement.excluded.n}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=put_))


def _stretch_name(step: int, part: str) -> str:
    return f"alerts:step:{step}:{part}"


def policies_of(connection: Connection, campaigns_: Collection[int]) -> list[str]:
    """Refs of the policies of campaigns."""
    statement = (
        select(Policy.ref)
        .distinct()
        .join(CampaignPolicy, CampaignPolicy.policy_id == Policy.id)
        .where(among(CampaignPolicy.campaign_id, list(campaigns_)))
    )
    return sorted(connection.scalars(statement))


def closed_surveys(connection: Connection, since: datetime) -> Sequence[Row[Any]]:
    """(ref, title, region) of surveys with a figure that were closed after a moment."""
    columns: tuple[Any, ...] = (Survey.ref, Survey.title, Survey.region)
    return connection.execute(
        select(*columns)
        .where(Survey.closed_at >= since, Survey.kind.in_(("awareness", "satisfaction")))
        .order_by(Survey.id)
    ).all()


def complete_lists(connection: Connection) -> list[Mapping[str, Any]]:
    """The complete lists of circumstances, the newest of each circumstance and region."""
    statement = select(
        CompleteList.circumstance, CompleteList.region, CompleteList.on, CompleteList.expires_on
    ).order_by(CompleteList.on.desc(), CompleteList.id.desc())
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in connection.execute(statement).mappings():
        found.setdefault((row["circumstance"], row["region"]), dict(row))
    return list(found.values())


def policy_lists(connection: Connection, since: date) -> list[Mapping[str, Any]]:
    """The lists of applicants and recipients, the newest of each policy, fact and region, up to a day's age."""
    columns = (
        Policy.ref, PolicyList.fact, PolicyList.region, PolicyList.cut_off, PolicyList.rows, PolicyList.unmatched,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Policy, Policy.id == PolicyList.policy_id)
        .where(Policy.status != "withdrawn", PolicyList.cut_off >= since)
        .order_by(PolicyList.cut_off.desc(), PolicyList.id.desc())
    )
    found: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for row in connection.execute(statement).mappings():
        found.setdefault((row["ref"], row["fact"], row["region"]), dict(row))
    return list(found.values())


def calls(connection: Connection, since: date) -> list[tuple[str, date, int]]:
    """(policy, week, calls) of all topics and places together, from a week on, by policy and week.

    Each call once: a place inside another one that was counted too adds nothing.
    """
    week, place = HotlineWeek.week, HotlineWeek.region
    rows = connection.execute(
        select(Policy.ref, week, place, func.sum(HotlineWeek.calls))
        .join(Policy, Policy.id == HotlineWeek.policy_id)
        .where(week >= since)
        .group_by(Policy.ref, week, place)
        .order_by(Policy.ref, week)
    )
    found: dict[tuple[str, date], dict[str, int]] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), {})[row[2]] = int(row[3])
    return [(*key, sum(here[one] for one in outermost(here))) for key, here in found.items()]
