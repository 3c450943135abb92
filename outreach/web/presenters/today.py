"""今日: what is being sent, what waits for this user, what comes next. Only from facts of the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import queries
from outreach.campaigns import service as campaigns
from outreach.campaigns.signing import approving
from outreach.policies import service as policies
from outreach.reports import service as reports
from outreach.reports import unknowns
from outreach.reports.schemas import OfficeFacts
from outreach.web.formats import day, thousands, yuan
from outreach.web.presenters import alerts, boards, opinions, posts, proposals, signing_chain, tasks
from outreach.web.presenters.live import MOVING, live_campaign
from outreach.web.presenters.names import CHANNEL
from outreach.web.services import Services
from outreach.web.views.campaigns import LiveCampaign, Losing, TodayView, Todo, Upcoming
from outreach.web.views.common import Link
from outreach.wording import say

_SUMMARY_DAYS = 3  # how long a finished campaign keeps its summary card


_COUNTED_AT_ONCE = (
    50_000  # people; a larger register is counted on 成效, not each time somebody opens 今日
)


@dataclass(frozen=True)
class Desk:
    """What all parts of the page read from."""

    services: Services
    actor: Actor
    connection: Connection
    on: date
    every: Sequence[Mapping[str, Any]]  # campaigns that concern this user
    office: OfficeFacts


def today(services: Services, actor: Actor, connection: Connection) -> TodayView:
    """The page of an officer, a worker or a manager."""
    on = clock.today(services.settings.zone)
    every = reports.campaigns(connection, actor.scope)
    desk = Desk(services, actor, connection, on, every, reports.office(connection, actor.scope, on))
    losing = _losing(desk)
    return TodayView(
        on=on,
        live=_live(desk),
        todo=(
            *_signing(desk),
            *_owed(desk),
            *alerts.todo(desk.actor, desk.connection),
            *_sending(desk),
            *proposals.todo(actor, connection),
            *_papers(desk),
            *_notices(desk),
            *_carrying(desk),
            *opinions.todo(desk.actor, desk.connection),
            *_untold(desk),
            *_register(desk),
        ),
        losing=losing,
        losing_link=Link("打印", "/print") if losing and actor.may(Action.PRINT) else None,
        upcoming=_upcoming(desk),
        first_steps=_first_steps(desk),
    )


def _live(desk: Desk) -> tuple[LiveCampaign, ...]:
    if not desk.actor.may(Action.DELIVERIES_VIEW):
        return ()
    since = clock.now() - timedelta(days=_SUMMARY_DAYS)
    shown = [
        one
        for one in desk.every
        if one["status"] in MOVING
        or (one["status"] == "finished" and (one["ended_at"] or since) > since)
    ]
    return tuple(
        live_campaign(desk.services, desk.actor, desk.connection, one) for one in shown[:3]
    )


def _signing(desk: Desk) -> list[Todo]:
    """Campaigns between two people: what this one has to do about them."""
    found = []
    for one in desk.every:
        if desk.actor.scope.covers(one["region"]):
            item = _one_signing(desk, one)
            found += [item] if item else []
    return found


def _one_signing(desk: Desk, one: Mapping[str, Any]) -> Todo | None:
    href, status, may = f"/campaigns/{one['ref']}", one["status"], desk.actor.may
    turn = approving.next_level(desk.connection, one) if status == "submitted" else None
    if signing_chain.may_sign(desk.actor, turn):
        frozen = one["frozen"]
        text = f"{thousands(frozen['audience']['people'])} 人，最多花 {yuan(frozen['cost'])}。看清楚每一句话再签。"
        return Todo(f"签发《{one['title']}》", text, Link("去签发", "/approvals", "check"))
    if status == "draft" and may(Action.CAMPAIGNS_SUBMIT):
        views = policies.all_policies(
            desk.connection, queries.policy_refs(desk.connection, one["id"])
        )
        faults = campaigns.faults(desk.connection, one, views, desk.on)
        if not faults:
            return Todo(
                f"送审《{one['title']}》",
                "内容齐了。送审时封存名单、文字和费用。",
                Link("去送审", href, "send"),
            )
        code, named = faults[0]
        text = f"还差 {len(faults)} 处。{say(code, campaign=one['ref'], **named)}"
        return Todo(f"补齐《{one['title']}》", text, Link("看缺什么", href))
    if status == "approved" and may(Action.CAMPAIGNS_RUN):
        return Todo(
            f"放行《{one['title']}》", "已经签发，放行以后开始发送。", Link("去放行", href, "send")
        )
    return None


def _owed(desk: Desk) -> list[Todo]:
    """Signatures that were to follow an urgent sending."""
    if not desk.actor.may(Action.CAMPAIGNS_REVIEW):
        return []
    return [
        Todo(
            f"《{one.title}》还缺“{one.level}”",
            f"{'已经过了' if one.overdue else '最迟'} {one.due}。先发后补的，一级也不能少。",
            Link("去补签" if one.mine else "去看", one.href, "check"),
        )
        for one in signing_chain.owed(desk.services, desk.actor, desk.connection, desk.every)
    ]


def _sending(desk: Desk) -> list[Todo]:
    """Campaigns that stand still until somebody does something."""
    if not desk.actor.may(Action.DELIVERIES_SETTLE):
        return []
    found = []
    for one in desk.every:
        href = f"/campaigns/{one['ref']}"
        if one["status"] == "paused":
            found.append(
                Todo(
                    f"《{one['title']}》停着",
                    "看为什么停，再决定继续还是取消。",
                    Link("去看", href),
                )
            )
    waiting = unknowns.count(desk.connection, desk.actor.scope)
    if waiting:
        text = "断线时正交出去，向运营商也查不清。看一眼手机或群里有没有，点一下。"
        title = f"核对 {thousands(waiting)} 件结果不明的"
        found.append(Todo(title, text, Link("逐条核对", "/unknown", "ask")))
    return found


def _papers(desk: Desk) -> list[Todo]:
    """Sheets that wait for the printer; for whoever walks, also those that wait for a hand."""
    if not desk.actor.may(Action.PRINT):
        return []
    known = {one["id"]: one for one in desk.every if one["status"] != "cancelled"}
    found = [
        Todo(
            f"打印 {thousands(n)} 户的一户一单",
            f"《{known[key]['title']}》里短信没送到、没有号码的户，打出来送上门。",
            Link("去打印", f"/print?campaign={known[key]['ref']}", "print"),
        )
        for key, n in desk.office.unprinted.items()
        if key in known
    ]
    if desk.actor.may(Action.CAMPAIGNS_RUN):  # whoever runs campaigns sends others out
        return found
    return found + [
        Todo(
            f"{thousands(n)} 户的单子打好了，送上门",
            f"《{known[key]['title']}》。交到手里，撕下回执带回来。丢了可以再打，单号不变。",
            Link("打入户名单", f"/print?campaign={known[key]['ref']}&kind=visits", "door"),
        )
        for key, n in desk.office.printed.items()
        if key in known
    ]


def _notices(desk: Desk) -> list[Todo]:
    """Notices on boards that are out of date, for whoever walks past them."""
    n = (
        boards.due_count(desk.connection, desk.actor, desk.on)
        if desk.actor.may(Action.VISITS_RECORD)
        else 0
    )
    if not n:
        return []
    text = "过期、有新版或政策停办了。撤下来，点一下“已撤”。"
    return [Todo(f"{thousands(n)} 张公告要撤", text, Link("看在哪里", "/boards", "policy"))]


def _carrying(desk: Desk) -> list[Todo]:
    """Tasks that were promised at a door, and posts that somebody has to copy into a group."""
    if not desk.actor.may(Action.VISITS_RECORD):
        return []
    found = []
    if n := tasks.open_count(desk.connection, desk.actor):
        text = "入户和打电话时答应的：代办、上门、回电话。办完点“办结”。"
        found.append(Todo(f"{thousands(n)} 件待办", text, Link("去办", "/tasks", "help")))
    if n := posts.waiting_count(desk.connection, desk.actor):
        text = "这些群没有机器人。复制文字、存下配图，发完点“已发”。"
        found.append(Todo(f"{thousands(n)} 个群等着发", text, Link("去发群", "/posts", "send")))
    return found


def _untold(desk: Desk) -> list[Todo]:
    """The policy of finished campaigns that most people still do not know from us."""
    if not desk.actor.may(Action.REACH_VIEW) or desk.office.people > _COUNTED_AT_ONCE:
        return []
    refs = {
        ref
        for one in desk.every
        if one["status"] == "finished"
        for ref in (one["frozen"] or {}).get("policies", {})
    }
    counts = [
        (
            reports.reach(desk.connection, desk.actor.scope, policy, desk.on, _home(desk)).total,
            policy,
        )
        for policy in policies.all_policies(desk.connection, sorted(refs))
    ]
    total, policy = max(counts, key=lambda pair: pair[0].untold, default=(None, None))
    if total is None or policy is None or not total.untold:
        return []
    title = f"{thousands(total.untold)} 人符合《{policy.plain_name}》，还没告知到"
    text = f"应知 {thousands(total.eligible)} 人，已告知 {thousands(total.told)} 人。看差在哪里、下一步走哪条路。"
    return [Todo(title, text, Link("看原因", f"/results?policy={policy.ref}", "chart"))]


def _home(desk: Desk) -> str:
    return desk.services.settings.region


def _register(desk: Desk) -> list[Todo]:
    if not desk.office.without_number or not desk.actor.may(Action.PEOPLE_IMPORT):
        return []
    text = f"台账 {thousands(desk.office.people)} 人里，14岁以上这些人收不到短信，只能送纸或上门。补了号码再导入一次就行。"
    title = f"{thousands(desk.office.without_number)} 人没有能用的手机号"
    return [Todo(title, text, Link("导入名单", "/people/import", "people"))]


def _losing(desk: Desk) -> tuple[Losing, ...]:
    if not desk.actor.may(Action.PEOPLE_VIEW) or desk.office.people > _COUNTED_AT_ONCE:
        return ()
    live = [one for one in policies.all_policies(desk.connection) if one.status == "live"]
    return tuple(
        Losing(one.name, f"最早 {day(one.ends_on)}是最后一天", len(one.days), one.days)
        for one in reports.losing(desk.connection, desk.actor.scope, live, desk.on, _home(desk))
    )


def _upcoming(desk: Desk) -> tuple[Upcoming, ...]:
    found: list[tuple[datetime, Upcoming]] = []
    for one in desk.every:
        if one["status"] not in ("approved", *MOVING):
            continue
        for step in reports.progress(desk.connection, desk.actor.scope, one):
            if step.due_at is not None and not step.fired:
                note = "等放行" if one["status"] == "approved" else ""
                href = f"/campaigns/{one['ref']}" if desk.actor.may(Action.CAMPAIGNS_VIEW) else ""
                title = f"{one['title']}·{CHANNEL[step.channel]}"
                found.append((step.due_at, Upcoming(step.due_at, title, note, href)))
    return tuple(item for _, item in sorted(found, key=lambda pair: pair[0])[:8])


def _first_steps(desk: Desk) -> tuple[Link, ...]:
    steps = [
        (Action.PEOPLE_IMPORT, Link("导入名单", "/people/import", "file")),
        (Action.PRINT, Link("看能打印什么", "/print", "print")),
        (Action.REACH_VIEW, Link("看成效", "/results", "chart")),
    ]
    return tuple(link for action, link in steps if desk.actor.may(action))[:2]
