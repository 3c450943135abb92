"""After an unknown: the carrier is asked before anything is sent again."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from channels.base import Found, Outcome
from channels.base import Receipt as Said
from channels.errors import Rejected, Unavailable
from channels.fake import FakeChannel
from outreach import clock
from outreach.deliveries import queries, service
from outreach.deliveries.leases import AgainLease
from outreach.deliveries.look_up import Doubt, look_up, mark_lost, matches
from outreach.deliveries.receipts import Event
from outreach.errors import Conflict
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import Attempt
from tests.factories import NOON, Office

PHONE = "+8613911112222"
TIMEOUT = Outcome("unknown", error_code="timeout")


def look(
    office: Office, now: clock.fixed, *, wait: float = 10, channel: FakeChannel | None = None
) -> int:
    """Let the wait pass and ask."""
    now.advance(seconds=wait)
    asked = channel or office.channel
    return asyncio.run(look_up(office.store, office.vault, asked, office.account, office.line()))


def resent(office: Office) -> int:
    with office.store.read() as connection:
        return queries.spent(connection, office.campaign)[2]


@pytest.fixture
def one(office: Office) -> int:
    office.person(phone=PHONE)
    office.plan()
    [delivery] = office.deliveries()
    return delivery


def test_an_unknown_is_not_asked_about_before_everything_in_flight_must_have_arrived(
    office: Office, now: clock.fixed, one: int
) -> None:
    office.channel.plan(PHONE, TIMEOUT, kept=True)
    office.send()
    assert (office.states(), office.again()) == ({"unknown": 1}, "look_up")
    assert look(office, now, wait=5.9) == 0
    assert look(office, now, wait=0.1) == 1
    assert office.states() == {"accepted": 1}
    assert office.outcomes(one) == [(1, "accepted", "FK00000001")]
    assert (office.again(), resent(office)) == ("", 0)


def test_two_empty_looks_allow_one_more_message_and_a_second_unknown_waits_for_a_person(
    office: Office, now: clock.fixed, one: int
) -> None:
    for _ in range(2):
        office.channel.plan(PHONE, TIMEOUT)
    office.send()
    look(office, now)
    assert office.again() == "look_up"
    look(office, now)
    assert office.again() == "resend"
    office.send()
    assert (len(office.channel.sent), resent(office), office.again()) == (2, 1, "look_up")
    look(office, now)
    look(office, now)
    assert (office.states(), office.again()) == ({"unknown": 1}, "ask")
    for _ in range(3):
        now.advance(hours=1)
        office.send()
    assert len(office.channel.sent) == 2


def test_the_second_message_is_found_although_the_first_one_stays_unknown(
    office: Office, now: clock.fixed, one: int
) -> None:
    office.channel.plan(PHONE, TIMEOUT)
    office.channel.plan(PHONE, TIMEOUT, kept=True)
    office.send()
    look(office, now)
    look(office, now)
    office.send()
    look(office, now)
    assert office.states() == {"accepted": 1}
    assert office.outcomes(one) == [(1, "unknown", None), (2, "accepted", "FK00000001")]
    assert office.again() == ""


def test_a_first_message_that_the_list_showed_late_settles_the_delivery(
    office: Office, now: clock.fixed, one: int
) -> None:
    office.channel.plan(PHONE, TIMEOUT, kept=True)
    empty = FakeChannel()
    office.send()
    look(office, now, channel=empty)
    look(office, now, channel=empty)
    office.channel.plan(PHONE, TIMEOUT)
    now.advance(minutes=10)
    office.send()
    look(office, now)
    assert office.states() == {"accepted": 1}


def test_an_unknown_after_a_deferred_second_message_is_a_second_unknown(
    office: Office, now: clock.fixed, one: int
) -> None:
    office.channel.plan(PHONE, TIMEOUT)
    office.channel.plan(PHONE, Outcome("deferred", error_code="connect"))
    office.channel.plan(PHONE, TIMEOUT)
    office.send()
    look(office, now)
    look(office, now)
    office.send()
    now.advance(minutes=1)
    office.send()
    look(office, now)
    look(office, now)
    assert (len(office.channel.sent), office.again()) == (3, "ask")


def test_one_message_at_the_carrier_serves_one_of_two_equal_unknowns(
    office: Office, now: clock.fixed, one: int
) -> None:
    first = office.campaign
    office.channel.plan(PHONE, TIMEOUT, kept=True)
    office.channel.plan(PHONE, TIMEOUT)
    office.send()
    office.plan()
    office.send()
    second = office.campaign
    assert look(office, now) == 1
    assert look(office, now, wait=0) == 1
    assert look(office, now) == 1
    found = {}
    for campaign in (first, second):
        office.campaign = campaign
        found[campaign] = office.states()
    assert found == {first: {"accepted": 1}, second: {"unknown": 1}}
    office.send()
    assert office.states() == {"accepted": 1}
    assert len(office.channel.sent) == 3


def _two_equal_unknowns(office: Office, now: clock.fixed) -> tuple[int, int]:
    """Two campaigns, one text, one number, both unknown; the carrier has the second one's message."""
    office.channel.plan(PHONE, TIMEOUT)
    office.channel.plan(PHONE, TIMEOUT, kept=True)
    office.send()
    [first] = office.deliveries()
    office.plan()
    office.send()
    [second] = office.deliveries()
    look(office, now)
    return first, second


