"""Fixtures that every test may use."""

from __future__ import annotations

import atexit
import base64
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect

from outreach.models import Base
from outreach.models.counts import ReachNote, ReachStale
from outreach.store import Store, open_store
from outreach.upkeep.migrate import migrate
from outreach.vault import Vault
from tests import postgres

gc.set_threshold(
    100_000, 50, 50
)  # tests make much and keep little: a tenth of their time went here


def _worker() -> str:
    """One database per worker and run: two runs on one machine do not meet."""
    return f"{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of each kind, gone after the test."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path / 'blank.db'}")
        yield engine
        engine.dispose()
        return
    name = f"t_blank_{_worker()}"
    engine = create_engine(postgres.create_database(name))
    yield engine
    engine.dispose()
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A migrated, empty installation's database on each kind."""
    opened = _kept_store(request.param)
    yield opened
    with opened.begin() as connection:
        empty(connection)
    opened.close()  # gives the connections back; what was compiled stays


def empty(connection: Connection) -> None:
    """No row in any table, and nothing remembered about how many there were."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("; ".join([*_EMPTY, *_FROM_ONE]))  # one round trip
        return
    for statement in _EMPTY:
        if (
            "register_change" not in statement
        ):  # it counts on, or an old snapshot would pass for the new register
            connection.exec_driver_sql(statement)
    if inspect(connection).has_table("sqlite_stat1"):
        connection.exec_driver_sql("DELETE FROM sqlite_stat1")


_EMPTY = [
    f'DELETE FROM "{table.name}"'  # noqa: S608 - our own names
    for table in [
        *reversed(Base.metadata.sorted_tables),
        # triggers write into these while the others are emptied
        ReachStale.__table__,
        ReachNote.__table__,
    ]
]


_FROM_ONE = [
    f"SELECT setval('{table}_id_seq', 1, false)"  # the highest number says how large a register may be
    for table in ("person", "delivery")
]


@cache
def _kept_store(kind: str) -> Store:
    """One for all tests of a worker: an engine of its own would compile every statement anew."""
    if kind == "postgresql":
        return open_store(_postgres_database())
    path = _sqlite_template().with_name("store.db")
    shutil.copy(_sqlite_template(), path)
    return open_store(f"sqlite:///{path}")


@pytest.fixture
def vault() -> Vault:
    """Fixed keys, so that a failing test can be repeated."""
    key = base64.urlsafe_b64encode(bytes(range(64))).decode()
    return Vault.from_settings(key, f"t1:{key}")


@cache
def _sqlite_template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="outreach-tests-")) / "template.db"
    opened = open_store(f"sqlite:///{path}")
    migrate(opened)
    opened.close()
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    return path


@cache
def _postgres_database() -> str:
    name = f"t_store_{_worker()}"
    url = postgres.create_database(name)
    atexit.register(postgres.drop_database, name)
    opened = open_store(url)
    migrate(opened)
    opened.close()
    return url
