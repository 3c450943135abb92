"""Somebody acts in the very moment in which a sender or the timetable does: whoever comes second sees the first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import func, select, update

from outreach import clock
from outreach.campaigns import queries, resending, schedule, service
from outreach.campaigns.staggering import service as staggering
from outreach.deliveries import cancelling, plan, settle
from outreach.deliveries import service as deliveries
from outreach.deliveries.outgoing import Outgoing
from outreach.deliveries.queries import waiting_for_a_person
from outreach.deliveries.retry import Next
from outreach.deliveries.states import Why
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import Attempt, Delivery, DeliverySubject, Outcome, delivery_state
from outreach.models.people import Person
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.campaigns.test_schedule_waves import staggered
from tests.town import MORNING, WEST, ZONE

STAGGER = {"unit": "village", "waves": 2, "seed": 1, "days": 7, "hold": 7, "start": None}


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def tick(store: Store) -> int:
    return schedule.tick(store.begin, ZONE)


class Meanwhile:
    """Calls a function of another thread once, when something is called; waits for it for a moment, as long as a
    database lets two work at once, and to its end at the latest when everything is over."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act = act
        self.thread: threading.Thread | None = None

    def __call__(self) -> None:
        if self.thread is None:
            self.thread = threading.Thread(target=self.act)
            self.thread.start()
            self.thread.join(0.7)

    def end(self) -> None:
        """It has come to its end."""
        assert self.thread is not None
        self.thread.join(30)
        assert not self.thread.is_alive()


