"""Policies, their versions, who verified them, and what regions filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.orm import aliased

from outreach import clock
from outreach.models.campaigns import Campaign, CampaignPolicy
from outreach.models.policies import (
    Policy,
    PolicyLocal,
    PolicySignOff,
    PolicyVerification,
    PolicyVersion,
)
from outreach.store import among_named, upsert


def policy_id(connection: Connection, ref: str) -> int | None:
    """Row number of a policy by its name."""
    return connection.scalar(select(Policy.id).where(Policy.ref == ref))


def add_policy(connection: Connection, ref: str) -> int:
    """Register a policy by its name; the one that exists is returned."""
    known = policy_id(connection, ref)
    if known is not None:
        return known
    return int(connection.execute(insert(Policy).values(ref=ref).returning(Policy.id)).scalar_one())


def newest_version(connection: Connection, policy: int) -> tuple[int, int, str] | None:
    """(id, number, hash) of the newest version."""
    row = connection.execute(
        select(PolicyVersion.id, PolicyVersion.number, PolicyVersion.hash)
        .where(PolicyVersion.policy_id == policy)
        .order_by(PolicyVersion.number.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.id, row.number, row.hash)


def add_version(
    connection: Connection, policy: int, number: int, document: Mapping[str, Any]
) -> int:
    """Write a version; `document` has facts, rule, hash, valid_from, valid_to."""
    statement = insert(PolicyVersion).values(
        policy_id=policy, number=number, created_at=clock.now(), **document
    )
    return int(connection.execute(statement.returning(PolicyVersion.id)).scalar_one())


def is_signed(connection: Connection, version: int) -> bool:
    """Whether a campaign that is no draft any more is bound to a version."""
    statement = (
        select(CampaignPolicy.campaign_id)
        .join(Campaign, Campaign.id == CampaignPolicy.campaign_id)
        .where(CampaignPolicy.version_id == version, Campaign.status != "draft")
    )
    return connection.execute(statement.limit(1)).first() is not None


def copy_version(connection: Connection, version: int) -> int:
    """A new version that says the same, with the same verification, signatures and local facts; its row number.

    A signature is of what was said then; `signing` finds whether that is still said.
    """
    row = connection.execute(select(PolicyVersion).where(PolicyVersion.id == version)).mappings()
    values = {**row.one(), "created_at": clock.now()}
    values["number"] += 1
    del values["id"]
    statement = insert(PolicyVersion).values(**values).returning(PolicyVersion.id)
    copy = int(connection.execute(statement).scalar_one())
    for table in (PolicyVerification, PolicySignOff, PolicyLocal):
        old = connection.execute(select(table).where(table.version_id == version)).mappings()
        rows = [{**one, "version_id": copy} for one in old]
        for one in rows:
            one.pop("id", None)
        if rows:
            connection.execute(insert(table), rows)
    return copy


def versions(
    connection: Connection, refs: list[str] | None = None, ids: list[int] | None = None
) -> list[Any]:
    """Newest version of each policy (or the versions `ids`), with who verified it."""
    statement = _newest() if ids is None else _exactly()
    if refs is not None:
        statement = statement.where(Policy.ref.in_(refs))
    given = {} if ids is None else {"versions": ids}
    return list(connection.execute(statement, given).mappings())


@cache
def _newest() -> Any:
    newest = (
        select(PolicyVersion.policy_id, func.max(PolicyVersion.number).label("number"))
        .group_by(PolicyVersion.policy_id)
        .subquery()
    )
    same = (newest.c.policy_id == PolicyVersion.policy_id) & (
        newest.c.number == PolicyVersion.number
    )
    return _versions().join(newest, same)


@cache
def _exactly() -> Any:
    """Made once: a sender asks for every chunk."""
    return _versions().where(among_named(PolicyVersion.id, "versions"))


def _versions() -> Any:
    successor = aliased(Policy)
    columns: tuple[Any, ...] = (
        Policy.ref, Policy.status, Policy.withdrawn_on, Policy.exit_note, Policy.review_due,
        successor.ref.label("successor"), PolicyVersion, PolicyVerification.by.label("verified_by"),
        PolicyVerification.at.label("verified_at"),
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(PolicyVersion)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .outerjoin(successor, successor.id == Policy.successor_id)
        .outerjoin(PolicyVerification, PolicyVerification.version_id == PolicyVersion.id)
        .order_by(Policy.ref, PolicyVersion.number)
    )


def version_ids(connection: Connection, ref: str) -> list[int]:
    """Row numbers of every version of a policy, oldest first."""
    statement = (
        select(PolicyVersion.id)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .where(Policy.ref == ref)
        .order_by(PolicyVersion.number)
    )
    return list(connection.scalars(statement))


def locals_of(connection: Connection, version_ids: list[int]) -> list[Any]:
    """Local facts of versions."""
    return list(connection.execute(_LOCALS, {"versions": version_ids}).mappings())


_LOCALS = select(PolicyLocal).where(among_named(PolicyLocal.version_id, "versions"))


def verify(connection: Connection, version: int, by: str) -> None:
    """Record that `by` checked a version; the first one stays."""
    statement = upsert(connection, PolicyVerification).values(
        version_id=version, by=by, at=clock.now()
    )
    connection.execute(statement.on_conflict_do_nothing())


def set_local(
    connection: Connection, version: int, region: str, values: Mapping[str, Any], on: date | None
) -> None:
    """Write what a region fills in; a second call replaces the first."""
    row = {"version_id": version, "region": region, "verified_on": on, **values}
    statement = upsert(connection, PolicyLocal).values(**row)
    changed = {key: value for key, value in row.items() if key not in ("version_id", "region")}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["version_id", "region"], set_=changed)
    )
