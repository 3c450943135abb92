"""Policies, lists, surveys, opinions, the hotline: what an office has to look after besides its campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection

from outreach.access.scope import Scope
from outreach.people.handed_in.report import ESTIMATE_ABOVE
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.policies.timing import closes_on
from outreach.reach.opinions import service as opinions
from outreach.reports import service as reports
from outreach.reports.alerts import counting, rules
from outreach.reports.alerts.looking import Looked, Terms, campaigns, some
from outreach.reports.alerts.rules import Now
from outreach.reports.alerts.schemas import (
    Finding,
    HotlineFigures,
    ListFigures,
    OpinionFigures,
    PolicyFigures,
    SurveyFigures,
)
from outreach.reports.counted import service as counted
from outreach.surveys.results import service as results
from segments import vocabulary

_SURVEY_DAYS = 365
_LIST_DAYS = 400
_NO_WAY = ("no_address", "no_guardian", "refused_channel")
_WEEKS = 8


def of_policies(connection: Connection, terms: Terms, _: Looked) -> Iterator[Finding]:
    """Each policy that is not withdrawn."""
    now = terms.now()
    told = _told(connection)
    for policy in policies.all_policies(connection):
        if policy.status == "withdrawn":
            continue
        figures = _policy(connection, policy, terms, now, counts=policy.ref in told)
        for rule in rules.OF_POLICIES:
            yield from some(rule(figures, now))


def _told(connection: Connection) -> set[str]:
    """Policies of which a campaign has ended and none goes on: a later step may still reach whom no phone reached."""
    done: list[int] = []
    going: list[int] = []
    for row in campaigns(connection):
        (done if row.status == "finished" else going).append(row.id)
    return set(counting.policies_of(connection, done)) - set(
        counting.policies_of(connection, going)
    )


def _policy(
    connection: Connection, view: PolicyView, terms: Terms, now: Now, *, counts: bool
) -> PolicyFigures:
    window = view.facts_at(terms.home).get("window")
    days = int(now.of("policy_ending", "days"))
    ahead = (now.on + timedelta(days=n) for n in range(days))
    at = view.verified_at
    eligible, no_way = _no_way(connection, view, terms, now.on) if counts else (0, 0)
    return PolicyFigures(
        ref=view.ref,
        name=view.plain_name,
        region=terms.home,
        verified_on=None if at is None else at.astimezone(terms.zone).date(),
        ends_on=view.last_day(terms.home),
        closes_on=next((day for day in ahead if closes_on(window, day)), None),
        eligible=eligible,
        no_channel=no_way,
    )


def _no_way(connection: Connection, view: PolicyView, terms: Terms, on: date) -> tuple[int, int]:
    """(who certainly fits, who of them no channel could reach), from kept counts or a small register only."""
    scope = Scope()
    kept = counted.serves(connection, scope, view.id, on, terms.home)
    if not kept and not counted.small(connection):
        return 0, 0
    total = reports.reach(connection, scope, view, on, terms.home).total
    untold = reports.untold(connection, scope, view, on, terms.home)
    no_way = sum(one.n for one in untold if one.stage == "skipped" and one.reason in _NO_WAY)
    return total.eligible, no_way


def of_lists(connection: Connection, terms: Terms, _: Looked) -> Iterator[Finding]:
    """Lists of applicants, and complete lists of circumstances."""
    now = terms.now()
    for figures in (*_applicants(connection, terms, now), *_circumstances(connection, terms)):
        yield from some(rules.list_estimate(figures, now, ESTIMATE_ABOVE))
        yield from some(rules.list_expired(figures, now))


def _applicants(connection: Connection, terms: Terms, now: Now) -> Iterator[ListFigures]:
    named = {view.ref: view.plain_name for view in policies.all_policies(connection)}
    for row in counting.policy_lists(connection, now.on - timedelta(days=_LIST_DAYS)):
        share = row["unmatched"] / row["rows"] if row["rows"] else 0.0
        thing = f"list:{row['fact']}:{row['ref']}:{row['region']}"
        name = f"{named.get(row['ref'], row['ref'])}·{_FACT[row['fact']]}"
        yield ListFigures(thing, name, row["region"] or terms.home, row["cut_off"], share)


_FACT = {"applied": "申请名单", "received": "领取名单"}


def _circumstances(connection: Connection, terms: Terms) -> Iterator[ListFigures]:
    for row in counting.complete_lists(connection):
        code = row["circumstance"]
        known = next((one.zh for one in vocabulary.CIRCUMSTANCES if one.code == code), code)
        thing = f"list:{code}:{row['region']}"
        yield ListFigures(
            thing, known, row["region"] or terms.home, row["on"], expires_on=row["expires_on"]
        )


def of_surveys(connection: Connection, terms: Terms, _: Looked) -> Iterator[Finding]:
    """Surveys that were closed within a year."""
    now = terms.now()
    for row in counting.closed_surveys(connection, now.at - timedelta(days=_SURVEY_DAYS)):
        figure = results.estimate(connection, row.ref)
        if figure.get("n_eff") is None:
            continue
        region = row.region or terms.home
        figures = SurveyFigures(row.ref, row.title, region, float(figure["n_eff"]))
        yield from some(rules.survey_small(figures, now))


def of_opinions(connection: Connection, terms: Terms, _: Looked) -> Iterator[Finding]:
    """Opinions that nobody answered in time, by town."""
    now, days = terms.now(), terms.limits.working_days
    for one in opinions.overdue(connection, Scope(), now.on, days, terms.zone):
        figures = OpinionFigures(one.region or terms.home, one.n, one.oldest, days)
        yield from some(rules.opinions_overdue(figures, now))


def of_hotline(connection: Connection, terms: Terms, _: Looked) -> Iterator[Finding]:
    """The newest week of calls about each policy."""
    now = terms.now()
    since = now.on - timedelta(days=now.of("hotline_spike", "days")) - (_WEEKS + 1) * counting.WEEK
    named = {view.ref: view.plain_name for view in policies.all_policies(connection)}
    by_policy: dict[str, list[tuple[date, int]]] = {}
    for policy, week, calls in counting.calls(connection, since):
        by_policy.setdefault(policy, []).append((week, calls))
    for policy, weeks in by_policy.items():
        week, calls = weeks[-1]
        before = tuple(n for day, n in weeks[:-1] if day >= week - _WEEKS * counting.WEEK)
        figures = HotlineFigures(policy, named.get(policy, policy), terms.home, week, calls, before)
        yield from some(rules.hotline_spike(figures, now))
