"""Campaigns and accounts: what was handed over, what came of it, what it cost, from kept counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from outreach.access.scope import Scope
from outreach.deliveries import halting
from outreach.deliveries.outgoing import purse
from outreach.reports import queries as report_queries
from outreach.reports import unknowns
from outreach.reports.alerts import counting, rules, stretches
from outreach.reports.alerts.looking import Looked, Terms, campaigns, some
from outreach.reports.alerts.rules import Now
from outreach.reports.alerts.schemas import (
    AccountFigures,
    Bounces,
    CampaignFigures,
    Finding,
    StepFigures,
)


def of_steps(connection: Connection, terms: Terms, looked: Looked) -> Iterator[Finding]:
    """Each step of text messages; what only receipts tell, only where a carrier sends them."""
    now, rows = terms.now(), {row.id: row for row in campaigns(connection)}
    steps = counting.fired_steps(connection, rows)
    accounts = counting.accounts_of(connection, [step.id for step in steps])
    totals = halting.totals(connection, [step.id for step in steps])
    kept = counting.stretches(connection, [step.id for step in steps])
    for step in steps:
        campaign = rows[step.campaign_id]
        found = _states(connection, step.campaign_id, looked).get(step.id, {})
        figures = StepFigures(
            campaign.ref, campaign.title, campaign.region or terms.home, step.number, step.first, step.last, found,
            totals.get((step.id, halting.ANSWERED), 0), totals.get((step.id, halting.OPTED_OUT), 0),
            _bounces(step.id, kept.get(step.id), found, now, looked),
        )  # fmt: skip
        told = bool(accounts.get(step.id)) and accounts[step.id] <= terms.reporting
        for rule in rules.OF_STEPS if told else (rules.opt_out,):
            yield from some(rule(figures, now))


def _states(
    connection: Connection, campaign: int, looked: Looked
) -> Mapping[int, Mapping[str, int]]:
    """Step → state → deliveries of a campaign, read once in a look."""
    if campaign not in looked.states:
        looked.states[campaign] = report_queries.step_states(connection, Scope(), campaign)
    return looked.states[campaign]


def _bounces(
    step: int, kept: Bounces | None, states: Mapping[str, int], now: Now, looked: Looked
) -> Bounces:
    """What is judged now; what is kept for the next look goes to `looked`."""
    failed = states.get("undelivered", 0) + states.get("refused", 0)
    answered, at = failed + states.get("delivered", 0), int(now.at.timestamp())
    if kept is None:
        looked.stretches[step] = stretches.begin(answered, failed, at)
        return looked.stretches[step]
    hours, least = now.of("bounce_spike", "hours"), now.of("bounce_spike", "least")
    looked.stretches[step] = stretches.advance(kept, answered, failed, at, hours, least)
    return stretches.judged(kept, answered, failed, at, least)


def of_campaigns(connection: Connection, terms: Terms, looked: Looked) -> Iterator[Finding]:
    """Each campaign as a whole."""
    now, rows = terms.now(), campaigns(connection)
    spent = counting.counters(connection, [purse(row.id) for row in rows])
    for row in rows:
        planned = sum(
            n for step in _states(connection, row.id, looked).values() for n in step.values()
        )
        figures = CampaignFigures(
            row.ref, row.title, row.region or terms.home, row.status, planned, spent.get(purse(row.id), 0),
            row.budget_fen, unknowns.count(connection, Scope(), row.id),
        )  # fmt: skip
        for rule in rules.OF_CAMPAIGNS:
            yield from some(rule(figures, now))


def of_accounts(connection: Connection, terms: Terms, _: Looked) -> Iterator[Finding]:
    """Each account that may send only so many in a day."""
    now, accounts = terms.now(), counting.daily_accounts(connection)
    names = {key: f"day:{key}:{now.on.isoformat()}" for key, _name, _most in accounts}
    used = counting.counters(connection, list(names.values()))
    for key, name, most in accounts:
        figures = AccountFigures(name, used.get(names[key], 0), most, terms.home)
        yield from some(rules.quota(figures, now))
