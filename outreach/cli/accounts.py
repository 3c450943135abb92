"""`outreach accounts …`: what sends: a carrier's account, a robot, a printer, people who tick a list."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.office import Here, machine_user
from outreach.cli.output import Answer, command
from outreach.errors import Conflict, Invalid, Misconfigured

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from outreach.settings import Settings
    from outreach.store import Store

app = typer.Typer(name="accounts", help="发送账号 · sending accounts")

STANDARD: tuple[dict[str, Any], ...] = (
    {
        "name": "twilio",
        "channel": "sms",
        "provider": "twilio",
        "per_second": 10.0,
        "billing": "china",
        "part_fen": 5,
    },
    {"name": "wecom", "channel": "group", "provider": "wecom"},
    {"name": "printer", "channel": "flyer", "provider": "paper", "per_second": 100.0},
    {"name": "broadcast", "channel": "broadcast", "provider": "manual", "per_second": 100.0},
    {"name": "visit", "channel": "visit", "provider": "manual", "per_second": 100.0},
    {"name": "call", "channel": "call", "provider": "manual", "per_second": 100.0},
)
"""What a new installation has, one account per channel; where their data goes is a matter of settings."""


def add_standard(connection: Connection, settings: Settings) -> list[str]:
    """Write a standard account for every channel that has none; returns their names.

    The one for SMS is written once Twilio's settings are there, so that an office without SMS needs none.
    """
    from outreach.deliveries import orders

    there = {one.channel for one in orders.accounts(connection)}
    new = [
        values
        for values in STANDARD
        if values["channel"] not in there
        and (values["provider"] != "twilio" or not missing_twilio(settings))
    ]
    for values in new:
        _add(connection, values)
    return [values["name"] for values in new]


def missing_twilio(settings: Settings) -> list[str]:
    """The names of the settings that sending SMS still lacks."""
    needed = {
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token,
        "TWILIO_FROM": settings.twilio_from or settings.twilio_messaging_service_sid,
    }
    return [f"OUTREACH_{name}" for name, value in needed.items() if not value]


def require_twilio(store: Store, settings: Settings) -> None:
    """Misconfigured when there is an account for SMS that cannot send."""
    from outreach.deliveries import orders

    with store.read() as connection:
        sms = [one for one in orders.accounts(connection) if one.provider == "twilio"]
    if sms and (missing := missing_twilio(settings)):
        raise Misconfigured("cli.twilio_settings", names="、".join(missing))


def usual_pace(provider: str) -> float:
    """Messages per second of an account for which nobody named a figure: what a robot may post, else one."""
    from channels import registry

    return registry.robot(provider).limits.per_second if provider in registry.ROBOTS else 1.0


def _add(connection: Connection, values: dict[str, Any]) -> None:
    from sqlalchemy import insert

    from outreach.access import audit
    from outreach.access.roles import Action
    from outreach.models.deliveries import Account

    pace = usual_pace(values["provider"])
    row = {"per_second": pace, "billing": "china", "part_fen": 0, "options": {}, **values}
    connection.execute(insert(Account).values(**row))
    detail = {key: value for key, value in row.items() if key != "options"}
    audit.record(
        connection,
        machine_user(),
        Action.CHANNELS_MANAGE,
        f"account:{row['name']}",
        {"added": detail},
    )


@command(app, "add")
def add(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    name: str,
    channel: Annotated[str, typer.Option(help="sms | group | flyer | broadcast | visit | call")],
    provider: Annotated[
        str, typer.Option(help="twilio | wecom | dingtalk | feishu | gateway | paper | manual | …")
    ],
    per_second: Annotated[
        float | None,
        typer.Option(min=0.01, help="每秒几条（不填按机器人的限额）· messages per second"),
    ] = None,
    billing: Annotated[str, typer.Option(help="计费规则 · china | 3gpp")] = "china",
    part_fen: Annotated[int, typer.Option(min=0, help="每条几分钱 · price of a part in fen")] = 0,
    rows: Annotated[
        int | None, typer.Option(min=1, help="一份文件最多几行（走文件的）· rows of one file")
    ] = None,
) -> Answer:
    """登记发送账号 · Add a sending account."""
    from channels import registry
    from outreach.campaigns.schemas import CHANNELS
    from outreach.deliveries import orders

    if channel not in CHANNELS or billing not in ("china", "3gpp"):
        raise Invalid("cli.account", channels="、".join(CHANNELS))
    if provider in registry.ROBOTS and channel != "group":
        raise Invalid("cli.robot_account", provider=provider, channel=channel)
    if provider == "gateway" and channel != "sms":
        raise Invalid("gateway.only_sms", channel=channel)
    options = {} if rows is None else {"rows": rows}
    values = {
        "name": name, "channel": channel, "provider": provider, "per_second": per_second or usual_pace(provider),
        "billing": billing, "part_fen": part_fen, "options": options,
    }  # fmt: skip
    with here.installation() as office, office.store.begin() as connection:
        if name in {one.name for one in orders.accounts(connection)}:
            raise Conflict("cli.account_taken", name=name)
        _add(connection, values)
    return Answer(values, [f"发送账号 {name}（{channel}）已登记"])


@command(app, "list")
def everything(here: Here) -> Answer:
    """发送账号一览 · List the sending accounts."""
    from outreach.deliveries import orders

    with here.installation() as office, office.store.read() as connection:
        found = orders.accounts(connection)
    rows = [{key: value for key, value in vars(one).items() if key != "options"} for one in found]
    lines = [
        f"{row['name']:<12} {row['channel']:<10} {row['provider']}，每秒 {row['per_second']:g}"
        for row in rows
    ]
    return Answer({"accounts": rows}, lines or ["还没有发送账号。"])


@command(app, "group")
def group(
    here: Here,
    name: str,
    account: Annotated[str, typer.Option(help="发送账号 · sending account")],
    region: Annotated[str, typer.Option(metavar="CODE", help="哪个村的群 · the group's region")],
) -> Answer:
    """登记群和机器人，地址从标准输入读 · Add a group, its robot's address from stdin."""
    from outreach.deliveries import groups

    if sys.stdin.isatty():
        here.tell("粘贴机器人的网址，有加签密钥的写在下一行，最后按 Ctrl-D · paste its address")
    new = groups.NewGroup(account, region, name, sys.stdin.read())
    with here.installation() as office, office.store.begin() as connection:
        groups.keep(connection, office.vault, new, machine_user())
    told = {"name": name, "account": account, "region": region}
    return Answer(told, [f"群“{name}”已登记，由 {account} 发送"])


@command(app, "groups")
def all_groups(here: Here) -> Answer:
    """群一览 · List the groups that have a robot."""
    from outreach.deliveries import groups

    with here.installation() as office, office.store.read() as connection:
        rows = [asdict(one) for one in groups.listed(connection)]
    lines = [f"{row['region']:<13} {row['place']} {row['name']}，{row['account']}" for row in rows]
    return Answer({"groups": rows}, lines or ["还没有登记群。"])
