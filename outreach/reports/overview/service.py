"""Which policies ask for attention at a place, where, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.access.scope import Scope
from outreach.campaigns.staggering.windows import window_of
from outreach.policies.schemas import PolicyView
from outreach.reports import service as reports
from outreach.reports.overview.judging import State, judge
from outreach.reports.overview.schemas import PolicyLine
from outreach.surveys import service as surveys
from outreach.surveys.comparing import service as comparing
from outreach.surveys.comparing.schemas import Comparison
from outreach.surveys.results import service as results


def lines(
    connection: Connection, scope: Scope, policies: Sequence[PolicyView], on: date, home: str
) -> list[PolicyLine]:
    """A line for each policy, those that ask for attention first, then by the last day of their window.

    A survey speaks of the place where it was drawn: it counts for a scope that holds that whole place.
    """
    newest = _newest(connection, scope, home)
    found = [_line(connection, scope, policy, on, home, newest) for policy in policies]
    return sorted(found, key=lambda one: (_order(one), one.state.closes or date.max, one.ref))


def asked_about(connection: Connection) -> set[str]:
    """Policies about which a survey of awareness has been answered."""
    return {
        one["policy"]
        for one in surveys.list_surveys(connection)
        if one["kind"] == "awareness" and one["answered"] and one["policy"]
    }


def _newest(connection: Connection, scope: Scope, home: str) -> dict[str, Mapping[str, Any]]:
    """Policy → its newest survey of awareness that somebody has answered, inside the scope."""
    found: dict[str, Mapping[str, Any]] = {}
    for survey in surveys.list_surveys(connection):  # newest first
        asked = survey["kind"] == "awareness" and survey["answered"]
        if asked and scope.covers(survey["region"] or home):
            found.setdefault(survey["policy"], survey)
    return found


def _line(
    connection: Connection,
    scope: Scope,
    policy: PolicyView,
    on: date,
    home: str,
    newest: Mapping[str, Mapping[str, Any]],
) -> PolicyLine:
    reach = reports.reach(connection, scope, policy, on, home)
    survey = newest.get(policy.ref)
    figure = results.estimate(connection, survey["ref"]) if survey else None
    towns = comparing.towns(connection, survey["ref"]) if survey else ()
    comparison = _compared(connection, survey) if survey else None
    window = window_of(policy, scope.region or home, on)
    state = State(
        eligible=reach.total.eligible,
        told=reach.total.told,
        closes=window.closes if window and window.closes >= on else None,
        use=figure["use"] if figure else None,
        behind=sum(town.verdict == "behind" for town in towns),
        compared=sum(town.verdict != "few" for town in towns),
        change=_change(comparison),
    )
    return PolicyLine(
        policy.ref, policy.plain_name, state, judge(state, on), reach, figure, towns, comparison
    )


def _compared(connection: Connection, survey: Mapping[str, Any]) -> Comparison | None:
    """The survey beside the wave before it; None where there is none."""
    before = comparing.baseline(connection, survey)
    return comparing.between(connection, survey["ref"], before) if before else None


def _change(comparison: Comparison | None) -> tuple[float, float] | None:
    if comparison is None or comparison.low is None or comparison.high is None:
        return None
    return comparison.low, comparison.high


_ORDER = ("dropped", "towns", "late", "few", "unasked", "same")


def _order(line: PolicyLine) -> int:
    """Lines that nobody fits come last."""
    return _ORDER.index(line.judgement) if line.state.eligible else len(_ORDER)
