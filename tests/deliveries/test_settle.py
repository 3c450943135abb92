"""The one writer of outcomes: words only ever grow, whatever comes in whatever order."""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from channels.base import Receipt as Said
from channels.base import Verdict
from outreach import clock
from outreach.deliveries import funnel, look_up, retry, settle
from outreach.deliveries.receipts import Event, record
from outreach.deliveries.settle import Change
from outreach.deliveries.states import RANK, SENDING, Why
from outreach.models.deliveries import Attempt, Delivery, DeliveryAgain, Outcome, delivery_state
from outreach.models.people import Person
from outreach.store import open_store
from outreach.upkeep.migrate import migrate
from outreach.vault import Vault
from tests.factories import NOON, Office, check_counts


def waiting(office: Office, count: int = 1) -> list[int]:
    """Deliveries with an attempt each that nobody has answered."""
    for _ in range(count):
        office.person()
    office.plan()
    attempt(office, 1)
    return office.deliveries()


def attempt(office: Office, no: int) -> None:
    rows: list[dict[str, object]] = [
        {
            "delivery_id": key, "no": no, "campaign_id": office.campaign, "account_id": office.account,
            "at": clock.now(), "deadline": clock.now(), "address": "", "body": "", "parts": 1, "cost_fen": 5,
            "resent": no > 1,
        }
        for key in office.deliveries()
    ]  # fmt: skip
    with office.store.begin() as connection:
        settle.record_attempts(connection, rows, clock.now())


def apply(office: Office, *changes: Change) -> list[Change]:
    with office.store.begin() as connection:
        return settle.apply(connection, list(changes))


@pytest.mark.parametrize("first", [word for word in RANK if word != "skipped"])
def test_only_a_stronger_word_is_news(office: Office, first: str) -> None:
    words = [word for word in RANK if word != "skipped"]
    deliveries = waiting(office, len(words))
    for delivery, second in zip(deliveries, words, strict=True):
        assert len(apply(office, Change(delivery, 1, first))) == 1
        news = apply(office, Change(delivery, 1, second))
        assert bool(news) is (RANK[second] > RANK[first])
        stronger = max(first, second, key=RANK.__getitem__)
        assert office.outcomes(delivery) == [(1, stronger, None)]
    office.states()


def test_an_attempt_stands_on_the_list_until_it_is_answered(office: Office) -> None:
    first, second = waiting(office, 2)
    assert (office.again(first), office.again(second)) == ("in_flight", "in_flight")
    assert office.states() == {"waiting": 2}
    apply(office, Change(first, 1, "accepted", "SM1"))
    assert (office.again(first), office.again(second)) == ("", "in_flight")
    assert office.states() == {"waiting": 1, "accepted": 1}


def test_an_id_belongs_to_one_attempt(office: Office) -> None:
    first, second = waiting(office, 2)
    apply(office, Change(first, 1, "accepted", "SM1"), Change(second, 1, "accepted", "SM2"))
    apply(office, Change(first, 1, "delivered", "SM2"))
    assert office.outcomes(first) == [(1, "delivered", "SM2")]
    assert office.outcomes(second) == [(1, "accepted", "SM1")]
    office.states()


def test_an_id_taken_from_an_accepted_answer_leaves_it_accepted(office: Office) -> None:
    first, second = waiting(office, 2)
    apply(office, Change(first, 1, "accepted", "SM1"))
    apply(office, Change(second, 1, "delivered", "SM1"))
    assert office.outcomes(first) == [(1, "accepted", None)]
    assert office.again(first) == ""


def test_a_skip_leaves_what_is_or_may_be_with_the_carrier(office: Office) -> None:
    states = ["unknown", "deferred", "refused", "accepted", "undelivered", "delivered"]
    deliveries = waiting(office, len(states))
    apply(office, *[Change(one, 1, state) for one, state in zip(deliveries, states, strict=True)])
    with office.store.begin() as connection:
        settle.skip(connection, dict.fromkeys(deliveries, "cancelled"))
    left = [office.one(one)["state"] for one in deliveries]
    assert left == ["unknown", "skipped", "refused", "accepted", "undelivered", "delivered"]
    assert office.reasons() == {"cancelled": 1}


def test_whoever_held_a_delivery_holds_it_no_more_when_its_reason_changes(office: Office) -> None:
    [delivery] = waiting(office)

    def lease_no() -> int:
        with office.store.read() as connection:
            return connection.execute(select(DeliveryAgain.lease_no)).scalar_one()

    before = lease_no()
    apply(office, Change(delivery, 1, "unknown", follow=retry.Next(Why.LOOK_UP, 0)))
    assert lease_no() > before


