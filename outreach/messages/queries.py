"""All SQL of the variants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select

from outreach import clock
from outreach.messages.schemas import Place
from outreach.models.campaigns import CampaignVariant
from outreach.models.messages import Variant, VariantReview
from outreach.store import upsert

_PLACE = tuple(getattr(Variant, name) for name in Place._fields)


def newest(connection: Connection, policies: list[str] | None = None) -> list[Any]:
    """The newest version of every variant, with who reviewed it."""
    # A version is never deleted, and ids rise with versions: the highest id at a place is the newest version.
    last = select(func.max(Variant.id).label("id")).group_by(*_PLACE).subquery()
    same = Variant.id == last.c.id
    statement = (
        select(Variant, VariantReview.by.label("reviewed_by"))
        .join(last, same)
        .outerjoin(VariantReview, VariantReview.variant_id == Variant.id)
        .order_by(*_PLACE)
    )
    if policies is not None:
        statement = statement.where(Variant.policy.in_(policies))
    return list(connection.execute(statement).mappings())


def frozen(connection: Connection, campaign: int) -> list[Any]:
    """The variants that a campaign signed."""
    statement = (
        select(Variant, VariantReview.by.label("reviewed_by"))
        .join(CampaignVariant, CampaignVariant.variant_id == Variant.id)
        .outerjoin(VariantReview, VariantReview.variant_id == Variant.id)
        .where(CampaignVariant.campaign_id == campaign)
        .order_by(*_PLACE)
    )
    return list(connection.execute(statement).mappings())


def add(connection: Connection, values: Mapping[str, Any]) -> int:
    """Write a version of a variant."""
    statement = insert(Variant).values(created_at=clock.now(), **values).returning(Variant.id)
    return int(connection.execute(statement).scalar_one())


def review(connection: Connection, variant: int, by: str, on: date, note: str) -> None:
    """A named reader stands for a version; the first one stays."""
    statement = upsert(connection, VariantReview).values(
        variant_id=variant, by=by, on=on, note=note
    )
    connection.execute(statement.on_conflict_do_nothing())
