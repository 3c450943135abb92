"""Tables: policies with versions, local facts, verification; and who was told, is aware, applied, received."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, Code, Document, UtcDateTime


class Policy(Base):
    """A benefit policy (惠民政策). What it says is in its versions."""

    __tablename__ = "policy"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(Text, unique=True)
    status: Mapped[str] = mapped_column(Text, default="live")  # live revising withdrawn
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))


class PolicyVersion(Base):
    """What a policy says, whole and never changed: `facts` is the document, `rule` who may claim."""

    __tablename__ = "policy_version"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    number: Mapped[int] = mapped_column(Integer)
    facts: Mapped[dict[str, Any]] = mapped_column(Document)
    rule: Mapped[dict[str, Any]] = mapped_column(Document)
    hash: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("policy_id", "number"),)


class PolicyVerification(Base):
    """A named user checked the facts of a version against their source."""

    __tablename__ = "policy_verification"

    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"), primary_key=True)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PolicyLocal(Base):
    """What a region fills in: parameters of the rule, amount, window, place, phone. The deepest region wins."""

    __tablename__ = "policy_local"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    region: Mapped[str] = mapped_column(Code)
    parameters: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    verified_by: Mapped[str] = mapped_column(Text, default="")
    verified_on: Mapped[date | None]

    __table_args__ = (UniqueConstraint("version_id", "region"),)


class Reach(Base):
    """One dated fact about a person and a policy; the first of its kind counts, so people count once.

    in_person 当面告知 · delivered 已送达 · published 已发布 · relayed 家人转告 are never added up silently.
    """

    __tablename__ = "reach"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    fact: Mapped[str] = mapped_column(Text, primary_key=True)
    on: Mapped[date]
    channel: Mapped[str] = mapped_column(Text, default="")
    delivery_id: Mapped[int | None] = mapped_column(BigId)

    __table_args__ = (
        CheckConstraint(
            "fact IN ('in_person','delivered','published','relayed','aware','applied','received')",
            name="fact",
        ),
        Index("ix_reach_person", "person_id"),
    )
