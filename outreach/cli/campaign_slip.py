"""`outreach campaign slip`: what is signed, on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.office import Here, acting
from outreach.cli.options import As, CampaignId
from outreach.cli.output import Answer, command

if TYPE_CHECKING:
    from outreach.bootstrap import Installation
    from outreach.reports.slip import House, Made


def slip(
    here: Here,
    ref: CampaignId,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE.pdf", help="写到哪里 · where to write")
    ],
    user: As = None,
) -> Answer:
    """发送审批单 · What was submitted, to be signed: figures, steps, full texts, lists, checks, who has signed."""
    from outreach.access.roles import Action
    from outreach.campaigns import service
    from outreach.reports import slip as slips

    today = here.today()
    with here.installation() as office:
        with office.store.read() as connection:
            campaign = service.get(connection, ref)
            signed = slips.read(connection, campaign, today)
        by = acting(office, user, Action.CAMPAIGNS_VIEW, campaign["region"])
        made = slips.make(signed, _house(office))
        out.parent.mkdir(parents=True, exist_ok=True)
        part = out.with_name(out.name + ".part")
        part.write_bytes(made.pdf)
        part.replace(out)
        with office.store.begin() as connection:
            slips.note(connection, campaign, made, by)
    data = {
        "campaign": campaign["ref"], "file": out, "pages": made.pages, "fingerprint": made.fingerprint,
        "hash": campaign["frozen_hash"], "texts": made.texts, "shown": made.shown,
    }  # fmt: skip
    return Answer(data, list(_lines(made, ref, out)))


def _house(office: Installation) -> House:
    from outreach import content
    from outreach.reports.slip import House

    settings = office.settings
    sheets = content.sheets(settings.content_dir, settings.data_dir / "cache")
    return House(settings.zone, settings.public_url, sheets, office.demo)


def _lines(made: Made, ref: str, out: Path) -> list[str]:
    told = [f"{out}：{made.pages} 页，指纹 {made.fingerprint}"]
    if made.shown < made.texts:
        told.append(
            f"{made.texts} 种文字里印了 {made.shown} 种；其余的要附上："
            f"outreach campaign preview {ref} --out 文件.xlsx"
        )
    return told


def add_to(app: typer.Typer) -> None:
    """It stands among the commands of a campaign."""
    command(app, "slip")(slip)
