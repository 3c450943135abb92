"""Tables: regions, households, people and where their facts come from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, BigId, Code, Document, Key, UtcDateTime


class Region(Base):
    """A place at one of five levels, or a local level (grid) below: the code is the parent's code and more."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(Code, unique=True)
    name: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)  # province prefecture county town village grid
    parent: Mapped[str] = mapped_column(Code, default="")
    dialect: Mapped[str] = mapped_column(Text, default="")  # '' = that of the region above
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor: Mapped[str] = mapped_column(Code, default="")


class ImportRun(Base):
    """One file that was taken in: who, when, for what purpose, with which columns and result.

    A long import is a job: `state` moves waiting → checking → writing → finished, or ends as cancelled or failed;
    a finished one may be undone. `done` of `total` rows tells how far the present state has come.
    `list_ref` is what an office's own list was about (income.dibao, applied:elder-80); its rows name people who are
    registered already.
    """

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_name: Mapped[str] = mapped_column(Text)
    file_hash: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    purpose: Mapped[str] = mapped_column(Text, default="")
    mapping: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    rows: Mapped[int] = mapped_column(Integer, default=0)
    accepted: Mapped[int] = mapped_column(Integer, default=0)
    rejected: Mapped[int] = mapped_column(Integer, default=0)
    duplicates: Mapped[int] = mapped_column(Integer, default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(Text, default="finished")
    options: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    total: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the process was alive
    stop: Mapped[bool] = mapped_column(Boolean, default=False)  # somebody asked it to end
    result: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str] = mapped_column(Text, default="")
    members: Mapped[bytes | None] = mapped_column(LargeBinary)  # who was in the file, packed
    list_ref: Mapped[str] = mapped_column(Text, default="")  # '' = a register of people


class ImportChange(Base):
    """What stood in a row before an import changed it, so that the import can be undone.

    `before` holds the changed columns only: dates as ISO text, keys as hex, what is encrypted stays encrypted.
    A person whom the import added has no row here: `person.first_import_id` says so.
    """

    __tablename__ = "import_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    kind: Mapped[str] = mapped_column(Text)  # person household
    row_id: Mapped[int] = mapped_column(BigId)
    before: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("import_id", "kind", "row_id"),
        Index("ix_import_change_row", "kind", "row_id"),
    )


class Household(Base):
    """People who live together and get one sheet. `number` is a keyed hash of the 户号, where a list gives one."""

    __tablename__ = "household"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[bytes] = mapped_column(Key, unique=True)
    region: Mapped[str] = mapped_column(Code, default="", index=True)
    head_id: Mapped[int | None] = mapped_column(BigId)
    address: Mapped[str] = mapped_column(Text, default="")  # encrypted
    complete: Mapped[bool] = mapped_column(Boolean, default=False)
    stopped: Mapped[bool] = mapped_column(Boolean, default=False)  # a worker stopped all messages
    first_import_id: Mapped[int | None] = mapped_column(BigId)  # the import that added it


_MATCH = (
    "sex", "hukou_region", "hukou_type", "circumstances", "circumstances_known", "income_month",
    "household_size", "paid_months", "paid_months_running", "job_kind", "language", "status",
)  # fmt: skip


