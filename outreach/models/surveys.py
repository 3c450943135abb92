"""Tables: surveys, their sealed samples, what sampled people answered, and what volunteers said of themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, Code, Document, UtcDateTime


class Survey(Base):
    """One wave of one instrument; questions, base, headline and size are locked by their hash."""

    __tablename__ = "survey"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, default="awareness", server_default=text("'awareness'"))
    policy_id: Mapped[int | None] = mapped_column(
        ForeignKey("policy.id")
    )  # None: about no single policy
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    region: Mapped[str] = mapped_column(
        Code, default="", server_default=text("''")
    )  # where it asks; '' = wherever the register reaches
    wave: Mapped[int] = mapped_column(Integer, default=1)
    follows_id: Mapped[int | None] = mapped_column(
        ForeignKey("survey.id")
    )  # the earlier wave that it repeats: with `panel` the same people, else new ones
    panel: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    mode: Mapped[str] = mapped_column(Text, default="")  # how people are asked: 入户, 电话
    instrument: Mapped[dict[str, Any]] = mapped_column(Document)
    instrument_hash: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    seed: Mapped[str] = mapped_column(Text, default="")
    design: Mapped[dict[str, Any]] = mapped_column(
        Document, default=dict, server_default=text("'{}'")
    )  # how it is to be drawn and weighted
    design_hash: Mapped[str] = mapped_column(
        Text, default="", server_default=text("''")
    )  # of base, size, seed and design, as they were written down; '' = from before they were locked
    frame_hash: Mapped[str] = mapped_column(Text, default="")
    frame_size: Mapped[int] = mapped_column(Integer, default=0)
    frame: Mapped[dict[str, Any]] = mapped_column(
        Document, default=dict, server_default=text("'{}'")
    )  # strata, margins, coverage when drawn
    base: Mapped[str] = mapped_column(Text, default="")  # in words: who could be drawn
    drawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opens_on: Mapped[date | None] = mapped_column(Date)  # fieldwork from
    closes_on: Mapped[date | None] = mapped_column(Date)  # to, both included
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # nothing is recorded after it
    closed_by: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    generated: Mapped[bool] = mapped_column(
        Boolean, default=False
    )  # answers were made up for a demonstration
    created_by: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(
            "kind IN ('awareness','needs','satisfaction','experience','quiz')", name="kind"
        ),
    )


class Respondent(Base):
    """A sampled person: drawn with a known probability, whatever became of the interview."""

    __tablename__ = "respondent"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number: Mapped[int] = mapped_column(Integer)
    weight: Mapped[float] = mapped_column(default=1.0)  # 1 / probability of being drawn
    stratum: Mapped[str] = mapped_column(
        Text, default="", server_default=text("''")
    )  # a key of survey.frame["strata"]
    cluster: Mapped[str] = mapped_column(
        Text, default="", server_default=text("''")
    )  # the drawn village; '' = drawn person by person
    reserve: Mapped[int] = mapped_column(
        Integer, default=0, server_default=text("0")
    )  # 0 the sample, else the reserve batch
    released_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # when a reserve batch was taken up
    traits: Mapped[dict[str, Any]] = mapped_column(
        Document, default=dict, server_default=text("'{}'")
    )  # as they were when drawn
    assigned: Mapped[str] = mapped_column(
        Text, default="", server_default=text("''")
    )  # the interviewer's account
    mode: Mapped[str] = mapped_column(
        Text, default="", server_default=text("''")
    )  # how this one was asked; '' = as the survey says
    disposition: Mapped[str] = mapped_column(Text, default="")  # '' = nobody has reported yet
    asked_on: Mapped[date | None]
    interviewer: Mapped[str] = mapped_column(Text, default="")
    call_back: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false()
    )  # drawn to be asked again by somebody else
    call_back_by: Mapped[str] = mapped_column(
        Text, default="", server_default=text("''")
    )  # by which account; '' = nobody's yet

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


class SurveyEntry(Base):
    """One try at one respondent as an interviewer typed it, on paper or on a phone; kept whatever came later.

    `key` is made by the phone, so that a queue sent twice is taken once.
    """

    __tablename__ = "survey_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    respondent_id: Mapped[int] = mapped_column(ForeignKey("respondent.id"), index=True)
    disposition: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    asked_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was taken in
    state: Mapped[str] = mapped_column(Text, default="taken")

    __table_args__ = (CheckConstraint("state IN ('taken','set_aside')", name="state"),)


class CallBack(Base):
    """复核: somebody else asks a respondent again, to see whether the interview took place and says the same."""

    __tablename__ = "call_back"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    respondent_id: Mapped[int] = mapped_column(ForeignKey("respondent.id"), index=True)
    on: Mapped[date] = mapped_column(Date)
    result: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("respondent_id", "by", "on"),
        CheckConstraint(
            "result IN ('confirmed','not_interviewed','not_reached','refused')", name="result"
        ),
    )


class VolunteerAnswer(Base):
    """自愿填答: somebody answered by themselves; nobody knows who, so it stands for nobody else."""

    __tablename__ = "volunteer_answer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    source: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("source IN ('qr','sms','online')", name="source"),)


class SurveyPanel(Base):
    """政策体验官: who takes part in an experience survey by their own choice; not representative, and said so."""

    __tablename__ = "survey_panel"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    panel: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    by: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_survey_panel_name", "panel"),)
