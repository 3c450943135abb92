"""Tables: accounts and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, Code, Document, UtcDateTime


class User(Base):
    """An account: a role, and the region that it may see."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    display: Mapped[str] = mapped_column(Text, default="")
    role: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Code, default="")
    lists: Mapped[list[str]] = mapped_column(
        Document, default=list
    )  # what a department may hand in
    password: Mapped[str] = mapped_column(Text, default="")  # Argon2id; '' = cannot log in
    session_no: Mapped[int] = mapped_column(Integer, default=0)  # raised to end all sessions
    failures: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(
            "role IN ('officer','worker','manager','admin','evaluator','interviewer','observer','department')",
            name="role",
        ),
    )


class AuditEntry(Base):
    """Who did what to which thing; only ever added to."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    thing: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
