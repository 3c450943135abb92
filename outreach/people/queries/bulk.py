"""Many rows into one table at once: COPY on PostgreSQL, prepared statements on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, Connection, Date, Table, func, select, text

from outreach.models.base import UtcDateTime
from outreach.store import Begin

_CONVERTED = (UtcDateTime, JSON, Date)
Values = tuple[Any, ...]


def reserve(connection: Connection, table: Table, count: int, above: int = 0) -> list[int]:
    """Numbers for rows that are added in this transaction; none up to `above`, which somebody had before."""
    if not count:
        return []
    if connection.dialect.name == "postgresql":
        numbers = "SELECT nextval(pg_get_serial_sequence(:t, 'id')) FROM generate_series(1, :n)"
        rows = connection.execute(text(numbers), {"t": table.name, "n": count})
        return [number for (number,) in rows]
    # A write transaction of SQLite is alone from its first word.
    newest = max(connection.scalar(select(func.max(table.c.id))) or 0, above)
    return list(range(newest + 1, newest + 1 + count))


def add_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values]
) -> None:
    """Insert rows whose values stand in the order of `columns`; IntegrityError when a key is there already."""
    if not rows:
        return
    converters = [
        (at, found)
        for at, name in enumerate(columns)
        if (found := _converter(table, name, connection.dialect)) is not None
    ]
    ready = [_converted(row, converters) for row in rows] if converters else rows
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f'COPY "{table.name}" ({names}) FROM STDIN', ready)
        return
    marks = ", ".join("?" * len(columns))
    # Names of our own tables and columns; all values are bound.
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608
    connection.exec_driver_sql(statement, list(ready))


def _copy(connection: Connection, statement: str, rows: Sequence[Values]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _converter(table: Table, name: str, dialect: Any) -> Callable[[Any], Any] | None:
    """From a value of Python to one of the driver; None where they are the same."""
    kind = table.c[name].type
    if not isinstance(kind, _CONVERTED):
        return None
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return None
    if isinstance(kind, JSON):
        return convert
    seen: dict[Any, Any] = {}  # a day or a moment stands in many rows

    def remembered(value: Any) -> Any:
        if value not in seen:
            seen[value] = convert(value)
        return seen[value]

    return remembered


def _converted(row: Values, converters: Sequence[tuple[int, Callable[[Any], Any]]]) -> Values:
    values = list(row)
    for at, convert in converters:
        values[at] = convert(values[at])
    return tuple(values)


@contextmanager
def roomy(begin: Begin) -> Iterator[None]:
    """While many rows are written, SQLite may keep more pages in memory and copies them back less often."""
    _pragmas(begin, cache_size=-262_144, wal_autocheckpoint=16_000)
    try:
        yield
    finally:
        _pragmas(begin, cache_size=-65_536, wal_autocheckpoint=1_000)


def _pragmas(begin: Begin, **values: int) -> None:
    with begin() as connection:
        if connection.dialect.name == "sqlite":
            for name, value in values.items():
                connection.exec_driver_sql(f"PRAGMA {name}={value}")
