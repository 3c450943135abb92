"""提醒: what is wrong, as the page and the to-do list say it; and for an administrator, who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from channels import registry
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.deliveries import accounts
from outreach.people.queries import regions
from outreach.reports.alerts import limits, outbox, service, targets
from outreach.reports.alerts.outbox import Word
from outreach.reports.alerts.schemas import AlertView
from outreach.reports.alerts.words import words
from outreach.web.presenters.names import people_at_work, places
from outreach.web.services import Services
from outreach.web.views.alerts import AlertLine, AlertsView, TargetLine
from outreach.web.views.campaigns import Todo
from outreach.web.views.common import Choice, Link
from outreach.wording import catalogue, say

_SAID: Mapping[str, str] = {
    "seen": "记下您看过了。事情没完，这一条还在。", "added": "加好了。下一次检查会把现在的提醒发过去。", "ended": "停了，以后不再发到那里。",
}  # fmt: skip
_NEEDS: Mapping[str, Action] = {
    "/campaigns": Action.CAMPAIGNS_VIEW, "/unknown": Action.DELIVERIES_SETTLE, "/lists": Action.LISTS_VIEW,
    "/channels": Action.CHANNELS_MANAGE, "/signals": Action.SIGNALS_IMPORT, "/results": Action.REACH_VIEW,
    "/opinions": Action.OPINIONS_VIEW, "/surveys": Action.AWARENESS_VIEW, "/policies": Action.POLICIES_VIEW,
}  # fmt: skip
"""Page → what one needs to open it: nobody is sent to a closed door."""

_MOST_TODO = 3
_SAID_THERE = ("unknown_waiting",)
"""Kinds that the to-do list says in its own words."""


@dataclass(frozen=True)
class Desk:
    """What every line reads from."""

    services: Services
    actor: Actor
    connection: Connection


@dataclass(frozen=True)
class Shown:
    """What else stands on the page: what was done, or what could not be, with what was typed."""

    said: str = ""
    problem: str = ""
    given: Mapping[str, str] | None = None


def view(desk: Desk, shown: Shown) -> AlertsView:
    """The page."""
    connection, settings = desk.connection, desk.services.settings
    manages = desk.actor.may(Action.ALERTS_MANAGE)
    found = limits.read(settings.content_dir)
    return AlertsView(
        open=lines(desk, service.open_alerts(connection, desk.actor.scope)),
        ended=lines(desk, service.ended_alerts(connection, desk.actor.scope)),
        every_minutes=int(found.of("check", "minutes")),
        manages=manages,
        targets=_targets(desk) if manages else (),
        accounts=_robots(connection) if manages else (),
        regions=_regions(desk) if manages else (),
        mail=bool(settings.smtp_url),
        said=_SAID.get(shown.said, ""),
        problem=shown.problem,
        given=shown.given or {},
    )


def lines(desk: Desk, found: Sequence[AlertView]) -> tuple[AlertLine, ...]:
    """Alerts in words."""
    named = places(desk.connection, {one.region for one in found})
    people = people_at_work(desk.connection)
    told = outbox.words(desk.connection, [one.id for one in found])
    urgent = limits.read(desk.services.settings.content_dir).sending.urgent
    return tuple(
        _line(desk, one, named[one.region], people.get(one.seen_by, one.seen_by), told.get(one.id, ()), one.kind in urgent)
        for one in found
    )  # fmt: skip


def _line(
    desk: Desk, one: AlertView, place: str, seen: str, told: Sequence[Word], urgent: bool
) -> AlertLine:
    said = words(one)
    page = "/" + said.href.strip("/").partition("/")[0].partition("?")[0]
    needed = _NEEDS.get(page)
    return AlertLine(
        id=one.id,
        title=said.title,
        text=said.text,
        fix=said.fix,
        place=place,
        at=one.opened_at,
        urgent=urgent,
        link=Link(said.label, said.href) if needed is None or desk.actor.may(needed) else None,
        seen=seen,
        told=tuple(_told(word) for word in told),
        trouble=any(word.state in ("failed", "unknown") for word in told),
        ended=one.ended_at,
    )


def _told(word: Word) -> str:
    """宣传股（邮箱）：没发出去，连不上发信服务器."""
    parts = [say(f"alerts.state.{word.state}"), _why(word.error)]
    kind = say(f"alerts.kind.{word.kind}")
    return f"{word.target}（{kind}）：{'，'.join(part for part in parts if part)}"


def _why(error: str) -> str:
    codes = (f"alerts.error.{error}", f"channels.{error}")
    return next((say(code) for code in codes if code in catalogue()), error)


def todo(actor: Actor, connection: Connection) -> list[Todo]:
    """The most pressing alerts that nobody has seen, for the to-do list."""
    if not actor.may(Action.ALERTS_VIEW):
        return []
    unseen = [
        one
        for one in service.open_alerts(connection, actor.scope)
        if one.seen_at is None and one.kind not in _SAID_THERE
    ]
    named = places(connection, {one.region for one in unseen})
    shown = [_todo(one, named[one.region]) for one in unseen[:_MOST_TODO]]
    if left := len(unseen) - len(shown):
        text = "都在提醒页上，看过的点一下“看过了”。"
        shown.append(Todo(f"还有 {left} 条提醒", text, Link("看全部", "/alerts", "alert")))
    return shown


def _todo(one: AlertView, place: str) -> Todo:
    said = words(one)
    title = f"{said.title}：{place}" if one.kind == "opinions_overdue" else said.title
    return Todo(title, f"{said.text}{said.fix}", Link("去看", f"/alerts#a{one.id}", "alert"))


def _targets(desk: Desk) -> tuple[TargetLine, ...]:
    found = targets.listed(desk.connection)
    named = places(desk.connection, {one.region for one in found if one.region})
    return tuple(
        TargetLine(
            one.name, say(f"alerts.kind.{one.kind}"), targets.masked(desk.services.vault, one),
            named[one.region] if one.region else "全部地区",
        )
        for one in found
    )  # fmt: skip


def _robots(connection: Connection) -> tuple[Choice, ...]:
    found = [one for one in accounts.accounts(connection) if one.provider in registry.ROBOTS]
    return tuple(Choice(one.name, one.name) for one in found)


def _regions(desk: Desk) -> tuple[Choice, ...]:
    """Everywhere, or one town."""
    home = desk.services.settings.region
    rows = regions.all_regions(desk.connection, home)
    towns = [row for row in rows if len(row.code) == 9]
    return (Choice("", "全部地区"), *(Choice(row.code, row.name) for row in towns))
