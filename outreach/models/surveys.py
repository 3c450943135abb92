"""Tables: surveys, their sealed samples, and what sampled people answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, Document, UtcDateTime


class Survey(Base):
    """One wave of one instrument about one policy; questions and headline are locked by their hash."""

    __tablename__ = "survey"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    wave: Mapped[int] = mapped_column(Integer, default=1)
    mode: Mapped[str] = mapped_column(Text, default="")  # how people are asked: 入户, 电话
    instrument: Mapped[dict[str, Any]] = mapped_column(Document)
    instrument_hash: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    seed: Mapped[str] = mapped_column(Text, default="")
    frame_hash: Mapped[str] = mapped_column(Text, default="")
    frame_size: Mapped[int] = mapped_column(Integer, default=0)
    base: Mapped[str] = mapped_column(Text, default="")  # in words: who could be drawn
    drawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    generated: Mapped[bool] = mapped_column(
        Boolean, default=False
    )  # answers were made up for a demonstration
    created_by: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Respondent(Base):
    """A sampled person: drawn with a known probability, whatever became of the interview."""

    __tablename__ = "respondent"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int] = mapped_column(Integer)
    weight: Mapped[float] = mapped_column(default=1.0)
    disposition: Mapped[str] = mapped_column(Text, default="")  # '' = nobody has reported yet
    asked_on: Mapped[date | None]
    interviewer: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint("survey_id", "person_id"),
        UniqueConstraint("survey_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )


class Answer(Base):
    """One answer of one respondent; the option's code as the instrument names it."""

    __tablename__ = "answer"

    respondent_id: Mapped[int] = mapped_column(ForeignKey("respondent.id"), primary_key=True)
    question: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
