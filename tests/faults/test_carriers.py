"""A carrier on a bad day, over real HTTP: whatever it does, everybody has one message and the books say so."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import aclosing, closing

from channels.twilio import TwilioAccount, TwilioChannel
from outreach.models.deliveries import Attempt, DeliveryAgain, Receipt
from outreach.runtime.embedded import drain
from outreach.web.sandbox import Faults
from tests.faults.processes import until
from tests.runtime.conftest import Connect, Line
from tests.runtime.test_embedded import settled

PEOPLE = 40
AT_NIGHT_TOO = {"ignore_quiet_hours": {"reason": "测试"}}


def send(line: Line, people: int = PEOPLE) -> None:
    """Everything of a fresh campaign, by the real clock."""
    for _ in range(people):
        line.office.person()
    line.office.plan(**AT_NIGHT_TOO)
    drain(line.store, line.vault, line.settings, line.office.campaign, patience=20)


def carried(line: Line) -> Counter[str]:
    """Messages by number, as the carrier's own file has them."""
    with closing(sqlite3.connect(line.settings.data_dir / "carrier.db")) as connection:
        return Counter(number for (number,) in connection.execute("SELECT recipient FROM message"))


def once_each(line: Line, people: int = PEOPLE) -> None:
    assert Counter(carried(line).values()) == {1: people}


def test_receipts_settle_each_message_once_whenever_and_however_often_they_come(
    connect: Connect,
) -> None:
    """Twice, the last one first, before the answer, late: a quarter of each."""
    line = connect(
        Faults(
            receipt_twice=0.25, receipt_swapped=0.25, receipt_early=0.25, receipt_late=0.25,
            late_seconds=0.5, seed=5, by_suffix=False,
        )
    )  # fmt: skip
    send(line)
    until(lambda: settled(line) == {"delivered": PEOPLE}, 20, lambda: str(settled(line)))
    once_each(line)
    assert line.office.states() == {"delivered": PEOPLE}
    assert line.office.attempts() == PEOPLE
    assert line.office.count(DeliveryAgain) == 0
    assert line.office.count(Receipt) <= 2 * PEOPLE


def test_a_carrier_that_never_sends_a_receipt_leaves_them_accepted_and_nothing_in_doubt(
    connect: Connect,
) -> None:
    line = connect(Faults(receipt_never=1.0, by_suffix=False))
    send(line)
    assert line.office.states() == {"accepted": PEOPLE}
    once_each(line)
    assert line.office.count(DeliveryAgain) == line.office.count(Receipt) == 0


def test_everything_at_once(connect: Connect) -> None:
    """Busy, broken, slow, unreadable, cut off, and receipts in every disorder. Who was answered with nothing twice
    waits for a person; everybody else has it."""
    line = connect(
        Faults(
            drop_after=0.1, error500=0.05, throttle=0.1, garbage=0.1, slow=0.1, slow_seconds=0.2,
            receipt_twice=0.2, receipt_late=0.2, receipt_swapped=0.2, receipt_early=0.2, late_seconds=0.5,
            seed=5, by_suffix=False,
        )
    )  # fmt: skip
    send(line)

    def over() -> bool:
        left = settled(line)
        asked = line.office.count(DeliveryAgain, DeliveryAgain.reason == "ask")
        return left.get("delivered", 0) == PEOPLE - asked and left.get("unknown", 0) == asked

    until(over, 30, lambda: str(settled(line)))
    ends = line.office.states()
    assert Counter(carried(line).values()) == {1: ends["delivered"]}
    assert ends.get("unknown", 0) <= 2
    assert line.office.attempts() > PEOPLE  # some had to be tried again


def test_a_name_that_does_not_resolve_is_no_unknown(connect: Connect) -> None:
    """Nothing was opened, so nothing can have left: kept for later, and sent once the name is there again."""
    line = connect(Faults(by_suffix=False))
    for _ in range(3):
        line.office.person()
    line.office.plan(**AT_NIGHT_TOO)
    nowhere = TwilioAccount("AC1", "x", "+8610690001", "http://carrier.invalid")

    async def one_chunk() -> None:
        async with aclosing(TwilioChannel(nowhere)) as channel:
            await line.office.sender(channel=channel).step()

    asyncio.run(one_chunk())
    assert line.office.states() == {"waiting": 3}
    assert line.office.count(DeliveryAgain, DeliveryAgain.reason == "deferred") == 3
    assert line.office.count(Attempt) == 3
    assert carried(line).total() == 0
    drain(line.store, line.vault, line.settings, line.office.campaign, patience=20)
    once_each(line, 3)
