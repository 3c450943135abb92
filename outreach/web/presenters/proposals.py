"""变化建议: what changed for whom, in words; and the line about it on 今日."""

from __future__ import annotations

from sqlalchemy import Connection

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.audiences.proposals import service
from outreach.audiences.proposals.schemas import AHEAD_DAYS, REASONS, ProposalView
from outreach.people.queries.regions import all_regions
from outreach.web.formats import day
from outreach.web.services import Services
from outreach.web.views.campaigns import Todo
from outreach.web.views.common import Link
from outreach.web.views.proposals import ProposalCard, ProposalsView
from outreach.wording import say

_TOWN = 9
_MOST_PLACES = 12
_MOST_DECIDED = 20


def listing(
    services: Services,
    actor: Actor,
    connection: Connection,
    *,
    problem: str = "",
    at: int = 0,
    typed: str = "",
) -> ProposalsView:
    """All that concern people of this user's region."""
    views = service.everything(connection, actor.scope)
    home = services.settings.region
    names = {row.code: row.name for row in all_regions(connection, home)}
    cards = [_card(actor, connection, view, names, home) for view in views if view.state == "open"]
    decided = [view for view in views if view.state != "open"][:_MOST_DECIDED]
    return ProposalsView(
        tuple(cards),
        tuple(_card(actor, connection, view, names, home) for view in decided),
        problem,
        at,
        typed,
    )


def _card(
    actor: Actor, connection: Connection, view: ProposalView, names: dict[str, str], home: str
) -> ProposalCard:
    places = service.places(connection, view.id, actor.scope, _TOWN)
    mine = view.state == "open" and actor.scope.covers(home)
    ended = view.kind == "ended"
    return ProposalCard(
        number=view.id,
        title=say(f"audiences.kind.{view.kind}", policy=view.plain_name),
        people=view.people,
        on=view.on,
        when=_when(view),
        why=tuple(
            (say(f"audiences.why.{why}"), view.why[why]) for why in REASONS if why in view.why
        ),
        places=tuple(
            (names.get(code, code or "不详"), count) for code, count in places[:_MOST_PLACES]
        ),
        note=_note(connection, view),
        accept=f"/proposals/{view.id}/accept" if mine and actor.may(Action.CAMPAIGNS_EDIT) else "",
        accept_label="记下来，去做停办告知" if ended else "采纳，建一个只发给他们的任务",
        dismiss=f"/proposals/{view.id}/dismiss" if mine else "",
        decided=_decided(view),
        campaign=Link("看任务", f"/campaigns/{view.campaign}", "send") if view.campaign else None,
    )


def _when(view: ProposalView) -> str:
    if view.kind == "ending":
        return f"{day(view.on)}看的：往后{AHEAD_DAYS}天里是最后一天"
    if view.kind == "ended":
        return f"{day(view.on)}看的"
    return f"{day(view.since)}到{day(view.on)}之间的变化"


def _note(connection: Connection, view: ProposalView) -> str:
    """What an officer should know before deciding."""
    if view.kind == "ended":
        return "停办的政策不再建任务。名单在政策页上，打印出来或打电话告诉他们。"
    if view.kind == "ending":
        return "写明最后一天，和“如已办理请忽略”。"
    titles = [f"《{title}》" for _, title in service.campaigns_out(connection, view)]
    return f"{'、'.join(titles)}的名单已经封存，没有这些人，要另发一次。" if titles else ""


def _decided(view: ProposalView) -> str:
    if view.state == "open":
        return ""
    said = say(f"audiences.state.{view.state}")
    return f"{view.by} {said}" + (f"：{view.note}" if view.note else "")


def todo(actor: Actor, connection: Connection) -> list[Todo]:
    """The line on 今日, when something waits."""
    if not actor.may(Action.SEGMENTS_EDIT):
        return []
    waiting = service.everything(connection, actor.scope, "open")
    if not waiting:
        return []
    first = say(f"audiences.kind.{waiting[0].kind}", policy=waiting[0].plain_name)
    people = sum(view.people for view in waiting)
    title = f"{len(waiting)} 项变化等您定，共 {people:,} 人次"
    text = f"最新一项：{first}。看看为什么，要不要补发一次。"
    return [Todo(title, text, Link("去处理", "/proposals", "people"))]
