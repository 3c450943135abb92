"""12345 周数和办理数: series for the page, and what a file would change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.policies import service as policies
from outreach.reach.signals import service
from outreach.reach.signals.schemas import Series, SignalReport, WeekCalls
from outreach.reports.reaching.definitions import define
from outreach.web.formats import when
from outreach.web.presenters.lists import regions_below
from outreach.web.presenters.names import people_at_work
from outreach.web.services import Services
from outreach.web.uploads import Upload
from outreach.web.views.common import Choice, Link
from outreach.web.views.imports import RowProblem
from outreach.web.views.signals import SeriesView, SignalPreview, SignalsView, WeekBar

BASE = "/signals"
KINDS = {"hotline": "12345 周数", "counts": "办理数"}
_SHOWN = 50


def view(
    services: Services,
    actor: Actor,
    connection: Connection,
    policy: str = "",
    problem: str = "",
    form: Mapping[str, str] | None = None,
) -> SignalsView:
    """The page. Missing policies.unknown for a policy that is not there."""
    today = clock.today(services.settings.zone)
    chosen = policies.get(connection, policy).id if policy else None
    found = service.hotline(connection, actor.scope, today, chosen)
    most = max((week.calls for one in found for week in one.weeks), default=0)
    live = [one for one in policies.all_policies(connection) if one.status == "live"]
    home = actor.region or services.settings.region
    return SignalsView(
        series=tuple(_series(one, today, most) for one in found),
        policy=policy,
        policies=tuple(Choice(one.ref, one.plain_name) for one in live),
        means=define("hotline"),
        plays=define("plays"),
        last=_last(services, connection, today),
        may_import=actor.may(Action.SIGNALS_IMPORT),
        problem=problem,
        regions=regions_below(connection, home),
        form=tuple((form or {}).items()),
        today=today,
    )


def _series(one: Series, today: date, most: int) -> SeriesView:
    """Every week of the window, those that nobody reported too: they are no noughts."""
    known = {week.week: week for week in one.weeks}
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - timedelta(days=7 * back) for back in reversed(range(service.WEEKS))]
    bars = tuple(_bar(week, known.get(week), most) for week in weeks)
    return SeriesView(one.policy, one.name, bars, Link("看触达", f"/results?policy={one.policy}"))


def _bar(week: date, found: WeekCalls | None, most: int) -> WeekBar:
    if found is None:
        return WeekBar(week, None, 0.0)
    topics = "，".join(f"{topic} {n:,}" for topic, n in found.topics if topic)
    return WeekBar(week, found.calls, round(found.calls * 100 / most, 2) if most else 0.0, topics)


def _last(services: Services, connection: Connection, today: date) -> tuple[str, ...]:
    """When counts came last, from whom."""
    who, zone = people_at_work(connection), services.settings.zone
    lines = []
    for kind, name in KINDS.items():
        newest = service.last_import(connection, kind)
        if newest is not None:
            by = who.get(newest.by, newest.by)
            lines.append(f"{name}：{newest.source}，{by}，{when(newest.at, zone, today)}")
    return tuple(lines)


def preview(upload: Upload, kind: str, report: SignalReport, *, done: bool = False) -> SignalPreview:  # fmt: skip
    """What the file would change, or did."""
    problems = [*report.errors, *report.warnings]
    stopped = kind == "hotline" and bool(report.errors)
    why_not = "有错的行改好再交：少一行的周数看起来像来电变少了。" if stopped else "没有一行能用。" if report.failed else ""  # fmt: skip
    here = f"{BASE}/files/{upload.token}"
    return SignalPreview(
        kind=KINDS[kind],
        file_name=upload.meta.name,
        numbers=(
            ("新增", report.new, "个数"),
            ("改掉", report.replaced, "原来有，换成新的"),
            ("没变", report.unchanged, "和原来一样"),
            ("有错的行", report.rejected, f"共 {report.rows:,} 行，合计行 {report.totals:,}"),
        ),
        changes=tuple((one.about, one.before or "", one.after or "没有了") for one in report.changes[:_SHOWN]),
        changes_total=len(report.changes),
        problems=tuple(RowProblem(one.row, one.column, one.message) for one in problems[:_SHOWN]),
        problems_total=len(problems),
        others=tuple(sorted(report.others)[:_SHOWN]),
        confirm="" if why_not or done else f"{here}/confirm",
        cancel="" if done else f"{here}/cancel",
        why_not="" if done else why_not,
        done=done,
    )  # fmt: skip
