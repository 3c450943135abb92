"""An office on each database, at ten in the morning, with the carrier that ships for rehearsals."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

from outreach import clock
from outreach.models import Base
from outreach.store import Store, open_store
from outreach.upkeep.migrate import migrate
from outreach.vault import Vault
from tests import postgres
from tests.factories import NOON, Office


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def kept_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Opened once: hundreds of tests need not prepare the same statements again."""
    name = f"t_deliveries_{os.getpid()}"
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path_factory.mktemp(name) / 'outreach.db'}")
    else:
        # a test that loses its last commits when the machine goes down loses nothing
        url = make_url(postgres.create_database(name))
        url = url.update_query_dict({"options": "-csynchronous_commit=off"})
        opened = open_store(url.render_as_string(hide_password=False))
    migrate(opened)
    yield opened
    opened.close()
    if request.param == "postgresql":
        postgres.drop_database(name)


@pytest.fixture
def store(kept_store: Store) -> Iterator[Store]:
    """Empty; takes the place of the one that every test opens for itself."""
    yield kept_store
    with kept_store.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())


@pytest.fixture
def now() -> Iterator[clock.fixed]:
    with clock.fixed(NOON) as held:
        yield held


@pytest.fixture
def office(store: Store, vault: Vault, now: clock.fixed) -> Office:
    return Office(store, vault)
