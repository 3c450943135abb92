"""One chunk: checked, written, handed over, answered."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter as Count
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from channels.base import Message, Outcome
from channels.fake import FakeChannel
from outreach import clock
from outreach.deliveries import leases, look_up, pace, queries, service, settle
from outreach.deliveries.outgoing import TooFast
from outreach.deliveries.send import Sender
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import (
    Account,
    AccountPace,
    Attempt,
    Counter,
    Delivery,
    DeliveryAgain,
    DeliveryBatch,
)
from outreach.models.deliveries import Outcome as OutcomeRow
from outreach.models.people import Person, Refusal
from tests.factories import Office, add_account, add_group, free_pace

PHONE = "+8613911112222"


def step(sender: Sender) -> float | None:
    return asyncio.run(sender.step())


def people(office: Office, count: int) -> list[str]:
    phones = [f"+86139{number:08d}" for number in range(count)]
    for phone in phones:
        office.person(phone=phone)
    return phones


def in_order(office: Office) -> list[str]:
    """The phones in the order in which they are sent to."""
    with office.store.read() as connection:
        rows = connection.scalars(
            select(Person.phone)
            .join(Delivery, Delivery.addressee == Person.id)
            .order_by(Delivery.id)
        )
        return [office.vault.decrypt("phone", row) for row in rows]


def slow(office: Office, per_second: float) -> None:
    """Chunks of that many."""
    office.change(Account, Account.id == office.account, per_second=per_second)


def spent(office: Office) -> int:
    with office.store.read() as connection:
        name = f"cost:{office.campaign}"
        return connection.scalar(select(Counter.n).where(Counter.name == name)) or 0


# -- the usual way -----------------------------------------------------------------------------------


def test_everybody_gets_one_message_and_its_attempt_keeps_it(office: Office) -> None:
    phones = people(office, 7)
    slow(office, 3)
    office.plan()
    office.send()
    assert sorted(message.to for message in office.channel.sent) == phones
    assert office.states() == {"accepted": 7}
    assert office.count(DeliveryAgain) == 0
    assert office.count(DeliveryBatch, DeliveryBatch.state == "open") == 0
    with office.store.read() as connection:
        rows = connection.execute(select(Attempt).order_by(Attempt.delivery_id)).mappings().all()
        parts, cost, resent = queries.spent(connection, office.campaign)
    first = rows[0]
    text = office.vault.decrypt("body", first["body"])
    assert {office.vault.decrypt("phone", row["address"]) for row in rows} == set(phones)
    assert text in {message.text for message in office.channel.sent}
    assert PHONE[-8:] not in first["address"]
    assert first["deadline"] == first["at"] + timedelta(seconds=2)
    assert (parts, cost, resent) == (sum(r["parts"] for r in rows), spent(office), 0)


def test_the_callback_names_the_attempt_and_cannot_be_guessed(office: Office) -> None:
    people(office, 2)
    office.plan()
    office.send()
    urls = {message.callback_url for message in office.channel.sent}
    assert len(urls) == 2
    for message in office.channel.sent:
        assert message.callback_url is not None
        assert message.callback_url.endswith(f"/callbacks/twilio/status/{message.reference}")
        delivery, no, mark = message.reference.split(".")
        assert int(delivery) in office.deliveries()
        assert no == "1"
        assert len(mark) == 16


def test_nothing_is_due_before_its_time(office: Office, now: clock.fixed) -> None:
    people(office, 1)
    office.plan()
    office.change(DeliveryBatch, DeliveryBatch.id > 0, due_at=clock.now() + timedelta(minutes=5))
    assert step(office.sender()) is None
    now.advance(minutes=5)
    office.send()
    assert office.states() == {"accepted": 1}


def test_an_account_sends_no_faster_than_it_may(office: Office, now: clock.fixed) -> None:
    people(office, 4)
    slow(office, 2)
    office.plan()
    sender = office.sender()
    assert step(sender) == 0
    assert len(office.channel.sent) == 2
    assert step(sender) == pytest.approx(1.0)
    assert len(office.channel.sent) == 2
    now.advance(seconds=1)
    assert step(sender) == 0
    assert len(office.channel.sent) == 4


def test_a_slot_that_another_sender_took_leaves_nothing_behind(office: Office) -> None:
    people(office, 2)
    office.plan()
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    with office.store.begin() as connection:
        assert pace.take_slots(connection, office.account, 2, 1.0)
    assert chunk is not None
    with pytest.raises(TooFast):
        sender._commit(lease, chunk)
    assert office.attempts() == 0
    assert spent(office) == 0
    with office.store.begin() as connection:
        lease.give_back(connection)
    office.send()
    assert len(office.channel.sent) == 2


# -- quiet hours, pause ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        (datetime(2026, 11, 23, 4, 30, tzinfo=UTC), datetime(2026, 11, 23, 6, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 14, 0, tzinfo=UTC), datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
    ],
    ids=["midday rest", "night"],
)
def test_quiet_hours_move_the_work_to_their_end(
    office: Office, moment: datetime, then: datetime
) -> None:
    people(office, 1)
    office.plan()
    with clock.fixed(moment) as held:
        office.send()
        assert office.channel.sent == []
        assert office.due_at() == then
        held.advance(seconds=(then - moment).total_seconds())
        office.send()
        assert len(office.channel.sent) == 1


def test_quiet_hours_that_begin_between_two_chunks_are_kept(
    office: Office, now: clock.fixed
) -> None:
    people(office, 4)
    slow(office, 2)
    office.plan()
    sender = office.sender()
    step(sender)
    now.advance(hours=2)  # noon
    office.send(sender)
    assert len(office.channel.sent) == 2
    assert office.due_at() == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    now.advance(hours=2)
    office.send(sender)
    assert len(office.channel.sent) == 4


@pytest.mark.parametrize(
    "document",
    [{"class": "urgent", "urgent": {"reason": "台风"}}, {"ignore_quiet_hours": {"reason": "防汛"}}],
    ids=["urgent", "with a reason"],
)
def test_an_urgent_campaign_speaks_at_night(office: Office, document: dict[str, object]) -> None:
    people(office, 1)
    with clock.fixed(datetime(2026, 11, 23, 15, 0, tzinfo=UTC)):
        office.plan(**document)
        office.send()
    assert len(office.channel.sent) == 1


def test_a_retry_keeps_quiet_hours_too(office: Office, now: clock.fixed) -> None:
    people(office, 1)
    office.plan()
    office.channel.plan("+8613900000000", Outcome("deferred", error_code="connect"))
    office.send()
    now.advance(hours=11, minutes=30)
    office.send()
    assert len(office.channel.sent) == 1
    with office.store.read() as connection:
        due = connection.scalar(select(DeliveryAgain.due_at))
    assert due == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def test_a_pause_acts_at_the_next_chunk_and_resuming_repeats_nothing(office: Office) -> None:
    phones = people(office, 5)
    slow(office, 2)
    office.plan()
    sender = office.sender()
    for _ in range(20):
        step(sender)
        free_pace(office.store, office.account)
        office.set_status("paused")
        sent = len(office.channel.sent)
        office.send(sender)
        assert len(office.channel.sent) == sent
        office.set_status("running")
    assert Count(message.to for message in office.channel.sent) == Count(phones)
    assert office.states() == {"accepted": 5}


def test_a_pause_between_the_look_and_the_commit_writes_nothing(office: Office) -> None:
    people(office, 2)
    office.plan()
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    office.set_status("paused")
    assert sender._commit(lease, chunk) is None
    assert office.attempts() == 0
    office.set_status("running")
    office.send()
    assert len(office.channel.sent) == 2


def test_who_changes_between_the_look_and_the_commit_is_looked_at_again(office: Office) -> None:
    people(office, 2)
    office.plan()
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    office.change(Person, Person.phone_key.is_not(None), status="deceased")
    assert sender._commit(lease, chunk) is None
    office.send()
    assert office.channel.sent == []
    assert office.reasons() == {"deceased": 2}


# -- money -------------------------------------------------------------------------------------------


def test_a_budget_is_used_up_to_the_last_message_that_fits(office: Office) -> None:
    people(office, 5)
    office.plan()
    office.send()
    each = spent(office) // 5
    assert each > 0
    office.plan(budget=each * 3 / 100 + 0.01)
    office.channel.sent.clear()
    office.send()
    assert len(office.channel.sent) == 3
    assert office.reasons() == {"over_budget": 2}
    assert office.states() == {"accepted": 3, "skipped": 2}
    assert spent(office) == each * 3


def test_what_the_carrier_did_not_take_costs_nothing(office: Office, now: clock.fixed) -> None:
    phones = people(office, 2)
    office.plan()
    for _ in range(3):
        office.channel.plan(phones[0], Outcome("deferred", error_code="connect"))
    office.channel.plan(phones[1], Outcome("refused", error_code="21617"))
    for _ in range(6):
        office.send()
        now.advance(minutes=5)
    assert office.states() == {"accepted": 1, "refused": 1}
    with office.store.read() as connection:
        one = connection.scalar(select(Attempt.cost_fen).limit(1))
        _, cost, _ = queries.spent(connection, office.campaign)
    assert spent(office) == one
    assert cost == one


# -- answers -----------------------------------------------------------------------------------------


def test_a_refusal_for_good_closes_the_number(office: Office) -> None:
    [phone] = people(office, 1)
    office.plan()
    office.channel.plan(phone, Outcome("refused", error_code="21614", permanent=True))
    office.send()
    assert office.states() == {"refused": 1}
    assert office.count(Person, Person.phone_closed) == 1
    assert office.count(DeliveryAgain) == 0


def test_an_opt_out_at_the_carrier_goes_on_the_list_and_closes_nothing(office: Office) -> None:
    [phone] = people(office, 1)
    office.plan()
    answer = Outcome("refused", error_code="21610", permanent=True, opted_out=True)
    office.channel.plan(phone, answer)
    office.send()
    assert office.count(Refusal, Refusal.address_key.is_not(None), Refusal.source == "carrier") == 1
    assert office.count(Person, Person.phone_closed) == 0
    office.plan()
    office.send()
    assert office.reasons() == {"refused_channel": 1}


def test_a_wrong_token_pauses_the_campaign_and_keeps_the_message(
    office: Office, now: clock.fixed
) -> None:
    people(office, 3)
    slow(office, 2)
    office.plan()
    for phone in in_order(office)[:2]:
        answer = Outcome("refused", error_code="20003", detail="Authenticate", stop_campaign=True)
        office.channel.plan(phone, answer)
    office.send()
    assert len(office.channel.sent) == 2
    assert office.count(Campaign, Campaign.status == "paused") == 1
    assert office.states() == {"waiting": 3}
    assert office.count(AuditEntry, AuditEntry.by == "system") == 1
    office.set_status("running")
    now.advance(minutes=1)
    office.send()
    assert office.states() == {"accepted": 3}


def test_a_carrier_that_is_down_is_tried_later_and_later_and_then_a_person_is_asked(
    office: Office, now: clock.fixed
) -> None:
    [phone] = people(office, 1)
    office.plan()
    for _ in range(8):
        office.channel.plan(phone, Outcome("deferred", error_code="connect"))
    waits = []
    for _ in range(7):
        office.send()
        with office.store.read() as connection:
            due = connection.execute(select(DeliveryAgain.due_at)).scalar_one()
        waits.append((due - clock.now()).total_seconds())
        now.advance(seconds=waits[-1])
    assert waits == [2, 4, 8, 16, 32, 64, 128]
    office.send()
    assert (office.again(), office.states()) == ("ask", {"waiting": 1})
    now.advance(hours=1)
    office.send()
    assert len(office.channel.sent) == 8
    [delivery] = office.deliveries()
    with office.store.begin() as connection:
        service.confirm(connection, delivery, seen=False, by="gan")
    office.send()
    assert office.states() == {"accepted": 1}
    with office.store.read() as connection:
        assert queries.spent(connection, office.campaign)[2] == 0  # nothing was in doubt


def test_a_carriers_own_waiting_time_is_kept(office: Office, now: clock.fixed) -> None:
    [phone] = people(office, 1)
    office.plan()
    office.channel.plan(phone, Outcome("deferred", error_code="20429", retry_after=60))
    office.send()
    now.advance(seconds=59)
    office.send()
    assert len(office.channel.sent) == 1
    now.advance(seconds=1)
    office.send()
    assert len(office.channel.sent) == 2


def test_a_robot_that_may_have_posted_waits_for_a_person(office: Office) -> None:
    with office.store.begin() as connection:
        robot = add_account(connection, "group")
        add_group(connection, office.vault, robot, "robot-7")
    people(office, 1)
    channel = FakeChannel("group", now=clock.now)
    channel.can_look_up = False
    channel.plan("robot-7", Outcome("unknown", error_code="timeout"))
    office.person(birth=clock.now().date(), guardian_id=office.person(), phone=None)
    office.plan(policies=["childcare-2025"], steps=[{"channel": "group"}])
    office.send(office.sender(account=robot, channel=channel))
    assert (office.again(), office.states()) == ("ask", {"unknown": 1})
    assert [message.to for message in channel.sent] == ["robot-7"]
    with office.store.read() as connection:  # a post is not billed in parts
        assert connection.scalars(select(Attempt.parts)).all() == [0]


# -- leases ------------------------------------------------------------------------------------------


def test_a_lost_lease_writes_nothing_and_sends_nothing(office: Office) -> None:
    people(office, 2)
    office.plan()
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    with office.store.begin() as connection:  # another machine found the lease run out
        connection.execute(update(DeliveryBatch).values(lease_no=DeliveryBatch.lease_no + 1))
    assert sender._commit(lease, chunk) is None
    assert (office.attempts(), spent(office)) == (0, 0)
    assert office.count(AccountPace) == 0
    assert office.states() == {"waiting": 2}


def test_a_lost_lease_on_a_single_delivery_writes_nothing(office: Office, now: clock.fixed) -> None:
    [phone] = people(office, 1)
    office.plan()
    office.channel.plan(phone, Outcome("deferred", error_code="connect"))
    office.send()
    now.advance(minutes=1)
    sender = office.sender()
    lease = sender._claim(None)
    assert isinstance(lease, leases.Singles)
    chunk = sender._prepare(lease)
    assert chunk is not None
    with office.store.begin() as connection:
        connection.execute(update(DeliveryAgain).values(lease_no=DeliveryAgain.lease_no + 1))
    assert sender._commit(lease, chunk) is None
    assert office.attempts() == 1


def test_a_batch_is_held_by_one_until_its_lease_runs_out(office: Office) -> None:
    people(office, 2)
    office.plan()
    with office.store.begin() as connection:
        first = leases.claim_batch(connection, office.account)
        assert first is not None
        assert leases.claim_batch(connection, office.account) is None
        connection.execute(
            update(DeliveryBatch).values(lease_until=datetime(2020, 1, 1, tzinfo=UTC))
        )
        second = leases.claim_batch(connection, office.account)
        assert second is not None
        assert second.lease_no == first.lease_no + 1
        assert first.advance(connection, first.hi) is None
        assert second.advance(connection, second.hi) is not None


class Fails(FakeChannel):
    """Hands some over and then fails by a fault of our own."""

    def __init__(self, after: int) -> None:
        super().__init__(now=clock.now)
        self.after = after

    async def send(self, message: Message) -> Outcome:
        if len(self.sent) >= self.after:
            raise RuntimeError("a fault of ours")
        return await super().send(message)


def test_a_fault_in_one_message_loses_no_answer_of_the_others(office: Office) -> None:
    people(office, 4)
    office.plan()
    channel = Fails(after=3)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        step(office.sender(channel=channel))
    assert office.states() == {"accepted": 3, "waiting": 1}
    assert office.again() == "in_flight"


def test_no_request_is_opened_after_a_sleep_that_outlasted_the_attempt(office: Office) -> None:
    people(office, 2)
    office.plan()
    sender = office.sender(send_timeout=0.05)
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    written = sender._commit(lease, chunk)
    assert written is not None
    threading.Event().wait(0.1)  # the lid was closed
    asyncio.run(sender._hand_over(written))
    assert office.channel.sent == []
    assert office.states() == {"waiting": 2}
    assert office.count(DeliveryAgain, DeliveryAgain.reason == "deferred") == 2


@pytest.mark.parametrize("handed_over", [0, 3])
def test_a_process_that_dies_in_a_chunk_doubles_nothing_and_loses_nothing(
    office: Office, now: clock.fixed, handed_over: int
) -> None:
    phones = people(office, 5)
    office.plan()
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    written = sender._commit(lease, chunk)
    assert written is not None
    for item in written.items[:handed_over]:  # the carrier has them; nobody wrote its answers down
        asyncio.run(office.channel.send(sender._message(item)))
    asyncio.run(_start_again(office, now))
    assert Count(message.to for message in office.channel.sent) == Count(phones)
    assert office.states() == {"accepted": 5}
    with office.store.read() as connection:
        assert queries.spent(connection, office.campaign)[2] == 5 - handed_over


async def _start_again(office: Office, now: clock.fixed) -> None:
    """Another process takes over, sends, looks up, and lets time pass until nothing moves."""
    with office.store.begin() as connection:
        leases.take_over(connection)
    sender = office.sender()
    for _ in range(25):
        look_up.mark_lost(office.store, can_look_up={office.account: True})
        await look_up.look_up(
            office.store, office.vault, office.channel, office.account, sender.line
        )
        await sender.step()
        now.advance(seconds=1)


def test_two_senders_of_one_account_send_each_message_once(office: Office) -> None:
    phones = people(office, 60)
    slow(office, 7)
    office.plan()
    office.change(Account, Account.id == office.account, per_second=2000.0)
    channel = FakeChannel()
    faults: list[BaseException] = []

    def work_through() -> None:
        sender = office.sender(channel=channel)
        object.__setattr__(sender.account, "per_second", 2000.0)
        try:
            asyncio.run(_until_idle(sender))
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work_through) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Count(message.to for message in channel.sent) == Count(phones)
    assert office.states() == {"accepted": 60}


async def _until_idle(sender: Sender) -> None:
    idle = 0
    while idle < 5:
        pause = await sender.step()
        idle = idle + 1 if pause is None else 0
        await asyncio.sleep(0.001)
        free_pace(sender._store, sender.account.id)


# -- the end -----------------------------------------------------------------------------------------


def test_cancelling_gives_who_was_not_sent_to_a_reason_and_leaves_the_rest_alone(
    office: Office, now: clock.fixed
) -> None:
    people(office, 6)
    slow(office, 4)
    office.plan()
    phones = in_order(office)
    sender = office.sender()
    office.channel.plan(phones[1], Outcome("deferred", error_code="connect"))
    office.channel.plan(phones[2], Outcome("unknown", error_code="timeout"))
    step(sender)
    office.set_status("cancelled")
    assert service.cancel_rest(office.store.begin, office.campaign) == 3
    assert office.states() == {"accepted": 2, "unknown": 1, "skipped": 3}
    assert office.reasons() == {"cancelled": 3}
    assert office.again() == "look_up"
    now.advance(hours=1)
    office.send(sender)
    assert len(office.channel.sent) == 4
    assert service.cancel_rest(office.store.begin, office.campaign) == 0


def test_a_chunk_in_flight_when_all_is_cancelled_keeps_its_own_end(office: Office) -> None:
    people(office, 4)
    slow(office, 2)
    office.plan()
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    written = sender._commit(lease, chunk)
    assert written is not None
    office.set_status("cancelled")
    assert service.cancel_rest(office.store.begin, office.campaign) == 2
    asyncio.run(sender._hand_over(written))
    assert office.states() == {"accepted": 2, "skipped": 2}
    free_pace(office.store, office.account)
    assert step(sender) in (0, None)  # the rest of its range is not its own any more
    assert step(sender) is None
    assert len(office.channel.sent) == 2


def test_a_deferred_attempt_that_is_cancelled_ends_as_skipped(office: Office) -> None:
    [phone] = people(office, 1)
    office.plan()
    office.channel.plan(phone, Outcome("deferred", error_code="connect"))
    office.send()
    [delivery] = office.deliveries()
    with office.store.begin() as connection:
        settle.skip(connection, {delivery: "cancelled"})
    assert office.outcomes(delivery) == [(1, "skipped", None)]
    assert office.count(OutcomeRow) == 1
    assert office.again() == ""
