"""From SQLite to PostgreSQL: every row of every table, counted and summed on both sides before it counts.

One read transaction on the one side, one write transaction on the other: either everything is there and has been
compared, or nothing is. The old file stays as it is; `moved` beside it says where the data went, so that nobody goes
on working (and sending) from a copy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Column, Connection, Table, Text, cast, func, select, text, type_coerce
from sqlalchemy.types import JSON, TypeDecorator

from channels.whole import becoming
from outreach import clock
from outreach.errors import Misconfigured, Refused
from outreach.models import Base
from outreach.models.counts import ReachNote, ReachStale
from outreach.models.people import RegisterChange
from outreach.store import Store

ROWS = 5_000
"""Rows read at once."""

_EVERY = 1 << 256

_WRITTEN_BY_TRIGGERS = tuple(one.__table__ for one in (RegisterChange, ReachStale, ReachNote))
"""Migrations and triggers write into them by themselves: emptied, and copied when nothing else is written any more."""


def tables() -> list[Table]:
    """Every table, parents before children, and what triggers write last."""
    return sorted(Base.metadata.sorted_tables, key=lambda one: one in _WRITTEN_BY_TRIGGERS)


@dataclass(frozen=True)
class Sum:
    """How many rows a table has, and a sum over them that does not depend on their order (SHA-256, added up)."""

    rows: int
    digest: int

    @property
    def short(self) -> str:
        """The first twelve hexadecimal digits, for people."""
        return f"{self.digest:064x}"[:12]


@dataclass(frozen=True)
class Moved:
    """A table that stands on the other side."""

    table: str
    sum: Sum


def moved_mark(data_dir: Path) -> Path:
    """The file that says that this folder's SQLite database is not the one in use any more."""
    return data_dir / "moved"


def refuse_moved(data_dir: Path, dialect: str) -> None:
    """Misconfigured when SQLite would be opened where the data has gone to PostgreSQL."""
    mark = moved_mark(data_dir)
    if dialect == "sqlite" and mark.exists():
        raise Misconfigured("upkeep.moved_away", place=mark, on=mark.read_text("utf-8").strip())


def move(
    source: Store, target: Store, data_dir: Path, tell: Callable[[Moved], None] = lambda _: None
) -> list[Moved]:
    """Copy everything and compare; the caller knows that nobody writes to `source` meanwhile.

    Both databases have the tables of this version. Refused when the target holds anything, when a value has no place
    there (a NUL character in a text), or when a table is not the same afterwards: then the target stays empty.
    Killed at any moment, at most one of the two databases can be opened.
    """
    if (source.dialect, target.dialect) != ("sqlite", "postgresql"):
        raise Refused("upkeep.move_ways", source=source.dialect, target=target.dialect)
    try:
        return _moved(source, target, data_dir, tell)
    except Exception:
        moved_mark(data_dir).unlink(missing_ok=True)
        raise


def _moved(
    source: Store, target: Store, data_dir: Path, tell: Callable[[Moved], None]
) -> list[Moved]:
    done = []
    with source.read() as old, target.begin() as new:
        _require_empty(new)
        for table in tables():
            if table in _WRITTEN_BY_TRIGGERS:
                new.execute(table.delete())
            _copy(old, new, table)
            _count_on(new, table)
            done.append(Moved(table.name, _same(old, new, table)))
            tell(done[-1])
        new.execute(text("ANALYZE"))
        _leave_mark(
            data_dir
        )  # before the commit: a kill in between leaves both closed, never both open
    return done


def _leave_mark(data_dir: Path) -> None:
    with becoming(moved_mark(data_dir)) as file:
        file.write(clock.now().isoformat(timespec="seconds").encode() + b"\n")


def _require_empty(new: Connection) -> None:
    for table in tables():
        if table in _WRITTEN_BY_TRIGGERS:
            continue
        if new.execute(select(func.count()).select_from(table)).scalar_one():
            raise Refused("upkeep.move_not_empty", table=table.name)


def _copy(old: Connection, new: Connection, table: Table) -> None:
    """COPY, with structures as the very text that SQLite holds: nothing is read and written anew."""
    quote = new.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    driver = new.connection.driver_connection
    assert driver is not None  # noqa: S101 - a connection in use has one
    try:
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy,
        ):
            for row in _rows(old, table):
                copy.write_row(row)
    except (ValueError, psycopg.Error) as error:
        raise Refused("upkeep.move_value", table=table.name, reason=_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _rows(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    statement = select(*[_read(connection, column) for column in table.columns])
    found = connection.execute(statement.execution_options(yield_per=ROWS))
    for part in found.partitions(ROWS):
        for row in part:
            yield tuple(row)


def _is_document(column: Column[Any]) -> bool:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return isinstance(kind, JSON)


def _read(connection: Connection, column: Column[Any]) -> Any:
    """A structure as its text: SQLite has nothing else, PostgreSQL writes it out. Missing and `null` stay apart."""
    if not _is_document(column):
        return column
    as_text = type_coerce if connection.dialect.name == "sqlite" else cast
    return as_text(column, Text).label(column.name)


def _same(old: Connection, new: Connection, table: Table) -> Sum:
    there, here = summed(old, table), summed(new, table)
    if there != here:
        raise Refused(
            "upkeep.move_differs", table=table.name, old=f"{there.rows}·{there.short}", new=f"{here.rows}·{here.short}"
        )  # fmt: skip
    return here


def summed(connection: Connection, table: Table) -> Sum:
    """Count and sum of a table; equal for equal rows on either database, in whatever order they come."""
    documents = [_is_document(column) for column in table.columns]
    rows = digest = 0
    for row in _rows(connection, table):
        cells = [
            _structure(value) if document else _plain(value)
            for value, document in zip(row, documents, strict=True)
        ]
        line = json.dumps(cells, ensure_ascii=True, separators=(",", ":"))
        digest += int.from_bytes(hashlib.sha256(line.encode()).digest())
        rows += 1
    return Sum(rows, digest % _EVERY)


def _plain(value: Any) -> Any:
    """A cell that JSON can write, the same from both databases."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value


def _structure(value: str | None) -> Any:
    """A structure in one way of writing it: keys in order, 1.0 as 1. None = there is none, ["null"] = it says null."""
    if value is None:
        return None
    return [json.dumps(json.loads(value, parse_float=_number), sort_keys=True)]


def _number(written: str) -> float | int:
    value = float(written)
    return int(value) if value.is_integer() else value


def _count_on(new: Connection, table: Table) -> None:
    """The next row gets the next number."""
    key = table.autoincrement_column
    if key is None or not isinstance(key.name, str):
        return
    sequence = new.execute(
        select(func.pg_get_serial_sequence(table.name, key.name))
    ).scalar_one_or_none()
    if sequence is not None:
        highest = new.execute(select(func.max(key))).scalar()
        new.execute(select(func.setval(sequence, highest or 1, highest is not None)))