def test_outcomes_never_touch_the_delivery(office: Office) -> None:
    [delivery] = waiting(office)
    with office.store.read() as connection:
        before = connection.execute(select(Delivery)).one()
    apply(office, Change(delivery, 1, "delivered", "SM1"))
    with office.store.read() as connection:
        assert connection.execute(select(Delivery)).one() == before


# -- anything, in any order --------------------------------------------------------------------------

IDS = ["SM1", "SM2", "SM3"]
ANSWERS = st.tuples(
    st.just("answer"),
    st.integers(1, 3),
    st.sampled_from(["accepted", "refused", "deferred", "unknown"]),
    st.sampled_from([None, *IDS]),
)
REPORTS = st.tuples(
    st.just("receipt"),
    st.integers(1, 3),
    st.sampled_from(["accepted", "delivered", "undelivered", "off"]),
    st.sampled_from(IDS),
)
OTHERS = st.sampled_from(["attempt", "attempt", "lost", "looked", "skip"])
EVENTS = st.lists(
    st.one_of(ANSWERS, REPORTS, st.tuples(OTHERS, st.just(1), st.just(""), st.none())), max_size=9
)
FOLLOW = {"deferred": retry.Next(Why.DEFERRED, 0), "unknown": retry.Next(Why.LOOK_UP, 0)}


@pytest.fixture(scope="module")
def lonely() -> Iterator[Office]:
    """One office on SQLite for all examples; each clears what the one before left."""
    folder = Path(tempfile.mkdtemp(prefix="outreach-settle-"))
    store = open_store(f"sqlite:///{folder / 'x.db'}")
    migrate(store)
    key = base64.urlsafe_b64encode(bytes(range(64))).decode()
    with clock.fixed(NOON):
        office = Office(store, Vault.from_settings(key, f"t1:{key}"))
        office.person()
        office.plan()
        yield office
    store.close()
    shutil.rmtree(folder)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=EVENTS)
def test_a_delivery_never_unlearns_what_it_knows(
    lonely: Office, events: list[tuple[str, int, str, str | None]]
) -> None:
    office = lonely
    [delivery] = office.deliveries()
    with office.store.begin() as connection:
        for table in (DeliveryAgain, Outcome, Attempt):
            connection.execute(table.__table__.delete())  # type: ignore[attr-defined]
        connection.exec_driver_sql("DELETE FROM receipt")
        connection.exec_driver_sql("DELETE FROM reach")
        connection.execute(update(Person).values(phone_closed=False))
        funnel.rebuild(connection)
    attempt(office, 1)
    known: dict[int, int] = {}
    for event in events:
        _play(office, delivery, event)
        with office.store.read() as connection:
            rows = connection.execute(select(Outcome.no, Outcome.rank, Outcome.provider_id)).all()
            state = connection.scalar(select(delivery_state.c.state))
        ranks = {row.no: row.rank for row in rows}
        assert all(ranks[no] >= rank for no, rank in known.items())
        known = ranks
        held = [row.provider_id for row in rows if row.provider_id]
        assert len(held) == len(set(held))
        if RANK["delivered"] in ranks.values() and RANK["skipped"] not in ranks.values():
            assert state == "delivered"
        check_counts(office.store, office.campaign)


def _play(office: Office, delivery: int, event: tuple[str, int, str, str | None]) -> None:
    kind, no, word, provider_id = event
    tried = office.attempts()
    no = min(no, tried)
    to_be_sent = office.again() in SENDING
    if kind == "attempt" and to_be_sent:
        attempt(office, tried + 1)
    elif kind == "answer":
        given = provider_id if word == "accepted" else None
        apply(office, Change(delivery, no, word, given, follow=FOLLOW.get(word)))
    elif kind == "lost":
        look_up.mark_lost(office.store, can_look_up={office.account: True})
    elif kind == "looked" and office.again() == "look_up":
        with office.store.begin() as connection:
            settle.again(connection, delivery, retry.Next(Why.RESEND, 0))
    elif kind == "skip" and to_be_sent:
        with office.store.begin() as connection:
            settle.skip(connection, {delivery: "cancelled"})
    elif kind == "receipt" and provider_id is not None:
        state = "undelivered" if word == "off" else word
        verdict = Verdict.LATER if word == "off" else None
        said = Said(provider_id, state, word, None, verdict)  # type: ignore[arg-type]
        with office.store.begin() as connection:
            record(connection, [Event(said, (delivery, no))])
