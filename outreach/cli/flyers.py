"""`outreach flyers …`: print the sheets of a campaign, and look after the jobs that do it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach import clock
from outreach.access.roles import Action
from outreach.cli.office import Here, acting, machine_user
from outreach.cli.options import As, CampaignId, Out
from outreach.cli.output import Answer, command, words

if TYPE_CHECKING:
    from outreach.bootstrap import Installation
    from outreach.deliveries.paper import Selection
    from outreach.deliveries.printing.printer import Printer
    from outreach.deliveries.printing.schemas import Job, Part
    from outreach.deliveries.printing.work import Progress, Watch

app = typer.Typer(name="flyers", help="宣传单 · flyers")


class Size(StrEnum):
    """Paper."""

    A4 = "a4"
    A5X2 = "a5x2"


class Edition(StrEnum):
    """Size of the letters."""

    NORMAL = "normal"
    LARGE = "large"


class ListKind(StrEnum):
    """Lists to walk or to call by."""

    VISITS = "visits"
    CALLS = "calls"
    COVERS = "covers"


class State(StrEnum):
    """What a job may be."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_STATES = {
    "waiting": "等待", "running": "在打", "done": "好了", "failed": "没有完成", "cancelled": "已取消",
    "held": "待打印", "broken": "中断，可以继续",
}  # fmt: skip

Region = Annotated[str, typer.Option(metavar="CODE", help="地区 · region")]
Grid = Annotated[str, typer.Option(metavar="CODE", help="网格 · grid")]
Where = Annotated[str, typer.Option(help="例如 3栋2单元 · building and unit")]
FromSheet = Annotated[int, typer.Option("--from", min=1, help="从第几张起 · from sheet N")]
Copies = Annotated[int, typer.Option(min=1, max=20, help="每张几份 · copies of each")]
PerGrid = Annotated[bool, typer.Option("--per-grid", help="每个网格一个文件 · a file per grid")]
Cover = Annotated[bool, typer.Option("--cover", help="每个网格一张封面 · a cover per grid")]
Duplex = Annotated[bool, typer.Option("--duplex", help="双面打印，每户从正面起 · each on a front")]
Pdfa = Annotated[bool, typer.Option("--pdfa", help="PDF/A-2b，存档用 · for archives")]
JobId = Annotated[int, typer.Argument(metavar="ID", help="打印任务编号 · number of the job")]


@command(app, "print")
def print_sheets(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    ref: CampaignId,
    out: Out,
    size: Annotated[Size, typer.Option(help="纸张 · paper")] = Size.A4,
    edition: Annotated[Edition, typer.Option(help="字号 · size of letters")] = Edition.NORMAL,
    sealed: Annotated[bool, typer.Option("--sealed", help="封装发放 · in envelopes")] = False,
    region: Region = "",
    grid: Grid = "",
    place: Where = "",
    household: Annotated[
        int | None, typer.Option(metavar="REF", help="只印这一户 · one household")
    ] = None,
    from_sheet: FromSheet = 1,
    copies: Copies = 1,
    per_grid: PerGrid = False,
    spare: Annotated[
        int, typer.Option(min=0, max=50, metavar="PERCENT", help="备用单 · spare sheets, in %")
    ] = 0,
    cover: Cover = False,
    pdfa: Pdfa = False,
    crop_marks: Annotated[
        bool, typer.Option("--crop-marks", help="裁切线，送印刷厂 · for a print shop")
    ] = False,
    duplex: Duplex = False,
) -> Answer:
    """打印 · A sheet per household, in walking order, in one PDF or one per grid; printing again changes nothing."""
    from outreach.deliveries.paper import Selection

    selection = Selection(
        region=grid or region,
        place=place,
        household=household,
        from_sheet=from_sheet,
        copies=copies,
        size=size.value,
        edition=edition.value,
        kind="sealed" if sealed else "open",
        spare=spare,
        cover=cover,
        duplex=duplex,
        crop_marks=crop_marks,
        pdfa=pdfa,
    )
    return _make(here, ref, selection, out, per_grid=per_grid)


