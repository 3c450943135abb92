"""`outreach people …` around an import: what runs and ran, ending one, taking one back, looking before it is taken in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach import clock
from outreach.access.roles import Action
from outreach.cli import people
from outreach.cli.office import Here, acting
from outreach.cli.options import As
from outreach.cli.output import Answer, command

if TYPE_CHECKING:
    from sqlalchemy import Row

    from outreach.bootstrap import Installation
    from outreach.people.intake.jobs import Jobs

_SHOWN = 20

RunId = Annotated[int, typer.Argument(metavar="ID", help="导入编号 · number of the import")]

_STATES = {
    "waiting": "等待", "checking": "检查中", "writing": "写入中", "finished": "完成", "cancelled": "已取消",
    "failed": "没有完成", "broken": "中断，可以继续", "undone": "已撤销",
}  # fmt: skip


def _jobs(office: Installation) -> Jobs:
    from outreach.people.intake.jobs import Jobs

    return Jobs(office.store.begin, office.settings.data_dir)


@command(people.app, "imports")
def list_imports(here: Here) -> Answer:
    """导入记录 · Imports that run and ran, the newest first."""
    from outreach.people.queries import imports

    with here.installation() as office:
        jobs = _jobs(office)
        with office.store.read() as connection:
            runs = imports.runs(connection)
        told = [_told(run, jobs) for run in runs]
    return Answer({"imports": told}, [_line(one) for one in told] or ["还没有导入过"])


def _told(run: Row[Any], jobs: Jobs) -> dict[str, Any]:
    from outreach.people.intake.jobs import progress

    state = run.state
    if run.undone_at is not None:
        state = "undone"
    elif (
        run.finished_at is None
        and state in ("waiting", "checking", "writing")
        and not jobs.is_alive(run)
    ):
        state = "broken"
    at = progress(run)
    return {
        "id": run.id, "file": run.file_name, "state": state, "by": run.by, "at": run.at, "done": run.done,
        "total": run.total, "rate": round(at.rate), "seconds_left": at.seconds_left, "rows": run.rows,
        "accepted": run.accepted, "rejected": run.rejected, "duplicates": run.duplicates, "result": run.result,
    }  # fmt: skip


def _line(one: dict[str, Any]) -> str:
    far = f" {one['done']:,}/{one['total']:,}" if one["state"] in ("checking", "writing") else ""
    counts = f"收下 {one['accepted']:,}，有错 {one['rejected']:,}"
    return f"{one['id']}  {clock.here(one['at']):%Y-%m-%d %H:%M}  {_STATES[one['state']]}{far}  {one['file']}  {counts}  {one['by']}"


@command(people.app, "cancel")
def cancel(here: Here, run: RunId, user: As = None) -> Answer:
    """取消导入 · End an import after its present chunk; what was written stays until it is undone."""
    with here.installation() as office:
        by = acting(office, user, Action.PEOPLE_IMPORT)
        ended = _jobs(office).cancel(run, by)
    line = "已取消" if ended else "已通知，写完手上这一批就停"
    return Answer({"run": run, "ended": ended}, [line])


@command(people.app, "undo")
def undo_import(here: Here, run: RunId, user: As = None) -> Answer:
    """撤销导入 · Take an import back; who was changed or used since stays and is listed."""
    from outreach.people.intake.undo import undo

    with here.installation() as office:
        by = acting(office, user, Action.PEOPLE_IMPORT)
        done = undo(office.store.begin, run, by)
    lines = [
        f"移除新增的 {done.removed} 人，恢复改过的 {done.restored} 人，移除 {done.households} 户",
        *([f"{done.kept_total} 人保持不变："] if done.kept_total else []),
        *(f"  {one.person}：{one.message()}" for one in done.kept[:_SHOWN]),
    ]
    return Answer(done.as_dict(), lines)


@command(people.app, "diff")
def diff(
    here: Here,
    file: Path,
    region: Annotated[str, typer.Option(help="没写地区的行归哪里 · for rows that name none")] = "",
    sheet: Annotated[str | None, typer.Option(help="只读这个工作表 · only this sheet")] = None,
    since: Annotated[
        int | None, typer.Option(metavar="ID", help="和哪一次导入比 · against which import")
    ] = None,
) -> Answer:
    """比较 · What a list would change: new, changed (old → new), gone. Nothing is written."""
    from outreach.access.scope import Scope
    from outreach.people.intake.comparing import compare_file

    with here.installation() as office:
        found = compare_file(
            file,
            begin=office.store.read,
            vault=office.vault,
            today=here.today(),
            scope=Scope(),
            options={"region": region or office.settings.region, "sheet": sheet},
            since=since,
        )
    report = found.report
    lines = [f"新增 {report.new} 人，有变化 {report.changed} 人，没有变化 {report.unchanged} 人，有错 {report.rejected} 行"]  # fmt: skip
    for one in found.changed[:_SHOWN]:
        said = "；".join(
            f"{each.column} {each.old or '（空）'} → {each.new}" for each in one.changes
        )
        lines.append(f"  第 {one.row} 行 {one.name}：{said}")
    if found.since is not None:
        lines.append(f"上次（第 {found.since.id} 次，{found.since.file_name}）有、这次没有的 {found.gone_total} 人")  # fmt: skip
        lines += [f"  {one.person} {one.name} {one.id_last4}" for one in found.gone[:_SHOWN]]
    return Answer(found.as_dict(), lines, failed=report.accepted == 0)
