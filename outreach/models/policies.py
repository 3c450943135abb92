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
    withdrawn_on: Mapped[date | None]
    exit_note: Mapped[str] = mapped_column(Text, default="")  # what a 停办告知 says
    review_due: Mapped[date | None]


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


class PolicySignOff(Base):
    """A department stands for the facts of a version: the owning one, and each co-department.

    `digest` is what it stood for: the document and what regions filled in. When that changes, it must sign again.
    """

    __tablename__ = "policy_sign_off"

    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"), primary_key=True)
    department: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PolicyReview(Base):
    """The yearly look at a policy: what was found, and whether it is kept, changed or withdrawn."""

    __tablename__ = "policy_review"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    on: Mapped[date]
    by: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    figures: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)

    __table_args__ = (CheckConstraint("outcome IN ('keep','change','withdraw')", name="outcome"),)


class PolicyConflict(Base):
    """Two live policies say different things; somebody has settled it, and said how.

    `said` is a hash of what both said; when one of them says something else, it is open again.
    """

    __tablename__ = "policy_conflict"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    about: Mapped[str] = mapped_column(Text)
    said: Mapped[str] = mapped_column(Text, default="")
    settled: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("one_id", "other_id", "about"),)


class PolicyList(Base):
    """A list of who applied or received, complete for a region up to its cut-off date.

    Somebody registered there who is not on it has not applied (received) by that date. Above 5 % unmatched rows what
    follows from it is an estimate.
    """

    __tablename__ = "policy_list"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    fact: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Code, default="")
    cut_off: Mapped[date]
    rows: Mapped[int] = mapped_column(Integer)
    unmatched: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text)
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    purpose: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("fact IN ('applied','received')", name="fact"),)


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
