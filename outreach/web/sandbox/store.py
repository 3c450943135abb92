"""What the sandbox carrier has accepted, in an SQLite file of its own.

Every change is committed before it is answered. WAL with synchronous=NORMAL keeps each commit through
a kill of the process (not through a power cut). Used from one event loop; a call takes microseconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, sid TEXT NOT NULL UNIQUE, sender TEXT NOT NULL, service TEXT,
    recipient TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL, ending TEXT NOT NULL,
    error INTEGER, callback TEXT, created REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, id);
CREATE TABLE IF NOT EXISTS receipt (
    message INTEGER PRIMARY KEY REFERENCES message, step INTEGER NOT NULL, due REAL NOT NULL,
    failing_since REAL
);
CREATE INDEX IF NOT EXISTS receipt_due ON receipt (due);
CREATE TABLE IF NOT EXISTS post (
    id INTEGER PRIMARY KEY, robot TEXT NOT NULL, content TEXT NOT NULL, created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS content (sid TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS post_robot ON post (robot, created);
"""
_MESSAGE = "id, sid, sender, service, recipient, body, status, ending, error, callback, created"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that the carrier has. created: seconds since 1970. ending: its last status to be."""

    id: int
    sid: str
    sender: str
    service: str | None
    recipient: str
    body: str
    status: str
    ending: str
    error: int | None
    callback: str | None
    created: float

    @property
    def shown_error(self) -> int | None:
        """The error, once the message has come to its bad end."""
        return self.error if self.status == self.ending else None


@dataclass(frozen=True, slots=True)
class Due:
    """A receipt that is to be posted now. step 0: sent, 1: the message's ending."""

    message: Accepted
    step: int
    failing_since: float | None


@dataclass(frozen=True, slots=True)
class Post:
    """A text in a group."""

    robot: str
    content: str
    created: float


