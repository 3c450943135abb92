"""The migrations make exactly the tables that the models describe, there and back, on both databases."""

from __future__ import annotations

from pathlib import Path

import procrastinate
from alembic import command
from sqlalchemy import inspect, text

import outreach
from outreach.models import Base
from outreach.store import Store, open_store
from outreach.upkeep.migrate import _config, downgrade, migrate
from tests import postgres


def test_migrated_tables_are_those_of_the_models(store: Store) -> None:
    tables = set(inspect(store.reader).get_table_names()) - {"alembic_version"}
    others = {name for name in tables if name.startswith("procrastinate_")}
    assert bool(others) == (store.dialect == "postgresql")
    assert tables - others == set(Base.metadata.tables)
    config = _config()
    with store.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)  # raises when a model and the migrations differ


def test_region_codes_compare_byte_by_byte_on_postgresql(store: Store) -> None:
    if store.dialect != "postgresql":
        assert "nocase" not in str(inspect(store.reader).get_columns("person")).lower()
        return
    with store.read() as connection:
        collations = connection.execute(
            text(
                "SELECT a.attname, c.collname FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation "
                "WHERE a.attrelid = 'person'::regclass AND a.attname IN ('region', 'hukou_region')"
            )
        ).all()
    assert {tuple(row) for row in collations} == {("region", "C"), ("hukou_region", "C")}


def test_both_match_indexes_exist(store: Store) -> None:
    names = {index["name"] for index in inspect(store.reader).get_indexes("person")}
    assert {"ix_person_match", "ix_person_match_hukou"} <= names


def test_migrations_go_there_and_back(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path / 'round.db'}", postgres.create_database("t_round_trip")):
        opened = open_store(url)
        migrate(opened)
        downgrade(opened)
        assert set(inspect(opened.reader).get_table_names()) <= {"alembic_version"}
        assert _left_behind(opened) == 0
        migrate(opened)
        opened.close()


def _left_behind(opened: Store) -> int:
    """Functions and types of the wake-ups that a way back forgot."""
    if opened.dialect == "sqlite":
        return 0
    counted = text(
        "SELECT (SELECT count(*) FROM pg_proc WHERE proname LIKE 'procrastinate%')"
        " + (SELECT count(*) FROM pg_type WHERE typname LIKE 'procrastinate%')"
    )
    with opened.read() as connection:
        return int(connection.scalar(counted) or 0)


def test_the_tables_of_the_wake_ups_are_those_of_the_installed_package() -> None:
    """An upgrade of Procrastinate that brings changes of its tables wants a revision that makes them."""
    package = Path(procrastinate.__file__).parent / "sql"
    newest = max(path.name for path in (package / "migrations").glob("*.sql"))
    assert newest == "03.04.00_50_post_add_retry_failed_job_procedure.sql"
    frozen = Path(outreach.__file__).parent / "migrations" / "procrastinate" / "schema.sql"
    assert frozen.read_text("utf-8").endswith((package / "schema.sql").read_text("utf-8"))
