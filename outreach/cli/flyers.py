"""`outreach flyers …`: print the sheets of a campaign."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.office import Here, machine_user
from outreach.cli.options import CampaignId, Out
from outreach.cli.output import Answer, command, words
from outreach.errors import Missing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from outreach.bootstrap import Installation
    from outreach.deliveries.orders import Orders
    from outreach.deliveries.paper import Selection
    from outreach.deliveries.printing import PrintJob

app = typer.Typer(name="flyers", help="宣传单 · flyers")


class Size(StrEnum):
    """Paper."""

    A4 = "a4"
    A5X2 = "a5x2"


class Edition(StrEnum):
    """Size of the letters."""

    NORMAL = "normal"
    LARGE = "large"


@command(app, "print")
def print_sheets(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    ref: CampaignId,
    out: Out,
    size: Annotated[Size, typer.Option(help="纸张 · paper")] = Size.A4,
    edition: Annotated[Edition, typer.Option(help="字号 · size of letters")] = Edition.NORMAL,
    sealed: Annotated[bool, typer.Option("--sealed", help="封装发放 · in envelopes")] = False,
    region: Annotated[str, typer.Option(metavar="CODE", help="地区 · region")] = "",
    grid: Annotated[str, typer.Option(metavar="CODE", help="网格 · grid")] = "",
    place: Annotated[str, typer.Option(help="例如 3栋2单元 · building and unit")] = "",
    household: Annotated[
        int | None, typer.Option(metavar="REF", help="只印这一户 · one household")
    ] = None,
    from_sheet: Annotated[int, typer.Option("--from", min=1, help="从第几张起 · from sheet N")] = 1,
    copies: Annotated[int, typer.Option(min=1, max=20, help="每张几份 · copies of each")] = 1,
) -> Answer:
    """打印 · One PDF with a sheet per household, in walking order; printing again changes nothing."""
    from outreach.deliveries.paper import Selection

    selection = Selection(
        region=grid or region,
        place=place,
        household=household,
        from_sheet=from_sheet,
        copies=copies,
        size=size.value,
        edition=edition.value,
        sealed=sealed,
    )
    today = here.today()
    with here.installation() as office:
        job = _print(office, ref, out, selection, today)
    problems = [
        {"serial": one.serial, "printed": one.printed, **words(one.code, one.params)}
        for one in job.problems
    ]
    data = {
        "campaign": ref,
        "pdf": job.path,
        "pages": job.pages,
        "sheets": job.sheets,
        "problems": problems,
    }
    lines = [f"{job.sheets} 张，{job.pages} 页：{job.path}"] if job.path else ["没有可打印的。"]
    lines += [f"  {one['serial']}：{one['message']}" for one in problems]
    return Answer(data, lines, failed=job.path is None)


def _print(office: Installation, ref: str, out: Any, selection: Selection, on: Any) -> PrintJob:
    from outreach.access import audit
    from outreach.access.roles import Action
    from outreach.campaigns import service
    from outreach.deliveries.printing import Printer

    with office.store.read() as connection:
        campaign = service.get(connection, ref)
        orders = _paper_orders(connection, campaign["id"], ref)
    printer = Printer(office.store, office.vault, office.settings.public_url, office.demo)
    job = printer.print(orders, campaign, selection, out, on)
    with office.store.begin() as connection:
        detail = {"sheets": job.sheets, "copies": selection.copies}
        audit.record(
            connection, machine_user(), Action.PRINT, f"campaign:{campaign['ref']}", detail
        )
    return job


def _paper_orders(connection: Connection, campaign: int, ref: str) -> Orders:
    from outreach.campaigns import queries
    from outreach.deliveries import orders

    for step in queries.steps(connection, campaign):
        if step["channel"] == "flyer":
            return orders.read(connection, campaign, step["id"])
    raise Missing("cli.no_paper_step", campaign=ref)
