"""What has to happen once a day happens once a day, whoever starts late."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from outreach import clock
from outreach.models.people import CircumstanceRecord
from outreach.runtime.embedded import Embedded
from outreach.runtime.timetable import Timetable
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault, new_key
from tests import town
from tests.people.registered import columns, register


@pytest.fixture
def timetable(store: Store, vault: Vault, tmp_path: Path) -> Timetable:
    settings = Settings(data_dir=tmp_path, secret_key=new_key())
    return Timetable(store, settings, Embedded(store, vault, settings))


def test_what_has_ended_is_forgotten_on_its_day(
    timetable: Timetable, store: Store, vault: Vault
) -> None:
    person = register(
        store, vault, "甲", birth=date(1950, 1, 1), region=town.EAST, circumstances=("dis.any",)
    )
    with store.begin() as connection:
        connection.execute(update(CircumstanceRecord).values(valid_to=date(2026, 11, 24)))
    with clock.fixed(town.MORNING):
        timetable._bring_to_today()
    assert columns(store, person, "circumstances")[0]
    with clock.fixed(town.MORNING + timedelta(days=1)):
        timetable._bring_to_today()
        assert columns(store, person, "circumstances", "circumstances_known") == (0, 0)


def test_what_the_process_around_it_wants_is_done_with_each_sweep(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, secret_key=new_key())
    done: list[int] = []
    timetable = Timetable(
        store, settings, Embedded(store, vault, settings), chores=[lambda: done.append(1)]
    )
    with clock.fixed(town.MORNING):
        timetable._sweep()
        timetable._sweep()
    assert done == [1, 1]
