"""Steps that recur: newcomers in, nobody told twice, each person's day once, and never more than was signed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from outreach import clock
from outreach.campaigns import preflight, queries, schedule, service
from outreach.deliveries import settle
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Firing
from outreach.models.deliveries import Delivery, DeliverySubject, delivery_state
from outreach.models.people import Person
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.town import MORNING, TODAY, ZONE

WEEKLY = {"channel": "sms", "every": "0 10 * * 1", "ceiling": {"people": 50, "yuan": 50}}
BORN_60 = date(1966, 11, 26)  # three days after the morning


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def release(store: Store, *steps: dict[str, Any], **more: Any) -> int:
    with store.begin() as connection:
        return town.released(connection, steps=list(steps), **more)


def tick(store: Store) -> int:
    return schedule.tick(store.begin, ZONE)


def status(store: Store, key: int) -> str:
    with store.read() as connection:
        return str(queries.by_id(connection, key)["status"])


def told(store: Store, firing: int) -> set[int]:
    """Whom the n-th firing is about."""
    with store.read() as connection:
        keys = connection.scalars(select(Firing.id).order_by(Firing.due_at, Firing.id)).all()
        return set(
            connection.scalars(
                select(DeliverySubject.person_id)
                .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
                .where(Delivery.firing_id == keys[firing - 1])
            )
        )


def count(store: Store) -> int:
    with store.read() as connection:
        return len(connection.scalars(select(Firing.id)).all())


def newcomer(store: Store, vault: Vault, phone: str, **facts: Any) -> int:
    with store.begin() as connection:
        return town.add_person(connection, vault, phone, **facts)


def test_a_weekly_step_tells_newcomers_and_nobody_twice(home: Store, vault: Vault) -> None:
    with clock.fixed(MORNING) as held:
        key = release(home, WEEKLY)
        tick(home)
        assert count(home) == 1  # ten o'clock on a Monday is now
        assert len(told(home, 1)) == 4
        town.carrier(home, vault, "sms").send_all()
        fresh = newcomer(home, vault, "+8613800000105")
        held.advance(days=7)
        tick(home)
        assert told(home, 2) == {fresh}
        town.carrier(home, vault, "sms").send_all()
        held.advance(days=7)
        tick(home)
        assert told(home, 3) == set()
        assert status(home, key) == "running"
        held.advance(days=80)  # the texts hold until 28 February
        tick(home)
        with home.begin() as connection:
            service.resume(connection, "winter", "gan")  # it asked: a Monday is long ago
        tick(home)
        held.advance(days=10)
        tick(home)
        tick(home)
        assert status(home, key) == "finished"


def test_a_step_that_says_so_tells_again(home: Store, vault: Vault) -> None:
    with clock.fixed(MORNING) as held:
        release(home, {**WEEKLY, "again": True})
        tick(home)
        town.carrier(home, vault, "sms").send_all()
        held.advance(days=7)
        tick(home)
        assert told(home, 2) == told(home, 1)


def test_who_does_not_fit_any_more_is_not_planned_again_and_who_was_not_reached_is(
    home: Store, vault: Vault
) -> None:
    with clock.fixed(MORNING) as held:
        release(home, WEEKLY)
        silent = newcomer(home, vault, "")
        tick(home)
        assert silent in told(home, 1)  # skipped: no number
        town.carrier(home, vault, "sms").send_all()
        with home.begin() as connection:
            connection.execute(
                update(Person).where(Person.id == silent).values(
                    phone=vault.encrypt("phone", "+8613800000177"), phone_kind="own",
                    phone_key=vault.keyed_hash("phone", "+8613800000177"),
                )
            )  # fmt: skip
            connection.execute(update(Person).where(Person.id != silent).values(status="moved"))
        held.advance(days=7)
        tick(home)
        assert told(home, 2) == {silent}


def test_what_missed_several_times_makes_up_for_it_once_after_a_person_said_so(
    home: Store, vault: Vault
) -> None:
    with clock.fixed(MORNING + timedelta(hours=1)) as held:
        key = release(home, {**WEEKLY, "late_hours": 12})
        tick(home)  # released after ten: the first time is next Monday
        assert count(home) == 0
        held.advance(days=16)
        assert tick(home) == 0
        assert (status(home, key), count(home)) == ("paused", 0)
        with home.begin() as connection:
            service.resume(connection, "winter", "gan")
        assert tick(home) == 1
        assert (status(home, key), count(home)) == ("running", 1)
        assert len(told(home, 1)) == 4


def daily(to: str, days: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "channel": "sms", "relative": {"to": to, "days": days}, "ceiling": {"people": 9, "yuan": 9}, "policies": ["insure"],
        **more,
    }  # fmt: skip


def test_everybody_is_told_on_the_day_and_missed_days_are_caught_up(
    home: Store, vault: Vault
) -> None:
    with clock.fixed(MORNING) as held:
        release(home, daily("birthday60", late_hours=240))
        people = [
            newcomer(home, vault, f"+861390000000{n}", birth=BORN_60 + timedelta(days=n))
            for n in range(3)
        ]
        tick(home)
        assert (count(home), told(home, 1)) == (1, set())  # nobody has the day today
        held.advance(days=5)  # the process was down for five days
        assert tick(home) == 5
        assert [told(home, n) for n in range(2, 7)] == [
            set(),
            set(),
            {people[0]},
            {people[1]},
            {people[2]},
        ]
        assert len(town.carrier(home, vault, "sms").send_all()) == 3
        assert tick(home) == 0


def test_days_that_are_too_late_ask_once_and_are_not_lost(home: Store, vault: Vault) -> None:
    with clock.fixed(MORNING) as held:
        key = release(home, daily("birthday60"))
        tick(home)
        one = newcomer(home, vault, "+8613900000001", birth=BORN_60)
        held.advance(days=5)
        assert tick(home) == 0
        assert status(home, key) == "paused"
        with home.begin() as connection:
            service.resume(connection, "winter", "gan")
        assert tick(home) == 5
        assert told(home, 4) == {one}
        assert status(home, key) == "running"


def test_who_becomes_eligible_is_told_before_and_the_message_still_stands(
    home: Store, vault: Vault
) -> None:
    """At 65 there is a health check; thirty days before the birthday nobody fits yet."""
    with clock.fixed(MORNING) as held:
        soon = TODAY + timedelta(days=32)
        one = newcomer(home, vault, "+8613900000001", birth=soon.replace(year=soon.year - 65))
        step = daily("becomes_true", -30, policies=["check"], late_hours=240)
        release(home, step, policies=["check"])
        tick(home)
        held.advance(days=2)
        tick(home)
        assert [told(home, n) for n in (1, 2, 3)] == [set(), set(), {one}]
        assert len(town.carrier(home, vault, "sms").send_all()) == 1


def test_nobody_today_is_no_reason_to_refuse_a_recurring_campaign(home: Store) -> None:
    with home.begin() as connection:
        connection.execute(update(Person).values(status="moved"))
    with clock.fixed(MORNING):
        key = release(home, WEEKLY)
        assert tick(home) == 1
        assert status(home, key) == "running"


def test_a_step_that_follows_is_for_those_whom_each_firing_found(home: Store, vault: Vault) -> None:
    with clock.fixed(MORNING) as held:
        release(home, WEEKLY, {"channel": "flyer", "after": 1, "when": "unconfirmed"})
        tick(home)
        town.carrier(home, vault, "sms").send_all()
        tick(home)
        with home.begin() as connection:
            view = delivery_state.c
            rows = connection.execute(select(view.delivery_id, view.attempts)).all()
            changes = [settle.Change(row[0], row[1], "delivered") for row in rows[:-1]]
            settle.apply(connection, changes)
        missed = told(home, 1) - {person for row in rows[:-1] for person in subjects(home, row[0])}
        held.advance(days=3, minutes=1)
        tick(home)
        assert told(home, 2) == missed
        fresh = newcomer(home, vault, "+8613800000105")
        held.advance(days=4)
        tick(home)
        town.carrier(home, vault, "sms").send_all()
        tick(home)
        held.advance(days=3, minutes=1)
        tick(home)
        assert [told(home, 3), told(home, 4)] == [{fresh}, {fresh}]


def subjects(store: Store, delivery: int) -> set[int]:
    with store.read() as connection:
        mine = DeliverySubject.delivery_id == delivery
        return set(connection.scalars(select(DeliverySubject.person_id).where(mine)))


@pytest.mark.parametrize(
    "ceiling", [{"people": 3, "yuan": 50}, {"people": 50, "yuan": 0.2}], ids=["people", "money"]
)
def test_more_than_was_signed_waits_for_a_person(
    home: Store, vault: Vault, ceiling: dict[str, Any]
) -> None:
    with clock.fixed(MORNING) as held:
        key = release(home, {**WEEKLY, "ceiling": ceiling})
        assert tick(home) == 0
        assert status(home, key) == "paused"
        with home.read() as connection:
            detail = connection.scalars(
                select(AuditEntry.detail).order_by(AuditEntry.id.desc()).limit(1)
            ).one()
        assert (detail["move"], detail["step"]) == ("pause", 1)
        assert [code for code, _ in detail["stops"]] == ["steps.over_ceiling"]
        with home.begin() as connection:
            service.resume(connection, "winter", "gan")  # saying "go on" is not saying "more"
        assert tick(home) == 0
        assert status(home, key) == "paused"
        with home.begin() as connection:
            campaign = service.get(connection, "winter")
            (step,) = queries.steps(connection, key)
            (stop,) = preflight.stops(connection, campaign, step, TODAY)
            assert "4 人" in stop.message()
            found = (stop.code, stop.subject)
            preflight.let_pass(connection, campaign, found, "名单已核对", "zhang", TODAY)
            service.resume(connection, "winter", "gan")
        held.advance(days=1)
        assert tick(home) == 1
        assert len(told(home, 1)) == 4
        assert len(town.carrier(home, vault, "sms").send_all()) == 4


def test_what_waits_for_a_person_is_not_told_twice_when_the_next_time_comes(
    home: Store, vault: Vault
) -> None:
    with clock.fixed(MORNING) as held:
        release(home, {**WEEKLY, "ceiling": {"people": 3, "yuan": 50}, "late_hours": 999})
        tick(home)
        held.advance(days=7)
        with home.begin() as connection:
            campaign = service.get(connection, "winter")
            (step,) = queries.steps(connection, campaign["id"])
            (stop,) = preflight.stops(connection, campaign, step, TODAY)
            found = (stop.code, stop.subject)
            preflight.let_pass(connection, campaign, found, "核对", "zhang", TODAY)
            service.resume(connection, "winter", "gan")
        assert tick(home) == 2
        assert (len(told(home, 1)), told(home, 2)) == (4, set())
        assert len(town.carrier(home, vault, "sms").send_all()) == 4
