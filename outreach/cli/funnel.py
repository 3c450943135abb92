"""`outreach funnel …`: the counts that pages show."""

from __future__ import annotations

import typer

from outreach.cli.office import Here
from outreach.cli.output import Answer, command

app = typer.Typer(name="funnel", help="计数 · counts on pages")


@app.callback()
def group() -> None:
    """计数 · Counts on pages."""


@command(app, "rebuild")
def rebuild(here: Here) -> Answer:
    """重新计数 · Compute all counts again from the deliveries and the register themselves."""
    from outreach import clock
    from outreach.campaigns import queries
    from outreach.deliveries import funnel
    from outreach.reports.counted import service as counted

    with here.installation() as office:
        with office.store.begin() as connection:
            funnel.rebuild(connection)
        terms = counted.Terms(clock.today(office.settings.zone), office.settings.region)
        counts = counted.rebuild(office.store, terms)
        with office.store.read() as connection:
            campaigns = len(queries.everything(connection))
    said = f"{campaigns} 个任务的计数已重算，各村触达的计数重算了 {counts} 个"
    return Answer({"campaigns": campaigns, "counts": counts}, [said])
