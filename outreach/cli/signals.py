"""`outreach signals …`: counts that offices send: 12345 by week, a policy's own outcome."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.access.roles import Action
from outreach.cli.office import Here, acting
from outreach.cli.options import As, day
from outreach.cli.output import Answer, command
from outreach.cli.register import scope_of

if TYPE_CHECKING:
    from outreach.reach.signals.schemas import SignalReport

app = typer.Typer(name="signals", help="线索数 · counts from offices")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="表格 · spreadsheet")]
RegionOption = Annotated[
    str,
    typer.Option("--region", metavar="CODE", help="没写地区的行算哪里 · of rows without a region"),
]
SourceOption = Annotated[str, typer.Option("--source", help="来源 · where it comes from")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="只看会改什么 · only say what would change")
]
_SHOWN = 20


@app.callback()
def group() -> None:
    """线索数 · Counts from offices."""


@command(app, "import-hotline")
def import_hotline(
    here: Here,
    file: FileArgument,
    region: RegionOption = "",
    year: Annotated[
        int | None, typer.Option("--year", help="没写年份的周算哪一年 · year of weeks without one")
    ] = None,
    source: SourceOption = "",
    dry_run: DryRun = False,
    user: As = None,
) -> Answer:
    """导入 12345 周数 · Take in weekly counts of the hotline; a corrected week replaces the first one and says so."""
    return _take(here, "hotline", file, {"region": region, "year": year, "source": source}, user, dry_run=dry_run)  # fmt: skip


@command(app, "import-counts")
def import_counts(  # noqa: PLR0913 - one parameter per option
    here: Here,
    file: FileArgument,
    region: RegionOption = "",
    policy: Annotated[
        str, typer.Option("--policy", metavar="ID", help="没写政策的行 · of rows without a policy")
    ] = "",
    measure: Annotated[str, typer.Option(help="指标名：参保率 · name of the measure")] = "",
    on: Annotated[
        date | None,
        typer.Option(
            "--on", parser=day, metavar="DATE", help="没写日期的行 · day of rows without one"
        ),
    ] = None,
    source: SourceOption = "",
    dry_run: DryRun = False,
    user: As = None,
) -> Answer:
    """导入办理数 · Take in a policy's own outcome (参保率, 申领率): how many of how many, by place and day."""
    given: dict[str, object] = {
        "region": region,
        "policy": policy,
        "measure": measure,
        "on": on,
        "source": source,
    }
    return _take(here, "counts", file, given, user, dry_run=dry_run)


def _take(
    here: Here, kind: str, file: Path, given: dict[str, object], user: str | None, *, dry_run: bool
) -> Answer:
    from outreach.reach.signals import service
    from outreach.reach.signals.schemas import Terms

    with here.installation() as office:
        by = acting(office, user, Action.SIGNALS_IMPORT)
        scope = scope_of(office, user)
        home = given.pop("region") or scope.region or office.settings.region
        terms = Terms(scope, str(home), here.today(), by, **given)  # type: ignore[arg-type]
        take = service.take_hotline if kind == "hotline" else service.take_counts
        with office.store.begin() as connection:
            report = take(connection, file, terms, dry_run=dry_run)
    return Answer(report.as_dict(), list(_lines(report)), failed=report.failed or not (dry_run or report.written))  # fmt: skip


def _lines(report: SignalReport) -> list[str]:
    lines = [
        f"{report.rows} 行：用上 {report.accepted}，有错 {report.rejected}，合计行 {report.totals}，不是我们的政策 {sum(report.others.values())}",
        f"  新增 {report.new} 个数，没变 {report.unchanged}，改掉 {report.replaced}",
    ]
    lines += [f"    {one.about}：{one.before} → {one.after or '没有了'}" for one in report.changes[:_SHOWN]]  # fmt: skip
    lines += [f"  第 {one.row} 行 {one.column}：{one.message}" for one in (*report.errors, *report.warnings)[:_SHOWN]]  # fmt: skip
    if report.others:
        lines.append(f"  没用到的事项：{'、'.join(sorted(report.others)[:_SHOWN])}")
    return [*lines, "已写入" if report.written else "没有写入"]


@command(app, "show")
def show(
    here: Here,
    policy: Annotated[
        str, typer.Option("--policy", metavar="ID", help="只看一项政策 · one policy only")
    ] = "",
    weeks: Annotated[int, typer.Option(min=1, max=104, help="看几周 · how many weeks")] = 12,
    region: Annotated[str, typer.Option("--region", metavar="CODE", help="地区 · region")] = "",
    user: As = None,
) -> Answer:
    """12345 周数和办理数 · Calls by week and the outcomes that offices counted."""
    from outreach.policies import service as policies
    from outreach.reach.signals import service
    from outreach.wording import say
    from outreach.wording.figures import percent

    with here.installation() as office:
        scope = scope_of(office, user).narrowed(region)
        with office.store.read() as connection:
            view = policies.get(connection, policy) if policy else None
            found = service.hotline(connection, scope, here.today(), view.id if view else None, weeks)  # fmt: skip
            place = scope.region or office.settings.region
            counts = service.counts_of(connection, view.id, place) if view else ()
    series = [
        {"policy": one.policy, "weeks": [
            {"week": week.week, "calls": week.calls, "topics": dict(week.topics)} for week in one.weeks
        ]}
        for one in found
    ]  # fmt: skip
    outcomes = [
        {"measure": name, "on": on, "n": n, "of": of, "rate": n / of, "source": source}
        for name, on, n, of, source in counts
    ]
    lines = [
        f"{one.name}：" + "，".join(f"{week.week:%m-%d} {week.calls}" for week in one.weeks)
        for one in found
    ]
    lines += [f"{name} {on}：{n}/{of}（{percent(n / of)}）{source}" for name, on, n, of, source in counts]  # fmt: skip
    data = {"series": series, "outcomes": outcomes, "note": say("definition.plays")}
    return Answer(data, [*lines, say("definition.plays")] if lines else ["还没有导入过"])