@command(app, "letters")
def letters(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    ref: CampaignId,
    out: Out,
    region: Region = "",
    grid: Grid = "",
    place: Where = "",
    from_sheet: FromSheet = 1,
    copies: Copies = 1,
    per_grid: PerGrid = False,
    cover: Cover = False,
    pdfa: Pdfa = False,
    duplex: Duplex = False,
) -> Answer:
    """一封信 · A letter per household for window envelopes, in walking order."""
    from outreach.deliveries.paper import Selection

    selection = Selection(
        region=grid or region,
        place=place,
        from_sheet=from_sheet,
        copies=copies,
        kind="letter",
        cover=cover,
        duplex=duplex,
        pdfa=pdfa,
    )
    return _make(here, ref, selection, out, per_grid=per_grid)


@command(app, "lists")
def lists(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    ref: CampaignId,
    kind: Annotated[ListKind, typer.Option(help="visits 入户 · calls 电话 · covers 封面")],
    out: Out,
    region: Region = "",
    grid: Grid = "",
    place: Where = "",
    per_grid: PerGrid = False,
) -> Answer:
    """名单 · Visit lists, call lists or covers, a page of its own for each grid; nothing counts as printed."""
    from outreach.deliveries.paper import Selection

    selection = Selection(region=grid or region, place=place, kind=kind.value)
    return _make(here, ref, selection, out, per_grid=per_grid)


def _make(here: Here, ref: str, selection: Selection, out: Path, *, per_grid: bool) -> Answer:
    from outreach.campaigns import service
    from outreach.deliveries.printing import jobs, work
    from outreach.deliveries.printing.schemas import Ask
    from outreach.errors import Invalid

    with here.installation() as office:
        printer = _printer(office)
        with office.store.read() as connection:
            campaign = service.get(connection, ref)
        try:
            job = jobs.ask(
                printer, Ask(campaign["id"], selection, machine_user(), region=selection.region)
            )
        except Invalid as error:
            if error.code != "print.nothing":
                raise
            return Answer(_nothing(ref), ["没有可打印的。"], failed=True)
        here.tell(f"打印任务 {job}（中断了用 outreach flyers resume {job} 接着做）")
        done = work.work(printer, job, _watch(here))
        return _delivered(printer, done, out, per_grid=per_grid)


def _nothing(ref: str) -> dict[str, object]:
    return {"campaign": ref, "job": None, "pdf": None, "files": [], "pages": 0, "sheets": 0, "problems": []}  # fmt: skip


def _printer(office: Installation) -> Printer:
    from outreach.deliveries.printing.printer import Printer

    return Printer(office.store, office.vault, office.settings, office.demo)


def _watch(here: Here) -> Watch | None:
    """How far a long job is, on one line of a terminal; nothing where nobody sits before it."""
    if here.as_json or not sys.stderr.isatty():
        return None

    def tell(progress: Progress) -> None:
        left = progress.seconds_left
        rest = f"，还要 {left:,.0f} 秒" if left is not None else ""
        line = f"打印 {progress.done:,}/{progress.total:,} 张，每秒 {progress.rate:,.0f} 张{rest}"
        print(f"\r{line}\033[K", end="", file=sys.stderr, flush=True)

    return tell


def _delivered(printer: Printer, job: Job, out: Path, *, per_grid: bool) -> Answer:
    """What a finished job made, brought to where it was wanted."""
    from outreach.deliveries.printing import delivering, queries

    with printer.store.read() as connection:
        ref = queries.campaign(connection, job.campaign_id).ref
        parts = queries.parts(connection, job.id)
    made = delivering.bring(printer, job, parts, ref, out, per_grid=per_grid)
    data = {
        "campaign": ref, "job": job.id, "pdf": None if per_grid or not made else made[0], "files": made,
        **_told(job, parts),
    }  # fmt: skip
    said = "、".join(str(path) for path in made[:3]) + (
        f" 等 {len(made)} 个文件" if len(made) > 3 else ""
    )
    lines = [f"{data['sheets']} 张，{job.pages} 页：{said}"] if made else ["没有可打印的。"]
    lines += [f"  {one['message']}" for one in _problems(job)]
    return Answer(data, lines, failed=not made)


def _told(job: Job, parts: list[Part]) -> dict[str, Any]:
    from outreach.deliveries.printing.delivering import printed_sheets

    return {"pages": job.pages, "sheets": printed_sheets(job, parts), "problems": _problems(job)}


def _problems(job: Job) -> list[dict[str, Any]]:
    return [
        {"serial": one["serial"], "printed": one["printed"], "grid": one["grid"], **words(one["code"], one["params"])}
        for one in job.problems
    ]  # fmt: skip


