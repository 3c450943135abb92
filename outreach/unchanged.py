"""Whether anything at all was written since a look: then what the look found still stands, and need not be asked again.

Both databases can tell cheaply, and err only to one side: something was written that does not matter here.

- SQLite counts for each connection what others have committed (`PRAGMA data_version`) and what it has changed itself.
  Both are asked of the connection that writes, before the look and inside the transaction that follows: if neither has
  moved, nobody has committed anything in between.
- PostgreSQL decides by a transaction's snapshot what it sees. Two equal snapshots see the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from outreach.store import Store

_SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS text)")


@dataclass(frozen=True)
class Mark:
    """The state of the whole database. of: whose counts these are; they mean nothing to another connection."""

    of: Any
    state: Any


@contextmanager
def look(store: Store) -> Iterator[tuple[Connection, Mark]]:
    """A read transaction as `Store.read`, and the mark of what it sees (or of a little before it)."""
    mark = _counts(store) if store.dialect == "sqlite" else None
    with store.read() as connection:
        yield connection, mark or _snapshot(connection)


def unchanged(connection: Connection, mark: Mark) -> bool:
    """Whether the database is as it was at a mark. Ask in a transaction of `Store.begin`, before its first write."""
    if connection.dialect.name == "sqlite":
        return _counted(connection.connection.driver_connection) == mark
    return _snapshot(connection) == mark


def _counts(store: Store) -> Mark:
    given = store.writer.raw_connection()
    try:
        return _counted(given.driver_connection)
    finally:
        given.close()


def _counted(driver: Any) -> Mark:
    """Outside of a transaction too: the pragma looks at the file anew."""
    return Mark(driver, (driver.total_changes, *driver.execute("PRAGMA data_version").fetchone()))


def _snapshot(connection: Connection) -> Mark:
    return Mark(None, connection.execute(_SNAPSHOT).scalar_one())
