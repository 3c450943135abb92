"""The database: one reader and one writer, the same words on SQLite and PostgreSQL.

SQLite admits one writer at a time. The writer engine has a pool of one, so writers of this process
wait in its queue instead of failing, and BEGIN IMMEDIATE makes a writer a writer from its first word
(a snapshot that has only read cannot be upgraded). Readers never wait: WAL. No parsing, rendering or
network inside a write transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Insert,
    QueuePool,
    String,
    Text,
    TypeDecorator,
    bindparam,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from outreach import clock
from outreach.errors import Misconfigured

T = TypeVar("T")

Begin = Callable[[], AbstractContextManager[Connection]]
"""Opens one write transaction; the few services that need several receive it."""


def _sqlite_engine(url: str, *, write: bool, timeout: float) -> Engine:
    pool = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 60} if write else {"pool_size": 8}
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": timeout},
        poolclass=QueuePool,
        hide_parameters=True,
        **pool,
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy begins, not the driver
        pragmas = [
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-65536",
        ]
        if not write:
            pragmas.append("query_only=ON")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@dataclass(frozen=True)
class Store:
    """One database. `begin()` for one write transaction, `read()` for one consistent look."""

    reader: Engine
    writer: Engine

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.writer.dialect.name

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction: committed at the end, rolled back on any error."""
        with self.writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: every statement sees the same rows, and one that writes fails at once."""
        with self.reader.connect() as connection:
            yield connection
            connection.rollback()

    def close(self) -> None:
        """Give all connections back."""
        self.reader.dispose()
        self.writer.dispose()


def open_store(url: str, *, timeout: float = 30.0) -> Store:
    """Open the database at a SQLAlchemy URL; `timeout` is how long one process waits for another on SQLite.

    Misconfigured for anything but SQLite and PostgreSQL; the address itself is not said, it may hold a password.
    """
    try:
        kind = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in ("sqlite", "postgresql"):
        raise Misconfigured("settings.database_url")
    if kind == "sqlite":
        return Store(
            _sqlite_engine(url, write=False, timeout=timeout),
            _sqlite_engine(url, write=True, timeout=timeout),
        )
    # Asked before it is given out: after a restart of the server the pool is full of dead connections.
    engine = create_engine(
        url, pool_size=10, max_overflow=10, hide_parameters=True, pool_pre_ping=True
    )
    looking = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Store(looking, engine)


def passes(error: BaseException) -> bool:
    """Whether a fault of the database passes by itself: it restarts, is busy, or chose one of two that waited for
    each other. The transaction has left nothing behind, unless it was cut off in its very commit."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, (OperationalError, InterfaceError, NoConnection))


def database_now(connection: Connection) -> datetime:
    """The database's time, which decides who owns a lease; SQLite lives on this machine and has its time."""
    if connection.dialect.name == "sqlite":
        return clock.machine_now()
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def refresh_statistics(connection: Connection) -> None:
    """Tell the planner what the tables hold now: after an import and after planning they hold something else."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "PRAGMA analysis_limit=1000"
        )  # a sample is enough, and quick at a million rows
    connection.exec_driver_sql("ANALYZE")


def chunks(items: Iterable[T], size: int = 2_000) -> Iterator[list[T]]:
    """Lists of at most `size`, in order: a database takes only so many values in one statement."""
    every = list(items)
    for start in range(0, len(every), size):
        yield every[start : start + size]


class _Listed(TypeDecorator[Any]):
    """Many values in one parameter: an array on PostgreSQL, a JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: type[BigInteger] | type[Text] = BigInteger) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(self.item))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value))


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True
    name = "among"

    def self_group(self, against: Any = None) -> Any:
        """Stands by itself: SQLAlchemy's `= 1` around it would keep SQLite from its index."""
        return self


@compiles(_Among)
def _among_json(element: _Among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both compiled


@compiles(_Among, "postgresql")
def _among_array(element: _Among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY ({values})"


def among(column: Any, values: Iterable[int] | Iterable[str]) -> ColumnElement[bool]:
    """Whether a column has one of these whole numbers or texts: `IN`, as one parameter.

    The statement is the same for any number of values, so neither we nor the driver nor the server reads it anew; a
    sender asks some thirty of them for each chunk.
    """
    return _Among(column, bindparam(None, list(values), type_=_listed(column), unique=True))


def among_named(column: Any, name: str) -> ColumnElement[bool]:
    """The same for a statement that is made once: the values are given as the parameter `name` when it is executed."""
    return _Among(column, bindparam(name, type_=_listed(column)))


def _listed(column: Any) -> _Listed:
    return _Listed(Text if isinstance(column.type, String) else BigInteger)


def upsert(connection: Connection, table: Any) -> Any:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` on this database."""
    return upsert_on(connection.dialect.name, table)


def upsert_on(dialect: str, table: Any) -> Any:
    """The same by the database's name, for `built_once`."""
    insert: Callable[[Any], Insert] = (
        postgresql.insert if dialect == "postgresql" else sqlite.insert
    )
    return insert(table)


def built_once(build: Callable[[str], Any]) -> Callable[[Connection], Any]:
    """A statement that differs between databases and is built once for each, given the database's name.

    Building a statement and finding it among the compiled ones costs several times what SQLite needs to answer it, and
    a sender asks the same for each chunk.
    """
    made = cache(build)
    return lambda connection: made(connection.dialect.name)
