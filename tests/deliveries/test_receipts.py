"""What carriers say later: in any order, twice, early, late, about the wrong one."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, select

from channels.base import Outcome, Verdict
from channels.base import Receipt as Said
from outreach import clock
from outreach.deliveries import receipts
from outreach.deliveries.receipts import Box, Event, read_token
from outreach.errors import Refused
from outreach.models.deliveries import DeliveryAgain, Receipt
from outreach.models.people import Person, Refusal
from outreach.models.policies import Reach
from outreach.vault import Vault
from tests.factories import Office, add_account, add_group

PHONE = "+8613911112222"
DELIVERED = ("delivered", "delivered", None, None)
SENT = ("accepted", "sent", None, None)
OFF = ("undelivered", "undelivered", "30003", Verdict.LATER)
GONE = ("undelivered", "undelivered", "30005", Verdict.PERMANENT)
STOP = ("undelivered", "undelivered", "21610", Verdict.OPTED_OUT)
Word = tuple[str, str, str | None, Verdict | None]


def event(
    word: Word, provider_id: str = "FK00000001", named: tuple[int, int] | None = None
) -> Event:
    state, status, code, verdict = word
    return Event(Said(provider_id, state, status, code, verdict), named)  # type: ignore[arg-type]


@pytest.fixture
def sent(office: Office) -> int:
    """One message that the carrier accepted as FK00000001."""
    office.person(phone=PHONE)
    office.plan()
    office.send()
    [delivery] = office.deliveries()
    return delivery


def test_whatever_the_order_the_strongest_word_stands(office: Office) -> None:
    orders = list(itertools.permutations([SENT, OFF, DELIVERED]))
    for _ in orders:
        office.person()
    office.plan()
    office.send()
    for number, order in enumerate(orders, 1):
        for word in order:
            office.receive(event(word, f"FK{number:08d}"))
    assert office.states() == {"delivered": len(orders)}
    assert office.count(DeliveryAgain) == 0
    assert office.count(Receipt, Receipt.applied) == 3 * len(orders)


def test_a_late_receipt_turns_undelivered_into_delivered_and_nothing_turns_it_back(
    office: Office, sent: int
) -> None:
    office.receive(event(OFF))
    assert office.states() == {"undelivered": 1}
    assert office.again() == "temporary"
    office.receive(event(DELIVERED))
    assert office.states() == {"delivered": 1}
    office.receive(event(GONE))
    office.receive(event(SENT))
    assert office.states() == {"delivered": 1}
    assert office.count(Person, Person.phone_closed) == 0


def test_the_same_receipt_twice_is_one(office: Office, sent: int) -> None:
    assert office.receive(event(DELIVERED), event(DELIVERED)) == 1
    assert office.receive(event(DELIVERED)) == 0
    assert office.count(Receipt) == 1
    assert office.count(Reach) == 1


def test_a_receipt_before_its_answer_waits_for_the_sweep(office: Office) -> None:
    office.person(phone=PHONE)
    office.plan()
    assert office.receive(event(DELIVERED)) == 0
    assert office.count(Receipt, Receipt.applied) == 0
    office.send()
    with office.store.begin() as connection:
        assert receipts.sweep(connection) == 1
        assert receipts.sweep(connection) == 0
    assert office.states() == {"delivered": 1}


def test_a_receipt_that_names_its_attempt_settles_it_before_the_answer(office: Office) -> None:
    office.person(phone=PHONE)
    office.plan()
    [delivery] = office.deliveries()
    said: list[int] = []
    send = office.channel.send

    class Early(type(office.channel)):  # type: ignore[misc]
        async def send(self, message: object) -> Outcome:
            said.append(office.receive(event(DELIVERED, named=(delivery, 1))))
            return await send(message)  # type: ignore[arg-type]

    office.send(office.sender(channel=Early()))
    assert said == [1]
    assert office.states() == {"delivered": 1}
    assert office.outcomes(delivery) == [(1, "delivered", "FK00000001")]
    assert office.again() == ""


def test_an_unknown_answer_after_a_receipt_leaves_nothing_in_doubt(office: Office) -> None:
    office.person(phone=PHONE)
    office.plan()
    [delivery] = office.deliveries()
    office.channel.plan(PHONE, Outcome("unknown", error_code="timeout"), kept=True)
    office.send()
    assert office.states() == {"unknown": 1}
    office.receive(event(SENT, named=(delivery, 1)))
    assert office.states() == {"accepted": 1}
    assert office.again() == ""


def test_a_receipt_for_a_wrong_number_closes_it_for_everybody_who_has_it(
    office: Office, sent: int
) -> None:
    office.person(phone=PHONE)
    office.receive(event(GONE))
    assert office.states() == {"undelivered": 1}
    assert office.again() == ""
    assert office.count(Person, Person.phone_closed) == 2


def test_a_receipt_of_an_opt_out_adds_a_refusal(office: Office, sent: int) -> None:
    office.receive(event(STOP))
    assert office.count(Refusal) == 1
    assert office.count(Person, Person.phone_closed) == 0


def test_a_phone_that_is_off_gets_it_again_in_half_an_hour_and_three_times_at_most(
    office: Office, now: clock.fixed, sent: int
) -> None:
    for number in (1, 2, 3):
        office.receive(event(OFF, f"FK0000000{number}", (sent, number)))
        now.advance(minutes=29)
        office.send()
        assert len(office.channel.sent) == number
        now.advance(minutes=1)
        office.send()
    assert len(office.channel.sent) == 3
    assert office.states() == {"undelivered": 1}
    assert office.again() == ""


def test_a_late_receipt_of_the_first_attempt_settles_the_second(
    office: Office, now: clock.fixed, sent: int
) -> None:
    office.receive(event(OFF))
    now.advance(minutes=30)
    office.send()
    assert office.outcomes(sent)[1][1] == "accepted"
    office.receive(event(DELIVERED, named=(sent, 1)))
    assert office.states() == {"delivered": 1}
    office.receive(event(OFF, "FK00000002", (sent, 2)))
    assert office.states() == {"delivered": 1}
    assert office.again() == ""
    now.advance(hours=1)
    office.send()
    assert len(office.channel.sent) == 2


def test_bad_news_of_an_old_attempt_changes_nothing_for_the_newest(
    office: Office, now: clock.fixed
) -> None:
    office.person(phone=PHONE)
    office.plan()
    [delivery] = office.deliveries()
    office.channel.plan(PHONE, Outcome("deferred", error_code="connect"))
    office.send()
    now.advance(minutes=1)
    office.channel.plan(PHONE, Outcome("unknown", error_code="timeout"))
    office.send()
    assert office.again() == "look_up"
    office.receive(event(OFF, "SM-old", (delivery, 1)))
    assert office.again() == "look_up"
    assert office.states() == {"unknown": 1}


def test_people_are_reached_once_per_policy_by_what_a_handset_confirms(
    office: Office, sent: int
) -> None:
    assert office.count(Reach) == 0
    office.receive(event(SENT))
    assert office.count(Reach) == 0
    office.receive(event(DELIVERED))
    with office.store.read() as connection:
        row = connection.execute(select(Reach)).mappings().one()
    assert (row["fact"], row["channel"], row["delivery_id"]) == ("delivered", "sms", sent)
    assert {row["person_id"]} == office.subjects(sent)


def test_a_post_in_a_group_is_published_as_soon_as_it_stands_there(office: Office) -> None:
    with office.store.begin() as connection:
        robot = add_account(connection, "group")
        add_group(connection, office.vault, robot)
    office.person(birth=clock.now().date(), phone=None)
    office.plan(policies=["childcare-2025"], steps=[{"channel": "group"}])
    office.send(office.sender(account=robot))
    with office.store.read() as connection:
        assert connection.execute(select(Reach.fact, Reach.channel)).all() == [
            ("published", "group")
        ]


# -- the token ---------------------------------------------------------------------------------------


def test_a_token_that_we_made_names_its_attempt(vault: Vault) -> None:
    assert read_token(vault, f"17.2.{vault.token('receipt', '17.2')}") == (17, 2)


@pytest.mark.parametrize(
    "token",
    ["", "17", "17.2", "17.2.", "17.2.AAAAAAAAAAAAAAAA", "x.2.A", "17.2.é", "-1.2.A"],
)
def test_a_token_that_we_did_not_make_is_refused(vault: Vault, token: str) -> None:
    with pytest.raises(Refused, match="bad_receipt_token"):
        read_token(vault, token)


def test_a_token_is_good_for_one_attempt_only(vault: Vault) -> None:
    with pytest.raises(Refused):
        read_token(vault, f"17.3.{vault.token('receipt', '17.2')}")


# -- many at once ------------------------------------------------------------------------------------


def test_many_callers_write_together_and_each_report_is_kept(office: Office) -> None:
    for _ in range(30):
        office.person()
    office.plan()
    office.send()
    opened = 0

    @contextmanager
    def begin() -> Iterator[Connection]:
        nonlocal opened
        opened += 1
        with office.store.begin() as connection:
            yield connection

    box = Box(begin)
    events = [event(DELIVERED, f"FK{number:08d}") for number in range(1, 31)]
    threads = [threading.Thread(target=box.put, args=(one,)) for one in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert office.states() == {"delivered": 30}
    assert 1 <= opened <= 30


class Broken(Exception):
    """The database is away for one report."""


def test_a_report_that_cannot_be_written_takes_no_other_with_it(office: Office) -> None:
    for _ in range(8):
        office.person()
    office.plan()
    office.send()
    gate = threading.Event()

    @contextmanager
    def begin() -> Iterator[Connection]:
        gate.wait(5)
        with office.store.begin() as connection:
            yield connection
            kept = connection.scalars(select(Receipt.provider_id))
            if "FK00000003" in set(kept):
                raise Broken

    box = Box(begin)
    failed: list[str] = []

    def put(provider_id: str) -> None:
        try:
            box.put(event(DELIVERED, provider_id))
        except Broken:
            failed.append(provider_id)

    threads = [threading.Thread(target=put, args=(f"FK{n:08d}",)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert failed == ["FK00000003"]
    assert office.states() == {"delivered": 7, "accepted": 1}
    assert office.count(DeliveryAgain) == 0
