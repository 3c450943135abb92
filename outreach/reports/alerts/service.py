"""Alerts: opened once while they last, ended by themselves, marked seen. They name campaigns and places, never people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Missing
from outreach.reports.alerts import counting, queries
from outreach.reports.alerts.gathering import look
from outreach.reports.alerts.looking import Looked, Terms
from outreach.reports.alerts.schemas import KINDS, AlertView, Finding
from outreach.store import Store

_ENDED_DAYS = 30
_MOST_ENDED = 50


@dataclass(frozen=True)
class Checked:
    """What a look changed: alerts that opened, that came again, that ended, and that last."""

    opened: int
    again: int
    ended: int
    lasting: int


def concerns(scope: Scope, region: str) -> bool:
    """Whether an alert about a region is anybody's business in a scope: one lies inside the other."""
    return scope.covers(region) or scope.region.startswith(region)


def open_alerts(connection: Connection, scope: Scope) -> list[AlertView]:
    """Those that last and concern a scope, the most pressing kind first, in each the newest first."""
    found = [one for one in queries.open_ones(connection) if concerns(scope, one.region)]
    return sorted(found, key=lambda one: KINDS.index(one.kind))


def ended_alerts(connection: Connection, scope: Scope) -> list[AlertView]:
    """Those that ended within a month and concern a scope."""
    since = clock.now() - timedelta(days=_ENDED_DAYS)
    return [
        one for one in queries.ended(connection, since, _MOST_ENDED) if concerns(scope, one.region)
    ]


def seen(connection: Connection, scope: Scope, alert: int, by: str) -> bool:
    """Somebody has seen it; False when somebody had already. It lasts on. Missing alerts.unknown."""
    view = queries.one(connection, alert)
    if view is None or not concerns(scope, view.region):
        raise Missing("alerts.unknown", alert=alert)
    news = queries.mark_seen(connection, alert, by, clock.now())
    if news:
        detail = {"kind": view.kind, "thing": view.thing}
        audit.record(connection, by, Action.ALERTS_VIEW, f"alert:{alert}", detail)
    return news


def check(store: Store, terms: Terms, *, due_only: bool = False) -> Checked | None:
    """Look at everything, open what is new, end what is over. None: `due_only`, and it is not time yet.

    Of several machines that ask at once one looks; and a second look beside it opens nothing twice.
    """
    minutes = terms.limits.of("check", "minutes") if due_only else 0
    with store.begin() as connection:
        if not queries.claim_check(connection, clock.now(), minutes) and due_only:
            return None
    with store.read() as connection:
        looked = look(connection, terms)
    with store.begin() as connection:
        for step, kept in looked.stretches.items():
            counting.keep_stretch(connection, step, kept)
        return apply(connection, looked, terms.limits.of("check", "again_hours"))


def apply(connection: Connection, looked: Looked, again_hours: float) -> Checked:
    """Open, bring up to date, and end: of the kinds that were looked at, in the caller's transaction."""
    now, known = clock.now(), {}
    for view in queries.open_ones(connection):
        known[f"{view.kind}|{view.thing}"] = view
    found = {one.key: one for one in looked.findings}
    opened = again = 0
    for key, finding in found.items():
        if key in known:
            _refresh(connection, known[key], finding)
        elif _again(connection, finding, again_hours):
            again += 1
        else:
            opened += queries.put(connection, finding, now) is not None
    over = _over(known.values(), found, looked.kinds)
    ended = sum(queries.end(connection, view.id, now) for view in over)
    return Checked(opened, again, ended, len(known) - ended + opened + again)


def _refresh(connection: Connection, view: AlertView, finding: Finding) -> None:
    if dict(view.params) != dict(finding.params) or view.region != finding.region:
        queries.refresh(connection, view.id, finding)


def _again(connection: Connection, finding: Finding, hours: float) -> bool:
    """What ended a little while ago is the same alert: nobody is told a second time."""
    since = clock.now() - timedelta(hours=hours)
    last = queries.ended_lately(connection, finding, since)
    return last is not None and queries.open_again(connection, last, finding)


def _over(
    known: Collection[AlertView], found: Collection[str], kinds: Collection[str]
) -> list[AlertView]:
    """Open alerts of kinds that were looked at, and that are not so any more; also of a kind that is no longer known."""
    return [
        view
        for view in known
        if f"{view.kind}|{view.thing}" not in found
        and (view.kind in kinds or view.kind not in KINDS)
    ]