@contextmanager
def meeting(
    monkeypatch: pytest.MonkeyPatch, target: Any, name: str, act: Callable[[], object]
) -> Iterator[None]:
    """What `act` does happens in the middle of a transaction that is about to call target.name."""
    meanwhile, real = Meanwhile(act), getattr(target, name)

    def called(*args: Any, **more: Any) -> Any:
        meanwhile()
        return real(*args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(target, name, called)
        yield
        meanwhile.end()


def cancel(store: Store, key: int) -> None:
    with store.begin() as connection:
        service.cancel(connection, "winter", "gan")
    deliveries.cancel_rest(store.begin, key)


def test_a_cancellation_in_the_middle_of_a_chunk(
    home: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    with home.begin() as connection:
        key = town.released(connection)
    tick(home)
    carrier = town.carrier(home, vault, "sms")
    with meeting(monkeypatch, Outgoing, "_take", lambda: cancel(home, key)):
        carrier.send_all()
    with home.read() as connection:
        skipped = set(
            connection.scalars(select(Outcome.delivery_id).where(Outcome.state == "skipped"))
        )
        tried = set(connection.scalars(select(Attempt.delivery_id)))
        states = set(connection.scalars(select(delivery_state.c.state)))
    assert not skipped & tried
    assert len(tried) == len(carrier.channel.sent)
    assert len(skipped | tried) == 4
    assert states <= {"accepted", "skipped"}


def test_a_cancellation_between_firing_and_planning(
    home: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with home.begin() as connection:
        key = town.released(connection)
    with meeting(monkeypatch, plan, "write", lambda: cancel(home, key)):
        tick(home)
    with home.read() as connection:
        states = set(connection.scalars(select(delivery_state.c.state)))
    assert states <= {"skipped"}


def test_a_step_that_is_confirmed_while_its_campaign_ends_is_sent(
    home: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    with home.begin() as connection:
        key = town.released(connection)
    tick(home)
    town.carrier(home, vault, "sms").send_all()
    with home.begin() as connection:
        one = connection.scalar(select(func.min(Delivery.id))) or 0
        settle.apply(connection, [settle.Change(one, 1, "undelivered")])
        number = resending.propose(connection, "winter", 1, ["undelivered"], "gan").number

    def confirm() -> None:
        with home.begin() as connection:
            resending.confirm(connection, "winter", number, "zhang")

    with meeting(monkeypatch, schedule, "waiting_for_a_person", confirm):
        tick(home)
    tick(home)
    with home.read() as connection:
        assert [row["number"] for row in queries.firings(connection, key)] == [1, number]


def test_who_asks_while_their_wave_fires_is_told_once(
    home: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.fixed(MORNING) as held:
        key = staggered(home, {"channel": "sms"})
        with home.begin() as connection:
            asked = connection.scalars(select(Person.id).where(Person.region == WEST)).one()
            options = {**queries.by_id(connection, key)["options"], "stagger": STAGGER}
            connection.execute(update(Campaign).where(Campaign.id == key).values(options=options))
        tick(home)
        held.advance(days=7, seconds=-1)

        def fires() -> None:
            held.advance(seconds=1)
            tick(home)

        with meeting(monkeypatch, staggering, "_told_with", fires), home.begin() as connection:
            campaign = queries.by_id(connection, key)
            staggering.answer(connection, campaign, asked, "gan", town.TODAY)
        tick(home)
    with home.read() as connection:
        told = select(DeliverySubject.delivery_id).where(DeliverySubject.person_id == asked)
        assert len(set(connection.scalars(told))) == 1


def test_who_asks_of_a_machine_whose_clock_is_behind_is_told_once(home: Store) -> None:
    with clock.fixed(MORNING) as held:
        key = staggered(home, {"channel": "sms"})
        with home.begin() as connection:
            asked = connection.scalars(select(Person.id).where(Person.region == WEST)).one()
            options = {**queries.by_id(connection, key)["options"], "stagger": STAGGER}
            connection.execute(update(Campaign).where(Campaign.id == key).values(options=options))
        tick(home)
        held.advance(days=7)
        tick(home)
        held.advance(seconds=-3)
        with home.begin() as connection:
            campaign = queries.by_id(connection, key)
            assert staggering.answer(connection, campaign, asked, "gan", town.TODAY).people == ()
        tick(home)
    with home.read() as connection:
        told = select(DeliverySubject.delivery_id).where(DeliverySubject.person_id == asked)
        assert len(set(connection.scalars(told))) == 1


def test_a_cancellation_that_was_cut_off_is_finished_by_the_sweep(
    home: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    with home.begin() as connection:
        key = town.released(connection)
    tick(home)
    with home.begin() as connection:
        service.cancel(connection, "winter", "gan")
    with monkeypatch.context() as patched:
        patched.setattr(cancelling, "_unsent", _killed)
        with pytest.raises(KeyboardInterrupt):
            cancelling.cancel_rest(home.begin, key)
    assert cancelling.sweep(home.begin) == 4
    assert cancelling.sweep(home.begin) == 0
    with home.read() as connection:
        rows = connection.execute(select(delivery_state.c.state, delivery_state.c.reason)).all()
    assert [tuple(row) for row in rows] == [("skipped", "cancelled")] * 4


def _killed(*_: object) -> list[int]:
    raise KeyboardInterrupt


def test_what_is_in_doubt_of_a_cancelled_campaign_waits_for_a_person_and_is_never_sent(
    home: Store, vault: Vault
) -> None:
    with home.begin() as connection:
        key = town.released(connection)
    tick(home)
    town.carrier(home, vault, "sms").send_all()
    with home.begin() as connection:
        one = connection.scalar(select(func.min(Delivery.id))) or 0
        connection.execute(
            update(Outcome).where(Outcome.delivery_id == one).values(state="unknown", rank=10)
        )
        settle.again(connection, one, Next(Why.RESEND, 0))  # two looks, and nothing was found
    cancel(home, key)
    with home.begin() as connection:
        assert [row["id"] for row in waiting_for_a_person(connection, key)] == [one]
        deliveries.confirm(connection, one, seen=False, by="gan")
        assert deliveries.state_of(connection, one) == "refused"
        assert waiting_for_a_person(connection, key) == []
    assert town.carrier(home, vault, "sms").send_all() == []
