"""`outreach regions …`: the country, and the towns, villages and grids of the installation."""

from __future__ import annotations

from pathlib import Path

import typer

from outreach.cli.office import Here
from outreach.cli.output import Answer, command

app = typer.Typer(name="regions", help="地区 · regions")


@command(app, "seed")
def seed(here: Here) -> Answer:
    """全国省市县 · Write provinces, prefectures and counties of the country."""
    from outreach.people import regions

    with here.installation() as office:
        count = regions.seed(office.store.begin)
    return Answer({"regions": count}, [f"省、市、县共 {count} 个"])


@command(app, "import")
def take_in(here: Here, file: Path) -> Answer:
    """镇村网格 · Take in a list of regions (code, name, level, dialect, successor); all of it or nothing."""
    from outreach.people import regions

    with here.installation() as office:
        report = regions.import_csv(file, office.store.begin)
    lines = [
        f"共 {report.rows} 行：新增 {report.new}，更新 {report.changed}，移到新代码 {report.moved_people} 人"
    ]
    if report.errors:
        lines = [f"{len(report.errors)} 行有错，没有写入："]
        lines += [f"  第 {problem.row} 行：{problem.message}" for problem in report.errors]
    return Answer(report.as_dict(), lines, failed=bool(report.errors))