@command(app, "jobs")
def list_jobs(
    here: Here,
    state: Annotated[State | None, typer.Option(help="只看这种状态 · only in this state")] = None,
) -> Answer:
    """打印任务 · Print jobs, the newest first: state, progress, problems."""
    from outreach.access.scope import Scope
    from outreach.deliveries.printing import queries

    with here.installation() as office:
        with office.store.read() as connection:
            found = queries.jobs(connection, Scope(), states=(state.value,) if state else ())
            refs = {
                one.campaign_id: queries.campaign(connection, one.campaign_id).ref for one in found
            }
        told = [_row(office, one, refs[one.campaign_id]) for one in found]
    return Answer({"jobs": told}, [_line(one) for one in told] or ["没有打印任务"])


@command(app, "job")
def show_job(here: Here, job: JobId) -> Answer:
    """一个打印任务 · One job with its grids and the households that need a person."""
    from outreach.deliveries.printing import queries

    with here.installation() as office:
        with office.store.read() as connection:
            found = queries.get(connection, job)
            ref = queries.campaign(connection, found.campaign_id).ref
            parts = queries.parts(connection, job)
        row = _row(office, found, ref)
        grids = [
            {
                "number": one.number, "grid": one.grid, "sheets": one.sheets, "pages": one.pages, "made": one.made,
                "file": one.file, "first": one.first, "last": one.last,
            }
            for one in parts
        ]  # fmt: skip
    lines = [_line(row)]
    lines += [
        f"  {one['number']:>3} {one['grid']}  {one['sheets']} 张，{one['pages']} 页  {one['first']} — {one['last']}"
        if one["made"]
        else f"  {one['number']:>3} {one['grid']}  {one['sheets']} 张，还没做"
        for one in grids
    ]
    lines += [f"  {one['message']}" for one in row["problems"]]
    if row["error"]:
        lines.append(row["error"]["message"])
    return Answer({**row, "parts": grids}, lines)


def _row(office: Installation, job: Job, ref: str) -> dict[str, Any]:
    from outreach.deliveries.printing import jobs

    state = job.state
    if job.held:
        state = "held"
    elif state in ("waiting", "running") and not jobs.is_alive(office.settings, job):
        state = "broken"
    error: Mapping[str, Any] | None = job.error
    return {
        "id": job.id, "campaign": ref, "kind": job.kind, "state": state, "by": job.by, "at": job.created_at,
        "total": job.total, "done": job.done, "pages": job.pages, "problems": _problems(job),
        "error": words(error["code"], error["params"]) if error else None,
    }  # fmt: skip


def _line(row: Mapping[str, Any]) -> str:
    state = _STATES[row["state"]]
    return (
        f"{row['id']:>4}  {clock.here(row['at']):%m-%d %H:%M}  {state}  {row['campaign']} {row['kind']}  "
        f"{row['done']:,}/{row['total']:,} 张，{row['pages']:,} 页，{len(row['problems'])} 户要看  {row['by']}"
    )


@command(app, "resume")
def resume(
    here: Here,
    job: JobId,
    out: Annotated[Path | None, typer.Option("--out", help="写到哪里 · where to write")] = None,
    per_grid: PerGrid = False,
    user: As = None,
    if_waiting: Annotated[bool, typer.Option("--if-waiting", hidden=True)] = False,
) -> Answer:
    """接着打 · Start a job that waits, or go on with one that was cut off, failed or cancelled."""
    from outreach.deliveries.printing import jobs, queries, work

    with here.installation() as office:
        by = acting(office, user, Action.PRINT)
        printer = _printer(office)
        with office.store.read() as connection:
            found = queries.get(connection, job)
        if found.state != "done" or out is None:
            if not if_waiting and (found.state != "waiting" or found.held):
                jobs.release(printer, job, by)
            found = work.work(printer, job, _watch(here))
        with office.store.read() as connection:
            ref = queries.campaign(connection, found.campaign_id).ref
        if out is not None and found.state == "done":
            return _delivered(printer, found, out, per_grid=per_grid)
        row = _row(office, found, ref)
    return Answer(row, [_line(row)], failed=found.state != "done")


@command(app, "cancel")
def cancel(here: Here, job: JobId, user: As = None) -> Answer:
    """取消打印 · End a job after the sheets in the press; finished grids stay."""
    from outreach.deliveries.printing import jobs

    with here.installation() as office:
        by = acting(office, user, Action.PRINT)
        jobs.cancel(_printer(office), job, by)
    return Answer({"job": job, "state": "cancelled"}, ["已取消；做好的网格还在"])
