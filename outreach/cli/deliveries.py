"""`outreach deliveries …`: the export, and asking carriers about what is not known."""

from __future__ import annotations

from typing import Annotated

import typer

from outreach.cli.office import Here, acting, machine_user
from outreach.cli.options import As, CampaignId, Out
from outreach.cli.output import Answer, command
from outreach.cli.sending import reconciled
from outreach.cli.standing import standing, standing_lines

app = typer.Typer(name="deliveries", help="发送记录 · deliveries")


@command(app, "export")
def export(
    here: Here,
    ref: CampaignId,
    out: Out,
    people: Annotated[
        bool, typer.Option("--people", help="一人一行 · one line for each person of the audience")
    ] = False,
) -> Answer:
    """导出 · Every delivery of a campaign with its state, or with --people where each person ended, as CSV; no names,
    numbers or addresses."""
    from outreach.access import audit
    from outreach.access.roles import Action
    from outreach.campaigns import service
    from outreach.deliveries import ending
    from outreach.deliveries.service import write_export, write_people

    with here.installation() as office:
        with office.store.read() as connection:
            campaign = service.get(connection, ref)
            rows = (write_people if people else write_export)(connection, campaign["id"], out)
            ended = ending.counts(connection, campaign["id"]) if people else {}
        with office.store.begin() as connection:
            thing = f"campaign:{campaign['ref']}"
            audit.record(
                connection, machine_user(), Action.DELIVERIES_EXPORT, thing, {"rows": rows}
            )
    data = {"campaign": campaign["ref"], "file": out, "rows": rows}
    lines = [f"{rows} 行写到 {out}"]
    if people:
        data["endings"] = ended
        lines += [f"  {ending.said(code)}：{count}" for code, count in ended.items()]
    return Answer(data, lines)


@command(app, "reconcile")
def reconcile(here: Here, ref: CampaignId) -> Answer:
    """核对结果不明的 · Ask the carriers that can be asked; sends nothing."""
    from outreach.campaigns import service

    with here.installation() as office:
        with office.store.read() as connection:
            key = service.get(connection, ref)["id"]
        asked = reconciled(office, key)
        with office.store.read() as connection:
            found = standing(connection, ref)
    left = found["deliveries"]["unknown"]
    lines = [f"问了 {asked} 次，还有 {left} 条结果不明", *standing_lines(found)]
    return Answer({**found, "asked": asked, "unknown": left}, lines)


@command(app, "tick")
def tick(
    here: Here,
    delivery: Annotated[
        int, typer.Argument(metavar="DELIVERY", help="发送记录编号 · number of a delivery")
    ],
    outcome: Annotated[
        str, typer.Argument(metavar="OUTCOME", help="told relayed not_home … played")
    ],
    user: As = None,
) -> Answer:
    """登记入户或播出的结果 · What a person did: one of the eight outcomes of a visit, or played."""
    from outreach.access.roles import Action
    from outreach.deliveries import service

    with here.installation() as office:
        with office.store.read() as connection:
            village = service.village_of(connection, delivery)
        by = acting(office, user, Action.VISITS_RECORD, village)
        with office.store.begin() as connection:
            service.record_visit(connection, delivery, outcome, by)
            state = service.state_of(connection, delivery)
    return Answer(
        {"delivery": delivery, "outcome": outcome, "state": state}, [f"{delivery}：{state}"]
    )
