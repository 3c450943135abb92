"""Tables: deliveries, attempts, outcomes, receipts, and the work lists of the senders.

A delivery is never updated. Its state is defined once, in the view `delivery_state`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, Code, Document, Key, UtcDateTime


class Account(Base):
    """An account at a carrier (or a pile of paper): how fast, for how much, and where its data goes."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    channel: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)  # name in channels.registry
    per_second: Mapped[float] = mapped_column(default=1.0)
    billing: Mapped[str] = mapped_column(Text, default="china")
    part_fen: Mapped[int] = mapped_column(Integer, default=0)  # price of one part, 1/100 yuan
    options: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)


class Filing(Base):
    """报备: how far an account's signature, or the template of a text, is with the carrier.

    An account that asks for filing (`options.filing`) sends nothing that is not filed.
    """

    __tablename__ = "filing"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(Text)  # signature template
    name: Mapped[str] = mapped_column(Text)  # the signature, or the place of the text
    text_hash: Mapped[str] = mapped_column(Text, default="")  # of the version that was handed in
    number: Mapped[str] = mapped_column(Text, default="")  # the carrier's template id
    parameters: Mapped[list[Any]] = mapped_column(Document, default=list)  # variables, in order
    status: Mapped[str] = mapped_column(Text, default="none")
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("account_id", "kind", "name", "text_hash"),
        CheckConstraint("kind IN ('signature','template')", name="kind"),
        CheckConstraint("status IN ('none','pending','filed','rejected')", name="status"),
    )


class TransferBasis(Base):
    """On what ground residents' data may go to a carrier outside the mainland: recorded by an administrator."""

    __tablename__ = "transfer_basis"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    place: Mapped[str] = mapped_column(Text)  # where the data goes, as the provider says
    basis: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GroupChat(Base):
    """A residents' group that a robot can post to; `address` (the robot's key) is encrypted."""

    __tablename__ = "group_chat"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    region: Mapped[str] = mapped_column(Code, index=True)
    name: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    address: Mapped[str] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("region", "name"),)


class Delivery(Base):
    """One thing handed over once: to a person, a household, a group or a region."""

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    step_id: Mapped[int] = mapped_column(ForeignKey("step.id"))
    firing_id: Mapped[int] = mapped_column(ForeignKey("firing.id"))
    kind: Mapped[str] = mapped_column(Text)
    addressee: Mapped[int] = mapped_column(BigInteger)
    address_key: Mapped[bytes | None] = mapped_column(Key)
    language: Mapped[str] = mapped_column(Text, default="")
    village: Mapped[str] = mapped_column(Code, default="")
    age_band: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint(
            "campaign_id", "step_id", "firing_id", "kind", "addressee", name="uq_delivery_addressee"
        ),
        UniqueConstraint(
            "campaign_id", "step_id", "firing_id", "address_key", name="uq_delivery_address"
        ),
        CheckConstraint("kind IN ('person','household','group','region')", name="kind"),
        Index(
            "ix_delivery_group",
            "addressee",
            sqlite_where=text("kind = 'group'"),
            postgresql_where=text("kind = 'group'"),
        ),
    )


class DeliverySubject(Base):
    """Whom a delivery serves, about which policy; reach, erasure and skip reasons read only this.

    reason: why the newest attempt left exactly this out while the rest of the delivery went; '' = it did not.
    """

    __tablename__ = "delivery_subject"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))

    __table_args__ = (
        Index("ix_delivery_subject_person", "person_id"),
        Index(
            "ix_delivery_subject_left_out", "delivery_id",
            sqlite_where=text("reason <> ''"), postgresql_where=text("reason <> ''"),
        ),
    )  # fmt: skip


