"""An office in which people are told, not told, listed and counted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outreach import clock
from outreach.store import Store
from outreach.vault import Vault
from tests.factories import NOON, Office


@pytest.fixture
def office(store: Store, vault: Vault) -> Iterator[Office]:
    with clock.fixed(NOON):
        yield Office(store, vault)
