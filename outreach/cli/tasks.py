"""`outreach tasks …`: what somebody must do for a household: open, done, somebody else's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.access.roles import Action
from outreach.cli.office import Here, acting
from outreach.cli.options import As, day
from outreach.cli.output import Answer, command
from outreach.cli.register import scope_of

if TYPE_CHECKING:
    from outreach.reach.tasks.schemas import TaskView

app = typer.Typer(name="tasks", help="待办 · tasks")

TaskId = Annotated[int, typer.Argument(metavar="TASK", help="待办编号 · number of the task")]


@command(app, "list")
def list_tasks(
    here: Here,
    region: Annotated[str, typer.Option(metavar="CODE", help="地区 · region")] = "",
    helper: Annotated[str | None, typer.Option(metavar="USER", help="谁的 · whose")] = None,
    done: Annotated[bool, typer.Option("--done", help="最近办结的 · closed lately")] = False,
) -> Answer:
    """待办清单 · Open tasks, those that are due first; or what was closed lately."""
    from outreach.access.scope import Scope
    from outreach.reach.tasks import service

    with here.installation() as office, office.store.read() as connection:
        scope = Scope(region)
        found = service.closed(connection, scope) if done else service.listed(connection, scope, helper=helper)  # fmt: skip
    lines = [_line(one) for one in found]
    return Answer({"tasks": [_data(one) for one in found]}, lines or ["没有待办"])


@command(app, "close")
def close(
    here: Here,
    task: TaskId,
    result: Annotated[str, typer.Argument(help="done_for_them done_themselves told … other")],
    note: Annotated[str, typer.Option(help="备注（other 必填） · note")] = "",
    reopen: Annotated[bool, typer.Option("--undo", help="没办完 · open it again")] = False,
    user: As = None,
) -> Answer:
    """办结 · A task is done, with its result; `--undo` opens it again."""
    from outreach.deliveries.telling import doors
    from outreach.deliveries.telling.follow import Hand

    with here.installation() as office:
        by = acting(office, user, Action.VISITS_RECORD)
        hand = Hand(by, scope_of(office, user), here.today())
        with office.store.begin() as connection:
            if reopen:
                doors.reopen(connection, task, hand)
            else:
                doors.close(connection, task, result, hand, note=note)
    data = {"task": task, "result": "" if reopen else result}
    return Answer(data, ["重新打开了" if reopen else "办结了"])


@command(app, "reassign")
def reassign(
    here: Here,
    task: TaskId,
    helper: Annotated[str, typer.Argument(metavar="USER", help="转给谁，'' 是没人 · to whom")],
    due: Annotated[
        date | None, typer.Option("--due", parser=day, metavar="DATE", help="哪天前 · until when")
    ] = None,
    user: As = None,
) -> Answer:
    """改派 · A task is somebody else's from now on."""
    from outreach.reach.tasks import service

    with here.installation() as office:
        hand = service.Hand(acting(office, user, Action.WORK_ASSIGN), scope_of(office, user))
        with office.store.begin() as connection:
            service.reassign(connection, task, helper, hand, due_on=due)
    return Answer({"task": task, "helper": helper}, [f"待办 {task} 归 {helper or '还没有人'}"])


def _data(one: TaskView) -> dict[str, Any]:
    return {
        "id": one.id, "kind": one.kind, "region": one.region, "household": one.household_id, "policy": one.policy,
        "helper": one.helper, "opened_by": one.opened_by, "due_on": one.due_on, "state": one.state,
        "result": one.result, "note": one.note, "delivery": one.delivery_id,
    }  # fmt: skip


def _line(one: TaskView) -> str:
    from outreach.wording import say

    due = f"，{one.due_on} 前" if one.due_on and one.state == "open" else ""
    result = f"，{say(f'tasks.result.{one.result}')}" if one.result else ""
    return f"{one.id:>5}  {say(f'tasks.kind.{one.kind}')}  {one.region}  {one.helper or '还没有人'}{due}{result}"