def test_a_receipt_takes_its_id_back_from_a_wrong_guess_which_is_then_in_doubt_again(
    office: Office, now: clock.fixed, one: int
) -> None:
    first, second = _two_equal_unknowns(office, now)
    assert office.outcomes(first) == [(1, "accepted", "FK00000001")]
    office.receive(Event(Said("FK00000001", "delivered", "delivered"), (second, 1)))
    assert office.outcomes(second) == [(1, "delivered", "FK00000001")]
    assert office.outcomes(first) == [(1, "unknown", None)]
    assert office.again(first) == "look_up"
    look(office, now)
    look(office, now)
    office.send()
    assert office.outcomes(first)[1][1] == "accepted"
    assert len(office.channel.sent) == 3  # the lost one was sent once more, the other one was not


def test_a_receipt_swaps_ids_that_a_look_up_gave_the_wrong_way_round(
    office: Office, now: clock.fixed, one: int
) -> None:
    for _ in range(2):
        office.channel.plan(PHONE, TIMEOUT, kept=True)
    office.send()
    [first] = office.deliveries()
    office.plan()
    office.send()
    [second] = office.deliveries()
    look(office, now)
    look(office, now, wait=0)
    office.receive(Event(Said("FK00000002", "delivered", "delivered"), (first, 1)))
    assert office.outcomes(first) == [(1, "delivered", "FK00000002")]
    assert office.outcomes(second) == [(1, "accepted", "FK00000001")]
    office.receive(Event(Said("FK00000001", "delivered", "delivered"), (second, 1)))
    assert office.states() == {"delivered": 1}


