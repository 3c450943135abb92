"""What other rooms know about a policy and its survey, in the shape in which a report says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from outreach.access.scope import Scope
from outreach.policies.schemas import PolicyView
from outreach.reach.opinions import service as opinions
from outreach.reach.signals import service as signals
from outreach.reports.brief.facts import Compared, Reason, Verdict
from outreach.reports.brief.figures import rate
from outreach.reports.reaching import service as ledger
from outreach.reports.reaching.schemas import ChannelCount, Coverage
from outreach.reports.suppression import LEAST, SMALL
from outreach.surveys.comparing import service as comparing
from outreach.surveys.comparing.schemas import TownFigure
from outreach.wording import say
from outreach.wording.figures import exact_yuan, percent, thousands

WEEKS = 4
"""Of opinions and hotline calls that a report counts together."""


def verdicts(
    connection: Connection, survey: Mapping[str, Any], scope: Scope
) -> tuple[Verdict, ...]:
    """Towns of the scope beside the rest; nothing where only one town was asked."""
    towns = comparing.towns(connection, survey["ref"])
    found = tuple(_verdict(one) for one in towns if scope.covers(one.code))
    return found if len(towns) > 1 else ()


def _verdict(one: TownFigure) -> Verdict:
    return Verdict(one.code, one.n, one.use, one.rate, one.low, one.high, one.verdict, one.word())


def compared(connection: Connection, survey: Mapping[str, Any]) -> Compared | None:
    """Sentences of all comparisons that the survey allows, the strongest first; None where there is no baseline."""
    found = comparing.comparisons(connection, survey["ref"])
    real = [one for one in found if one.difference is not None]
    if not real:
        return None
    # The one that allows a claim leads: the title is made of the first sentence.
    real.sort(key=lambda one: not one.may_claim)
    before = any(one.kind != "staggered" for one in real)
    said = [one.sentence() for one in real]
    warned = [caution for one in real for caution in one.warnings()]
    return Compared(
        tuple(dict.fromkeys([*said, *warned])), any(one.may_claim for one in real), before
    )


def waves(connection: Connection, policy: str) -> Iterator[str]:
    """The rate of each survey so far, the oldest first; nothing where there is only one."""
    points = comparing.trend(connection, policy)
    for point in points if len(points) > 1 else ():
        figure = {**vars(point.share), "date": point.on.isoformat(), "mode": point.mode}
        other = "" if point.comparable else say("brief.wave_other")
        other += say("brief.wave_generated") if point.generated else ""
        yield say("brief.wave", wave=point.wave, rate=rate(figure), other=other)


def reasons(
    connection: Connection, scope: Scope, view: PolicyView, on: date, home: str
) -> tuple[Reason, ...]:
    """Why people were never told, and the next way; those who need not be looked for stand last."""
    found = ledger.never_reached(connection, scope, view, on, home, ledger.TOWN)
    rows = [
        Reason(say(f"why.{one.advice.why}", detail=one.advice.detail), say(f"next.{one.advice.next}"), one.n)
        for one in found.together()
    ]  # fmt: skip
    beside = (("done", found.done), ("stopped", found.stopped))
    rows += [Reason(say(f"brief.missed.{name}"), say("brief.missed.leave"), n) for name, n in beside if n]  # fmt: skip
    return tuple(rows)


def channels(
    connection: Connection, scope: Scope, view: PolicyView, on: date, home: str
) -> tuple[ChannelCount, ...]:
    """People told, each in the row of their strongest mark; 已发布 counts nobody."""
    found = ledger.channels(connection, scope, view, on, home)
    return tuple(one for one in found if one.in_person or one.delivered or one.relayed)


def outcomes(
    connection: Connection, scope: Scope, view: PolicyView, on: date, home: str
) -> Iterator[str]:
    """覆盖率 before and after, the office's own rates, money for each person told; only what has a source."""
    yield from _coverage(ledger.coverage(connection, scope, view, on, home))
    rates = ledger.outcome_rates(connection, view, scope.region or home)
    for one in rates:
        newest = one.newest
        yield say(
            "brief.outcome",
            measure=one.measure, rate=percent(newest.rate), n=_count(newest.n), of=_count(newest.of), on=newest.on.isoformat(),
        )  # fmt: skip
    if rates:
        yield signals.no_evidence()
    spent = ledger.costs(connection, scope, view)
    if spent.per_person is not None and spent.people >= LEAST:
        yield say("brief.per_person", cost=exact_yuan(round(spent.per_person)), people=thousands(spent.people))  # fmt: skip


def _coverage(found: Coverage) -> Iterator[str]:
    after, before = found.rate_after, found.rate_before
    if after is None or not (found.after >= LEAST or found.after == 0):
        return
    first = percent(before) if before is not None else say("brief.not_known")
    cut_off = found.state.cut_off.isoformat() if found.state.cut_off else "—"
    yield say("brief.coverage", after=percent(after), n=_count(found.after), of=_count(found.eligible), before=first, on=cut_off)  # fmt: skip


def heard(
    connection: Connection, scope: Scope, views: list[PolicyView], on: date, zone: ZoneInfo
) -> Iterator[str]:
    """Opinions and calls of the last weeks about these policies; words of nobody."""
    refs = {view.ref: view for view in views}
    since = on - timedelta(days=on.weekday() + 7 * (WEEKS - 1))
    found = [one for one in opinions.counts(connection, scope, since, zone) if one.policy in refs]
    total = sum(one.n for one in found)
    if total:
        waiting = sum(one.states.get(state, 0) for one in found for state in ("new", "taken"))
        yield say("brief.opinions", weeks=WEEKS, n=_count(total), waiting=_count(waiting))
    for view in views:
        for series in signals.hotline(connection, scope, on, view.id, WEEKS):
            calls = sum(week.calls for week in series.weeks)
            yield say("brief.hotline", policy=series.name, weeks=len(series.weeks), n=_count(calls))


def _count(n: int) -> str:
    return SMALL if 0 < n < LEAST else thousands(n)
