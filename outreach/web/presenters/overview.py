"""总览: a line for each policy that somebody was told of, and one policy in detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.errors import Missing
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reach.opinions import service as opinions
from outreach.reports import service as reports
from outreach.reports.alerts.service import open_alerts
from outreach.reports.overview import service
from outreach.reports.overview.schemas import PolicyLine
from outreach.web.presenters import alerts
from outreach.web.presenters import overview_detail as detail
from outreach.web.presenters.names import places
from outreach.web.presenters.results import Asked
from outreach.web.services import Services
from outreach.web.views.alerts import AlertLine
from outreach.web.views.common import Link
from outreach.web.views.overview import OverviewView, PolicyRow
from outreach.wording import say
from outreach.wording.figures import day, percent, thousands

_MOST_RINGS = 3
_TAG = {"dropped": "bad", "towns": "bad", "late": "ask", "few": "no", "unasked": "no", "same": "no"}


@dataclass(frozen=True)
class Desk:
    """What all parts of the page read from."""

    services: Services
    actor: Actor
    connection: Connection
    on: date

    @property
    def home(self) -> str:
        """The installation's own region."""
        return self.services.settings.region


def overview(
    services: Services, actor: Actor, connection: Connection, policy: str = ""
) -> OverviewView:
    """The page for the actor's region. Missing for a policy that nobody was told of."""
    desk = Desk(services, actor, connection, clock.today(services.settings.zone))
    told, others = _told_of(desk)
    place = _place(desk)
    if not told:
        return OverviewView(
            desk.on,
            place,
            "还没有宣传过政策",
            others=others,
            rings=_rings(desk),
            pages=_pages(desk),
            first_steps=_first(actor),
        )
    lines = service.lines(connection, actor.scope, told, desk.on, desk.home)
    chosen = _chosen(lines, policy)
    view = next(one for one in told if one.ref == chosen.ref)
    asked = Asked(services, actor, connection, actor.scope, view, desk.on)
    untold, unreached = detail.unreached(asked)
    return OverviewView(
        on=desk.on,
        place=place,
        title=detail.title(chosen),
        policies=tuple(_row(line, line is chosen) for line in lines),
        others=others,
        policy_name=chosen.name,
        asked=detail.asked(chosen),
        generated=bool(chosen.figure and chosen.figure["generated"]),
        towns=detail.towns(connection, chosen),
        levels=detail.levels(chosen),
        past=detail.past(connection, chosen),
        untold=untold,
        unreached=unreached,
        rings=_rings(desk),
        pages=_pages(desk),
        reach_link=Link("看各地触达", f"/results?policy={chosen.ref}"),
        brief_link=Link("生成会议简报", "/reports", "policy") if actor.may(Action.REPORTS_MAKE) else None,
    )  # fmt: skip


def _told_of(desk: Desk) -> tuple[list[PolicyView], int]:
    """Live policies that a campaign of this region told of or a survey asked about, and how many others there are."""
    named = {
        ref
        for one in reports.campaigns(desk.connection, desk.actor.scope)
        for ref in (one["frozen"] or {}).get("policies", {})
    }
    named |= service.asked_about(desk.connection)
    live = [one for one in policies.all_policies(desk.connection) if one.status == "live"]
    told = [one for one in live if one.ref in named]
    return told, len(live) - len(told)


def _chosen(lines: Sequence[PolicyLine], policy: str) -> PolicyLine:
    """The one asked for; else one with a survey; else the first."""
    if policy:
        found = next((line for line in lines if line.ref == policy), None)
        if found is None:
            raise Missing("policies.unknown", policy=policy)
        return found
    return next((line for line in lines if line.figure is not None), lines[0])


def _place(desk: Desk) -> str:
    region = desk.actor.region
    if not region or region == desk.home:
        return desk.services.place or "全部地区"
    return places(desk.connection, [region])[region]


def _rings(desk: Desk) -> tuple[AlertLine, ...]:
    """The most pressing alerts of the region."""
    if not desk.actor.may(Action.ALERTS_VIEW):
        return ()
    found = open_alerts(desk.connection, desk.actor.scope)
    return alerts.lines(
        alerts.Desk(desk.services, desk.actor, desk.connection), found[:_MOST_RINGS]
    )


def _pages(desk: Desk) -> tuple[Link, ...]:
    """What lies beside this page: alerts, opinions, the hotline's weeks, surveys."""
    known = (
        (Action.ALERTS_VIEW, Link("提醒", "/alerts", "alert")),
        (Action.OPINIONS_VIEW, Link(_opinions(desk), "/opinions", "text")),
        (Action.SIGNALS_IMPORT, Link("12345 与办理数", "/signals", "call")),
        (Action.SURVEYS_DESIGN, Link("调查", "/surveys", "ear")),
    )
    return tuple(link for action, link in known if desk.actor.may(action))


def _opinions(desk: Desk) -> str:
    found = opinions.standing(desk.connection, desk.actor.scope)
    waiting = found.get("new", 0) + found.get("taken", 0)
    return f"意见（{thousands(waiting)} 条没答复）" if waiting else "意见"


def _first(actor: Actor) -> tuple[Link, ...]:
    return (Link("新建宣传任务", "/campaigns"),) if actor.may(Action.CAMPAIGNS_EDIT) else ()


def _row(line: PolicyLine, chosen: bool) -> PolicyRow:
    state = line.state
    return PolicyRow(
        name=line.name,
        href=f"/overview?policy={line.ref}",
        tag=_TAG[line.judgement],
        word=say(f"overview.judgement.{line.judgement}", n=state.behind),
        why=say(f"overview.why.{line.judgement}", n=state.behind, of=state.compared),
        told=percent(state.told_share) if state.told_share is not None else "",
        rate=detail.rate_of(line.figure),
        need=_need(line),
        chosen=chosen,
    )


def _need(line: PolicyLine) -> str:
    """What is missing, with the last day where there is one."""
    parts = []
    if line.state.untold:
        parts.append(f"{thousands(line.state.untold)} 人还没告知到")
    if line.state.closes:
        parts.append(f"{day(line.state.closes)}截止")
    return "，".join(parts)
