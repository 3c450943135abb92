"""`outreach report`: two pages for a meeting, the same to edit, the workbook, the evaluator's file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.office import Here, acting
from outreach.cli.options import As
from outreach.cli.output import Answer, command

if TYPE_CHECKING:
    from outreach.bootstrap import Installation
    from outreach.reports.brief import House


def report(
    here: Here,
    ref: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="任务、调查或政策 · a campaign, a survey or a policy (campaign:ID)"
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            help=".pdf .docx 简报，.xlsx 工作簿，.zip 评估数据 · brief, workbook, evaluator's file",
        ),
    ],
    region: Annotated[
        str, typer.Option("--region", metavar="CODE", help="只看这个地区 · only this region")
    ] = "",
    user: As = None,
) -> Answer:
    """简报 · Two pages with the conclusion as title, or by the ending of FILE the document, workbook or evaluator's file."""
    from channels.whole import becoming
    from outreach import clock
    from outreach.access.scope import Scope
    from outreach.reports import handing
    from outreach.reports.brief.gathering import Asked

    form = handing.form_of(out.name)
    with here.installation() as office:
        settings = office.settings
        place = region or settings.region
        by = acting(office, user, handing.FORMS[form][1], place)
        asked = Asked(Scope(place), settings.region, office.place, settings.zone, office.demo)
        with office.store.read() as connection:
            collected = handing.collect(connection, ref, form, asked)
        paper = handing.produce(collected, _house(office), clock.now())
        out.parent.mkdir(parents=True, exist_ok=True)
        with becoming(out) as file:
            file.write(paper.content)
        with office.store.begin() as connection:
            handing.note(connection, paper, by)
    data = {"report": ref, "file": out, **paper.detail}
    return Answer(data, [f"{out}：{paper.name}", *_lines(paper.detail)])


def _house(office: Installation) -> House:
    from outreach import content
    from outreach.reports.brief import House

    settings = office.settings
    sheets = content.sheets(settings.content_dir, settings.data_dir / "cache")
    return House(sheets, settings.public_url, office.place)


def _lines(detail: object) -> list[str]:
    known = detail if isinstance(detail, dict) else {}
    return [str(known[name]) for name in ("title",) if name in known]


def add_to(app: typer.Typer) -> None:
    """It stands alone."""
    command(app, "report")(report)
