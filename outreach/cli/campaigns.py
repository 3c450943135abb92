"""`outreach campaign …`: write, look at, sign, release and stop a campaign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli import (
    campaign_again,
    campaign_preview,
    campaign_signing,
    campaign_slip,
    coverage,
    staggering,
)
from outreach.cli.documents import read_yaml
from outreach.cli.office import Here, acting, acting_on
from outreach.cli.options import As, CampaignId, MustAs
from outreach.cli.output import Answer, command
from outreach.cli.standing import remainder_lines, standing, standing_lines

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from outreach.bootstrap import Installation

app = typer.Typer(name="campaign", help="宣传任务 · campaigns")


@command(app, "create")
def create(here: Here, file: Path, user: As = None) -> Answer:
    """新建 · Write a draft from a YAML file."""
    from outreach.access.roles import Action
    from outreach.campaigns import schemas, service

    with here.installation() as office:
        order = schemas.parse(
            read_yaml(file, "campaigns.unreadable"), office.settings.zone, file.name
        )
        home = office.settings.region
        by = acting(office, user, Action.CAMPAIGNS_EDIT, order.region or home)
        with office.store.begin() as connection:
            key = service.create(connection, order, by, home)
    data = {"campaign": order.ref, "number": key, "status": "draft"}
    return Answer(
        data, [f"任务 {order.ref} 已建为草稿。下一步：outreach campaign preview {order.ref}"]
    )


campaign_preview.add_to(app)
coverage.add_to(app)
campaign_slip.add_to(app)
staggering.add_to(app)


@command(app, "submit")
def submit(here: Here, ref: CampaignId, user: MustAs) -> Answer:
    """送审 · Freeze people, texts, versions, steps and cost; says who has no text in their language."""
    from outreach.access.roles import Action
    from outreach.campaigns import service
    from outreach.messages.remarks import remarks

    today = here.today()
    with here.installation() as office:
        by = acting_on(office, ref, user, Action.CAMPAIGNS_SUBMIT)
        with office.store.begin() as connection:
            site = office.settings.content_dir
            digest = service.submit(connection, ref, by, today, office.vault, site=site)
            campaign = service.get(connection, ref)
            found = service.covered(connection, campaign, today)
    people = campaign["frozen"]["audience"]["people"]
    gaps = [f"！{one.message()}" for one in remarks(found) if one.gap]
    data = {
        "campaign": ref,
        "status": "submitted",
        "people": people,
        "hash": digest,
        "gaps": found.gaps,
        "chain": campaign["frozen"]["chain"]["id"],
    }
    chain = "、".join(one["zh"] for one in campaign["frozen"]["chain"]["levels"])
    said = f"任务 {ref} 已送审：{people} 人，内容号 {digest[:12]}，要签：{chain}"
    return Answer(data, [said, *gaps])


campaign_signing.add_to(app)
campaign_again.add_to(app)


@command(app, "run")
def run(
    here: Here,
    ref: CampaignId,
    now: Annotated[
        bool, typer.Option("--now", help="就在这里发完 · send here until nothing is due")
    ] = False,
    user: As = None,
) -> Answer:
    """开始发送 · Release a signed campaign to whatever senders run; --now sends in this process."""
    from outreach.access.roles import Action
    from outreach.campaigns import service
    from outreach.cli.sending import drained, sole_sender_here

    with here.installation() as office:
        by = acting_on(office, ref, user, Action.CAMPAIGNS_RUN)
        with sole_sender_here(office, needed=now):
            with office.store.begin() as connection:
                service.release(connection, ref, by)
            if now:
                drained(here, office, ref)
        return _standing(office, ref, sent_here=now)


def _standing(office: Installation, ref: str, *, sent_here: bool = False) -> Answer:
    """A campaign's figures; a fault of the carrier that stopped it, or that held up this very run, is a problem."""
    with office.store.read() as connection:
        found = standing(connection, ref)
    stuck = sent_here and bool(found["held_up"])
    return Answer(found, standing_lines(found), failed=stuck or found["stopped_by"] is not None)


def _moved(
    here: Here, ref: str, user: str | None, move: Callable[[Connection, str, str], None]
) -> Answer:
    from outreach.access.roles import Action
    from outreach.campaigns import remainder, service

    with here.installation() as office:
        by = acting_on(office, ref, user, Action.CAMPAIGNS_RUN)
        with office.store.begin() as connection:
            move(connection, ref, by)
        with office.store.read() as connection:
            found = standing(connection, ref)
            found["remainder"] = remainder.of(
                connection, service.get(connection, ref)["id"]
            ).as_dict()
    return Answer(found, [*standing_lines(found), *remainder_lines(found["remainder"])])


@command(app, "pause")
def pause(here: Here, ref: CampaignId, user: As = None) -> Answer:
    """暂停 · Stop at the next chunk."""
    from outreach.campaigns import service

    return _moved(here, ref, user, service.pause)


@command(app, "resume")
def resume(here: Here, ref: CampaignId, user: As = None) -> Answer:
    """继续 · Go on where it stopped."""
    from outreach.campaigns import service

    return _moved(here, ref, user, service.resume)


@command(app, "cancel")
def cancel(here: Here, ref: CampaignId, user: As = None) -> Answer:
    """取消 · End it for good; everybody who was not sent to gets that as the reason. Says what is with the carrier."""
    from outreach.access.roles import Action
    from outreach.campaigns import remainder, service
    from outreach.deliveries.service import cancel_rest

    with here.installation() as office:
        by = acting_on(office, ref, user, Action.CAMPAIGNS_RUN)
        with office.store.begin() as connection:
            if (
                service.get(connection, ref)["status"] != "cancelled"
            ):  # said again: finish what was cut off
                service.cancel(connection, ref, by)
            campaign = service.get(connection, ref)
        cancel_rest(office.store.begin, campaign["id"])
        with office.store.begin() as connection:
            left = remainder.note(connection, campaign, by)
        with office.store.read() as connection:
            found = {**standing(connection, ref), "remainder": left.as_dict()}
    return Answer(found, [*standing_lines(found), *remainder_lines(found["remainder"])])


@command(app, "status")
def status(here: Here, ref: CampaignId) -> Answer:
    """进展 · Counts by state and channel, cost, reasons, and what waits for a person."""
    with here.installation() as office, office.store.read() as connection:
        found = standing(connection, ref)
    return Answer(found, standing_lines(found))


@command(app, "list")
def everything(here: Here) -> Answer:
    """任务一览 · All campaigns, newest first."""
    from outreach.campaigns import queries

    with here.installation() as office, office.store.read() as connection:
        rows = [_row(campaign) for campaign in queries.everything(connection)]
    lines = [f"{row['campaign']:<24} {row['status']:<10} {row['title']}" for row in rows]
    return Answer({"campaigns": rows}, lines or ["还没有任务。"])


def _row(campaign: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "campaign": campaign["ref"],
        "number": campaign["id"],
        "title": campaign["title"],
        "status": campaign["status"],
        "region": campaign["region"],
        "released": campaign["released"],
    }