class Store:
    """The carrier's memory; times are seconds since 1970."""

    def __init__(self, path: Path) -> None:
        # Opened and closed by the serving thread, which need not be the creating one.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def accept(
        self,
        *,
        form: dict[str, str],
        ending: str,
        error: int | None,
        created: float,
        due: float | None,
    ) -> Accepted:
        """Keep a message as queued, with its first receipt due (None: no receipt will come); committed on return."""
        row = (
            f"SM{uuid4().hex}",
            form.get("From", ""),
            form.get("MessagingServiceSid") or None,
            form["To"],
            form["Body"],
            "queued",
            ending,
            error,
            form.get("StatusCallback") or None,
            created,
        )
        self._db.execute("BEGIN IMMEDIATE")
        columns = _MESSAGE.removeprefix("id, ")
        marks = ", ".join("?" * len(row))
        sql = f"INSERT INTO message ({columns}) VALUES ({marks}) RETURNING id"  # noqa: S608
        (number,) = self._db.execute(sql, row).fetchone()
        if due is not None:
            self._db.execute("INSERT INTO receipt VALUES (?, 0, ?, NULL)", (number, due))
        self._db.execute("COMMIT")
        return Accepted(number, *row)

    def find(self, sid: str) -> Accepted | None:
        """One message by its SID."""
        return next(iter(self._messages("WHERE sid = ?", (sid,))), None)

    def listed(
        self, *, to: str | None, sender: str | None, before: int | None, limit: int
    ) -> list[Accepted]:
        """Messages, newest first, older than the message with the id `before`."""
        where = "WHERE (:to IS NULL OR recipient = :to) AND (:sender IS NULL OR sender = :sender)"
        if to is not None:  # alone, so that the index serves it
            where = "WHERE recipient = :to AND (:sender IS NULL OR sender = :sender)"
        tail = " AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit"
        values: dict[str, object] = {"to": to, "sender": sender, "before": before, "limit": limit}
        return self._messages(where + tail, values)

    def count_by_status(self) -> dict[str, int]:
        """How many messages stand at each status."""
        return dict(self._db.execute("SELECT status, count(*) FROM message GROUP BY status"))

    def start_due(self, now: float, limit: int, busy: Iterable[int]) -> list[Due]:
        """Receipts due now and not among `busy` message ids; their messages move to that status."""
        columns = ", ".join(f"message.{name.strip()}" for name in _MESSAGE.split(","))
        held = list(busy)
        sql = (
            f"SELECT step, failing_since, {columns} FROM receipt JOIN message"  # noqa: S608
            f" ON message.id = receipt.message WHERE due <= ?"
            f" AND receipt.message NOT IN ({', '.join('?' * len(held))}) ORDER BY due LIMIT ?"
        )
        rows = self._db.execute(sql, (now, *held, limit)).fetchall()
        due = [Due(Accepted(*row[2:]), row[0], row[1]) for row in rows]
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(
            "UPDATE message SET status = ? WHERE id = ?",
            [(one.message.ending if one.step else "sent", one.message.id) for one in due],
        )
        self._db.execute("COMMIT")
        return due

    def step_done(self, one: Due, next_due: float) -> None:
        """The receipt was taken (or given up): the next one is due, or none is left."""
        if one.step:
            self._db.execute("DELETE FROM receipt WHERE message = ?", (one.message.id,))
            return
        sql = "UPDATE receipt SET step = 1, due = ?, failing_since = NULL WHERE message = ?"
        self._db.execute(sql, (next_due, one.message.id))

    def step_failed(self, one: Due, since: float, next_due: float) -> None:
        """Nobody took the receipt: try it again."""
        sql = "UPDATE receipt SET due = ?, failing_since = ? WHERE message = ?"
        self._db.execute(sql, (next_due, since, one.message.id))

    def try_again(self, now: float) -> None:
        """Nobody was there when this process was not either: the time of trying begins anew."""
        sql = "UPDATE receipt SET failing_since = NULL, due = min(due, ?) WHERE failing_since NOT NULL"
        self._db.execute(sql, (now,))

    def pending_receipts(self) -> int:
        """How many messages have a receipt still to come."""
        (count,) = self._db.execute("SELECT count(*) FROM receipt").fetchone()
        return int(count)

    def awaits(self, message: int) -> bool:
        """Whether a message has a receipt still to come."""
        sql = "SELECT EXISTS (SELECT 1 FROM receipt WHERE message = ?)"
        (found,) = self._db.execute(sql, (message,)).fetchone()
        return bool(found)

    def add_content(self, body: str) -> str:
        """Keep a template; returns its SID."""
        sid = f"HX{uuid4().hex}"
        self._db.execute("INSERT INTO content VALUES (?, ?)", (sid, body))
        return sid

    def content(self, sid: str) -> str | None:
        """The words of a template, or None."""
        row = self._db.execute("SELECT body FROM content WHERE sid = ?", (sid,)).fetchone()
        return None if row is None else str(row[0])

    def add_post(self, robot: str, content: str, created: float) -> None:
        """Keep a text in a group."""
        sql = "INSERT INTO post (robot, content, created) VALUES (?, ?, ?)"
        self._db.execute(sql, (robot, content, created))

    def posts_since(self, robot: str, since: float) -> int:
        """How many texts a robot posted after a moment."""
        sql = "SELECT count(*) FROM post WHERE robot = ? AND created > ?"
        (count,) = self._db.execute(sql, (robot, since)).fetchone()
        return int(count)

    def posts(self, limit: int) -> list[Post]:
        """The last texts in all groups, newest first."""
        sql = "SELECT robot, content, created FROM post ORDER BY id DESC LIMIT ?"
        return [Post(*row) for row in self._db.execute(sql, (limit,))]

    def _messages(
        self, tail: str, values: tuple[object, ...] | dict[str, object]
    ) -> list[Accepted]:
        sql = f"SELECT {_MESSAGE} FROM message {tail}"  # noqa: S608 - `tail` is ours
        return [Accepted(*row) for row in self._db.execute(sql, values)]
