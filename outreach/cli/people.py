"""`outreach people …`: take lists in, and write the sheet that towns and departments fill in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.catalogue import any_rule
from outreach.cli.documents import read_json
from outreach.cli.office import Here, machine_user
from outreach.cli.options import Out
from outreach.cli.output import Answer, command
from outreach.errors import Invalid
from outreach.wording import say

if TYPE_CHECKING:
    from outreach.people.intake.watch import Progress
    from outreach.people.schemas import ImportReport

app = typer.Typer(name="people", help="名单 · people")

_MOST_LINES = 20


@command(app, "import")
def take_in(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    file: Annotated[Path | None, typer.Argument(help="名单 · XLSX, XLS, CSV")] = None,
    dry_run: Annotated[bool, typer.Option(help="只检查不写入 · count only")] = False,
    strict: Annotated[bool, typer.Option(help="有错一行不写 · nothing if any row is bad")] = False,
    sheet: Annotated[str | None, typer.Option(help="只读这个工作表 · only this sheet")] = None,
    region: Annotated[str, typer.Option(help="没写地区的行归哪里 · for rows that name none")] = "",
    mapping: Annotated[
        Path | None, typer.Option(help="JSON {列名: 字段} · header to field")
    ] = None,
    rejected: Annotated[Path | None, typer.Option(help="错行另存 · workbook of bad rows")] = None,
    encoding: Annotated[
        str | None, typer.Option(help="文本文件的编码 · UTF-8, GB18030, UTF-16LE, UTF-16BE, Big5")
    ] = None,
    ask_password: Annotated[
        bool, typer.Option(help="询问表格的打开密码，不保存 · ask for the file's password")
    ] = False,
    resume: Annotated[
        int | None,
        typer.Option(metavar="ID", help="继续中断的导入 · go on with one that was cut off"),
    ] = None,
    run: Annotated[int | None, typer.Option(metavar="ID", hidden=True)] = None,
) -> Answer:
    """导入名单 · Take in a list of people (XLSX, XLS, CSV), or go on with one that was cut off."""
    from outreach.people.intake.importer import import_file
    from outreach.people.reading.spreadsheet import encoding_of

    number = resume if resume is not None else run
    if number is not None:
        return _go_on(here, number, _password() if ask_password else None)
    if file is None:
        raise typer.BadParameter("FILE / --resume ID")
    with here.installation() as office:
        report = import_file(
            file,
            begin=office.store.begin,
            vault=office.vault,
            today=here.today(),
            region=region or office.settings.region,
            dry_run=dry_run,
            strict=strict,
            sheet=sheet,
            mapping=_mapping(mapping),
            rejected=rejected,
            encoding=encoding,
            password=_password() if ask_password else None,
            by=machine_user(),
            watch=told_while(here),
        )
    read = encoding_of(file, encoding)
    said = [say(read.remark().code, "zh", **read.remark().params)] if read else []
    return Answer(report.as_dict(), [*said, *_lines(report)], failed=report.failed)


def _go_on(here: Here, run: int, password: str | None) -> Answer:
    from outreach.people.intake.jobs import Jobs

    with here.installation() as office:
        jobs = Jobs(office.store.begin, office.settings.data_dir)
        report = jobs.work(
            run, office.vault, here.today(), watch=told_while(here), password=password
        )
    lines = _lines(report)
    if report.cancelled:
        lines.append("已取消：写入的部分是完整的，可以用 people undo 撤销")
    return Answer(report.as_dict(), lines, failed=report.failed or report.cancelled)


def told_while(here: Here) -> Callable[[Progress], None] | None:
    """How far a long import is, on one line of a terminal; nothing where nobody sits before it."""
    if here.as_json or not sys.stderr.isatty():
        return None

    def tell(progress: Progress) -> None:
        print(f"\r{progress_line(progress)}\033[K", end="", file=sys.stderr, flush=True)

    return tell


def progress_line(progress: Progress) -> str:
    """检查 34%，每秒 12,000 行，还要 40 秒."""
    state = {"checking": "检查", "writing": "写入"}.get(progress.state, progress.state)
    part = f" {min(progress.done / progress.total, 1):.0%}" if progress.total else ""
    left = progress.seconds_left
    rest = f"，还要 {max(left, 0):,.0f} 秒" if left is not None else ""
    return f"{state}{part}，{progress.done:,} 行，每秒 {progress.rate:,.0f} 行{rest}"


def _password() -> str:
    """Typed without being shown, never kept; asked on standard error, so that --json stays one line."""
    return str(typer.prompt("打开密码 · password", hide_input=True, err=True))


def _mapping(path: Path | None) -> dict[str, str] | None:
    if path is None:
        return None
    read = read_json(path, "cli.mapping")
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        raise Invalid("cli.mapping", file=path.name)
    return read


def _lines(report: ImportReport) -> list[str]:
    lines = [
        f"共 {report.rows} 行：收下 {report.accepted}，有错 {report.rejected}，重复 {report.duplicates}",
        f"新增 {report.new} 人，更新 {report.changed} 人，没有变化 {report.unchanged} 人"
        + ("" if report.written else "（没有写入）"),
    ]
    for title, problems, total in (
        ("有错的行", report.errors, report.errors_total),
        ("提醒", report.warnings, report.warnings_total),
    ):
        lines += [f"{title} {total} 处："] if total else []
        lines += [
            f"  第 {one.row} 行 {one.column}：{one.message}" for one in problems[:_MOST_LINES]
        ]
        more = total - _MOST_LINES
        lines += [f"  还有 {more} 处，见 --json 或 --rejected"] if more > 0 else []
    return lines


@command(app, "template")
def template(
    here: Here,
    out: Out,
    policy: Annotated[
        list[str] | None, typer.Option(help="只要这些政策用到的列 · only what these read")
    ] = None,
) -> Answer:
    """空白表 · Write the workbook to be filled in, with the columns that the policies need."""
    from outreach.people.template import write_template
    from segments import vocabulary

    facts: set[str] | None = None
    for ref in policy or []:
        clauses = list(any_rule(here, ref).clauses())
        facts = (facts or set()) | {clause.field for clause in clauses}
        named = (vocabulary.find(str(value)) for one in clauses for value in one.operands or ())
        facts |= {one.code for one in named if one}
    write_template(out, facts)
    return Answer({"file": out}, [f"已写好：{out}"])
