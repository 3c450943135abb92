"""When steps fire and when a campaign is over: once, in order, whoever asks and however often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from outreach import clock
from outreach.campaigns import queries, schedule, service
from outreach.deliveries import queries as deliveries
from outreach.deliveries import settle
from outreach.deliveries.retry import Next
from outreach.deliveries.states import Why
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Firing, Step
from outreach.models.deliveries import (
    Delivery,
    DeliveryBatch,
    DeliverySubject,
    Outcome,
    delivery_state,
)
from outreach.models.people import Person
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.town import MORNING, ZONE


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def release(store: Store, *steps: dict[str, Any]) -> int:
    with store.begin() as connection:
        return town.released(connection, steps=list(steps))


def tick(store: Store) -> int:
    return schedule.tick(store.begin, ZONE)


def fired(store: Store, key: int) -> list[int]:
    with store.read() as connection:
        return [row["number"] for row in queries.firings(connection, key)]


def status(store: Store, key: int) -> str:
    with store.read() as connection:
        return str(queries.by_id(connection, key)["status"])


def at(hours: float) -> str:
    return (MORNING + timedelta(hours=hours)).isoformat()


def receipts(store: Store, state: str = "delivered") -> None:
    """The carrier's later word on everything that it accepted."""
    with store.begin() as connection:
        rows = connection.execute(
            select(delivery_state.c.delivery_id, delivery_state.c.attempts).where(
                delivery_state.c.state == "accepted"
            )
        )
        changes = [settle.Change(row[0], row[1], state) for row in rows.all()]
        settle.apply(connection, changes)


def test_a_step_waits_for_its_moment(home: Store) -> None:
    with clock.fixed(MORNING) as held:
        key = release(home, {"channel": "sms", "at": at(2)})
        assert tick(home) == 0
        assert fired(home, key) == []
        held.advance(hours=2)
        assert tick(home) == 1
        assert fired(home, key) == [1]
        assert tick(home) == 0


def test_a_campaign_that_is_not_released_or_paused_does_not_fire(home: Store) -> None:
    with home.begin() as connection:
        key = service.create(connection, town.order(), "gan")
        service.submit(connection, "winter", "gan", town.TODAY)
    assert tick(home) == 0
    with home.begin() as connection:
        service.approve(connection, "winter", "zhang")
        service.release(connection, "winter", "gan")
        service.pause(connection, "winter", "gan")
    assert tick(home) == 0
    with home.begin() as connection:
        service.resume(connection, "winter", "gan")
    assert tick(home) == 1
    assert fired(home, key) == [1]


def test_a_following_step_waits_until_the_receipts_are_in(home: Store, vault: Vault) -> None:
    with clock.fixed(MORNING) as held:
        key = release(
            home, {"channel": "sms"}, {"channel": "flyer", "after": 1, "when": "unreached"}
        )
        tick(home)
        tick(home)
        assert fired(home, key) == [1]  # nothing is sent yet
        town.carrier(home, vault, "sms").send_all()
        held.advance(hours=1)
        tick(home)
        assert fired(home, key) == [1]  # sent, and receipts may come for three days
        receipts(home)
        tick(home)
        assert fired(home, key) == [1, 2]  # every receipt is in: no need to wait


def test_a_following_step_does_not_wait_for_ever(home: Store, vault: Vault) -> None:
    with clock.fixed(MORNING) as held:
        key = release(home, {"channel": "sms"}, {"channel": "flyer", "after": 1, "wait": "2h"})
        tick(home)
        town.carrier(home, vault, "sms").send_all()
        tick(home)  # notes that the first step is settled
        held.advance(minutes=119)
        tick(home)
        assert fired(home, key) == [1]
        held.advance(minutes=2)
        tick(home)
        assert fired(home, key) == [1, 2]


def test_what_follows_a_post_by_a_day_waits_that_day(home: Store, vault: Vault) -> None:
    """A post has no receipts that could all be in: the wait is a delay."""
    with clock.fixed(MORNING) as held:
        key = release(home, {"channel": "group"}, {"channel": "sms", "after": 1, "wait": "24h"})
        tick(home)
        town.carrier(home, vault, "group").send_all()
        tick(home)  # notes that the first step is settled
        held.advance(hours=23, minutes=59)
        tick(home)
        assert fired(home, key) == [1]
        held.advance(minutes=2)
        tick(home)
        assert fired(home, key) == [1, 2]


