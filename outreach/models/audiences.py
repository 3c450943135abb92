"""Tables: saved segments, and proposals to tell people who have become eligible."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, Code, Document, UtcDateTime


class Segment(Base):
    """A saved rule about people (对象条件); `rule` is data, and may read what reach knows."""

    __tablename__ = "segment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    rule: Mapped[dict[str, Any]] = mapped_column(Document)
    region: Mapped[str] = mapped_column(Code, default="")  # of who made it
    by: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PolicyLook(Base):
    """On which day it was last looked for whom a policy has come to fit; `ended`: whether it had ended by then."""

    __tablename__ = "policy_look"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)
    on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended: Mapped[bool] = mapped_column(Boolean, default=False)


class Proposal(Base):
    """People for whom something has changed under one policy: "now eligible for…"; an officer decides.

    `key` says what it was made of, so that looking again makes no second one.
    """

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    kind: Mapped[str] = mapped_column(Text)
    since: Mapped[date]
    on: Mapped[date]
    people: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, default="open")
    campaign_id: Mapped[int | None] = mapped_column(BigId)
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("kind IN ('eligible','rule','ending','ended')", name="kind"),
        CheckConstraint("state IN ('open','accepted','dismissed')", name="state"),
    )


class ProposalPerson(Base):
    """Whom a proposal is about, and why: see `audiences.changes.schemas.WHY`, and `proposals.schemas`."""

    __tablename__ = "proposal_person"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    why: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_proposal_person", "person_id"),)
