"""All SQL of the campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from outreach import clock
from outreach.campaigns.schemas import CampaignOrder, StepOrder
from outreach.models.base import HIGHEST_ID
from outreach.models.campaigns import (
    Campaign,
    CampaignPolicy,
    CampaignVariant,
    CampaignWave,
    Firing,
    Override,
    SignedPaper,
    SignOff,
    Step,
)
from outreach.models.deliveries import Account
from outreach.models.people import ImportRun, Region
from outreach.store import upsert


def by_ref(connection: Connection, ref: str) -> Mapping[str, Any] | None:
    """A campaign by its name or row number."""
    same = Campaign.ref == ref
    row = connection.execute(select(Campaign).where(same)).mappings().first()
    if row is None and ref.isdecimal() and int(ref) <= HIGHEST_ID:
        row = connection.execute(select(Campaign).where(Campaign.id == int(ref))).mappings().first()
    return None if row is None else dict(row)


def by_id(connection: Connection, key: int) -> Mapping[str, Any]:
    """A campaign that is known to exist."""
    return dict(connection.execute(select(Campaign).where(Campaign.id == key)).mappings().one())


def everything(
    connection: Connection, statuses: Sequence[str] | None = None
) -> list[Mapping[str, Any]]:
    """Campaigns, newest first."""
    statement = select(Campaign).order_by(Campaign.id.desc())
    if statuses is not None:
        statement = statement.where(Campaign.status.in_(list(statuses)))
    return [dict(row) for row in connection.execute(statement).mappings()]


def add(connection: Connection, order: CampaignOrder, by: str) -> int:
    """Write a draft."""
    values = {
        "ref": order.ref, "title": order.title, "region": order.region, "announce": order.announce,
        "message_class": order.message_class, "budget_fen": order.budget_fen, "options": dict(order.options),
        "created_by": by, "created_at": clock.now(),
    }  # fmt: skip
    return int(
        connection.execute(insert(Campaign).values(**values).returning(Campaign.id)).scalar_one()
    )


def add_policies(connection: Connection, campaign: int, policy_ids: Sequence[int]) -> None:
    """Name the policies of a draft."""
    rows = [{"campaign_id": campaign, "policy_id": policy} for policy in policy_ids]
    connection.execute(insert(CampaignPolicy), rows)


def add_step(connection: Connection, campaign: int, step: StepOrder) -> None:
    """Write a step of a draft."""
    values = {
        "campaign_id": campaign, "number": step.number, "channel": step.channel, "condition": step.condition,
        "due_at": step.due_at, "after_step": step.after, "late_hours": step.late_hours, "options": dict(step.options),
    }  # fmt: skip
    connection.execute(insert(Step).values(**values))


def steps(connection: Connection, campaign: int) -> list[Mapping[str, Any]]:
    """Steps in order."""
    statement = select(Step).where(Step.campaign_id == campaign).order_by(Step.number)
    return [dict(row) for row in connection.execute(statement).mappings()]


def origin(connection: Connection, step: Mapping[str, Any]) -> Mapping[str, Any]:
    """The step that was signed with its campaign: itself, or the one that it sends once more."""
    while "resend" in step["options"]:
        of = step["options"]["resend"]["of"]
        step = next(one for one in steps(connection, step["campaign_id"]) if one["number"] == of)
    return step


def policy_refs(connection: Connection, campaign: int) -> list[str]:
    """Names of the policies of a campaign."""
    from outreach.models.policies import Policy

    statement = (
        select(Policy.ref)
        .join(CampaignPolicy, CampaignPolicy.policy_id == Policy.id)
        .where(CampaignPolicy.campaign_id == campaign)
        .order_by(Policy.ref)
    )
    return list(connection.scalars(statement))


def set_versions(connection: Connection, campaign: int, versions: Mapping[int, int]) -> None:
    """Bind a campaign to exact policy versions."""
    for policy, version in versions.items():
        mine = (CampaignPolicy.campaign_id == campaign) & (CampaignPolicy.policy_id == policy)
        connection.execute(update(CampaignPolicy).where(mine).values(version_id=version))


def versions(connection: Connection, campaign: int) -> list[int]:
    """The policy versions that a submitted campaign is bound to."""
    mine = CampaignPolicy.campaign_id == campaign
    statement = select(CampaignPolicy.version_id).where(mine)
    return [one for one in connection.scalars(statement) if one is not None]


def set_variants(connection: Connection, campaign: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Bind a campaign to exact texts."""
    connection.execute(delete(CampaignVariant).where(CampaignVariant.campaign_id == campaign))
    if rows:
        connection.execute(
            insert(CampaignVariant), [{"campaign_id": campaign, **row} for row in rows]
        )


def move(
    connection: Connection,
    campaign: int,
    allowed: Sequence[str],
    to: str,
    *,
    seen: str | None = None,
    **values: object,
) -> bool:
    """Compare and swap the status; False when it was none of `allowed`, or the hash is not the one `seen`."""
    statement = update(Campaign).where(Campaign.id == campaign, Campaign.status.in_(list(allowed)))
    if seen is not None:
        statement = statement.where(Campaign.frozen_hash == seen)
    return connection.execute(statement.values(status=to, **values)).rowcount == 1


def hold(connection: Connection, campaign: int, allowed: Sequence[str], seen: str) -> bool:
    """Lock a campaign that stands in one of these states with this hash; others who sign or move it wait."""
    statement = update(Campaign).where(Campaign.id == campaign, Campaign.status.in_(list(allowed)))
    held = statement.where(Campaign.frozen_hash == seen).values(status=Campaign.status)
    return connection.execute(held).rowcount == 1


