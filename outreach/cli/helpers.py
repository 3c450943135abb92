"""`outreach helpers …`: who looks after which households, what they were taught, who is on duty."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.access.roles import Action
from outreach.cli.office import Here, acting
from outreach.cli.options import As, Day, day
from outreach.cli.output import Answer, command
from outreach.cli.register import scope_of
from outreach.errors import Invalid

if TYPE_CHECKING:
    from outreach.bootstrap import Installation
    from outreach.reach.helpers.schemas import Assigned, Turn
    from outreach.reach.helpers.service import Desk

app = typer.Typer(name="helpers", help="政策明白人 · helpers")

Name = Annotated[str, typer.Argument(metavar="USER", help="账号 · user")]
Region = Annotated[str, typer.Option(metavar="CODE", help="村或网格 · village or grid")]


def _desk(here: Here, office: Installation, user: str | None) -> Desk:
    from outreach.reach.helpers.service import Desk

    by = acting(office, user, Action.WORK_ASSIGN)
    return Desk(by, scope_of(office, user), here.today())


@command(app, "assign")
def assign(
    here: Here,
    helper: Annotated[str, typer.Argument(metavar="USER", help="账号，用名单时不写 · user")] = "",
    region: Region = "",
    place: Annotated[str, typer.Option(help="楼栋，如 3栋2单元 · building")] = "",
    household: Annotated[
        list[int] | None, typer.Option(help="户编号，可以多个 · household")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx", help="政策明白人、地区代码、楼栋 · a sheet")
    ] = None,
    user: As = None,
) -> Answer:
    """分户 · Households are a helper's from today: by grid, by building, by number, or as a sheet says."""
    from outreach.reach.helpers import lists, service

    if not file and not (helper and (region or household)):
        raise Invalid("helpers.assign_what")
    with here.installation() as office:
        desk = _desk(here, office, user)
        decrypt = office.vault.decrypt
        with office.store.begin() as connection:
            if file is None:
                lot = service.Lot(region, place, tuple(household or ()))
                done = [service.assign(connection, desk, helper, lot, decrypt)]
            else:
                taken = lists.take(connection, desk, lists.read(file), decrypt)
                if taken.errors:  # raised inside, so that nothing of the sheet is kept
                    said = "；".join(f"第 {row} 行：{text}" for row, text in taken.errors)
                    raise Invalid("helpers.rows", file=file.name, rows=said)
                done = list(taken.assigned)
    return Answer({"assigned": [asdict(one) for one in done]}, [*map(_assigned, done)])


def _assigned(one: Assigned) -> str:
    taken = f"，其中 {one.taken} 户原来是别人的" if one.taken else ""
    warning = "。超过 20 户，一个人记不过来" if one.too_many else ""
    return f"{one.helper}：分到 {one.households} 户{taken}，现在一共 {one.total} 户{warning}"


@command(app, "release")
def release(
    here: Here,
    helper: Name,
    to: Annotated[str, typer.Option(metavar="USER", help="交给谁，不写就没人 · to whom")] = "",
    user: As = None,
) -> Answer:
    """离岗 · A helper leaves: households and open tasks go to another one, or to nobody."""
    from outreach.reach.helpers import service

    with here.installation() as office:
        desk = _desk(here, office, user)
        with office.store.begin() as connection:
            done = service.release(connection, desk, helper, to)
    return Answer(asdict(done), [f"{done.households} 户、{done.tasks} 件待办交给 {to or '（还没有人）'}"])  # fmt: skip


@command(app, "list")
def list_helpers(here: Here, region: Region = "") -> Answer:
    """队伍 · Helpers with how many households they look after; no counts of what they did."""
    from outreach.access.scope import Scope
    from outreach.reach.helpers import service

    with here.installation() as office, office.store.read() as connection:
        found = service.helpers(connection, Scope(region))
        left = len(service.unassigned(connection, Scope(region)))
    lines = [
        f"{one.name:<12} {one.shown}，{one.region}，{one.households} 户{'（超过 20 户）' if one.too_many else ''}{'' if one.active else '（已停用）'}"
        for one in found
    ]
    return Answer({"helpers": [asdict(one) for one in found], "unassigned": left}, [*lines, f"没有分给谁的 {left} 户"])  # fmt: skip


