"""`outreach gaps` and `outreach matrix`: what would settle the unknown ones, and people × policies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.matching import PolicyOption
from outreach.cli.office import Here
from outreach.cli.options import Day
from outreach.cli.output import Answer, command
from segments import regions

if TYPE_CHECKING:
    from outreach.audiences.matrix import Matrix


def place(text: str) -> str:
    """A region code from the command line, cut to its level."""
    try:
        return regions.cut(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r}: 431226, 431226101001") from error


RegionOption = Annotated[
    str, typer.Option("--region", parser=place, metavar="CODE", help="哪个地区 · region or grid")
]


def gaps(
    here: Here,
    policy: PolicyOption,
    on: Day = None,
    region: RegionOption = "",
    segment: Annotated[
        str | None, typer.Option("--segment", metavar="ID", help="对象条件 · saved segment")
    ] = None,
) -> Answer:
    """缺什么资料 · Which list, date or parameter would settle most of those whose answer is unknown."""
    from outreach.audiences import preview, settling
    from outreach.audiences.segments import service as segments
    from outreach.audiences.segments.schemas import Asked
    from outreach.policies import service as policies

    day = on or here.today()
    with here.installation() as office, office.store.read() as connection:
        view = policies.get(connection, policy)
        rule = segments.get(connection, segment).rule if segment else None
        asked = Asked(day, office.settings.region, region)
        total = preview.totals(connection, view, asked, rule)
        found = settling.settle(connection, view, asked, rule)
    counts = {key: value for key, value in total.as_dict().items() if key != "group"}
    data = {
        "policy": policy,
        "on": day,
        "region": region,
        **counts,
        "gaps": [one.as_dict() for one in found],
    }
    lines = [f"{view.plain_name} · {day} · 待核实 {total.unknown} 人"]
    lines += [f"  {one.says}（另有 {one.among - one.alone} 人还缺别的）" for one in found]
    return Answer(data, lines)


def matrix(
    here: Here,
    on: Day = None,
    region: RegionOption = "",
    policy: Annotated[
        list[str] | None, typer.Option("--policy", metavar="ID", help="只看这些政策 · only these")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.xlsx", help="写成表格 · households × policies"),
    ] = None,
    sealed: Annotated[
        bool, typer.Option("--sealed", help="也写涉及敏感情况的政策 · sensitive policies too")
    ] = False,
) -> Answer:
    """政策匹配表 · Whom several policies fit, whom none does, and whom no channel reaches."""
    from outreach.audiences import matrix as matrices
    from outreach.audiences import matrix_sheet
    from outreach.audiences.segments.schemas import Asked
    from outreach.policies import service as policies

    day = on or here.today()
    with here.installation() as office, office.store.read() as connection:
        views = (
            [policies.get(connection, ref) for ref in dict.fromkeys(policy)]
            if policy
            else [one for one in policies.all_policies(connection) if one.status == "live"]
        )
        asked = Asked(day, office.settings.region, region)
        found = matrices.survey(connection, views, asked)
        written = matrix_sheet.write(connection, views, asked, out, sealed=sealed) if out else None
    names = {one.ref: one.plain_name for one in views}
    data = {"on": day, "region": region, **found.as_dict()}
    lines = _lines(found, names)
    if written:
        data |= {"out": out, "households": written[0], "left_out": written[1]}
        lines.append(f"{out}：{written[0]} 户；另有 {written[1]} 项涉及敏感情况的政策没有写入")
    return Answer(data, lines)


def _lines(found: Matrix, names: dict[str, str]) -> list[str]:
    lines = [f"在册 {found.people} 人"]
    lines += [
        f"  符合 {number} 项：{count} 人" for number, count in sorted(found.by_number.items())
    ]
    lines += [f"  {names[ref]}：{count} 人" for ref, count in found.each.items() if count]
    most = sorted(found.pairs.items(), key=lambda one: (-one[1], one[0]))[:10]
    lines += [f"  {names[one]}、{names[other]}：{count} 人" for (one, other), count in most]
    lost = sum(found.unreached.values())
    return [*lines, f"没有任何渠道能联系上：{lost} 人，其中 {found.lost} 人有符合的政策"]


def add_to(app: typer.Typer) -> None:
    """Both stand at the root."""
    command(app, "gaps")(gaps)
    command(app, "matrix")(matrix)
