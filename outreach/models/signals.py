"""Tables: what comes back from residents and offices: opinions, weekly counts of the hotline, counts of a policy's own outcome."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, Code, UtcDateTime


class Opinion(Base):
    """意见: what somebody said, where it came from, who deals with it, and what was answered."""

    __tablename__ = "opinion"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str | None] = mapped_column(
        Text, unique=True
    )  # so that a form sent twice is taken once
    source: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, default="other")
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    survey_id: Mapped[int | None] = mapped_column(ForeignKey("survey.id"))
    region: Mapped[str] = mapped_column(Code, default="")
    said: Mapped[str] = mapped_column(Text)  # encrypted
    contact: Mapped[str] = mapped_column(
        Text, default=""
    )  # encrypted; only when an answer is wanted
    by: Mapped[str] = mapped_column(Text, default="")  # who wrote it down; '' = the resident
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(Text, default="new")
    assigned: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")  # encrypted
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("source IN ('qr','door','phone','observer','survey','sms','hotline')", name="source"),
        CheckConstraint("kind IN ('question','problem','suggestion','thanks','other')", name="kind"),
        CheckConstraint("state IN ('new','taken','answered','closed')", name="state"),
        Index(
            "ix_opinion_open", "region",
            sqlite_where=text("state IN ('new','taken')"), postgresql_where=text("state IN ('new','taken')"),
        ),
    )  # fmt: skip


class OpinionMove(Base):
    """One move of an opinion, kept: who did what when, with the words of the time."""

    __tablename__ = "opinion_move"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    opinion_id: Mapped[int] = mapped_column(ForeignKey("opinion.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")  # encrypted
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class HotlineWeek(Base):
    """12345: how many calls of a week were about a policy. A signal, and no measure of awareness."""

    __tablename__ = "hotline_week"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    topic: Mapped[str] = mapped_column(Text, default="")  # as the hotline sorts: 咨询, 投诉
    region: Mapped[str] = mapped_column(Code)
    week: Mapped[date] = mapped_column(Date)  # its Monday
    calls: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("policy_id", "topic", "region", "week"),
        CheckConstraint("calls >= 0", name="calls"),
    )


class PolicyCount(Base):
    """办理数: a policy's own outcome as its office counts it, such as 参保率 = insured / ought to be, on a day."""

    __tablename__ = "policy_count"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    measure: Mapped[str] = mapped_column(Text)  # 参保率, 申领率, 覆盖率
    region: Mapped[str] = mapped_column(Code)
    on: Mapped[date] = mapped_column(Date)
    n: Mapped[int] = mapped_column(Integer)
    of: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("policy_id", "measure", "region", "on"),
        CheckConstraint('n >= 0 AND n <= "of" AND "of" > 0', name="n"),
    )
