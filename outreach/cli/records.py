"""`outreach records …`: media and events of a campaign. Shown beside its figures, never added to reach."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from outreach.access.roles import Action
from outreach.cli.office import Here, acting
from outreach.cli.options import As, CampaignId, Day
from outreach.cli.output import Answer, command
from outreach.cli.register import scope_of

app = typer.Typer(name="records", help="媒体和现场 · media and events")


@command(app, "add")
def add(  # noqa: PLR0913 - one parameter per option
    here: Here,
    ref: CampaignId,
    kind: Annotated[str, typer.Argument(metavar="media|event", help="报道还是现场 · which")],
    title: Annotated[str, typer.Argument(help="题目、名称 · its title")],
    where: Annotated[str, typer.Option(help="哪家媒体、哪个广场 · where")] = "",
    region: Annotated[str, typer.Option(metavar="CODE", help="地区 · region")] = "",
    headcount: Annotated[int | None, typer.Option(help="现场人数 · people who were there")] = None,
    note: Annotated[str, typer.Option(help="备注 · note")] = "",
    on: Day = None,
    user: As = None,
) -> Answer:
    """记一条 · A report was published, an event was held."""
    from outreach.campaigns import records

    today = here.today()
    new = records.NewRecord(kind, title, on or today, where, region, headcount, note)
    with here.installation() as office:
        by = acting(office, user, Action.VISITS_RECORD)
        with office.store.begin() as connection:
            key = records.add(connection, scope_of(office, user), ref, new, by, today)
    return Answer({"record": key, "campaign": ref}, [f"记为第 {key} 条，不计入触达"])


@command(app, "undo")
def undo(
    here: Here,
    record: Annotated[int, typer.Argument(metavar="RECORD", help="记录编号 · number")],
    user: As = None,
) -> Answer:
    """撤销 · A record was written down by mistake."""
    from outreach.campaigns import records

    with here.installation() as office:
        by = acting(office, user, Action.VISITS_RECORD)
        with office.store.begin() as connection:
            ref = records.undo(connection, scope_of(office, user), record, by)
    return Answer({"record": record, "campaign": ref}, ["撤销了"])


@command(app, "list")
def list_records(here: Here, ref: CampaignId) -> Answer:
    """媒体和现场清单 · What was published and held for a campaign."""
    from outreach.campaigns import records, service

    with here.installation() as office, office.store.read() as connection:
        key = service.get(connection, ref)["id"]
        found = records.listed(connection, key, undone=True)
    lines = [
        f"{one.id:>5}  {one.on}  {one.title}"
        + (f"，{one.where}" if one.where else "")
        + (f"，{one.headcount} 人" if one.headcount is not None else "")
        + ("（已撤销）" if one.undone_by else "")
        for one in found
    ]
    return Answer({"records": [asdict(one) for one in found]}, lines or ["还没有记录"])
