"""`outreach work`: a machine that sends, beside the one that serves the pages."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.accounts import require_twilio
from outreach.cli.office import Here
from outreach.cli.output import Answer, command, show
from outreach.cli.serving import until_told
from outreach.errors import Misconfigured

if TYPE_CHECKING:
    from outreach.store import Store


def work(
    here: Here,
    accounts: Annotated[
        list[str] | None,
        typer.Option(help="只管这些账号，逗号隔开 · these accounts only (comma, or again)"),
    ] = None,
    concurrency: Annotated[
        int, typer.Option(help="同时管几个账号 · accounts looked after at once", min=1, max=64)
    ] = 8,
) -> int:
    """多台机器发送 · Senders and timetable on one more machine, until Ctrl-C. Needs PostgreSQL and the same settings everywhere."""
    from outreach.bootstrap import Part, is_distributed, sending

    with here.installation() as office:
        if not is_distributed(office):  # on PostgreSQL, told to be alone
            raise Misconfigured("engine.needs_postgresql")
        require_twilio(office.store, office.settings)
        part = Part(accounts=_chosen(office.store, accounts or []), concurrency=concurrency)
        with until_told(), sending(office, part=part):
            _started(here, accounts or [])
            threading.Event().wait()
    here.tell("已停止 · stopped")
    return 0


def _chosen(store: Store, names: Sequence[str]) -> list[int] | None:
    """Row numbers of named accounts; None = all. Misconfigured for a name that nobody has."""
    from outreach.deliveries import orders

    wanted = [name.strip() for each in names for name in each.split(",") if name.strip()]
    if not wanted:
        return None
    with store.read() as connection:
        known = {one.name: one.id for one in orders.accounts(connection)}
    for name in wanted:
        if name not in known:
            raise Misconfigured("engine.unknown_account", name=name, known="、".join(sorted(known)))
    return [known[name] for name in wanted]


def _started(here: Here, names: Sequence[str]) -> None:
    whose = "、".join(names) or "全部账号 · every account"
    line = f"发送进程已启动 · sending for {whose}（Ctrl-C 停止 · to stop）"
    show(Answer({"accounts": list(names) or None}, [line]), as_json=here.as_json)


def add_to(app: typer.Typer) -> None:
    """It stands at the root."""
    command(app, "work")(work)
