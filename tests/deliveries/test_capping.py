"""What is enough, counted where the attempts are written: nobody gets one too many, and what frees up is put off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from channels.base import Outcome
from outreach import clock
from outreach.deliveries.capping import numbers
from outreach.deliveries.limits import SHIPPED, Frequency, Repeat
from outreach.deliveries.outgoing import TooFast
from outreach.models.campaigns import Step
from outreach.models.deliveries import Account, ContactDay, Counter, DeliveryAgain
from outreach.people.keys import phone_key
from tests.factories import ZONE, Office, add_household

PHONE = "+8613911112222"
TWICE = replace(SHIPPED, frequency={"sms": Frequency(2, 7)})
FREE = replace(SHIPPED, frequency={})


def send(place: Office, limits: Any = SHIPPED, **document: Any) -> dict[str, int]:
    place.plan(**document)
    place.send(place.sender(limits=limits))
    return place.states()


def own(office: Office, **more: Any) -> int:
    """Somebody whose number is PHONE."""
    key = phone_key(office.vault, PHONE)
    return office.person(phone=PHONE, phone_key=key, **more)


def counted(office: Office) -> tuple[int, int]:
    with office.store.read() as connection:
        row = connection.execute(
            select(func.sum(ContactDay.n), func.sum(ContactDay.publicity))
        ).one()
    return int(row[0] or 0), int(row[1] or 0)


# -- one number, all campaigns ---------------------------------------------------------------------------


def test_the_third_message_of_a_week_is_not_sent_and_says_why(office: Office) -> None:
    office.person()
    assert [send(office, TWICE) for _ in range(2)] == [{"accepted": 1}] * 2
    assert send(office, TWICE) == {"skipped": 1}
    assert office.reasons() == {"capped": 1}
    assert office.attempts() == 0
    assert len(office.channel.sent) == 2
    assert counted(office) == (2, 2)  # what was not sent does not count


def test_a_week_later_there_is_room_again_and_not_a_day_before(
    office: Office, now: clock.fixed
) -> None:
    office.person()
    for _ in range(2):
        send(office, TWICE)
    now.advance(days=6)
    assert send(office, TWICE) == {"skipped": 1}
    now.advance(days=1)
    assert send(office, TWICE) == {"accepted": 1}


@pytest.mark.parametrize("message_class", ["own-benefit", "urgent"])
def test_what_somebody_has_a_right_to_know_is_never_capped(
    office: Office, message_class: str
) -> None:
    office.person()
    more = {"urgent": {"reason": "台风"}} if message_class == "urgent" else {}
    for _ in range(4):
        assert send(office, TWICE, **{"class": message_class}, **more) == {"accepted": 1}
    assert send(office, TWICE) == {"accepted": 1}  # and takes no place of those that are


def test_a_cap_is_of_a_number_whoever_holds_it(office: Office) -> None:
    key = {
        "phone": office.vault.encrypt("phone", PHONE),
        "phone_key": phone_key(office.vault, PHONE),
    }
    for _ in range(3):
        office.person(**key, phone_kind="family")
    assert [send(office, TWICE) for _ in range(3)] == [
        {"accepted": 1},
        {"accepted": 1},
        {"skipped": 1},
    ]


def test_an_attempt_that_is_tried_again_counts_once(office: Office, now: clock.fixed) -> None:
    own(office)
    office.channel.plan(PHONE, Outcome("deferred", error_code="connect"))
    office.plan()
    office.send(office.sender(limits=TWICE))
    assert office.again() == "deferred"
    now.advance(minutes=10)
    office.send(office.sender(limits=TWICE))
    assert office.states() == {"accepted": 1}
    assert counted(office) == (1, 1)


def test_nothing_is_counted_where_nothing_is_capped(office: Office) -> None:
    office.person()
    assert send(office, FREE) == {"accepted": 1}
    assert office.count(ContactDay) == 0


def test_what_no_cap_looks_back_to_is_forgotten(office: Office, now: clock.fixed) -> None:
    office.person()
    send(office, TWICE)
    for days, left in ((6, 1), (1, 0)):
        now.advance(days=days)
        with office.store.begin() as connection:
            numbers.forget(connection, TWICE, clock.today(ZONE))
        assert office.count(ContactDay) == left


def test_over_budget_takes_no_place_of_the_next_campaign(office: Office) -> None:
    for _ in range(3):
        office.person()
    assert send(office, TWICE, budget=0.1) == {"accepted": 2, "skipped": 1}
    assert office.reasons() == {"over_budget": 1}
    assert counted(office) == (2, 2)


# -- a carrier's own rule --------------------------------------------------------------------------------

CARRIER = replace(FREE, repeat={"fake": Repeat(identical=2, different=4)})


def test_the_same_words_a_third_time_are_a_duplicate(office: Office) -> None:
    office.person()
    assert [send(office, CARRIER) for _ in range(3)] == [
        {"accepted": 1},
        {"accepted": 1},
        {"skipped": 1},
    ]
    assert office.reasons() == {"duplicate": 1}


def test_a_fifth_different_text_waits_until_the_carrier_forgets(
    office: Office, now: clock.fixed
) -> None:
    office.person()
    for number in range(4):
        assert send(office, CARRIER, office=f"第{number}办公室") == {"accepted": 1}
    assert send(office, CARRIER, office="第5办公室") == {"waiting": 1}
    assert office.again() == "deferred"
    assert office.attempts() == 0
    with office.store.read() as connection:
        due_at = connection.scalar(select(DeliveryAgain.due_at))
    assert due_at == datetime(
        2026, 11, 24, 16, 0, tzinfo=UTC
    )  # midnight before the 25th in Shanghai
    now.advance(days=2)
    office.send(office.sender(limits=CARRIER))
    assert office.states() == {"accepted": 1}


# -- an account's day ------------------------------------------------------------------------------------


def test_an_account_that_is_full_for_today_goes_on_tomorrow(
    office: Office, now: clock.fixed
) -> None:
    for _ in range(5):
        office.person()
    office.change(Account, Account.id == office.account, options={"daily": 3})
    assert send(office) == {"accepted": 3, "waiting": 2}
    assert office.due_at() == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    now.advance(hours=23)
    office.send()
    assert office.states() == {"accepted": 5}
    assert office.reasons() == {}


def test_a_day_that_another_sender_filled_meanwhile_leaves_nothing_behind(office: Office) -> None:
    for _ in range(2):
        office.person()
    office.change(Account, Account.id == office.account, options={"daily": 2})
    office.plan()
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    with office.store.begin() as connection:
        values = {"name": f"day:{office.account}:2026-11-23", "n": 1}
        connection.execute(insert(Counter).values(values))
    with pytest.raises(TooFast):  # the next step looks again
        sender._commit(lease, chunk)
    assert office.attempts() == 0
    with office.store.begin() as connection:
        lease.give_back(connection)
    office.send()
    assert office.states() == {"accepted": 1, "waiting": 1}


# -- a firing, a household -------------------------------------------------------------------------------


def with_options(office: Office, **options: Any) -> None:
    office.change(Step, Step.campaign_id == office.campaign, options=options)


def test_no_more_people_than_were_signed_for_one_time(office: Office) -> None:
    for _ in range(5):
        office.person()
    office.plan()
    with_options(office, ceiling={"people": 3})
    office.send()
    assert office.states() == {"accepted": 3, "skipped": 2}
    assert office.reasons() == {"over_ceiling": 2}


def test_no_more_money_than_was_signed_for_one_time(office: Office) -> None:
    for _ in range(4):
        office.person()
    office.plan()
    with_options(office, ceiling={"people": 100, "fen": 12})
    office.send()
    fen = office.states()
    assert office.reasons() == {"over_ceiling": fen["skipped"]}
    with office.store.read() as connection:
        spent = connection.scalar(select(Counter.n).where(Counter.name.like("fen:%")))
        people = connection.scalar(select(Counter.n).where(Counter.name.like("people:%")))
    assert spent is not None
    assert 0 < spent <= 12
    assert people == fen["accepted"]


def test_money_that_the_carrier_did_not_take_is_given_back_to_its_firing(office: Office) -> None:
    own(office)
    office.channel.plan(PHONE, Outcome("refused", error_code="21617"))
    office.plan()
    with_options(office, ceiling={"fen": 100})
    office.send()
    assert office.states() == {"refused": 1}
    with office.store.read() as connection:
        assert connection.scalar(select(Counter.n).where(Counter.name.like("fen:%"))) == 0


def test_one_message_for_a_household_where_one_is_enough(office: Office) -> None:
    with office.store.begin() as connection:
        homes = [add_household(connection) for _ in range(2)]
    for home in (*homes, *homes, None):
        office.person(household_id=home)
    office.plan()
    with_options(office, once="household")
    office.send()
    assert office.states() == {"accepted": 3, "skipped": 2}
    assert office.reasons() == {"household_reached": 2}


def test_one_that_is_put_off_keeps_its_households_place(office: Office, now: clock.fixed) -> None:
    with office.store.begin() as connection:
        home = add_household(connection)
    person = office.person(household_id=home)
    for number in range(4):
        send(office, CARRIER, office=f"第{number}办公室")
    office.plan(office="第5办公室")
    with_options(office, once="household")
    office.send(office.sender(limits=CARRIER))
    assert office.states() == {"waiting": 1}
    now.advance(days=2)
    office.send(office.sender(limits=CARRIER))
    assert office.states() == {"accepted": 1}
    assert office.one()["addressee"] == person


def test_counts_are_of_the_business_day(office: Office, now: clock.fixed) -> None:
    office.person()
    now.advance(hours=14, minutes=30)  # half past midnight in Shanghai, still the 23rd in UTC
    office.plan(ignore_quiet_hours={"reason": "试"})
    office.send(office.sender(limits=TWICE))
    with office.store.read() as connection:
        assert connection.scalar(select(ContactDay.on)) == date(2026, 11, 24)


# -- what was not used is given back -------------------------------------------------------------------------


def test_a_number_that_the_carrier_refused_was_not_written_to(office: Office) -> None:
    own(office)
    office.channel.plan(PHONE, Outcome("refused", error_code="21610", permanent=True))
    assert send(office, TWICE) == {"refused": 1}
    assert counted(office) == (0, 0)


def used_today(office: Office) -> int:
    with office.store.read() as connection:
        rows = connection.scalars(select(Counter.n).where(Counter.name.like("day:%")))
        return sum(rows)


def test_what_the_carrier_did_not_take_takes_no_place_of_the_accounts_day(
    office: Office, now: clock.fixed
) -> None:
    office.change(Account, Account.id == office.account, options={"daily": 2})
    own(office)
    for _ in range(3):
        office.channel.plan(PHONE, Outcome("deferred", error_code="connect"))
    office.plan()
    for _ in range(3):
        office.send()
        assert used_today(office) == 0
        now.advance(minutes=10)
    office.send()
    assert (office.states(), used_today(office)) == ({"accepted": 1}, 1)


def test_whom_the_budget_leaves_out_takes_no_place_of_the_accounts_day(office: Office) -> None:
    office.change(Account, Account.id == office.account, options={"daily": 100})
    for _ in range(3):
        office.person()
    office.plan(budget=0.1)
    office.send()
    assert used_today(office) == office.states().get("accepted", 0) < 3
