"""意见箱: what residents said, from whichever way it came, who deals with it, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from outreach import clock
from outreach.access.queries import users
from outreach.access.roles import Action, allowed
from outreach.access.schemas import Actor
from outreach.access.scope import Scope
from outreach.people.masking import mask_phone
from outreach.people.queries import regions
from outreach.policies import service as policies
from outreach.reach.opinions import service
from outreach.reach.opinions.schemas import (
    ANSWER,
    CONTACT,
    MOVES,
    NOTE,
    OPEN,
    SOURCES,
    STATES,
    TEXT,
    OpinionView,
)
from outreach.reach.opinions.schemas import Asked as Wanted
from outreach.reach.opinions.waiting import overdue_before
from outreach.reports.alerts import limits
from outreach.web.formats import thousands
from outreach.web.presenters.names import people_at_work, places
from outreach.web.services import Services
from outreach.web.views.campaigns import Todo
from outreach.web.views.common import Choice, Link
from outreach.web.views.opinions import InboxView, MoveLine, OpinionLine, OpinionPage
from outreach.wording import say

ROWS = 100
_MARK: Mapping[str, str] = {"new": "ask", "taken": "run", "answered": "yes", "closed": "no"}
_SAID: Mapping[str, str] = {
    "take": "归您了，记为在办。", "give": "转给别人了。", "answer": "答复记下了。短信不会自动发，请打电话或复制给他。",
    "close": "办结了。", "reopen": "重新打开了，归您办。", "say": "记下了。",
}  # fmt: skip
_TOWN = 9


class Asked(BaseModel):
    """Which opinions somebody looks for. state '' = those that wait; all = every one."""

    model_config = ConfigDict(frozen=True)

    state: Literal["", "all", "new", "taken", "answered", "closed"] = ""
    source: Literal["", "qr", "door", "phone", "observer", "survey", "sms", "hotline"] = ""
    policy: str = Field("", max_length=100)
    region: str = Field("", max_length=40)
    age: Literal["", "late", "7", "30"] = ""
    said: Literal["", "take", "give", "answer", "close", "reopen", "say"] = ""


@dataclass(frozen=True)
class Desk:
    """What every part of the pages reads from."""

    services: Services
    actor: Actor
    connection: Connection

    @cached_property
    def days(self) -> int:
        """Working days within which an answer is due."""
        return limits.read(self.services.settings.content_dir).working_days

    @cached_property
    def late_before(self) -> datetime:
        """What was said before this moment and is open still is late."""
        zone = self.services.settings.zone
        return overdue_before(clock.today(zone), self.days, zone)

    @cached_property
    def policies(self) -> dict[str, str]:
        """Ref → plain name of every policy."""
        return {one.ref: one.plain_name for one in policies.all_policies(self.connection)}

    @cached_property
    def people(self) -> dict[str, str]:
        """User → name on pages."""
        return people_at_work(self.connection)

    def name(self, user: str) -> str:
        """A user's name on pages; a command of whoever runs the machine has none."""
        return "命令行" if user.startswith("cli:") else self.people.get(user, user)


def wanted(desk: Desk, asked: Asked, limit: int = ROWS) -> tuple[Scope, Wanted]:
    """The scope and the search behind a form. Refused for a region outside the actor's."""
    scope = desk.actor.scope.narrowed(asked.region)
    states = {"": OPEN, "all": STATES}.get(asked.state, (asked.state,))
    days = {"7": 7, "30": 30}.get(asked.age)
    since = clock.now() - timedelta(days=days) if days else None
    late = asked.age == "late"
    return scope, Wanted(
        states=tuple(one for one in states if one in OPEN) if late else states,
        source=asked.source, policy=asked.policy, before=desk.late_before if late else None, since=since, limit=limit,
    )  # fmt: skip


def inbox(desk: Desk, asked: Asked) -> InboxView:
    """The list."""
    scope, search = wanted(desk, asked, ROWS + 1)
    found = service.inbox(desk.connection, scope, search)
    standing = service.standing(desk.connection, desk.actor.scope)
    today, zone = clock.today(desk.services.settings.zone), desk.services.settings.zone
    late = service.overdue(desk.connection, desk.actor.scope, today, desk.days, zone)
    given = {name: value for name, value in asked.model_dump(exclude={"said"}).items() if value}
    return InboxView(
        rows=lines(desk, found[:ROWS]),
        summary=tuple((say(f"opinions.state.{one}"), standing.get(one, 0)) for one in STATES),
        late=sum(one.n for one in late),
        days=desk.days,
        states=(
            Choice("", "还没答复的"), Choice("all", "全部"), *(Choice(one, say(f"opinions.state.{one}")) for one in STATES),
        ),
        sources=(Choice("", "不限"), *(Choice(one, say(f"opinions.source.{one}")) for one in SOURCES)),
        policies=(Choice("", "不限"), *(Choice(ref, name) for ref, name in desk.policies.items())),
        regions=region_choices(desk, "全部"),
        ages=(
            Choice("", "不限"), Choice("late", f"过了 {desk.days} 个工作日没答复"), Choice("7", "最近 7 天"),
            Choice("30", "最近 30 天"),
        ),
        asked=asked.model_dump(),
        export=f"/opinions/list.xlsx?{urlencode(given)}",
        cut=len(found) > ROWS,
        may_say=desk.actor.may(Action.OPINIONS_SAY),
        said=_SAID.get(asked.said, ""),
    )  # fmt: skip


