"""`outreach accounts set`, `accounts filing …` and `accounts transfer …`: what must be true before an account sends."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.accounts import app
from outreach.cli.office import Here, acting
from outreach.cli.options import As, Out
from outreach.cli.output import Answer, command, words
from outreach.errors import Invalid
from outreach.wording import say

if TYPE_CHECKING:
    from outreach.bootstrap import Installation
    from outreach.deliveries.accounts import AccountView

filing_app = typer.Typer(name="filing", help="签名和模板报备 · filing of signature and templates")
transfer_app = typer.Typer(name="transfer", help="数据出境依据 · basis for data going abroad")
app.add_typer(filing_app)
app.add_typer(transfer_app)

Name = Annotated[str, typer.Argument(metavar="ACCOUNT", help="发送账号 · sending account")]


def _by(office: Installation, user: str | None) -> str:
    from outreach.access.roles import Action

    return acting(office, user, Action.CHANNELS_MANAGE)


def _account(office: Installation, name: str) -> AccountView:
    from outreach.deliveries import accounts

    with office.store.read() as connection:
        return accounts.named(connection, name)


@command(app, "set")
def configure(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    name: Name,
    filing: Annotated[
        str | None, typer.Option(help="要报备什么 · signature,template 或 none")
    ] = None,
    rehearsal: Annotated[
        str | None, typer.Option(help="三网测试 · required（不通过不放行）| shown")
    ] = None,
    two_way: Annotated[
        bool | None, typer.Option("--two-way/--one-way", help="能不能收到回复 · answers reach us")
    ] = None,
    opt_out: Annotated[
        str | None, typer.Option(help="短信末尾的拒收语 · the line at the end")
    ] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="一份文件最多几行 · rows")] = None,
    per_second: Annotated[float | None, typer.Option(min=0.01, help="每秒几条 · pace")] = None,
    part_fen: Annotated[int | None, typer.Option(min=0, help="每条几分钱 · price")] = None,
    user: As = None,
) -> Answer:
    """改发送账号的设置 · Change what an account needs and says."""
    from outreach.deliveries import accounts

    kinds = None
    if filing is not None:
        kinds = () if filing == "none" else tuple(one.strip() for one in filing.split(","))
    new = accounts.Settings(kinds, rehearsal, two_way, opt_out, rows, per_second, part_fen)
    with here.installation() as office:
        by = _by(office, user)
        with office.store.begin() as connection:
            view = accounts.configure(connection, accounts.named(connection, name), new, by)
    return Answer(asdict(view), [f"发送账号 {name} 的设置已改"])


@command(filing_app, "list")
def listed(here: Here, name: Name) -> Answer:
    """报备情况 · What is filed, and how far it is."""
    from outreach.deliveries import filing

    with here.installation() as office:
        view = _account(office, name)
        with office.store.read() as connection:
            found = filing.listed(connection, view.id)
    needed = [say(f"filing.kind.{kind}") for kind in filing.needed(view)]
    lines = [f"{name} 要报备：{'、'.join(needed) or '不用'}"]
    lines += [
        f"  {say(f'filing.kind.{one.kind}')} {one.name}：{say(f'filing.status.{one.status}')}"
        f"{f'，编号 {one.number}' if one.number else ''}{'' if one.current else '（旧文字）'}"
        for one in found
    ]
    data = {"needed": list(filing.needed(view)), "filings": [asdict(one) for one in found]}
    return Answer(data, lines)


@command(filing_app, "set")
def put(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    name: Name,
    status: Annotated[str, typer.Option(help="none | pending | filed | rejected")],
    signature: Annotated[str | None, typer.Option(help="签名 · the signature")] = None,
    text: Annotated[
        str | None, typer.Option(metavar="PLACE", help="sms/zh-Hans/…：哪条短信 · which text")
    ] = None,
    number: Annotated[str, typer.Option(help="模板编号 · the operator's template id")] = "",
    parameters: Annotated[
        str | None, typer.Option(help="变量，按顺序，逗号隔开 · facts in order")
    ] = None,
    note: Annotated[str, typer.Option(help="备注 · note")] = "",
    user: As = None,
) -> Answer:
    """登记报备进展 · Record how far a signature or a text is."""
    from outreach.deliveries import filing
    from outreach.deliveries.filing.service import STATUSES

    if status not in STATUSES:
        raise Invalid("accounts.setting", name="status", known="、".join(STATUSES))
    if (signature is None) == (text is None):
        raise Invalid("filing.which_one")
    named = None if parameters is None else [one.strip() for one in parameters.split(",") if one]
    new = filing.NewFiling(
        "template" if signature is None else "signature", signature or text or "",
        status, number, named, note,
    )  # fmt: skip
    with here.installation() as office:
        view, by = _account(office, name), _by(office, user)
        with office.store.begin() as connection:
            key = filing.put(connection, view, new, by)
    return Answer(
        {"id": key, **asdict(new)}, [f"已登记：{new.name} {say(f'filing.status.{status}')}"]
    )


@command(filing_app, "import")
def take(
    here: Here,
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="报备表 · the list")],
    user: As = None,
) -> Answer:
    """导入报备表 · Take a list in: good rows are recorded, bad ones told."""
    from outreach.deliveries.filing import sheet

    with here.installation() as office:
        view, by = _account(office, name), _by(office, user)
        with office.store.begin() as connection:
            done = sheet.take(connection, view, file, by)
    listed = [
        {
            **words(one.code, one.params),
            "row": one.params.get("row"),
            "sheet": one.params.get("sheet"),
        }
        for one in done.listed
    ]
    lines = [f"{file.name}：登记 {done.written} 行，没有用上 {len(listed)} 行"]
    lines += [f"  {one['sheet']} 第 {one['row']} 行：{one['message']}" for one in listed]
    return Answer({"written": done.written, "listed": listed}, lines, failed=bool(listed))


@command(filing_app, "sheet")
def write(
    here: Here,
    name: Name,
    out: Out,
    signature: Annotated[str, typer.Option(help="签名（单位名称）· the office's name")],
) -> Answer:
    """生成报备表 · Write the list to hand in: the signature and every text with its numbered gaps."""
    from outreach.deliveries.filing import sheet

    with here.installation() as office:
        view = _account(office, name)
        with office.store.read() as connection:
            rows = sheet.write(connection, view, signature.strip("【】"), out)
    return Answer({"rows": rows, "file": out}, [f"{rows} 行，写到 {out}"])


@command(transfer_app, "list")
def bases(here: Here, name: Name) -> Answer:
    """数据去向和依据 · Where an account's data goes, and on what basis."""
    from outreach.deliveries import transfer
    from outreach.runtime.adapters import place_of

    with here.installation() as office:
        view = _account(office, name)
        place = place_of(view, office.settings)
        with office.store.read() as connection:
            found = transfer.recorded(connection, view.id)
            may = transfer.may_go(connection, view.id, place)
    lines = [
        f"{name} 的数据送到{transfer.place_words(place)}：{'可以发' if may else '还不能给真实居民发'}"
    ]
    lines += [
        f"  {one.id}  {one.basis} {one.document}，{one.by}{'（已终止）' if one.ended_at else ''}"
        for one in found
    ]
    data = {"place": place, "may": may, "bases": [asdict(one) for one in found]}
    return Answer(data, lines)


