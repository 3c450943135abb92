"""Tables: variants (one text per policy, channel, language, form and way of announcing, in versions)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, UtcDateTime

BUNDLE = "bundle"
"""Stands where a policy's name would: the text for somebody whom several policies of a campaign fit."""


class Variant(Base):
    """One text in one language for one channel; an edit is a new version, the old one stays.

    `form` is what officers call it (短信, 三句半, 一封信, 更正 …; templates/catalogue.toml), `announce` whom it
    speaks to: everybody, with the condition (general), or somebody who certainly qualifies (personal).
    """

    __tablename__ = "variant"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy: Mapped[str] = mapped_column(Text)  # a policy's ref, or BUNDLE
    channel: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    form: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text, default="")
    announce: Mapped[str] = mapped_column(Text, default="general")
    body: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)
    needs_review: Mapped[bool] = mapped_column(Boolean, default=False)
    follow_up: Mapped[bool] = mapped_column(Boolean, default=False)
    notes: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text, default="")  # '' = came with a file
    why: Mapped[str] = mapped_column(Text, default="")  # what its writer says about this version
    retired: Mapped[bool] = mapped_column(
        Boolean, default=False
    )  # the place is given up until somebody writes again
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("policy", "channel", "language", "form", "announce", "version", name="uq_variant_place_version"),
        CheckConstraint("announce IN ('general','personal')", name="announce"),
    )  # fmt: skip


class VariantReview(Base):
    """A named native speaker has read this version and stands for it."""

    __tablename__ = "variant_review"

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), primary_key=True)
    by: Mapped[str] = mapped_column(Text)
    on: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")
    entered_by: Mapped[str] = mapped_column(
        Text, default=""
    )  # the user who wrote the reader's name down