def _where(condition: str) -> dict[str, Any]:
    """An index of the few rows that have something there."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Person(Base):
    """A resident. Facts of a rule are in clear, because rules read them; who it is, is encrypted.

    `circumstances` ⊆ `circumstances_known`: a bit that is not known never decides anything.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    relation: Mapped[str] = mapped_column(Text, default="")
    region: Mapped[str] = mapped_column(Code, default="")
    hukou_region: Mapped[str] = mapped_column(Code, default="")
    hukou_type: Mapped[str] = mapped_column(Text, default="")  # rural urban resident, '' unknown
    birth: Mapped[date | None]
    sex: Mapped[str] = mapped_column(Text, default="")  # M F, '' unknown
    circumstances: Mapped[int] = mapped_column(BigInteger, default=0)
    circumstances_known: Mapped[int] = mapped_column(BigInteger, default=0)
    income_month: Mapped[int | None] = mapped_column(Integer)
    household_size: Mapped[int | None] = mapped_column(Integer)
    paid_months: Mapped[int | None] = mapped_column(Integer)  # 累计缴费月数
    paid_months_running: Mapped[int | None] = mapped_column(Integer)  # 连续缴费月数
    job_kind: Mapped[str] = mapped_column(Text, default="")  # worker cadre, '' unknown
    facts_on: Mapped[date | None]  # the date for which the circumstance bits are true
    language: Mapped[str] = mapped_column(Text, default="")  # '' = that of the region
    status: Mapped[str] = mapped_column(Text, default="active")  # active deceased moved
    synthetic: Mapped[bool] = mapped_column(Boolean, default=False)
    needs: Mapped[str] = mapped_column(Text, default="")  # words of NEEDS: cannot read, see, hear
    merged_into: Mapped[int | None] = mapped_column(
        BigId
    )  # this record was found to be that person

    name: Mapped[str] = mapped_column(Text, default="")  # encrypted
    phone: Mapped[str] = mapped_column(Text, default="")  # encrypted
    phone_kind: Mapped[str] = mapped_column(Text, default="")  # own family clerk unknown landline
    phone_closed: Mapped[bool] = mapped_column(Boolean, default=False)
    id_last4: Mapped[str] = mapped_column(Text, default="")
    id_key: Mapped[bytes | None] = mapped_column(Key, unique=True)
    phone_key: Mapped[bytes | None] = mapped_column(Key, index=True)
    name_key: Mapped[bytes | None] = mapped_column(Key, index=True)
    masked_key: Mapped[bytes | None] = mapped_column(Key, index=True)

    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))
    first_import_id: Mapped[int | None] = mapped_column(BigId)  # the import that added the person
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        # So that nobody is looked for in the whole register when a person is deleted.
        Index("ix_person_guardian", "guardian_id", **_where("guardian_id IS NOT NULL")),
        Index("ix_person_contact", "contact_id", **_where("contact_id IS NOT NULL")),
        CheckConstraint("circumstances & ~circumstances_known = 0", name="known"),
        CheckConstraint(
            "typeof(circumstances) = 'integer' AND typeof(circumstances_known) = 'integer'",
            name="bits",
        ).ddl_if(dialect="sqlite"),
        CheckConstraint("status IN ('active','deceased','moved')", name="status"),
        # Two covering indexes hold every column that a rule or the preview reads.
        Index("ix_person_match", "region", "birth", *_MATCH).ddl_if(dialect="sqlite"),
        Index(
            "ix_person_match_hukou", "hukou_region", "birth", "region", *_MATCH[:1], *_MATCH[2:]
        ).ddl_if(dialect="sqlite"),
        Index("ix_person_match", "region", "birth", postgresql_include=list(_MATCH)).ddl_if(
            dialect="postgresql"
        ),
        Index(
            "ix_person_match_hukou",
            "hukou_region",
            "birth",
            postgresql_include=["region", _MATCH[0], *_MATCH[2:]],
        ).ddl_if(dialect="postgresql"),
        # who died or moved is few: counted without a look at everybody
        Index(
            "ix_person_blocked",
            "region",
            sqlite_where=text("status <> 'active'"),
            postgresql_where=text("status <> 'active'"),
        ),
    )


class RegisterChange(Base):
    """That facts of people changed: triggers of the database write it, whoever changes them.

    SQLite keeps one row and counts in it; PostgreSQL adds a row per statement, so that writers never wait for it.
    """

    __tablename__ = "register_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, default=1)


class PersonMerge(Base):
    """Two records were one person: which was kept, which given up, and what both said before."""

    __tablename__ = "person_merge"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)


class CircumstanceRecord(Base):
    """Where a circumstance bit comes from: which list, of which date, valid until when."""

    __tablename__ = "circumstance_record"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[str] = mapped_column(Text)
    value: Mapped[bool] = mapped_column(Boolean)
    source: Mapped[str] = mapped_column(Text)
    listed_on: Mapped[date | None]
    valid_to: Mapped[date | None]
    confidence: Mapped[str] = mapped_column(Text, default="list")  # list worker self
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CompleteList(Base):
    """A list that holds everyone with a circumstance in a region on a date: not on it means no."""

    __tablename__ = "complete_list"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    circumstance: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Code)
    on: Mapped[date]
    expires_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    purpose: Mapped[str] = mapped_column(Text, default="")
    keep_until: Mapped[date | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))


class Refusal(Base):
    """A person or a number that does not want a channel for a class of messages (免打扰名单).

    Exactly one of `person_id` and `address_key` is set; a number's refusal survives the erasure of its owner.
    """

    __tablename__ = "refusal"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    address_key: Mapped[bytes | None] = mapped_column(Key, index=True)
    channel: Mapped[str] = mapped_column(Text)
    message_class: Mapped[str] = mapped_column(Text)  # publicity, own-benefit, urgent
    source: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("person_id", "channel", "message_class"),
        UniqueConstraint("address_key", "channel", "message_class"),
        CheckConstraint("(person_id IS NULL) <> (address_key IS NULL)", name="one_subject"),
    )
