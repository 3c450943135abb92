"""A clock that jumps in mid-send, and orders that change while it goes on."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from channels.base import Message, Outcome
from channels.fake import FakeChannel
from outreach import clock
from outreach.campaigns import queries as campaign_queries
from outreach.campaigns import service
from outreach.deliveries import look_up
from outreach.deliveries.send import Sender
from outreach.models.deliveries import Account
from outreach.store import Store
from outreach.vault import Vault
from tests.factories import NOON, Office, free_pace

AT_NIGHT_TOO = {"ignore_quiet_hours": {"reason": "测试"}}


@pytest.fixture
def office(store: Store, vault: Vault) -> Office:
    return Office(store, vault)


class Jumps(FakeChannel):
    """While it has a message in hand the machine's clock is set to something else, now and then."""

    def __init__(self, held: clock.fixed, hours: list[float]) -> None:
        super().__init__(now=clock.now)
        self._held = held
        self._hours = hours

    async def send(self, message: Message) -> Outcome:
        if len(self.sent) % 10 == 9 and self._hours:
            self._held.advance(hours=self._hours.pop(0))
        return await super().send(message)


def people(office: Office, count: int) -> set[str]:
    phones = {f"+86136{row:08d}" for row in range(count)}
    for phone in phones:
        office.person(phone=phone)
    return phones


def let_pass(office: Office, sender: Sender, held: clock.fixed, turns: int) -> None:
    """What senders and sweeps do, a second apart."""

    async def run() -> None:
        for _ in range(turns):
            look_up.mark_lost(office.store, can_look_up={office.account: True})
            await look_up.look_up(
                office.store, office.vault, sender.channel, office.account, sender.line  # type: ignore[arg-type]
            )  # fmt: skip
            await sender.step()
            held.advance(seconds=1)

    asyncio.run(run())


JUMPS = [
    ("forward by hours", NOON, [5.0, 26.0]),
    ("back by hours", NOON, [-3.0, -30.0]),
    ("to and fro", NOON, [7.0, -7.0, 0.5, -9.0, 4.0]),
    ("over midnight in Shanghai and back", datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), [0.1, -0.2, 0.3]),
]  # fmt: skip


@pytest.mark.parametrize(("start", "hours"), [pytest.param(*one[1:], id=one[0]) for one in JUMPS])
def test_a_clock_that_jumps_doubles_nothing_and_stops_nothing(
    office: Office, start: datetime, hours: list[float]
) -> None:
    with clock.fixed(start) as held:
        phones = people(office, 60)
        office.change(Account, Account.id == office.account, per_second=20.0)
        office.plan(valid_until="2099-12-31", **AT_NIGHT_TOO)
        channel = Jumps(held, list(hours))
        let_pass(office, office.sender(channel=channel), held, 15)
        assert Counter(message.to for message in channel.sent) == Counter(phones)
        assert office.states() == {"accepted": 60}


def test_paused_and_resumed_twenty_times_everybody_has_it_once(office: Office) -> None:
    with clock.fixed(NOON) as held:
        phones = people(office, 60)
        office.change(Account, Account.id == office.account, per_second=3.0)
        key = office.plan()
        with office.store.read() as connection:
            ref = campaign_queries.everything(connection, ["running"])[0]["ref"]
        sender = office.sender()
        for turn in range(20):
            with office.store.begin() as connection:
                service.pause(connection, ref, "gan")
            sent = len(office.channel.sent)
            let_pass(office, sender, held, 2)
            assert len(office.channel.sent) == sent  # a pause acts at the next chunk
            with office.store.begin() as connection:
                service.resume(connection, ref, "gan")
            free_pace(office.store, office.account)
            let_pass(office, sender, held, 1)
            assert len(office.channel.sent) == min(60, sent + 3), turn
        assert Counter(message.to for message in office.channel.sent) == Counter(phones)
        assert office.campaign == key
        assert office.states() == {"accepted": 60}


def test_a_pace_that_is_changed_while_it_sends_counts_from_the_next_chunk(office: Office) -> None:
    dice = random.Random(3)
    with clock.fixed(NOON) as held:
        phones = people(office, 60)
        office.change(Account, Account.id == office.account, per_second=2.0)
        office.plan()
        sender = office.sender()
        while len(office.channel.sent) < 60:
            pace = dice.choice([1.0, 4.0, 15.0])
            office.change(Account, Account.id == office.account, per_second=pace)
            sent = len(office.channel.sent)
            free_pace(office.store, office.account)
            let_pass(office, sender, held, 1)
            assert len(office.channel.sent) == min(60, sent + int(pace))
        assert Counter(message.to for message in office.channel.sent) == Counter(phones)
        assert office.states() == {"accepted": 60}
