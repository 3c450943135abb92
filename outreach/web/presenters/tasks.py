"""待办: what somebody must do for a household, whose it is, until when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.people.masking import mask_name
from outreach.reach.helpers import service as helpers
from outreach.reach.tasks import queries as task_queries
from outreach.reach.tasks import service as tasks
from outreach.reach.tasks.schemas import RESULTS, TaskView
from outreach.web.formats import day
from outreach.web.presenters.names import people_at_work, places
from outreach.web.presenters.telling import work_links
from outreach.web.services import Services
from outreach.web.views.carrying import TaskLine, TasksView
from outreach.web.views.common import Choice
from outreach.wording import say


class Asked(BaseModel):
    """Whose tasks, and what was just done."""

    model_config = ConfigDict(frozen=True)

    whose: Literal["", "mine"] = ""
    said: Literal["", "closed", "reopened", "begun", "given"] = ""


_SAID = {
    "closed": "办结了。", "reopened": "重新打开了。", "begun": "归您了，记为在办。", "given": "转给别人了。",
}  # fmt: skip


def view(services: Services, actor: Actor, connection: Connection, asked: Asked) -> TasksView:
    """The page. A worker sees their own and nobody's first; an officer everybody's."""
    helper = actor.name if asked.whose == "mine" else None
    open_, closed = (
        tasks.listed(connection, actor.scope, helper=helper),
        tasks.closed(connection, actor.scope, 20),
    )
    named = places(connection, {one.region for one in (*open_, *closed)})
    people = people_at_work(connection)

    def line(one: TaskView) -> TaskLine:
        return _line(services, actor, one, named, people)

    mine_first = sorted(open_, key=lambda one: one.helper != actor.name)
    may_assign = actor.may(Action.WORK_ASSIGN)
    able = helpers.helpers(connection, actor.scope) if may_assign else []
    return TasksView(
        open=tuple(line(one) for one in mine_first),
        closed=tuple(line(one) for one in closed),
        helpers=(
            Choice("", "还没有人"),
            *(Choice(one.name, one.shown) for one in able if one.active),
        ),
        whose=asked.whose,
        may_assign=may_assign,
        links=work_links(actor, "/tasks"),
        said=_SAID.get(asked.said, ""),
    )


def _line(
    services: Services,
    actor: Actor,
    one: TaskView,
    named: Mapping[str, str],
    people: Mapping[str, str],
) -> TaskLine:
    vault, today = services.vault, clock.today(services.settings.zone)
    address = vault.decrypt("address", one.address)
    closed = one.closed_at.astimezone(services.settings.zone).date() if one.closed_at else None
    opened = one.opened_at.astimezone(services.settings.zone).date()
    return TaskLine(
        id=one.id,
        kind=say(f"tasks.kind.{one.kind}"),
        name=mask_name(vault.decrypt("name", one.name)) if one.name else "",
        address=address.removeprefix(named[one.region]) or address,
        place=named[one.region],
        policy="",
        note=one.note,
        helper=people.get(one.helper, one.helper),
        opened=f"{people.get(one.opened_by, one.opened_by)}，{day(opened)}开",
        due_on=one.due_on,
        late=one.state == "open" and one.due_on is not None and one.due_on < today,
        mine=one.helper == actor.name,
        begun=one.begun_at is not None,
        results=tuple(
            Choice(result, say(f"tasks.result.{result}")) for result in RESULTS[one.kind]
        ),
        result=say(f"tasks.result.{one.result}") if one.result else "",
        closed=f"{people.get(one.closed_by, one.closed_by)}，{day(closed)}" if closed else "",
    )


def open_count(connection: Connection, actor: Actor) -> int:
    """Open tasks that are this user's or nobody's; for who gives out work, all of a scope."""
    counts = task_queries.counts(connection, actor.scope)
    if actor.may(Action.WORK_ASSIGN):
        return sum(counts.values())
    return counts.get(actor.name, 0) + counts.get("", 0)
