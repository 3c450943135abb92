"""`outreach regions …`: the country, and the towns, villages and grids of the installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from outreach.cli.office import Here, machine_user
from outreach.cli.options import Day
from outreach.cli.output import Answer, command

app = typer.Typer(name="regions", help="地区 · regions")

Code = Annotated[str, typer.Argument(metavar="CODE", help="区划代码 · code of a region")]


@command(app, "seed")
def seed(here: Here) -> Answer:
    """全国省市县 · Write provinces, prefectures and counties of the country."""
    from outreach.people import regions

    with here.installation() as office:
        count = regions.seed(office.store.begin)
    return Answer({"regions": count}, [f"省、市、县共 {count} 个"])


@command(app, "import")
def take_in(
    here: Here,
    file: Path,
    region: Annotated[
        str, typer.Option(metavar="CODE", help="只写名称的在这里找 · where names are looked for")
    ] = "",
) -> Answer:
    """镇村网格 · Take in a list of regions: codes and names, or grids by name below their village; all or nothing."""
    from outreach.people import regions

    with here.installation() as office:
        report = regions.import_csv(file, office.store.begin, region or office.settings.region)
    lines = [
        f"共 {report.rows} 行：新增 {report.new}，更新 {report.changed}，不是地方的 {report.skipped}，"
        f"移到新代码 {report.moved_people} 人"
    ]
    if report.errors:
        lines = [f"{len(report.errors)} 行有错，没有写入："]
        lines += [f"  第 {problem.row} 行：{problem.message}" for problem in report.errors]
    return Answer(report.as_dict(), lines, failed=bool(report.errors))


@command(app, "list")
def below(
    here: Here,
    code: Annotated[str, typer.Argument(metavar="CODE", help="哪里的下级 · below which")] = "",
    on: Day = None,
) -> Answer:
    """下级地区 · The regions directly below one (without CODE the provinces), with what is spoken there."""
    from outreach.people import regions

    with here.installation() as office, office.store.read() as connection:
        name = regions.name_path(connection, code)
        rows = [
            {
                "code": one.code, "name": one.name, "level": one.level,
                "dialect": regions.dialect_of(connection, one.code), "own_dialect": bool(one.dialect),
                "valid_from": one.valid_from, "valid_to": one.valid_to,
            }
            for one in regions.children(connection, code, on or here.today())
        ]  # fmt: skip
    lines = [f"{one['code']:<14} {one['name']}  {one['dialect']}" for one in rows]
    return Answer({"code": code, "name": name, "regions": rows}, lines or ["这里没有下级地区。"])


@command(app, "dialect")
def dialect(
    here: Here,
    code: Code,
    tag: Annotated[str, typer.Argument(metavar="TAG|-", help="四川话、zh-Hans…，- 表示跟上级一样")],
) -> Answer:
    """方言 · What is spoken in a region and below it, unless a deeper one says otherwise; - takes it back."""
    from outreach.access import audit
    from outreach.access.roles import Action
    from outreach.people import regions

    with here.installation() as office, office.store.begin() as connection:
        chosen = regions.set_dialect(connection, code, "" if tag == "-" else tag)
        spoken = regions.dialect_of(connection, code)
        detail = {"dialect": chosen}
        audit.record(connection, machine_user(), Action.REGIONS_MANAGE, f"region:{code}", detail)
    return Answer({"code": code, "own": chosen, "dialect": spoken}, [f"{code} 说 {spoken}"])
