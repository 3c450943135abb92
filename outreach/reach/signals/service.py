"""Taking in counts that offices send, and reading them. A signal is no measure of awareness, and a play is nobody told.

Names are matched, never guessed. What a file says of a (policy, place, week) takes the place of all that was there: a corrected week replaces the first
one, and every figure that changes is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.policies import service as policies
from outreach.reach.signals import queries
from outreach.reach.signals.counts import read_counts
from outreach.reach.signals.hotline import read_hotline
from outreach.reach.signals.naming import Names, outermost
from outreach.reach.signals.schemas import (
    Calls,
    Change,
    Counted,
    Series,
    SignalReport,
    Terms,
    WeekCalls,
)
from outreach.wording import say

WEEKS = 12
"""How many weeks a page shows."""


def take_hotline(
    connection: Connection, path: Path, terms: Terms, *, dry_run: bool = False
) -> SignalReport:
    """Take in weekly counts of 12345. While a row is wrong nothing is written: a week without it would look like fewer calls.

    Raises Invalid signals.columns for a file without a table that we know, what reading a spreadsheet raises, and
    Refused for a place outside the scope.
    """
    terms.scope.require(terms.region)
    names = Names.read(connection, terms.scope)
    found = read_hotline(path, names, terms)
    new = sorted(found.calls)
    old = queries.calls_in(connection, {one.cell for one in new})
    _compare(found.report, names, old, new)
    if not (dry_run or found.report.errors or found.report.failed):
        said = (terms.source or path.name, terms.by, clock.now())
        changed = {one.cell for one in set(old) ^ set(new)}
        queries.replace_calls(
            connection,
            [one for one in old if one.cell in changed],
            [one for one in new if one.cell in changed],
            said,
        )
        _written(connection, found.report, terms)
    return found.report


def _compare(
    report: SignalReport, names: Names, old: Sequence[Calls], new: Sequence[Calls]
) -> None:
    before: dict[tuple[Any, ...], int] = {(*one.cell, one.topic): one.calls for one in old}
    after: dict[tuple[Any, ...], int] = {(*one.cell, one.topic): one.calls for one in new}
    for key in sorted(set(before) | set(after)):
        was, now = before.get(key), after.get(key)
        if was == now:
            report.unchanged += 1
        elif was is None:
            report.new += 1
        else:
            policy, region, week, topic = (*key,)
            about = "，".join(
                filter(None, (names.shown[policy], region, f"{week} 起的一周", topic))
            )
            report.changes.append(Change(about, str(was), None if now is None else str(now)))


def take_counts(
    connection: Connection, path: Path, terms: Terms, *, dry_run: bool = False
) -> SignalReport:
    """Take in a policy's own outcome (参保率, 申领率): n of `of` by place and day; good rows are written, bad ones reported.

    Raises what `take_hotline` raises.
    """
    terms.scope.require(terms.region)
    names = Names.read(connection, terms.scope)
    read = read_counts(path, names, terms)
    report, counts = read.report, read.counts
    kept = queries.counts_in(connection, {one.policy_id for one in counts})
    there = {(row[0], row[1], row[2], row[3]): (row[4], row[5]) for row in kept}
    fresh = [one for one in counts if _changes(report, names, one, there)]
    if not dry_run and report.accepted:
        source = terms.source or path.name
        named = [Counted(**{**vars(one), "source": source}) for one in fresh]
        queries.put_counts(connection, named, terms.by, clock.now())
        _written(connection, report, terms)
    return report


def _changes(report: SignalReport, names: Names, one: Counted, there: dict[Any, Any]) -> bool:
    was = there.get((one.policy_id, one.measure, one.region, one.on))
    if was is None:
        report.new += 1
    elif was == (one.n, one.of):
        report.unchanged += 1
        return False
    else:
        about = "，".join(filter(None, (names.shown[one.policy_id], one.measure, one.region, str(one.on))))  # fmt: skip
        report.changes.append(Change(about, f"{was[0]}/{was[1]}", f"{one.n}/{one.of}"))
    return True


def _written(connection: Connection, report: SignalReport, terms: Terms) -> None:
    report.written = True
    detail = {
        "rows": report.rows, "accepted": report.accepted, "rejected": report.rejected, "new": report.new,
        "replaced": report.replaced, "region": terms.region,
    }  # fmt: skip
    audit.record(connection, terms.by, Action.SIGNALS_IMPORT, f"signals:{report.kind}", detail)


def hotline(
    connection: Connection, scope: Scope, on: date, policy: int | None = None, weeks: int = WEEKS
) -> tuple[Series, ...]:
    """Calls by policy and week, the last `weeks` weeks up to a day; policies in the order of their names.

    Of a place and of places inside it only the larger counts, so that nothing is added twice.
    """
    since = on - timedelta(days=on.weekday() + 7 * (weeks - 1))
    found: dict[tuple[int, str], list[Row[Any]]] = {}
    for row in queries.series(connection, scope, since, policy):
        found.setdefault((row.policy_id, row.ref), []).append(row)
    shown = {one.id: one.plain_name for one in policies.all_policies(connection)}
    return tuple(
        Series(key, ref, shown.get(key, ref), tuple(_weeks(rows)))
        for (key, ref), rows in sorted(found.items(), key=lambda one: one[0][1])
    )


def _weeks(rows: Sequence[Row[Any]]) -> Iterable[WeekCalls]:
    for week in sorted({row.week for row in rows}):
        here = [row for row in rows if row.week == week]
        once = outermost({row.region for row in here})
        topics: dict[str, int] = {}
        for row in here:
            if row.region in once:
                topics[row.topic] = topics.get(row.topic, 0) + row.calls
        yield WeekCalls(week, tuple(sorted(topics.items())))


def counts_of(connection: Connection, policy: int, region: str) -> Sequence[Any]:
    """(measure, on, n, of, source): a policy's own outcome at exactly one region, by measure and day."""
    return queries.counts_of(connection, policy, region)


def last_import(connection: Connection, kind: str) -> Row[Any] | None:
    """(source, by, at) of the newest import of a kind; None when nothing came yet."""
    return queries.newest_import(connection, kind)


def no_evidence() -> str:
    """The sentence that stands beside outcomes, plays and posts."""
    return say("definition.plays")