class DeliveryBatch(Base):
    """A range of deliveries to be handed over: `next` moves in the transaction that writes the attempts."""

    __tablename__ = "delivery_batch"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    step_id: Mapped[int] = mapped_column(ForeignKey("step.id"))
    firing_id: Mapped[int] = mapped_column(ForeignKey("firing.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    lo: Mapped[int] = mapped_column(BigInteger)
    hi: Mapped[int] = mapped_column(BigInteger)
    next: Mapped[int] = mapped_column(BigInteger)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(Text, default="open")  # open done
    lease_no: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("firing_id", "lo"),
        CheckConstraint("state IN ('open','done')", name="state"),
        Index(
            "ix_delivery_batch_open", "account_id", "due_at",
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
    )  # fmt: skip


class DeliveryAgain(Base):
    """A delivery that somebody must come back to; never put back into a range.

    In flight (its sender may be dead), deferred, to be looked up, to be sent once more, or waiting for
    a person. The row is written with the attempt and goes with its outcome, so the list never grows
    with what was sent.
    """

    __tablename__ = "delivery_again"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)  # outreach.deliveries.states.Why
    looks: Mapped[int] = mapped_column(Integer, default=0)
    lease_no: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_delivery_again_due", "account_id", "due_at"),)


class Attempt(Base):
    """What was handed over, as it was; written and committed before the carrier is called."""

    __tablename__ = "attempt"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    no: Mapped[int] = mapped_column(Integer, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(Text, default="")  # encrypted
    body: Mapped[str] = mapped_column(Text, default="")  # encrypted
    parts: Mapped[int] = mapped_column(Integer, default=0)
    cost_fen: Mapped[int] = mapped_column(Integer, default=0)
    resent: Mapped[bool] = mapped_column(Boolean, default=False)  # sent again after an unknown
    variant_id: Mapped[int] = mapped_column(
        Integer, default=0, server_default=text("0")
    )  # the text version that was sent; 0 = none

    __table_args__ = (Index("ix_attempt_deadline", "account_id", "deadline"),)


class Outcome(Base):
    """What became of an attempt; inserted once, later only raised. No 0 is a skip without an attempt."""

    __tablename__ = "outcome"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    no: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    rank: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    provider_id: Mapped[str | None] = mapped_column(Text, unique=True)
    error: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        CheckConstraint(
            "state IN ('skipped','unknown','deferred','accepted','refused','undelivered','delivered')",
            name="state",
        ),
    )


class Receipt(Base):
    """Every event that a carrier reports, kept even when it tells nothing new."""

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    provider_id: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)  # the carrier's word
    error: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(Text)  # ours
    verdict: Mapped[str] = mapped_column(Text, default="")  # channels.base.Verdict
    delivery_id: Mapped[int | None] = mapped_column(BigInteger)
    no: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied: Mapped[bool] = mapped_column(Boolean, default=False)

    __table_args__ = (
        UniqueConstraint("provider_id", "status", "error"),
        Index(
            "ix_receipt_waiting", "id",
            sqlite_where=text("applied = 0"),
            postgresql_where=text("NOT applied"),
        ),
    )  # fmt: skip


class AccountPace(Base):
    """When an account may send next; taking a slot moves it on, in the transaction of the attempts."""

    __tablename__ = "account_pace"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    next_free_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # by the clock of whoever took it: one that was set back since makes the slot void


class Counter(Base):
    """Caps and budgets: taken by a conditional upsert in the transaction that writes the attempts."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, default=0)


class ContactDay(Base):
    """How often a number was written to on a day, by text: what caps over all campaigns are counted from.

    Taken in the transaction that writes the attempts, and forgotten after the longest time that a cap looks back.
    text: a digest of the words, so that a carrier's rule about equal texts can be kept. publicity: how many of `n`
    were 宣传, which alone are capped.
    """

    __tablename__ = "contact_day"

    address_key: Mapped[bytes] = mapped_column(Key, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    text: Mapped[bytes] = mapped_column(Key, primary_key=True)
    n: Mapped[int] = mapped_column(Integer, default=0)
    publicity: Mapped[int] = mapped_column(Integer, default=0)


class FunnelDelta(Base):
    """A signed change of a count; senders and receipts only insert, the minute sweep folds."""

    __tablename__ = "funnel_delta"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger)
    step_id: Mapped[int] = mapped_column(BigInteger)
    village: Mapped[str] = mapped_column(Code)
    age_band: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    n: Mapped[int] = mapped_column(Integer)


class Funnel(Base):
    """逐级情况: the folded counts; a page adds the deltas that are not folded yet."""

    __tablename__ = "funnel"

    campaign_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    step_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    village: Mapped[str] = mapped_column(Code, primary_key=True)
    age_band: Mapped[str] = mapped_column(Text, primary_key=True)
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)


DELIVERY_STATE = """
CREATE VIEW delivery_state AS
SELECT d.id AS delivery_id, d.campaign_id, d.step_id, d.kind, d.addressee, d.language, d.village, d.age_band,
       CASE WHEN o.no IS NULL AND a.no IS NULL THEN 'planned'
            WHEN a.no IS NOT NULL AND (o.no IS NULL OR a.no > o.no) THEN 'waiting'
            WHEN o.state = 'deferred' THEN 'waiting'
            ELSE o.state END AS state,
       COALESCE(a.no, 0) AS attempts, o.provider_id, o.error, o.reason
FROM delivery d
LEFT JOIN outcome o ON o.delivery_id = d.id
     AND o.no = (SELECT MAX(x.no) FROM outcome x WHERE x.delivery_id = d.id)
LEFT JOIN attempt a ON a.delivery_id = d.id
     AND a.no = (SELECT MAX(y.no) FROM attempt y WHERE y.delivery_id = d.id)
"""
"""The one definition of a delivery's state: planned, waiting, accepted, delivered, undelivered, refused,
skipped, unknown."""

delivery_state = Table(
    "delivery_state",
    MetaData(),  # a view: Alembic must not take it for a table
    Column("delivery_id", BigInteger),
    Column("campaign_id", BigInteger),
    Column("step_id", BigInteger),
    Column("kind", Text),
    Column("addressee", BigInteger),
    Column("language", Text),
    Column("village", Code),
    Column("age_band", Text),
    Column("state", Text),
    Column("attempts", Integer),
    Column("provider_id", Text),
    Column("error", Text),
    Column("reason", Text),
)
