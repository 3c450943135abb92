"""Tables: campaigns, their steps, signatures, frozen audience and firings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, Code, Document, UtcDateTime


class Campaign(Base):
    """宣传任务: which policies, for whom, in which steps. After `submit` only its status moves."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="draft")
    region: Mapped[str] = mapped_column(Code, default="")
    message_class: Mapped[str] = mapped_column(Text, default="publicity")
    announce: Mapped[str] = mapped_column(Text, default="general")
    options: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    budget_fen: Mapped[int | None] = mapped_column(Integer)  # 1/100 yuan; None = no limit
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_by: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    frozen: Mapped[dict[str, Any] | None] = mapped_column(Document)
    frozen_hash: Mapped[str] = mapped_column(Text, default="")
    released: Mapped[bool] = mapped_column(
        Boolean, default=False
    )  # `run` was said after the approval
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(
            "status IN ('draft','submitted','approved','scheduled','running','paused','finished','cancelled')",
            name="status",
        ),
    )


class CampaignPolicy(Base):
    """A policy that a campaign tells about; the version is set at submit."""

    __tablename__ = "campaign_policy"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"))


class CampaignVariant(Base):
    """The exact text versions that were signed, by the place they take."""

    __tablename__ = "campaign_variant"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    policy: Mapped[str] = mapped_column(Text, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    form: Mapped[str] = mapped_column(Text, primary_key=True)
    announce: Mapped[str] = mapped_column(Text, primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))


class Step(Base):
    """One thing that a campaign does: a channel, a time, a condition. It is also its own schedule."""

    __tablename__ = "step"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(Text)
    condition: Mapped[str] = mapped_column(
        Text, default=""
    )  # '' everyone, 'unreached' nobody handed them anything yet
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None = as soon as released
    after_step: Mapped[int | None] = mapped_column(
        Integer
    )  # only when that step has nothing left in flight
    late_hours: Mapped[int] = mapped_column(
        Integer, default=24
    )  # later than this a person is asked
    options: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)

    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint(
            "channel IN ('sms','group','flyer','broadcast','visit','call')", name="channel"
        ),
    )


class SignOff(Base):
    """One signature of the chain, bound to the hash of what will be sent."""

    __tablename__ = "sign_off"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    level: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text)  # submitted approved returned
    by: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AudienceMember(Base):
    """One person for one policy, frozen at submit; later imports only take people out."""

    __tablename__ = "audience_member"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)
    certainty: Mapped[str] = mapped_column(Text)  # yes unknown
    wave: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (Index("ix_audience_member_person", "person_id"),)


class Firing(Base):
    """A step became due at a moment; the unique key makes it happen once, on however many machines."""

    __tablename__ = "firing"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("step.id"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fired_at: Mapped[datetime] = mapped_column(UtcDateTime)
    planned: Mapped[bool] = mapped_column(
        Boolean, default=False
    )  # all deliveries and batches are written
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # nothing was left in flight

    __table_args__ = (UniqueConstraint("step_id", "due_at"),)