def overrides(connection: Connection, campaign: int) -> list[Mapping[str, Any]]:
    """What somebody let pass: code, subject, state, said, reason, by, at; oldest first."""
    one = Override
    columns: tuple[Any, ...] = (
        one.code,
        one.subject,
        one.state,
        one.said,
        one.reason,
        one.by,
        one.at,
    )
    statement = select(*columns).where(one.campaign_id == campaign).order_by(one.id)
    return [dict(row) for row in connection.execute(statement).mappings()]


def add_override(connection: Connection, campaign: int, values: Mapping[str, str]) -> None:
    """Let something pass. values: code, subject, state and said of the finding; reason and by."""
    connection.execute(insert(Override).values(campaign_id=campaign, at=clock.now(), **values))


def note_asked(connection: Connection, step: int, options: Mapping[str, Any]) -> None:
    """Note that a late step was put before a person: if the campaign runs again, somebody said yes."""
    set_options(connection, step, {**options, "asked_at": clock.now().isoformat()})


def sign(
    connection: Connection,
    campaign: int,
    level: str,
    decision: str,
    by: str,
    digest: str,
    **more: object,
) -> None:
    """Add a signature. more: `note`; `paper_id`, the scan that it stands on: `by` is then who recorded it."""
    values = {
        "campaign_id": campaign,
        "level": level,
        "decision": decision,
        "by": by,
        "hash": digest,
    }
    connection.execute(insert(SignOff).values(**{"note": "", **values, **more}, at=clock.now()))


def signatures(connection: Connection, campaign: int) -> list[Mapping[str, Any]]:
    """Everything that was decided so far, oldest first; of those on paper also `signer`, `signed_on` and `media`."""
    statement = (
        select(SignOff, SignedPaper.signer, SignedPaper.signed_on, SignedPaper.media)
        .outerjoin(SignedPaper, SignedPaper.id == SignOff.paper_id)
        .where(SignOff.campaign_id == campaign)
        .order_by(SignOff.id)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def fire(connection: Connection, step: int, due_at: object, wave: int = 0) -> int | None:
    """Make a firing once; its row number for whoever was first, None for everybody else."""
    return connection.execute(
        upsert(connection, Firing)
        .values(step_id=step, due_at=due_at, wave=wave, fired_at=clock.now(), planned=False)
        .on_conflict_do_nothing()
        .returning(Firing.id)
    ).scalar()


def waves(connection: Connection, campaign: int) -> list[tuple[int, datetime, bool]]:
    """(number, due_at, personal) of the waves of a staggered campaign, in order; empty for one that is sent at once."""
    statement = select(CampaignWave.number, CampaignWave.due_at, CampaignWave.personal).where(
        CampaignWave.campaign_id == campaign
    )
    rows = connection.execute(statement.order_by(CampaignWave.number))
    return [(row[0], row[1], row[2]) for row in rows]


def set_options(connection: Connection, step: int, options: Mapping[str, Any]) -> None:
    """Write what the timetable notes about a step; what was signed of it stays."""
    connection.execute(update(Step).where(Step.id == step).values(options=dict(options)))


def settle_firing(connection: Connection, firing: int) -> None:
    """Note that nothing of a firing is in flight any more; the first time counts."""
    connection.execute(
        update(Firing)
        .where(Firing.id == firing, Firing.settled_at.is_(None))
        .values(settled_at=clock.now())
    )


def firings(connection: Connection, campaign: int) -> list[Mapping[str, Any]]:
    """Firings of a campaign with the number of their step."""
    statement = (
        select(Firing, Step.number, Step.channel)
        .join(Step, Step.id == Firing.step_id)
        .where(Step.campaign_id == campaign)
        .order_by(Firing.id)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def village_names(connection: Connection) -> dict[str, str]:
    """Code → name of every village."""
    rows = connection.execute(select(Region.code, Region.name).where(Region.level == "village"))
    return {row.code: row.name for row in rows}


def account_for(connection: Connection, channel: str, name: str | None) -> int | None:
    """The account that a step uses: the one named, else the first of its channel."""
    statement = select(Account.id).where(Account.channel == channel).order_by(Account.id).limit(1)
    if name is not None:
        statement = statement.where(Account.name == name)
    return connection.scalar(statement)


def newest_options(connection: Connection) -> Mapping[str, Any]:
    """The options of the campaign that was written down last; empty before the first one."""
    statement = select(Campaign.options).order_by(Campaign.id.desc()).limit(1)
    return connection.scalar(statement) or {}


def register_known(connection: Connection, region: str) -> datetime | None:
    """Up to when the register of a region is known: of the newest file of each place in it, the oldest. None: no file.

    A file about a place speaks also for the places in it.
    """
    run = ImportRun
    rows = connection.execute(
        select(run.options, run.finished_at)
        .where(run.list_ref == "", run.finished_at.is_not(None), run.undone_at.is_(None))
        .where(run.state == "finished")
    )
    files = [
        (place, at)
        for options, at in rows
        for place in [str(options.get("region") or "")]
        if at is not None and (place.startswith(region) or region.startswith(place))
    ]
    return min(
        (max(at for wide, at in files if place.startswith(wide)) for place, _ in files),
        default=None,
    )


def newest_register(connection: Connection) -> Row[Any] | None:
    """(finished_at, rows, accepted) of the last file of people that was taken in and stands; None before the first."""
    run = ImportRun
    columns: tuple[Any, ...] = (run.finished_at, run.rows, run.accepted)
    return connection.execute(
        select(*columns)
        .where(run.list_ref == "", run.finished_at.is_not(None), run.undone_at.is_(None))
        .where(run.state == "finished")
        .order_by(run.finished_at.desc(), run.id.desc())
        .limit(1)
    ).first()