@command(transfer_app, "record")
def record(
    here: Here,
    name: Name,
    basis: Annotated[str, typer.Option(help="依据 · on what ground")],
    document: Annotated[str, typer.Option(help="文号 · document")] = "",
    user: As = None,
) -> Answer:
    """登记出境依据 · Record on what ground residents' data may go where this account takes it."""
    from outreach.deliveries import transfer
    from outreach.runtime.adapters import place_of

    with here.installation() as office:
        view, by = _account(office, name), _by(office, user)
        place = place_of(view, office.settings)
        with office.store.begin() as connection:
            key = transfer.record(connection, view, transfer.NewBasis(place, basis, document), by)
    return Answer({"id": key, "place": place}, [f"已登记依据 {key}：{transfer.place_words(place)}"])


@command(transfer_app, "end")
def end(
    here: Here,
    name: Name,
    basis: Annotated[int, typer.Argument(metavar="ID", help="依据的编号 · of the basis")],
    user: As = None,
) -> Answer:
    """终止出境依据 · A basis holds no more; from the next chunk on nothing leaves on it."""
    from outreach.deliveries import transfer

    with here.installation() as office:
        view, by = _account(office, name), _by(office, user)
        with office.store.begin() as connection:
            transfer.end(connection, view, basis, by)
    return Answer({"ended": basis}, [f"依据 {basis} 已终止"])
