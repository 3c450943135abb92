"""`outreach migrate`, `doctor` and `demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from outreach.cli.accounts import add_standard
from outreach.cli.checks import checks
from outreach.cli.office import Here, log_to_stderr
from outreach.cli.output import Answer, command


def migrate(here: Here) -> Answer:
    """建库或升级 · Bring the tables up to date; writes keys that are missing, and standard sending accounts."""
    from outreach.bootstrap import prepare

    log_to_stderr()
    office, written = prepare(here.data_dir)
    try:
        with office.store.begin() as connection:
            accounts = [] if office.demo else add_standard(connection, office.settings)
        keys = office.settings.data_dir / "keys.env"
    finally:
        office.close()
    lines = ["数据表已是最新。"]
    if written:
        lines.append(f"新写了密钥 {'、'.join(written)}：{keys}（请另存一份，丢了就解不开数据）")
    if accounts:
        lines.append(f"登记了发送账号：{'、'.join(accounts)}")
    return Answer({"keys_written": written, "keys_file": keys, "accounts": accounts}, lines)


def doctor(here: Here) -> Answer:
    """体检 · Check keys, tables, fonts, accounts and carrier settings; exit status 1 when something is wrong."""
    found = checks(here)
    lines = [
        f"正常 ok      {one.name}{f'：{one.message}' if one.message else ''}"
        if one.ok
        else f"问题 problem {one.name}：{one.message} / {one.message_en}"
        for one in found
    ]
    bad = [one for one in found if not one.ok]
    data = {"ok": not bad, "checks": [vars(one) for one in found]}
    return Answer(data, [*lines, f"{len(found)} 项检查，{len(bad)} 项有问题"], failed=bool(bad))


def demo(
    here: Here,
    people: Annotated[int, typer.Option(min=20, help="多少人 · how many people")] = 10_000,
    data: Annotated[Path, typer.Option(metavar="DIR", help="数据目录 · data folder")] = Path(
        "demo-data"
    ),
    exit_when_done: Annotated[
        bool, typer.Option("--exit", help="不打开网页 · without serving")
    ] = False,
    host: Annotated[str, typer.Option(help="地址 · address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 · port")] = 8000,
) -> int:
    """演示 · Run the whole main job with invented people, then serve it."""
    from outreach.demo import command as demonstration

    log_to_stderr()
    return int(
        demonstration.run(
            people=people,
            data=here.data_dir or data,
            exit_when_done=exit_when_done,
            as_json=here.as_json,
            host=host,
            port=port,
        )
    )


def add_to(app: typer.Typer) -> None:
    """All stand at the root."""
    command(app, "migrate")(migrate)
    command(app, "doctor")(doctor)
    command(app, "demo")(demo)
