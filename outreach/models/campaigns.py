"""Tables: campaigns, their steps, signatures, rehearsals, frozen audience, waves and firings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
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


class Sketch(Base):
    """A campaign that somebody is still writing on the page: the keys of its document so far.

    It becomes a draft, or changes the draft `campaign_id`; then the row goes. `revision` rises with every page kept.
    """

    __tablename__ = "campaign_sketch"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), unique=True)
    region: Mapped[str] = mapped_column(Code, default="")  # of whoever began it
    document: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    revision: Mapped[int] = mapped_column(Integer, default=0)
    created_by: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
    paper_id: Mapped[int | None] = mapped_column(
        ForeignKey("signed_paper.id")
    )  # signed with a pen; `by` is then who recorded it


class SignedPaper(Base):
    """The scan of a signed 发送审批单, which stands for one level of the chain; recorded by a second person.

    The file lies in the data folder under its digest; `hash` is the content that the paper shows.
    """

    __tablename__ = "signed_paper"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    level: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)
    signer: Mapped[str] = mapped_column(Text)  # whose signature stands on it
    signed_on: Mapped[date] = mapped_column(Date)
    file: Mapped[str] = mapped_column(Text)  # as it was called where it came from
    media: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of the file
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Override(Base):
    """A named person let something pass that a check had stopped, and why."""

    __tablename__ = "override"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    code: Mapped[str] = mapped_column(Text)  # of the check's finding
    subject: Mapped[str] = mapped_column(Text, default="")  # which list, account or step
    state: Mapped[str] = mapped_column(
        Text, default=""
    )  # what was let pass (a list's date): another one is asked about anew
    said: Mapped[str] = mapped_column(Text, default="")  # what the check had said, for people
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Rehearsal(Base):
    """三网测试: one message to a test phone of one operator network, before a campaign is scheduled."""

    __tablename__ = "rehearsal"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("step.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    network: Mapped[str] = mapped_column(Text)  # mobile unicom telecom broadcast
    address: Mapped[str] = mapped_column(Text)  # encrypted
    body: Mapped[str] = mapped_column(Text)  # encrypted
    variant_id: Mapped[int] = mapped_column(Integer, default=0)
    hash: Mapped[str] = mapped_column(
        Text, default=""
    )  # of the content that was rehearsed: campaign.frozen_hash
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(Text, default="")  # '' on its way; else the carrier's word
    provider_id: Mapped[str | None] = mapped_column(Text, unique=True)
    error: Mapped[str] = mapped_column(Text, default="")
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of the last word


class AudienceMember(Base):
    """One person for one policy, frozen at submit; later imports only take people out."""

    __tablename__ = "audience_member"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)
    certainty: Mapped[str] = mapped_column(Text)  # yes unknown
    wave: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (Index("ix_audience_member_person", "person_id"),)


class CampaignWave(Base):
    """分批推送: when a wave of the audience has its turn; the last one is the comparison until then.

    personal: only steps that speak to people and households serve it, because its people are some of a place (who
    asked, who would lose the right before their turn); a post would tell their neighbours.
    """

    __tablename__ = "campaign_wave"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)  # audience_member.wave
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    comparison: Mapped[bool] = mapped_column(Boolean, default=False)
    personal: Mapped[bool] = mapped_column(Boolean, default=False)


class WaveMove(Base):
    """Somebody who is told in another wave than the one that was drawn; a comparison of waves must know it."""

    __tablename__ = "wave_move"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    drawn: Mapped[int] = mapped_column(Integer)  # 0 = was in no draw
    wave: Mapped[int] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(Text)  # asked household losing
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_wave_move_person", "person_id"),
        CheckConstraint("why IN ('asked','household','losing')", name="why"),
    )


class StepTarget(Base):
    """A step that is only for some of the audience: those named here (a resend, a correction)."""

    __tablename__ = "step_target"

    step_id: Mapped[int] = mapped_column(ForeignKey("step.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)

    __table_args__ = (Index("ix_step_target_person", "person_id"),)


class Firing(Base):
    """A step became due at a moment; the unique key makes it happen once, on however many machines."""

    __tablename__ = "firing"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("step.id"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fired_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wave: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))  # 0 = everybody
    planned: Mapped[bool] = mapped_column(
        Boolean, default=False
    )  # all deliveries and batches are written
    planned_to: Mapped[int] = mapped_column(
        BigInteger, default=0, server_default=text("0")
    )  # people below this one are planned: a killed planner goes on here
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # nothing was left in flight

    __table_args__ = (UniqueConstraint("step_id", "due_at"),)


class FiringMember(Base):
    """Whom a firing of a recurring step is for: found anew by its rule when it became due."""

    __tablename__ = "firing_member"

    firing_id: Mapped[int] = mapped_column(ForeignKey("firing.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)

    __table_args__ = (Index("ix_firing_member_person", "person_id"),)