def todo(actor: Actor, connection: Connection) -> list[Todo]:
    """New opinions, for whoever deals with them."""
    if not actor.may(Action.OPINIONS_HANDLE):
        return []
    n = service.standing(connection, actor.scope).get("new", 0)
    if not n:
        return []
    text = "扫码、入户、电话、短信里说的。点“我来办”就归您，答复了记下来。"
    return [Todo(f"{thousands(n)} 条新意见", text, Link("去看", "/opinions", "text"))]


def about(actor: Actor, connection: Connection, policy: str) -> list[Link]:
    """How many there are about a policy, for whoever reads them."""
    if not actor.may(Action.OPINIONS_VIEW):
        return []
    found = service.standing(connection, actor.scope, policy)
    if not found:
        return []
    waiting = sum(found.get(state, 0) for state in OPEN)
    href = f"/opinions?{urlencode({'policy': policy, 'state': 'all'})}"
    return [Link(f"意见 {thousands(sum(found.values()))} 条，{thousands(waiting)} 条没答复", href)]


def region_choices(desk: Desk, everything: str) -> tuple[Choice, ...]:
    """The actor's own region, then towns, or the villages of a town, in office order."""
    mine = desk.actor.region
    length = _TOWN if len(mine) < _TOWN else 12
    inside = [
        row for row in regions.all_regions(desk.connection, mine) if len(row.code) == length and row.code != mine
    ]  # fmt: skip
    return (Choice("", everything), *(Choice(row.code, row.name) for row in inside))


def lines(desk: Desk, found: Sequence[OpinionView]) -> tuple[OpinionLine, ...]:
    """Opinions as a list shows them."""
    named = places(desk.connection, {one.region for one in found})
    return tuple(_line(desk, one, named) for one in found)


def _line(desk: Desk, one: OpinionView, named: Mapping[str, str]) -> OpinionLine:
    vault = desk.services.vault
    by = f"{desk.name(one.by)}记" if one.by else ""
    parts = (say(f"opinions.source.{one.source}"), named[one.region], by)
    about = desk.policies.get(one.policy, one.policy)
    return OpinionLine(
        id=one.id,
        title="·".join(part for part in (say(f"opinions.kind.{one.kind}"), about) if part),
        text=vault.decrypt(TEXT, one.said),
        meta="，".join(part for part in parts if part),
        at=one.at,
        state=say(f"opinions.state.{one.state}"),
        mark=_MARK[one.state],
        late=one.state in OPEN and one.at < desk.late_before,
        assigned=desk.name(one.assigned),
        answer=vault.decrypt(ANSWER, one.answer),
    )


@dataclass(frozen=True)
class Shown:
    """What else stands on the page of an opinion: a contact in clear with its reason, a problem with what was typed."""

    said: str = ""
    contact: str = ""
    reason: str = ""
    problem: str = ""
    given: Mapping[str, str] | None = None


def one(desk: Desk, opinion: int, shown: Shown) -> OpinionPage:
    """One opinion with its history. Missing opinions.unknown."""
    view = service.one(desk.connection, desk.actor.scope, opinion)
    history = service.history(desk.connection, opinion)
    vault = desk.services.vault
    contact = shown.contact or mask_phone(vault.decrypt(CONTACT, view.contact))
    answer = vault.decrypt(ANSWER, view.answer)
    handles = desk.actor.may(Action.OPINIONS_HANDLE)
    place = places(desk.connection, [view.region])[view.region]
    return OpinionPage(
        line=_line(desk, view, {view.region: place}),
        policy=desk.policies.get(view.policy, view.policy),
        policy_href=f"/policies/{view.policy}" if view.policy else "",
        place=place,
        source=say(f"opinions.source.{view.source}"),
        by=desk.name(view.by) if view.by else "群众自己写的",
        contact=contact,
        clear=bool(shown.contact),
        reason=shown.reason,
        history=tuple(
            MoveLine(move.at, say(f"opinions.state.{move.state}"), desk.name(move.by) or "群众", vault.decrypt(NOTE, move.note))
            for move in history
        ),
        seen=history[-1].id,
        moves=frozenset(name for name, (states, _) in MOVES.items() if handles and view.state in states),
        handles=handles,
        people=_able(desk, view) if handles else (),
        copy=say("opinions.copy", answer=answer, place=desk.services.place) if answer else "",
        said=_SAID.get(shown.said, ""),
        problem=shown.problem,
        given=shown.given or {},
    )  # fmt: skip


def _able(desk: Desk, view: OpinionView) -> tuple[Choice, ...]:
    """Who else may deal with it there."""
    return tuple(
        Choice(user.name, user.display or user.name)
        for user in users(desk.connection)
        if user.active
        and user.name not in (view.assigned, desk.actor.name)
        and allowed(user.role, Action.OPINIONS_HANDLE)
        and Scope(user.region).covers(view.region)
    )
