"""What happens to a policy after it was loaded: who signed, what a review found, what was settled, when it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update

from outreach import clock
from outreach.models.campaigns import Campaign, CampaignPolicy
from outreach.models.policies import (
    Policy,
    PolicyConflict,
    PolicyReview,
    PolicySignOff,
    PolicyVersion,
)
from outreach.models.surveys import Survey
from outreach.store import among_named, upsert


def sign_offs(connection: Connection, version_ids: Sequence[int]) -> list[Mapping[str, Any]]:
    """Which departments signed versions, in the order of their names."""
    rows = connection.execute(_SIGN_OFFS, {"versions": version_ids}).mappings()
    return [dict(row) for row in rows]


_SIGN_OFFS = (
    select(PolicySignOff)
    .where(among_named(PolicySignOff.version_id, "versions"))
    .order_by(PolicySignOff.version_id, PolicySignOff.department)
)


def sign(connection: Connection, version: int, department: str, digest: str, by: str) -> None:
    """Write that a department stands for a version; a later signature replaces an earlier one."""
    changed = {"digest": digest, "by": by, "at": clock.now()}
    statement = upsert(connection, PolicySignOff).values(
        version_id=version, department=department, **changed
    )
    connection.execute(
        statement.on_conflict_do_update(index_elements=["version_id", "department"], set_=changed)
    )


def set_policy(connection: Connection, policy: int, **values: object) -> None:
    """Change status, successor, dates or the note of a policy."""
    connection.execute(update(Policy).where(Policy.id == policy).values(**values))


def ending(connection: Connection, on: date) -> list[int]:
    """Policies whose last day is past and that are not withdrawn yet."""
    statement = select(Policy.id).where(Policy.withdrawn_on <= on, Policy.status != "withdrawn")
    return list(connection.scalars(statement))


def add_review(connection: Connection, values: Mapping[str, Any]) -> None:
    """Write what a review found."""
    connection.execute(insert(PolicyReview).values(**values))


def reviews(connection: Connection, policy: int) -> list[Mapping[str, Any]]:
    """Reviews of a policy with number and hash of the version that was looked at, newest first."""
    statement = (
        select(PolicyReview, PolicyVersion.number, PolicyVersion.hash)
        .join(PolicyVersion, PolicyVersion.id == PolicyReview.version_id)
        .where(PolicyReview.policy_id == policy)
        .order_by(PolicyReview.id.desc())
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def settlements(connection: Connection) -> list[Mapping[str, Any]]:
    """Every contradiction that somebody has settled."""
    statement = select(PolicyConflict).order_by(PolicyConflict.id)
    return [dict(row) for row in connection.execute(statement).mappings()]


def settle(connection: Connection, values: Mapping[str, Any]) -> None:
    """Write how a contradiction between two versions was settled; a later word replaces an earlier one."""
    row = {**values, "at": clock.now()}
    keys = ("one_id", "other_id", "about")
    changed = {key: value for key, value in row.items() if key not in keys}
    statement = upsert(connection, PolicyConflict).values(**row)
    connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))


def campaigns_of(connection: Connection, policy: int) -> list[Mapping[str, Any]]:
    """ref, title, status, region and frozen version number of the campaigns about a policy, newest first."""
    columns: tuple[Any, ...] = (
        Campaign.ref, Campaign.title, Campaign.status, Campaign.region, PolicyVersion.number,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(CampaignPolicy, CampaignPolicy.campaign_id == Campaign.id)
        .outerjoin(PolicyVersion, PolicyVersion.id == CampaignPolicy.version_id)
        .where(CampaignPolicy.policy_id == policy)
        .order_by(Campaign.id.desc())
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def surveys_of(connection: Connection, policy: int) -> list[Mapping[str, Any]]:
    """ref, title, wave and mode of the surveys about a policy, newest first."""
    statement = (
        select(Survey.ref, Survey.title, Survey.wave, Survey.mode, Survey.generated)
        .where(Survey.policy_id == policy)
        .order_by(Survey.id.desc())
    )
    return [dict(row) for row in connection.execute(statement).mappings()]
