"""A staggered campaign: each wave has its turn, and what follows a step follows it wave by wave."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from outreach import clock
from outreach.campaigns import queries, schedule
from outreach.deliveries import settle
from outreach.models.campaigns import AudienceMember, CampaignWave
from outreach.models.deliveries import Delivery, delivery_state
from outreach.models.people import Person
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.town import EAST, MORNING, WEST, ZONE

WEEK = timedelta(days=7)


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def staggered(store: Store, *steps: dict[str, object], second: datetime = MORNING + WEEK) -> int:
    """The east has its turn in the morning, the west a week later."""
    with store.begin() as connection:
        key = town.released(connection, steps=list(steps))
        for number, (village, due_at) in enumerate([(EAST, MORNING), (WEST, second)], 1):
            people = select(Person.id).where(Person.region == village)
            connection.execute(
                update(AudienceMember)
                .where(AudienceMember.campaign_id == key, AudienceMember.person_id.in_(people))
                .values(wave=number)
            )
            row = {"campaign_id": key, "number": number, "due_at": due_at, "comparison": number > 1}
            connection.execute(insert(CampaignWave).values(**row, personal=False))
    return key


def tick(store: Store) -> int:
    return schedule.tick(store.begin, ZONE)


def fired(store: Store, key: int) -> list[tuple[int, int]]:
    with store.read() as connection:
        return [(row["number"], row["wave"]) for row in queries.firings(connection, key)]


def villages(store: Store, key: int, kind: str = "person") -> list[str]:
    with store.read() as connection:
        mine = (Delivery.campaign_id == key) & (Delivery.kind == kind)
        return sorted(set(connection.scalars(select(Delivery.village).where(mine))))


def arrive(store: Store) -> None:
    with store.begin() as connection:
        view = delivery_state.c
        rows = connection.execute(
            select(view.delivery_id, view.attempts).where(view.state == "accepted")
        ).all()
        settle.apply(connection, [settle.Change(row[0], row[1], "delivered") for row in rows])


def test_each_wave_is_sent_to_when_it_has_its_turn(home: Store, vault: Vault) -> None:
    with clock.fixed(MORNING) as held:
        key = staggered(home, {"channel": "sms"})
        assert tick(home) == 1
        assert (fired(home, key), villages(home, key)) == ([(1, 1)], [EAST])
        assert len(town.carrier(home, vault, "sms").send_all()) == 3
        tick(home)
        with home.read() as connection:
            assert (
                queries.by_id(connection, key)["status"] == "running"
            )  # the west is still to come
        held.advance(days=7)
        assert tick(home) == 1
        assert (fired(home, key), villages(home, key)) == ([(1, 1), (1, 2)], [EAST, WEST])
        town.carrier(home, vault, "sms").send_all()
        arrive(home)
        tick(home)
        with home.read() as connection:
            assert queries.by_id(connection, key)["status"] == "finished"


def test_what_follows_a_step_follows_it_wave_by_wave(home: Store, vault: Vault) -> None:
    with clock.fixed(MORNING) as held:
        key = staggered(
            home,
            {"channel": "sms"},
            {"channel": "group", "after": 1, "wait": "72h"},
            second=MORNING + timedelta(days=1),
        )
        tick(home)
        town.carrier(home, vault, "sms").send_all()
        tick(home)
        arrive(home)  # every receipt of the first wave is in
        tick(home)
        assert fired(home, key) == [(1, 1), (2, 1)]
        assert villages(home, key, "group") == [EAST]
        held.advance(days=1)
        tick(home)
        town.carrier(home, vault, "sms").send_all()
        town.carrier(home, vault, "group").send_all()
        tick(home)
        assert fired(home, key) == [(1, 1), (2, 1), (1, 2)]  # its receipts are not
        held.advance(days=3, minutes=1)
        tick(home)
        assert fired(home, key) == [(1, 1), (2, 1), (1, 2), (2, 2)]
        assert villages(home, key, "group") == [EAST, WEST]


def test_a_wave_does_not_wait_for_the_receipts_of_another(home: Store, vault: Vault) -> None:
    """Both are with the carrier; only the first wave's receipts have come."""
    with clock.fixed(MORNING) as held:
        key = staggered(
            home, {"channel": "sms"}, {"channel": "group", "after": 1, "wait": "72h"}, second=MORNING
        )  # fmt: skip
        tick(home)
        town.carrier(home, vault, "sms").send_all()
        with home.begin() as connection:
            view = delivery_state.c
            rows = connection.execute(
                select(view.delivery_id, view.attempts).where(view.village == EAST)
            ).all()
            settle.apply(connection, [settle.Change(row[0], row[1], "delivered") for row in rows])
        held.advance(minutes=1)
        tick(home)
        assert fired(home, key) == [(1, 1), (1, 2), (2, 1)]


def test_a_wave_that_is_too_late_asks_a_person(home: Store) -> None:
    with clock.fixed(MORNING) as held:
        key = staggered(home, {"channel": "sms", "late_hours": 3})
        tick(home)
        held.advance(days=7, hours=4)
        assert tick(home) == 0
        assert fired(home, key) == [(1, 1)]
        with home.read() as connection:
            assert queries.by_id(connection, key)["status"] == "paused"