class Away(FakeChannel):
    """A carrier that does not answer questions."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def look_up(self, to: str) -> list[Found]:
        raise self.error


def test_a_carrier_that_cannot_be_asked_is_asked_later(
    office: Office, now: clock.fixed, one: int
) -> None:
    office.channel.plan(PHONE, TIMEOUT, kept=True)
    office.send()
    away = Away(Unavailable("channels.look_up", reason="connect"))
    assert look(office, now, channel=away) == 1
    assert (office.states(), office.again()) == ({"unknown": 1}, "look_up")
    assert look(office, now) == 1
    assert office.states() == {"accepted": 1}


def test_an_account_that_may_not_ask_pauses_the_campaign(
    office: Office, now: clock.fixed, one: int
) -> None:
    office.channel.plan(PHONE, TIMEOUT, kept=True)
    office.send()
    look(office, now, channel=Away(Rejected("channels.look_up_refused", reason="20003")))
    assert office.count(Campaign, Campaign.status == "paused") == 1
    look(office, now)  # a pause stops sending, not asking
    assert office.states() == {"accepted": 1}


def test_a_receipt_that_came_first_spares_the_question(
    office: Office, now: clock.fixed, one: int
) -> None:
    office.channel.plan(PHONE, TIMEOUT, kept=True)
    office.send()
    office.receive(Event(Said("FK00000001", "accepted", "sent"), (one, 1)))
    assert look(office, now) == 0
    assert office.states() == {"accepted": 1}


# -- a person decides --------------------------------------------------------------------------------


@pytest.fixture
def asked(office: Office, now: clock.fixed, one: int) -> int:
    """A delivery that only a person can settle."""
    for _ in range(2):
        office.channel.plan(PHONE, TIMEOUT)
    office.send()
    for _ in range(2):
        look(office, now)
    office.send()
    for _ in range(2):
        look(office, now)
    assert office.again() == "ask"
    return one


def test_a_person_who_saw_it_settles_it(office: Office, asked: int) -> None:
    with office.store.read() as connection:
        [waiting] = queries.waiting_for_a_person(connection, office.campaign)
    assert (waiting["id"], waiting["channel"], waiting["no"]) == (asked, "sms", 2)
    with office.store.begin() as connection:
        service.confirm(connection, asked, seen=True, by="gan")
    assert (office.states(), office.again()) == ({"accepted": 1}, "")
    assert office.one()["reason"] == "seen_by_person"


def test_a_person_who_did_not_see_it_has_it_sent_once_more(office: Office, asked: int) -> None:
    with office.store.begin() as connection:
        service.confirm(connection, asked, seen=False, by="gan")
    office.send()
    assert office.states() == {"accepted": 1}
    assert resent(office) == 2


def test_a_delivery_that_waits_for_nobody_cannot_be_confirmed(office: Office, one: int) -> None:
    office.send()
    with office.store.begin() as connection, pytest.raises(Conflict, match="not_waiting"):
        service.confirm(connection, one, seen=False, by="gan")
    assert len(office.channel.sent) == 1


# -- lost senders ------------------------------------------------------------------------------------


def test_an_attempt_is_lost_only_after_its_sender_must_be_dead(
    office: Office, now: clock.fixed, one: int
) -> None:
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    assert sender._commit(lease, chunk) is not None
    now.advance(seconds=7.9)  # the deadline, one request, and the carrier's own time
    assert mark_lost(office.store, can_look_up={office.account: True}) == 0
    now.advance(seconds=0.1)
    assert mark_lost(office.store, can_look_up={office.account: True}) == 1
    assert (office.states(), office.again()) == ({"unknown": 1}, "look_up")
    assert mark_lost(office.store, can_look_up={office.account: True}) == 0


def test_a_lost_attempt_at_a_carrier_that_cannot_be_asked_waits_for_a_person(
    office: Office, now: clock.fixed, one: int
) -> None:
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    sender._commit(lease, chunk)
    now.advance(minutes=1)
    assert mark_lost(office.store, can_look_up={}) == 1
    assert office.again() == "ask"


# -- what matches ------------------------------------------------------------------------------------

DOUBT = Doubt(AgainLease(1, 1, 1, "look_up", 0, 1), 1, NOON, "你好", newest=True, resent=False)


@pytest.mark.parametrize(
    ("found", "fits"),
    [
        (Found("S1", "你好", "me", NOON, "sent"), True),
        (Found("S1", " 你好\n", "me", NOON, "sent"), True),
        (Found("S1", "您好", "me", NOON, "sent"), False),
        (Found("S1", "你好", "other", NOON, "sent"), False),
        (Found("S1", "你好", "", NOON, "sent"), True),
        (Found("S1", "你好", "me", None, "queued"), True),
        (Found("S1", "你好", "me", NOON - timedelta(seconds=60), "sent"), True),
        (Found("S1", "你好", "me", NOON - timedelta(seconds=61), "sent"), False),
        (Found("S1", "你好", "me", NOON + timedelta(days=1), "sent"), True),
        (Found("TAKEN", "你好", "me", NOON, "sent"), False),
    ],
    ids=[
        "ours", "blanks around", "another text", "another sender", "no sender named", "not dated yet", "clock behind",
        "an older message", "dated by when it was asked", "held by another attempt",
    ],
)  # fmt: skip
def test_a_listed_message_is_ours_when(found: Found, fits: bool) -> None:
    assert bool(matches(DOUBT, [found], "me", {"TAKEN"})) is fits


def test_the_oldest_fitting_message_is_taken_first() -> None:
    def at(number: int, created: datetime | None) -> Found:
        return Found(f"S{number}", "你好", "me", created, "sent")

    listed = [at(1, None), at(2, NOON + timedelta(seconds=9)), at(3, NOON)]
    assert [one.provider_id for one in matches(DOUBT, listed, "me", set())] == ["S3", "S2", "S1"]


def test_the_attempt_kept_what_it_needs_to_be_found(office: Office, one: int) -> None:
    office.send()
    with office.store.read() as connection:
        row = connection.execute(select(Attempt.address, Attempt.body)).one()
    assert office.vault.decrypt("phone", row.address) == PHONE
    assert office.vault.decrypt("body", row.body) == office.channel.sent[0].text
