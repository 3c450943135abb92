"""`outreach survey …`: write a survey down, draw its sample, take the answers in, estimate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from outreach.cli.documents import read_yaml
from outreach.cli.office import Here, machine_user
from outreach.cli.options import Out
from outreach.cli.output import Answer, command

app = typer.Typer(name="survey", help="知晓率调查 · awareness surveys")

SurveyId = Annotated[str, typer.Argument(metavar="ID", help="调查 · name of the survey")]


@command(app, "create")
def create(here: Here, file: Path) -> Answer:
    """新建调查 · Write a survey down from a YAML file; its questions are locked from here on."""
    from outreach.surveys import service

    document: Any = read_yaml(file)
    with here.installation() as office, office.store.begin() as connection:
        number = service.create(
            connection, document, machine_user(), file.name, office.settings.region
        )
    ref = str(document["id"])
    return Answer({"survey": ref, "number": number}, [f"调查 {ref} 已建立"])


@command(app, "sample")
def sample(here: Here, ref: SurveyId, out: Out) -> Answer:
    """抽样 · Draw and seal the sample (once), and write the interviewers' workbook."""
    from outreach.surveys import service
    from outreach.surveys.fieldwork import service as fieldwork

    today = here.today()
    with here.installation() as office:
        by, home = machine_user(), office.settings.region
        with office.store.begin() as connection:
            drawn = service.draw(connection, ref, today, home, by)
        with office.store.begin() as connection:
            fieldwork.write_sample(connection, office.vault, ref, out, by)
    data = {"survey": ref, "drawn": drawn, "file": out}
    return Answer(data, [f"抽出 {drawn} 人：{out}（含姓名和电话，请妥善保管）"])


@command(app, "record")
def record(here: Here, ref: SurveyId, file: Path) -> Answer:
    """登记答卷 · Take in a filled workbook; good rows are written, bad rows reported."""
    from outreach.surveys.fieldwork import service as fieldwork

    today = here.today()
    with here.installation() as office:
        report = fieldwork.record(office.store.begin, ref, file, machine_user(), today)
    lines = [
        f"{report.rows} 行：登记 {report.recorded}，有错 {report.rejected}，还没有结果 {report.pending}"
    ]
    lines += [f"  第 {one.row} 行 {one.column}：{one.message}" for one in report.errors]
    return Answer(report.as_dict(), lines, failed=report.failed)


@command(app, "estimate")
def estimate(here: Here, ref: SurveyId) -> Answer:
    """知晓率 · The awareness rate with its interval and its bases."""
    from outreach.surveys.results import service as results

    with here.installation() as office, office.store.read() as connection:
        found = results.estimate(connection, ref)
    return Answer(found, _lines(found))


def _lines(found: dict[str, Any]) -> list[str]:
    """Under 30 answers no percentage is shown; the bases stand beside every rate."""
    bases = f"抽出 {found['drawn']} 人，答 {found['answered']} 人，计入 n = {found['n']}"
    notice = [found["notice"]] if found["notice"] else []
    if found["rate"] is None or found["use"] == "none":
        return [f"样本不足，不报百分比。{bases}", *notice]
    span = f"{found['low']:.1%}–{found['high']:.1%}"
    return [f"知晓率 {found['rate']:.1%}（{span}），{found['word']}。{bases}", *notice]
