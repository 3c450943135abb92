"""`outreach deliveries …`: the export, and asking carriers about what is not known."""

from __future__ import annotations

import typer

from outreach.cli.office import Here, machine_user
from outreach.cli.options import CampaignId, Out
from outreach.cli.output import Answer, command
from outreach.cli.sending import reconciled
from outreach.cli.standing import standing, standing_lines

app = typer.Typer(name="deliveries", help="发送记录 · deliveries")


@command(app, "export")
def export(here: Here, ref: CampaignId, out: Out) -> Answer:
    """导出 · Every delivery of a campaign with its state, as CSV; no names, numbers or addresses."""
    from outreach.access import audit
    from outreach.access.roles import Action
    from outreach.campaigns import service
    from outreach.deliveries.service import write_export

    with here.installation() as office:
        with office.store.read() as connection:
            campaign = service.get(connection, ref)
            rows = write_export(connection, campaign["id"], out)
        with office.store.begin() as connection:
            thing = f"campaign:{campaign['ref']}"
            audit.record(
                connection, machine_user(), Action.DELIVERIES_EXPORT, thing, {"rows": rows}
            )
    return Answer(
        {"campaign": campaign["ref"], "file": out, "rows": rows}, [f"{rows} 行写到 {out}"]
    )


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