def test_paper_for_those_whom_nothing_reached(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        silent = town.add_person(connection, vault)
    key = release(
        home,
        {"channel": "sms"},
        {"channel": "flyer", "after": 1, "when": "unreached", "wait": "0s"},
    )
    tick(home)
    town.carrier(home, vault, "sms").send_all()
    tick(home)
    tick(home)
    with home.read() as connection:
        subjects = connection.scalars(
            select(DeliverySubject.person_id)
            .distinct()
            .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
            .join(Step, Step.id == Delivery.step_id)
            .where(Step.number == 2, Delivery.campaign_id == key)
        ).all()
    assert list(subjects) == [silent]


def test_a_late_step_asks_a_person_first(home: Store) -> None:
    with clock.fixed(MORNING) as held:
        key = release(home, {"channel": "sms", "at": at(1), "late_hours": 3})
        held.advance(hours=4, minutes=1)
        assert tick(home) == 0
        assert (status(home, key), fired(home, key)) == ("paused", [])
        with home.read() as connection:
            detail = connection.scalars(
                select(AuditEntry.detail).order_by(AuditEntry.id.desc()).limit(1)
            ).one()
        assert detail == {"move": "pause", "code": "too_late", "step": 1}
        held.advance(hours=1)
        with home.begin() as connection:
            service.resume(connection, "winter", "gan")  # a person says: send it all the same
        assert tick(home) == 1
        assert (status(home, key), fired(home, key)) == ("running", [1])


def test_a_step_that_is_only_a_little_late_is_sent(home: Store) -> None:
    with clock.fixed(MORNING) as held:
        key = release(home, {"channel": "sms", "at": at(1), "late_hours": 3})
        held.advance(hours=3, minutes=59)
        assert tick(home) == 1
        assert fired(home, key) == [1]


def test_three_that_ask_at_once_fire_once(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        for number in range(200):
            town.add_person(connection, vault, f"+86139{number:08d}")
    key = release(home, {"channel": "sms"}, {"channel": "group"})
    gate = Barrier(3)

    def go(_: int) -> int:
        gate.wait()
        return tick(home)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(go, range(3)))
    assert fired(home, key) == [1, 2]
    with home.read() as connection:
        ranges = connection.execute(select(DeliveryBatch.step_id, DeliveryBatch.lo)).all()
        count = connection.scalar(select(func.count()).select_from(Delivery))
    assert len(ranges) == len(set(ranges)) == 2
    assert count == 204 + 2
    town.carrier(home, vault, "group").send_all()
    sent = town.carrier(home, vault, "sms").send_all()
    assert len(sent) == 204


def test_a_firing_that_a_crash_left_half_planned_is_completed(home: Store, vault: Vault) -> None:
    key = release(home, {"channel": "sms"})
    with home.begin() as connection:
        (step,) = queries.steps(connection, key)
        due_at = queries.by_id(connection, key)["submitted_at"]
        firing = queries.fire(connection, step["id"], due_at)
        first = connection.scalars(select(func.min(Person.id))).one()
        values = {"campaign_id": key, "step_id": step["id"], "firing_id": firing, "kind": "person"}
        connection.execute(
            insert(Delivery).values(
                **values, addressee=first, address_key=vault.keyed_hash("phone", "+8613800000101"), language="zh-Hans",
                village=town.EAST, age_band="60-79",
            )
        )  # fmt: skip
    assert town.carrier(home, vault, "sms").send_all() == []  # senders see whole firings only
    assert tick(home) == 1
    assert len(town.carrier(home, vault, "sms").send_all()) == 4
    assert fired(home, key) == [1]


def test_over_when_nothing_moves_any_more(home: Store, vault: Vault) -> None:
    key = release(home, {"channel": "sms"}, {"channel": "group"})
    tick(home)
    assert status(home, key) == "running"
    town.carrier(home, vault, "sms").send_all()
    tick(home)
    assert status(home, key) == "running"  # the groups are still to come
    town.carrier(home, vault, "group").send_all()
    tick(home)
    assert status(home, key) == "finished"
    with home.read() as connection:
        assert queries.by_id(connection, key)["ended_at"] is not None
    assert tick(home) == 0


@pytest.mark.parametrize("why", [Why.ASK, Why.TEMPORARY, Why.LOOK_UP, Why.DEFERRED])
def test_not_over_while_a_delivery_is_to_be_taken_up_again(
    home: Store, vault: Vault, why: Why
) -> None:
    """Also not while a person is asked: what has not arrived is sent once more, and only a running campaign sends."""
    key = release(home, {"channel": "sms"})
    tick(home)
    town.carrier(home, vault, "sms").send_all()
    with home.begin() as connection:
        one = connection.scalars(select(Outcome.delivery_id).limit(1)).one()
        settle.again(connection, one, Next(why, 3600))
    tick(home)
    assert status(home, key) == "running"
    with home.begin() as connection:
        settle.done_with(connection, one)
    tick(home)
    assert status(home, key) == "finished"


def test_a_step_that_is_still_ahead_keeps_the_campaign_open(home: Store, vault: Vault) -> None:
    with clock.fixed(MORNING):
        key = release(home, {"channel": "sms"}, {"channel": "group", "at": at(48)})
        tick(home)
        town.carrier(home, vault, "sms").send_all()
        tick(home)
        assert (status(home, key), fired(home, key)) == ("running", [1])


def test_a_cancelled_campaign_neither_fires_nor_finishes(home: Store) -> None:
    key = release(home, {"channel": "sms"})
    with home.begin() as connection:
        service.cancel(connection, "winter", "gan")
    assert tick(home) == 0
    assert (status(home, key), fired(home, key)) == ("cancelled", [])
    with home.read() as connection:
        assert deliveries.state_counts(connection, key)["planned"] == 0


def test_a_moment_that_was_planned_twice_is_one_firing(home: Store) -> None:
    key = release(home, {"channel": "sms"})
    tick(home)
    with home.begin() as connection:
        (step,) = queries.steps(connection, key)
        (firing,) = queries.firings(connection, key)
        assert queries.fire(connection, step["id"], firing["due_at"]) is None
        connection.execute(update(Firing).values(settled_at=MORNING))
        queries.settle_firing(connection, firing["id"])
        assert queries.firings(connection, key)[0]["settled_at"] == MORNING
