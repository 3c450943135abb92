"""An office on each database, at ten in the morning, with the carrier that ships for rehearsals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outreach import clock
from outreach.store import Store
from outreach.vault import Vault
from tests.factories import NOON, Office


@pytest.fixture
def now() -> Iterator[clock.fixed]:
    with clock.fixed(NOON) as held:
        yield held


@pytest.fixture
def office(store: Store, vault: Vault, now: clock.fixed) -> Office:
    return Office(store, vault)
