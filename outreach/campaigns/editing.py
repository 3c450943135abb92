"""A draft is changed as a whole: its document takes the place of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, select, update

from outreach.access import audit
from outreach.access.roles import Action
from outreach.campaigns import queries, service, writing
from outreach.campaigns.schemas import CampaignOrder, StepOrder
from outreach.campaigns.states import Status
from outreach.errors import Conflict, Invalid
from outreach.models.campaigns import Campaign, CampaignPolicy, Rehearsal, Step, StepTarget


def change(connection: Connection, ref: str, order: CampaignOrder, by: str, home: str = "") -> int:
    """Replace what a draft says; returns its row number.

    Conflict when it is no draft any more; Invalid when the document names another campaign; Missing as in `create`.
    Steps keep their rows by number, so whoever was chosen for one (a resend, a correction) stays chosen.
    """
    campaign = service.get(connection, ref)
    if order.ref != campaign["ref"]:
        raise Invalid("wizard.other_campaign", campaign=campaign["ref"], named=order.ref)
    named = service.checked(connection, order)
    kept = {
        key: campaign["options"][key] for key in writing.NOT_WRITTEN if key in campaign["options"]
    }
    values: dict[str, Any] = {
        "title": order.title, "region": order.region or home, "announce": order.announce,
        "message_class": order.message_class, "budget_fen": order.budget_fen, "options": {**order.options, **kept},
    }  # fmt: skip
    draft = (Status.DRAFT,)
    if not queries.move(connection, campaign["id"], draft, Status.DRAFT, seen=None, **values):
        status = queries.by_id(connection, campaign["id"])["status"]
        raise Conflict("campaigns.wrong_state", campaign=ref, move="change", status=status)
    mine = CampaignPolicy.campaign_id == campaign["id"]
    connection.execute(delete(CampaignPolicy).where(mine))
    queries.add_policies(connection, campaign["id"], [named[one].id for one in order.policies])
    gone = _change_steps(connection, campaign["id"], order)
    detail: dict[str, object] = {"move": "change", **gone}
    audit.record(connection, by, Action.CAMPAIGNS_EDIT, f"campaign:{campaign['ref']}", detail)
    return int(campaign["id"])


def _change_steps(connection: Connection, campaign: int, order: CampaignOrder) -> dict[str, int]:
    """Write the steps; returns how many went, with what hung on them."""
    before = {step["number"]: step["id"] for step in queries.steps(connection, campaign)}
    for step in order.steps:
        if step.number in before:
            values = _columns(step)
            connection.execute(update(Step).where(Step.id == before[step.number]).values(**values))
        else:
            queries.add_step(connection, campaign, step)
    surplus = [key for number, key in before.items() if number > len(order.steps)]
    if not surplus:
        return {}
    rehearsed = connection.execute(delete(Rehearsal).where(Rehearsal.step_id.in_(surplus)))
    chosen = connection.execute(delete(StepTarget).where(StepTarget.step_id.in_(surplus)))
    connection.execute(delete(Step).where(Step.id.in_(surplus)))
    return {"steps": len(surplus), "rehearsals": rehearsed.rowcount, "chosen": chosen.rowcount}


def _columns(step: StepOrder) -> Mapping[str, Any]:
    return {
        "channel": step.channel, "condition": step.condition, "due_at": step.due_at, "after_step": step.after,
        "late_hours": step.late_hours, "options": dict(step.options),
    }  # fmt: skip


def free_ref(connection: Connection, on: date) -> str:
    """A name for a campaign that is written on a page: the day, and how many that day already has: 20261126-2."""
    stem = f"{on:%Y%m%d}-"
    taken = set(connection.scalars(select(Campaign.ref).where(Campaign.ref.startswith(stem))))
    return next(ref for n in range(1, len(taken) + 2) if (ref := f"{stem}{n}") not in taken)
