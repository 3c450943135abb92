"""Tables: what people do at doors, on the phone and in squares: words, tasks, helpers, duty, records."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

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

from outreach.models.base import Base, BigId, Code, Document, UtcDateTime


def _where(condition: str) -> dict[str, Any]:
    """An index of the few rows that have something there."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Word(Base):
    """One tap of a person about a delivery: told, not at home, posted, played. Undone ones stay, crossed out."""

    __tablename__ = "word"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    no: Mapped[int] = mapped_column(Integer)  # the attempt that it is about
    word: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_by: Mapped[str] = mapped_column(Text, default="")
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tap: Mapped[int | None] = mapped_column(
        ForeignKey("word.id")
    )  # the word with which it was said, where one tap meant several deliveries
    slot: Mapped[str] = mapped_column(Text, default="")  # of a broadcast: loudspeaker van market
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id")
    )  # whose record the word changed
    did: Mapped[dict[str, Any]] = mapped_column(
        Document, default=dict
    )  # what stood there before, so that it can be undone

    __table_args__ = (
        Index("ix_word_tap", "tap", **_where("tap IS NOT NULL")),
        Index("ix_word_person", "person_id", **_where("person_id IS NOT NULL")),
    )


class Task(Base):
    """Something that somebody must do for a household: 上门代办, a visit that was asked for, a call back. Open until it is closed."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Code)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    opened_by: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None] = mapped_column(Date)
    helper: Mapped[str] = mapped_column(Text, default="")  # whose it is; '' = nobody's yet
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # somebody works on it
    state: Mapped[str] = mapped_column(Text, default="open")
    result: Mapped[str] = mapped_column(Text, default="")
    closed_by: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("kind IN ('assist','visit','call_back','guardian','correct')", name="kind"),
        CheckConstraint("state IN ('open','done','dropped')", name="state"),
        Index("ix_task_open", "region", **_where("state = 'open'")),
        Index("ix_task_delivery", "delivery_id", **_where("delivery_id IS NOT NULL")),
    )


class HelperHousehold(Base):
    """政策明白人: which households somebody looks after, since when."""

    __tablename__ = "helper_household"

    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), primary_key=True)
    helper: Mapped[str] = mapped_column(Text, index=True)  # user_account.name
    since: Mapped[date] = mapped_column(Date)
    by: Mapped[str] = mapped_column(Text)


class Training(Base):
    """A helper was taught a policy, in this version."""

    __tablename__ = "training"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    helper: Mapped[str] = mapped_column(Text)
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("helper", "version_id", "on"),)


class Duty(Base):
    """值班: who answers questions where and when."""

    __tablename__ = "duty"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    region: Mapped[str] = mapped_column(Code, index=True)
    on: Mapped[date] = mapped_column(Date)
    starts: Mapped[str] = mapped_column(Text)  # HH:MM
    ends: Mapped[str] = mapped_column(Text)
    helper: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(Text, default="")  # of the office, printed as it is
    by: Mapped[str] = mapped_column(Text)


class PublicRecord(Base):
    """Media and events: published or held, with a head count; shown, never added to reach."""

    __tablename__ = "public_record"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)  # media event
    title: Mapped[str] = mapped_column(Text)
    where: Mapped[str] = mapped_column(Text, default="")  # paper, station, square, market
    region: Mapped[str] = mapped_column(Code, default="")
    on: Mapped[date] = mapped_column(Date)
    headcount: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_by: Mapped[str] = mapped_column(Text, default="")
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("kind IN ('media','event')", name="kind"),)
