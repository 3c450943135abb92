"""Tables: what is wrong with a campaign, to whom it is said, and whether it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, Code, Document, UtcDateTime


class Alert(Base):
    """Something to look at, as long as it lasts: `key` is free again when it is over."""

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    thing: Mapped[str] = mapped_column(Text)  # campaign:REF, policy:REF, survey:REF
    key: Mapped[str | None] = mapped_column(Text, unique=True)  # kind and thing while it lasts
    region: Mapped[str] = mapped_column(Code, default="")
    params: Mapped[dict[str, Any]] = mapped_column(
        Document, default=dict
    )  # the figures of its sentence
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_by: Mapped[str] = mapped_column(Text, default="")
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AlertTarget(Base):
    """Who is told: an e-mail address or the robot of an office group."""

    __tablename__ = "alert_target"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)  # encrypted
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # of a robot
    region: Mapped[str] = mapped_column(Code, default="")
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("kind IN ('email','robot')", name="kind"),
        UniqueConstraint("kind", "name"),
    )


class AlertSent(Base):
    """An alert on its way to a target: written before it goes, so that a crash never says it twice."""

    __tablename__ = "alert_sent"

    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("alert_target.id"), primary_key=True)
    state: Mapped[str] = mapped_column(Text, default="sending")
    error: Mapped[str] = mapped_column(Text, default="")
    tries: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("state IN ('sending','sent','failed','unknown')", name="state"),
    )
