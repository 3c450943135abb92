"""All SQL of the variants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, insert, select

from outreach import clock
from outreach.messages.schemas import Place
from outreach.models.campaigns import Campaign, CampaignVariant
from outreach.models.messages import Variant, VariantReview
from outreach.store import upsert

_PLACE = tuple(getattr(Variant, name) for name in Place._fields)
_AT_WORK = ("submitted", "approved", "scheduled", "running", "paused")
"""A campaign in one of these states sends, or will send, the versions that it signed."""


def newest(connection: Connection, policies: Sequence[str] | None = None) -> list[Any]:
    """The newest version of every variant that is not retired, with who reviewed it."""
    # A version is never deleted, and ids rise with versions: the highest id at a place is the newest version.
    last = select(func.max(Variant.id).label("id")).group_by(*_PLACE).subquery()
    statement = _read().join(last, Variant.id == last.c.id).where(Variant.retired.is_(False))
    if policies is not None:
        statement = statement.where(Variant.policy.in_(policies))
    return list(connection.execute(statement.order_by(*_PLACE)).mappings())


def frozen(connection: Connection, campaign: int) -> list[Any]:
    """The variants that a campaign signed."""
    return list(connection.execute(_frozen(), {"campaign": campaign}).mappings())


@cache
def _frozen() -> Select[*tuple[Any, ...]]:
    return (
        _read()
        .join(CampaignVariant, CampaignVariant.variant_id == Variant.id)
        .where(CampaignVariant.campaign_id == bindparam("campaign"))
        .order_by(*_PLACE)
    )


def history(connection: Connection, place: Place) -> list[Any]:
    """Every version at a place, newest first, retired ones too."""
    statement = _read().where(_at(place)).order_by(Variant.version.desc())
    return list(connection.execute(statement).mappings())


def signed(connection: Connection, policies: Iterable[str]) -> list[Any]:
    """(place…, version, campaign's ref and title) for each text that a campaign at work has signed."""
    statement = (
        select(*_PLACE, Variant.version, Campaign.ref, Campaign.title)
        .join(CampaignVariant, CampaignVariant.variant_id == Variant.id)
        .join(Campaign, Campaign.id == CampaignVariant.campaign_id)
        .where(Campaign.status.in_(_AT_WORK), Variant.policy.in_(list(policies)))
        .order_by(Campaign.id)
    )
    return list(connection.execute(statement).mappings())


def from_files(connection: Connection) -> list[Any]:
    """(place…, version, hash, title, notes, follow_up) of every version that came with a file."""
    columns = (Variant.version, Variant.hash, Variant.title, Variant.notes, Variant.follow_up)
    statement = select(*_PLACE, *columns).where(Variant.by == "")
    return list(connection.execute(statement).mappings())


def last_versions(connection: Connection) -> dict[Place, Any]:
    """The last version at every place, retired or not."""
    last = select(func.max(Variant.id)).group_by(*_PLACE)
    rows = connection.execute(_read().where(Variant.id.in_(last))).mappings()
    return {Place(*(row[name] for name in Place._fields)): row for row in rows}


def _read() -> Select[*tuple[Any, ...]]:
    return select(
        Variant,
        VariantReview.by.label("reviewed_by"),
        VariantReview.on.label("reviewed_on"),
        VariantReview.note.label("review_note"),
        VariantReview.entered_by.label("review_entered_by"),
    ).outerjoin(VariantReview, VariantReview.variant_id == Variant.id)


def _at(place: Place) -> ColumnElement[bool]:
    return and_(*(column == value for column, value in zip(_PLACE, place, strict=True)))


def add(connection: Connection, values: Mapping[str, Any]) -> int:
    """Write a version of a variant."""
    statement = insert(Variant).values(created_at=clock.now(), **values).returning(Variant.id)
    return int(connection.execute(statement).scalar_one())


def add_if_next(connection: Connection, values: Mapping[str, Any]) -> int | None:
    """Write a version of a variant; None when somebody wrote that version in the meantime."""
    statement = (
        upsert(connection, Variant)
        .values(created_at=clock.now(), **values)
        .on_conflict_do_nothing(index_elements=[*Place._fields, "version"])
        .returning(Variant.id)
    )
    key = connection.execute(statement).scalar_one_or_none()
    return None if key is None else int(key)


def review(connection: Connection, variant: int, values: Mapping[str, Any]) -> bool:
    """A named reader stands for a version; the first one stays. values: by, on, note, entered_by."""
    statement = upsert(connection, VariantReview).values(variant_id=variant, **values)
    written = statement.on_conflict_do_nothing().returning(VariantReview.variant_id)
    return connection.execute(written).scalar_one_or_none() is not None


def carry_review(connection: Connection, before: int, after: int) -> None:
    """The reader of a version stands for the next one too, when its words are the same."""
    names = ("by", "on", "note", "entered_by")
    chosen = select(*(getattr(VariantReview, name) for name in names)).where(
        VariantReview.variant_id == before
    )
    row = connection.execute(chosen).mappings().one_or_none()
    if row is not None:
        review(connection, after, dict(row))


def review_values(by: str, on: date, note: str, entered_by: str) -> dict[str, Any]:
    """The columns of a review."""
    return {"by": by, "on": on, "note": note, "entered_by": entered_by}
