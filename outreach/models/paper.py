"""Tables: print jobs (what was asked of the printer, part by part) and notice boards with what hangs on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
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

from outreach.models.base import Base, BigId, Code, Document, UtcDateTime


class PrintJob(Base):
    """A pile to be made: which sheets of which campaign, by whom, how far it is.

    waiting: on the 待打印 list, or not yet begun · running: a process makes it (its heart beats in `beat_at`) ·
    done, failed, cancelled: ended. `choice` is the selection and the layout as the page or command gave them;
    `problems` names every household that was not printed as asked.
    """

    __tablename__ = "print_job"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)  # open sealed letter visits calls covers
    choice: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    region: Mapped[str] = mapped_column(Code, default="")  # the scope of who asked
    state: Mapped[str] = mapped_column(Text, default="waiting")
    held: Mapped[int] = mapped_column(
        Integer, default=0
    )  # 1 = stays on the list until somebody at the printer starts it
    by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    total: Mapped[int] = mapped_column(Integer, default=0)  # sheets
    done: Mapped[int] = mapped_column(Integer, default=0)
    pages: Mapped[int] = mapped_column(Integer, default=0)
    problems: Mapped[list[Any]] = mapped_column(Document, default=list)
    error: Mapped[dict[str, Any] | None] = mapped_column(
        Document
    )  # code and params of what stopped it

    __table_args__ = (
        CheckConstraint("state IN ('waiting','running','done','failed','cancelled')", name="state"),
        Index(
            "ix_print_job_open", "created_at",
            sqlite_where=text("state IN ('waiting','running')"),
            postgresql_where=text("state IN ('waiting','running')"),
        ),
    )  # fmt: skip


class PrintPart(Base):
    """The sheets of one grid in a job, as one file; a part that is done is not made again after a crash."""

    __tablename__ = "print_part"

    job_id: Mapped[int] = mapped_column(ForeignKey("print_job.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    grid: Mapped[str] = mapped_column(Code)
    sheets: Mapped[int] = mapped_column(Integer)
    pages: Mapped[int] = mapped_column(Integer, default=0)
    first: Mapped[str] = mapped_column(Text, default="")  # serials
    last: Mapped[str] = mapped_column(Text, default="")
    file: Mapped[str] = mapped_column(
        Text, default=""
    )  # name inside the job's folder; '' = not made yet
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # SHA-256 of the file
    members: Mapped[list[Any]] = mapped_column(
        Document, default=list
    )  # deliveries in walking order, as they were when the job was asked for


class SheetNumber(Base):
    """The number of a household's sheet in a campaign, given once: packs in somebody's hands keep theirs.

    Printed as campaign–grid–sequence with a check character; whoever moves, dies or is renamed shifts nobody else.
    """

    __tablename__ = "sheet_number"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    region: Mapped[str] = mapped_column(Code)  # the grid under which it was numbered
    grid: Mapped[int] = mapped_column(Integer)
    sequence: Mapped[int] = mapped_column(Integer)

    __table_args__ = (UniqueConstraint("campaign_id", "grid", "sequence"),)


class Board(Base):
    """A place where notices hang: 公告栏, 电梯间, 村口."""

    __tablename__ = "board"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    region: Mapped[str] = mapped_column(Code, index=True)
    name: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the board itself is no more

    __table_args__ = (UniqueConstraint("region", "name"),)


class Posting(Base):
    """One notice on one board: which version, until when it says it is valid, and when it came down."""

    __tablename__ = "posting"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), index=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    title: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text, default="")  # as printed in the footer
    posted_on: Mapped[date]
    posted_by: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[date]
    taken_down_on: Mapped[date | None]
    taken_down_by: Mapped[str] = mapped_column(Text, default="")
    why: Mapped[str] = mapped_column(Text, default="")  # expired replaced withdrawn damaged

    __table_args__ = (
        Index(
            "ix_posting_hanging", "valid_until",
            sqlite_where=text("taken_down_on IS NULL"),
            postgresql_where=text("taken_down_on IS NULL"),
        ),
    )  # fmt: skip
