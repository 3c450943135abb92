"""When something is an alert: pure rules, figures in, a finding or nothing out. The limits stand in alerts.toml.

A share is compared as it is, before it is rounded for people: 80.0 % of deliveries is no alert, 79.9 % is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from outreach.reports.alerts.limits import AlertLimits
from outreach.reports.alerts.schemas import (
    AccountFigures,
    CampaignFigures,
    Finding,
    HotlineFigures,
    ListFigures,
    OpinionFigures,
    PolicyFigures,
    StepFigures,
    SurveyFigures,
)

_ANSWERED = ("delivered", "undelivered", "refused")
_GONE = (*_ANSWERED, "accepted", "unknown")


@dataclass(frozen=True)
class Now:
    """The moment and the day of the question, and the limits of the installation."""

    at: datetime
    on: date
    limits: AlertLimits

    def of(self, table: str, key: str) -> float:
        """One limit."""
        return self.limits.of(table, key)


def _percent(n: float, among: float) -> float:
    return round(100 * n / among, 1) if among else 0.0


def _of_step(kind: str, one: StepFigures, **params: Any) -> Finding:
    said = {"title": one.title, "step": one.number, **params}
    return Finding(kind, f"campaign:{one.ref}/{one.number}", one.region, said)


# -- steps of a campaign ---------------------------------------------------------------------------------


def _sent(one: StepFigures, now: Now, hours: float) -> int:
    """What ought to have arrived by now. While a step still fires, only what has an answer: the rest is fresh."""
    young = one.last > now.at - timedelta(hours=hours)
    return one.count(*(_ANSWERED if young else _GONE))


def zero_delivered(one: StepFigures, now: Now) -> Finding | None:
    """Enough were handed over, hours ago, and none has arrived."""
    hours, least = now.of("zero_delivered", "hours"), now.of("zero_delivered", "least")
    if now.at - one.first < timedelta(hours=hours) or one.count("delivered"):
        return None
    sent = _sent(one, now, hours)
    if sent < max(least, 1):
        return None
    return _of_step("zero_delivered", one, of=sent, hours=int(hours))


def delivery_low(one: StepFigures, now: Now) -> Finding | None:
    """送达率 = delivered / handed over, below the limit once a day has passed; none at all is `zero_delivered`."""
    hours, percent = now.of("delivery_low", "hours"), now.of("delivery_low", "percent")
    if now.at - one.first < timedelta(hours=hours):
        return None
    sent, came = _sent(one, now, hours), one.count("delivered")
    if not came or sent < now.of("delivery_low", "least") or came * 100 >= percent * sent:
        return None
    said = {"n": came, "of": sent, "percent": _percent(came, sent)}
    return _of_step("delivery_low", one, **said, hours=int(hours), limit=percent)


def opt_out(one: StepFigures, now: Now) -> Finding | None:
    """More of those who heard from us want no more than the limit says."""
    n, among, percent = one.opted_out, one.answered, now.of("opt_out", "percent")
    if n < max(now.of("opt_out", "least"), 1) or n * 100 <= percent * among:
        return None
    return _of_step("opt_out", one, n=n, of=among, percent=_percent(n, among), limit=percent)


def bounce_spike(one: StepFigures, now: Now) -> Finding | None:
    """The latest stretch failed much more often than the same step had before."""
    found, of = one.bounces, now.limits.tables["bounce_spike"]
    if found is None or found.answered_before < of["least"]:
        return None
    answered = found.answered - found.answered_before
    failed = found.failed - found.failed_before
    if answered < of["least"] or failed < of["failed"]:
        return None
    # in whole numbers: 15 % is three times 5 %, and no fraction of a computer says otherwise
    here, there = failed * found.answered_before, found.failed_before * answered
    if (
        here < of["times"] * there
        or (here - there) * 100 < of["points"] * answered * found.answered_before
    ):
        return None
    said = {"n": failed, "of": answered, "percent": _percent(failed, answered)}
    earlier = _percent(found.failed_before, found.answered_before)
    return _of_step("bounce_spike", one, **said, before=earlier)


# -- campaigns and accounts ------------------------------------------------------------------------------


def _of_campaign(kind: str, one: CampaignFigures, **params: Any) -> Finding:
    return Finding(kind, f"campaign:{one.ref}", one.region, {"title": one.title, **params})


def finished_empty(one: CampaignFigures, now: Now) -> Finding | None:
    """It ended, and nobody was ever planned: an audience or a condition that fits nobody."""
    if one.status != "finished" or one.planned:
        return None
    return _of_campaign("finished_empty", one)


def unknown_waiting(one: CampaignFigures, now: Now) -> Finding | None:
    """Deliveries of which only a person can say whether they arrived."""
    return _of_campaign("unknown_waiting", one, n=one.unknown) if one.unknown else None


def budget(one: CampaignFigures, now: Now) -> Finding | None:
    """The money of a campaign that still sends is nearly used up, or is."""
    limit = now.of("budget", "percent")
    if not one.budget or one.status not in ("running", "paused"):
        return None
    if one.spent * 100 < limit * one.budget:
        return None
    said = {"spent": one.spent / 100, "budget": one.budget / 100}
    return _of_campaign("budget", one, **said, percent=_percent(one.spent, one.budget))


def quota(one: AccountFigures, now: Now) -> Finding | None:
    """What an account may send today is nearly used up, or is."""
    if one.daily <= 0 or one.used * 100 < now.of("quota", "percent") * one.daily:
        return None
    said = {"account": one.name, "n": one.used, "of": one.daily}
    share = _percent(one.used, one.daily)
    return Finding("quota", f"account:{one.name}", one.region, {**said, "percent": share})


# -- policies, lists, surveys ----------------------------------------------------------------------------


def _of_policy(kind: str, one: PolicyFigures, **params: Any) -> Finding:
    return Finding(kind, f"policy:{one.ref}", one.region, {"policy": one.name, **params})


def no_channel(one: PolicyFigures, now: Now) -> Finding | None:
    """Of those who certainly fit, too many could be reached in no way."""
    n, percent = one.no_channel, now.of("no_channel", "percent")
    if n < max(now.of("no_channel", "least"), 1) or n * 100 <= percent * one.eligible:
        return None
    share = _percent(n, one.eligible)
    return _of_policy("no_channel", one, n=n, of=one.eligible, percent=share, limit=percent)


def policy_old(one: PolicyFigures, now: Now) -> Finding | None:
    """Nobody has looked at its facts for longer than the limit says."""
    if one.verified_on is None:
        return None
    days = (now.on - one.verified_on).days
    if days <= now.of("policy_old", "days"):
        return None
    return _of_policy("policy_old", one, days=days, on=one.verified_on.isoformat())


def policy_over(one: PolicyFigures, now: Now) -> Finding | None:
    """Its last day has passed, and it counts as live still."""
    if one.ends_on is None or one.ends_on >= now.on:
        return None
    days = (now.on - one.ends_on).days
    return _of_policy("policy_over", one, days=days, on=one.ends_on.isoformat())


def policy_ending(one: PolicyFigures, now: Now) -> Finding | None:
    """Its last day is near."""
    return _ending("policy_ending", one, one.ends_on, now)


def window_ending(one: PolicyFigures, now: Now) -> Finding | None:
    """The window in which one applies closes soon; when the policy ends with it, that is said instead."""
    if one.closes_on == one.ends_on:
        return None
    return _ending("window_ending", one, one.closes_on, now)


def _ending(kind: str, one: PolicyFigures, last: date | None, now: Now) -> Finding | None:
    if last is None or not 0 <= (last - now.on).days < now.of("policy_ending", "days"):
        return None
    return _of_policy(kind, one, days=(last - now.on).days, on=last.isoformat())


def list_estimate(one: ListFigures, now: Now, most: float) -> Finding | None:
    """Too many rows fit nobody: whoever is not on it may be one of them. most: the share up to which it is good."""
    if one.share is None or one.share <= most:
        return None
    said = {"list": one.name, "on": one.on.isoformat(), "percent": round(100 * one.share, 1)}
    return Finding("list_estimate", one.thing, one.region, said)


def list_expired(one: ListFigures, now: Now) -> Finding | None:
    """A complete list has ended and no newer one came: what it said is unknown again."""
    if one.expires_on is None:
        return None
    days = (now.on - one.expires_on).days
    if not 0 < days <= now.of("list_expired", "days"):
        return None
    said = {"list": one.name, "on": one.expires_on.isoformat(), "days": days}
    return Finding("list_expired", one.thing, one.region, said)


def survey_small(one: SurveyFigures, now: Now) -> Finding | None:
    """A figure that is read stands on too few interviews to be compared."""
    if one.n_eff >= now.of("survey_small", "n_eff"):
        return None
    said = {"title": one.title, "n_eff": int(one.n_eff), "limit": now.of("survey_small", "n_eff")}
    return Finding("survey_small", f"survey:{one.ref}", one.region, said)


# -- what comes back -------------------------------------------------------------------------------------


def opinions_overdue(one: OpinionFigures, now: Now) -> Finding | None:
    """Residents wait for an answer longer than the office allows itself."""
    if not one.n:
        return None
    said = {"n": one.n, "days": one.days, "waited": (now.at - one.oldest).days}
    return Finding("opinions_overdue", f"opinions:{one.region}", one.region, said)


def hotline_spike(one: HotlineFigures, now: Now) -> Finding | None:
    """A week with many more calls about a policy than the median of the weeks before it."""
    of = now.limits.tables["hotline_spike"]
    over = now.on - one.week > timedelta(days=of["days"])
    if over or len(one.before) < of["weeks"] or one.calls < of["least"]:
        return None
    usual = median(one.before)
    if one.calls <= of["times"] * usual:
        return None
    said = {"policy": one.name, "n": one.calls, "usual": usual, "week": one.week.isoformat()}
    return Finding("hotline_spike", f"policy:{one.policy}", one.region, said)


OF_STEPS: tuple[Callable[[StepFigures, Now], Finding | None], ...] = (
    zero_delivered, delivery_low, opt_out, bounce_spike,
)  # fmt: skip
OF_CAMPAIGNS: tuple[Callable[[CampaignFigures, Now], Finding | None], ...] = (
    finished_empty, unknown_waiting, budget,
)  # fmt: skip
OF_POLICIES: tuple[Callable[[PolicyFigures, Now], Finding | None], ...] = (
    no_channel, policy_old, policy_over, policy_ending, window_ending,
)  # fmt: skip
