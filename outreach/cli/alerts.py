"""`outreach alerts …`: what is wrong now, a look at once, who is told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.access.roles import Action
from outreach.cli.office import Here, acting
from outreach.cli.options import As
from outreach.cli.output import Answer, command
from outreach.cli.register import scope_of
from outreach.errors import Invalid

if TYPE_CHECKING:
    from outreach.reports.alerts.outbox import Word
    from outreach.reports.alerts.schemas import AlertView

app = typer.Typer(name="alerts", help="提醒 · alerts")
to_app = typer.Typer(name="to", help="还告诉谁 · who is told")
app.add_typer(to_app)

Region = Annotated[str, typer.Option(metavar="CODE", help="地区 · region")]


@command(app, "list")
def list_alerts(
    here: Here,
    region: Region = "",
    ended: Annotated[bool, typer.Option("--ended", help="消掉的 · those that are over")] = False,
) -> Answer:
    """提醒清单 · What is wrong now, the most pressing first, with what to do; and to whom it was said."""
    from outreach.access.scope import Scope
    from outreach.reports.alerts import outbox, service

    with here.installation() as office, office.store.read() as connection:
        look = service.ended_alerts if ended else service.open_alerts
        found = look(connection, Scope(region))
        told = outbox.words(connection, [one.id for one in found])
    data = [_data(one, told.get(one.id, [])) for one in found]
    return Answer({"alerts": data}, [line for one in found for line in _lines(one)] or ["没有提醒"])


@command(app, "check")
def check(
    here: Here,
    tell: Annotated[
        bool, typer.Option("--tell", help="现在就告诉 · say what was not said yet")
    ] = False,
) -> Answer:
    """现在检查一遍 · Look at once, instead of with the next sweep; exit status 1 when something is wrong."""
    from outreach.access.scope import Scope
    from outreach.reports.alerts import service
    from outreach.runtime import alerting

    with here.installation() as office:
        done = alerting.check(office.store, office.settings)
        messages = alerting.say(office.store, office.settings) if tell else 0
        with office.store.read() as connection:
            found = service.open_alerts(connection, Scope())
    counts = {"opened": 0, "again": 0, "ended": 0} if done is None else {
        "opened": done.opened, "again": done.again, "ended": done.ended,
    }  # fmt: skip
    data = {**counts, "open": len(found), "messages": messages, "alerts": [_data(one, []) for one in found]}  # fmt: skip
    lines = [line for one in found for line in _lines(one)]
    return Answer(data, lines or ["没有提醒"], failed=bool(found))


@command(app, "seen")
def seen(
    here: Here,
    alert: Annotated[int, typer.Argument(metavar="ALERT", help="提醒编号 · number of the alert")],
    user: As = None,
) -> Answer:
    """看过了 · Somebody has seen an alert; it lasts until it is over."""
    from outreach.reports.alerts import service

    with here.installation() as office:
        by = acting(office, user, Action.ALERTS_VIEW)
        with office.store.begin() as connection:
            news = service.seen(connection, scope_of(office, user), alert, by)
    return Answer({"alert": alert, "changed": news}, ["记下了" if news else "已经有人看过了"])


@command(to_app, "add")
def add_target(
    here: Here,
    name: Annotated[str, typer.Argument(help="名字 · name: 宣传股工作群")],
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="邮箱 · mailbox")] = "",
    robot: Annotated[
        str, typer.Option(metavar="ACCOUNT", help="群机器人的账号 · account of robots")
    ] = "",
    region: Region = "",
    user: As = None,
) -> Answer:
    """加一处 · Somebody more is told: a mailbox, or an office group whose robot's address is read from stdin."""
    from outreach.reports.alerts import targets

    if bool(email) == bool(robot):
        raise Invalid("alerts.target_kind")
    if robot and sys.stdin.isatty():
        here.tell("粘贴机器人的网址，有加签密钥的写在下一行，最后按 Ctrl-D · paste its address")
    address = email or sys.stdin.read()
    if not address.strip():
        raise Invalid("alerts.no_address")
    with here.installation() as office:
        by = acting(office, user, Action.ALERTS_MANAGE)
        new = targets.NewTarget(name, address, robot, region)
        with office.store.begin() as connection:
            targets.add(connection, office.vault, new, by)
    return Answer({"name": name, "kind": new.kind, "region": region}, [f"提醒也告诉“{name}”"])


@command(to_app, "list")
def list_targets(here: Here) -> Answer:
    """还告诉谁 · Who is told, with masked addresses."""
    from outreach.reports.alerts import targets

    with here.installation() as office, office.store.read() as connection:
        found = [
            {
                "name": one.name, "kind": one.kind, "account": one.account, "region": one.region,
                "address": targets.masked(office.vault, one),
            }
            for one in targets.listed(connection)
        ]  # fmt: skip
    lines = [f"{one['name']}  {one['kind']}  {one['address']}  {one['region']}" for one in found]
    return Answer({"targets": found}, lines or ["还没有告诉谁"])


@command(to_app, "end")
def end_target(
    here: Here, name: Annotated[str, typer.Argument(help="名字 · name")], user: As = None
) -> Answer:
    """停掉一处 · Nobody is told there any more."""
    from outreach.reports.alerts import targets

    with here.installation() as office:
        by = acting(office, user, Action.ALERTS_MANAGE)
        with office.store.begin() as connection:
            targets.end(connection, name, by)
    return Answer({"name": name}, [f"不再告诉“{name}”"])


def _data(one: AlertView, told: list[Word]) -> dict[str, Any]:
    from outreach.reports.alerts.words import words

    said = words(one)
    return {
        "id": one.id, "kind": one.kind, "thing": one.thing, "region": one.region, "opened_at": one.opened_at,
        "ended_at": one.ended_at, "seen_by": one.seen_by, "text": said.text, "fix": said.fix, "href": said.href,
        "params": dict(one.params),
        "told": [{"target": word.target, "state": word.state, "error": word.error} for word in told],
    }  # fmt: skip


def _lines(one: AlertView) -> list[str]:
    from outreach import clock
    from outreach.reports.alerts.words import words

    said = words(one)
    seen_ = f"，{one.seen_by} 看过" if one.seen_by else ""
    return [
        f"{one.id:>4}  {said.title}  {said.text}",
        f"      怎么办：{said.fix}（{clock.here(one.opened_at):%Y-%m-%d %H:%M} 起{seen_}）",
    ]
