"""What a carrier's code leads to: how often to try again, when a number is closed, when a campaign waits."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from channels.base import Outcome, Patience, Receipt
from channels.twilio_codes import SHIPPED
from outreach import clock
from outreach.deliveries.receipts import Event
from outreach.models.campaigns import Campaign
from outreach.models.people import Person
from tests.factories import Office

PHONE = "+8613911112222"


def planned(office: Office) -> int:
    office.person(phone=PHONE)
    office.plan(ignore_quiet_hours={"reason": "测试"})
    office.send()
    [delivery] = office.deliveries()
    return delivery


def fail(office: Office, code: str) -> None:
    """The newest message is not delivered, for this reason."""
    named = f"FK{len(office.channel.sent):08d}"
    said = Receipt(named, "undelivered", "undelivered", code, SHIPPED.verdict(code))
    office.receive(Event(said))


def closed(office: Office) -> bool:
    with office.store.read() as connection:
        return bool(connection.scalar(select(Person.phone_closed)))


def status(office: Office) -> str:
    with office.store.read() as connection:
        return str(connection.scalar(select(Campaign.status).where(Campaign.id == office.campaign)))


@pytest.mark.parametrize(
    ("code", "messages", "number_closed"),
    [
        ("30003", 3, False),
        ("30008", 2, False),
        ("30006", 2, True),
        ("30005", 1, True),
        ("99999", 2, False),
    ],
)
def test_a_code_is_tried_as_often_as_it_deserves_half_an_hour_apart(
    code: str, messages: int, number_closed: bool, office: Office, now: clock.fixed
) -> None:
    planned(office)
    for _ in range(5):
        fail(office, code)
        now.advance(minutes=29)
        office.send()
        sent = len(office.channel.sent)
        now.advance(minutes=2)
        office.send()
        assert len(office.channel.sent) - sent <= 1
    assert (len(office.channel.sent), closed(office)) == (messages, number_closed)
    assert office.states() == {"undelivered": 1}


def test_what_was_filtered_on_the_way_pauses_the_campaign_once(office: Office) -> None:
    office.person(phone="+8613911113333")
    planned_two(office)
    fail_number(office, 1)
    assert status(office) == "paused"
    office.set_status("running")
    fail_number(office, 2)
    assert status(office) == "running", "of what was handed over before somebody had looked"


def planned_two(office: Office) -> None:
    office.person(phone=PHONE)
    office.plan(ignore_quiet_hours={"reason": "测试"})
    office.send()
    assert len(office.channel.sent) == 2


def fail_number(office: Office, number: int) -> None:
    said = Receipt(
        f"FK{number:08d}", "undelivered", "undelivered", "30007", SHIPPED.verdict("30007")
    )
    office.receive(Event(said))


@pytest.mark.parametrize(("answers", "state", "messages"), [(1, "accepted", 2), (2, "refused", 2)])
def test_a_refusal_with_a_code_that_nobody_knows_is_tried_once_more(
    answers: int, state: str, messages: int, office: Office, now: clock.fixed
) -> None:
    unknown: dict[str, Any] = {"error_code": "99999", "patience": Patience(1, 1800.0)}
    for _ in range(answers):
        office.channel.plan(PHONE, Outcome("refused", **unknown))
    planned(office)
    assert office.states() == {"waiting": 1}
    for _ in range(3):
        now.advance(minutes=31)
        office.send()
    assert (office.states(), len(office.channel.sent)) == ({state: 1}, messages)
    assert not closed(office)


def test_a_late_or_urgent_message_is_given_up_by_the_carrier_in_time(office: Office) -> None:
    office.person()
    office.plan(steps=[{"channel": "sms", "late_hours": 2}], ignore_quiet_hours={"reason": "测试"})
    office.send()
    assert [one.valid_for for one in office.channel.sent] == [7200]
    office.plan(**{"class": "urgent", "urgent": {"reason": "台风"}})
    office.send()
    assert office.channel.sent[-1].valid_for == 4 * 3600