@command(app, "unassigned")
def unassigned(here: Here, region: Region = "") -> Answer:
    """没有人管的户 · Lived-in households that nobody looks after."""
    from outreach.access.scope import Scope
    from outreach.reach.helpers import service

    with here.installation() as office, office.store.read() as connection:
        found = service.unassigned(connection, Scope(region))
    rows = [{"household": one.id, "region": one.region} for one in found]
    return Answer({"households": rows}, [f"{one.region}  户 {one.id}" for one in found] or ["都有人管"])  # fmt: skip


@command(app, "trained")
def trained(  # noqa: PLR0913 - one parameter per option
    here: Here,
    helper: Annotated[list[str], typer.Argument(metavar="USER…", help="账号 · users")],
    policy: Annotated[str, typer.Option(metavar="ID", help="哪项政策 · policy")],
    version: Annotated[int | None, typer.Option(help="第几版，默认最新 · version")] = None,
    note: Annotated[str, typer.Option(help="备注 · note")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="记错了 · not so")] = False,
    on: Day = None,
    user: As = None,
) -> Answer:
    """培训登记 · Helpers were taught a version of a policy."""
    from outreach.reach.helpers import training

    lesson = training.Lesson(policy, on or here.today(), version, note)
    with here.installation() as office:
        desk = _desk(here, office, user)
        with office.store.begin() as connection:
            if undo:
                for one in helper:
                    training.forget(connection, desk, one, lesson)
                new = -len(helper)
            else:
                new = training.record(connection, desk, helper, lesson)
    return Answer({"policy": policy, "changed": new}, [f"登记变动 {new} 条"])


@command(app, "untrained")
def untrained(here: Here, region: Region = "") -> Answer:
    """还没培训的 · Helpers who were not taught a policy version that live campaigns tell, and the training record."""
    from outreach.access.scope import Scope
    from outreach.reach.helpers import training

    with here.installation() as office, office.store.read() as connection:
        found = training.untaught(connection, Scope(region))
        record = training.listed(connection, Scope(region))
    lines = [f"{one.shown}（{one.helper}）：{one.policy_name} 第 {one.version} 版" for one in found]
    data = {"untrained": [asdict(one) for one in found], "record": [asdict(one) for one in record]}
    return Answer(data, lines or ["都培训过了"])


@command(app, "duty")
def duty(  # noqa: PLR0913 - one parameter per option
    here: Here,
    helper: Annotated[str, typer.Argument(metavar="USER", help="谁值班，不写就是查 · who")] = "",
    region: Region = "",
    hours: Annotated[str, typer.Option(metavar="08:30-12:00", help="时间 · from and to")] = "",
    place: Annotated[str, typer.Option(help="在哪里 · where")] = "",
    phone: Annotated[str, typer.Option(help="办公电话 · telephone of the office")] = "",
    remove: Annotated[int, typer.Option(metavar="DUTY", help="取消哪个值班 · take it away")] = 0,
    on: Annotated[
        date | None, typer.Option("--on", parser=day, metavar="DATE", help="哪天 · day")
    ] = None,
    user: As = None,
) -> Answer:
    """值班 · Who answers where and when: add one, take one away, or list the next seven days."""
    from outreach.access.scope import Scope
    from outreach.reach.helpers import duty as turns
    from outreach.reach.helpers.schemas import Turn

    first = on or here.today()
    with here.installation() as office:
        if helper or remove:
            desk = _desk(here, office, user)
            with office.store.begin() as connection:
                if remove:
                    turns.remove(connection, desk, remove)
                else:
                    starts, _, ends = hours.partition("-")
                    turn = Turn(region, first, starts.strip(), ends.strip(), helper, place, phone)
                    turns.add(connection, desk, turn)
        with office.store.read() as connection:
            found = turns.roster(connection, Scope(region), first, first + timedelta(days=6))
    return Answer({"duty": [asdict(one) for one in found]}, [_turn(one) for one in found] or ["没有排班"])  # fmt: skip


def _turn(one: Turn) -> str:
    return f"{one.id:>5}  {one.on} {one.starts}–{one.ends}  {one.region} {one.place}  {one.helper} {one.phone}".rstrip()
