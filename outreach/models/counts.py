"""Tables: counts that pages read, kept beside what they count, and what says that one of them is old.

Nothing here is a fact of its own: `outreach funnel rebuild` computes all of it again.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, Code, Document, UtcDateTime

EVERY_POLICY = 0
"""Stands in `reach_stale.policy_id` for all of them and for the register; no row has this number."""

REGISTER = -1
"""Stands in `policy_id` for no policy: people of a village as such, and who of them has no usable number."""


class ReachCount(Base):
    """People of one village for one policy (reports.schemas.PlaceCount): all columns from one look at the register."""

    __tablename__ = "reach_count"

    policy_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    village: Mapped[str] = mapped_column(Code, primary_key=True)
    eligible: Mapped[int] = mapped_column(Integer, default=0)
    unknown: Mapped[int] = mapped_column(Integer, default=0)
    in_person: Mapped[int] = mapped_column(Integer, default=0)
    delivered: Mapped[int] = mapped_column(Integer, default=0)
    relayed: Mapped[int] = mapped_column(Integer, default=0)
    published: Mapped[int] = mapped_column(Integer, default=0)
    applied: Mapped[int] = mapped_column(Integer, default=0)
    received: Mapped[int] = mapped_column(Integer, default=0)


class ReachPart(Base):
    """The same people divided. `about` says by what, `one` and `other` which part.

    untold: how far a message came, and why it was skipped. channel: grade of the proof, and its channel.
    language: language of the person ('' = that of the region), and grade of the proof ('' = never told).
    """

    __tablename__ = "reach_part"

    policy_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    village: Mapped[str] = mapped_column(Code, primary_key=True)
    about: Mapped[str] = mapped_column(Text, primary_key=True)
    one: Mapped[str] = mapped_column(Text, primary_key=True)
    other: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class ReachCounted(Base):
    """By which rule, for which day and installation a policy is counted. whole: each village has been counted once.

    seen: what is cheap to compare, whether anything may be different. basis: a hash of the question itself, as the
    database is asked it; another one makes all counts of the policy old. checked_at: when that was last looked at.
    """

    __tablename__ = "reach_counted"

    policy_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seen: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    home: Mapped[str] = mapped_column(Code)
    on: Mapped[date]
    whole: Mapped[bool] = mapped_column(default=False)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReachStale(Base):
    """A count that is old. SQLite's triggers write it; on PostgreSQL only the sweep does, from `reach_note`.

    since: when the first change came that is not counted, in seconds since 1970.
    """

    __tablename__ = "reach_stale"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_id: Mapped[int] = mapped_column(BigInteger)
    village: Mapped[str] = mapped_column(Code)
    since: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("policy_id", "village"),)


class ReachTaken(Base):
    """An old count that somebody computes at this moment; who has been gone too long has died over it."""

    __tablename__ = "reach_taken"

    policy_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    village: Mapped[str] = mapped_column(Code, primary_key=True)
    since: Mapped[int] = mapped_column(BigInteger)
    token: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReachNote(Base):
    """What a statement changed, one row each, so that writers never wait for each other (PostgreSQL only).

    kind: person (about policy_id), delivery, household: keys are row numbers; place, phone: codes of villages.
    """

    __tablename__ = "reach_note"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    policy_id: Mapped[int | None] = mapped_column(BigInteger)
    keys: Mapped[list[Any]] = mapped_column(Document)
    since: Mapped[int] = mapped_column(BigInteger)


class WhyDelta(Base):
    """A signed change of `why`; senders and receipts only insert, the sweep folds."""

    __tablename__ = "why_delta"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger)
    step_id: Mapped[int] = mapped_column(BigInteger)
    village: Mapped[str] = mapped_column(Code)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    n: Mapped[int] = mapped_column(Integer)


class WhyCount(Base):
    """Deliveries that were skipped, refused, not delivered or are not known, by the reason; the folded counts."""

    __tablename__ = "why_count"

    campaign_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    step_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    village: Mapped[str] = mapped_column(Code, primary_key=True)
    state: Mapped[str] = mapped_column(Text, primary_key=True)
    reason: Mapped[str] = mapped_column(Text, primary_key=True)
    error: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


class SpendDelta(Base):
    """A signed change of `spend_count`."""

    __tablename__ = "spend_delta"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger)
    step_id: Mapped[int] = mapped_column(BigInteger)
    parts: Mapped[int] = mapped_column(Integer)
    cost_fen: Mapped[int] = mapped_column(Integer)
    resent: Mapped[int] = mapped_column(Integer)


class SpendCount(Base):
    """Parts, money and messages sent again of one step, of attempts that the carrier took or may have taken."""

    __tablename__ = "spend_count"

    campaign_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    step_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    parts: Mapped[int] = mapped_column(BigInteger)
    cost_fen: Mapped[int] = mapped_column(BigInteger)
    resent: Mapped[int] = mapped_column(BigInteger)
