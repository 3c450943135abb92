"""Alembic runs on the connection that bootstrap hands over, or on OUTREACH_DATABASE_URL."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import create_engine

from outreach.models import Base


def _include(_object: object, name: str | None, kind: str, _reflected: bool, _compare: Any) -> bool:
    # The match indexes differ by database on purpose; the task engine's tables are its own.
    return not (kind == "index" and name and name.startswith("ix_person_match")) and not (
        name and name.startswith("procrastinate_")
    )


def _run(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=_include,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    from outreach.settings import load

    engine = create_engine(load().url)
    with engine.connect() as own:
        _run(own)
    engine.dispose()
