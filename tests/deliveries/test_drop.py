"""Who is taken out between the plan and the hand-over: nothing is sent, and each has one reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from outreach.messages import service as messages
from outreach.models.campaigns import CampaignVariant
from outreach.models.messages import Variant
from outreach.models.people import Household, Person, Refusal
from outreach.models.policies import Policy, Reach
from outreach.people.keys import phone_key
from tests.factories import CHILD, ELDER, NOON, Office, add_account, add_group, add_household

PHONE = "+8613911112222"


def refuse(
    office: Office, *, channel: str = "sms", message_class: str = "publicity", **who: Any
) -> None:
    values = {
        "channel": channel,
        "message_class": message_class,
        "source": "reply",
        "at": NOON,
        **who,
    }
    with office.store.begin() as connection:
        connection.execute(insert(Refusal).values(values))


def has(office: Office, person: int, fact: str, ref: str = ELDER) -> None:
    with office.store.begin() as connection:
        policy = connection.scalar(Policy.__table__.select().where(Policy.ref == ref))
        values = {"policy_id": policy, "person_id": person, "fact": fact, "on": date(2026, 11, 1)}
        connection.execute(insert(Reach).values(values))


LEARNED: list[tuple[dict[str, Any], str]] = [
    ({"status": "deceased"}, "deceased"),
    ({"status": "moved"}, "moved"),
    ({"phone_closed": True}, "no_address"),
    ({"phone_kind": "clerk"}, "no_address"),
    ({"phone": "", "phone_key": None, "phone_kind": ""}, "no_address"),
    ({"birth": date(1999, 1, 1)}, "not_eligible"),
]


def test_what_the_register_learned_since_the_plan_counts(office: Office) -> None:
    people = [office.person() for _ in LEARNED]
    office.plan()
    for person, (values, _) in zip(people, LEARNED, strict=True):
        office.change(Person, Person.id == person, **values)
    office.send()
    assert office.channel.sent == []
    rows = [office.one(one) for one in office.deliveries()]
    assert {row["addressee"]: row["reason"] for row in rows} == {
        person: reason for person, (_, reason) in zip(people, LEARNED, strict=True)
    }
    assert office.states() == {"skipped": len(people)}
    assert office.attempts() == 0


def test_a_stopped_household_gets_nothing(office: Office) -> None:
    with office.store.begin() as connection:
        home = add_household(connection)
    office.person(household_id=home)
    office.plan()
    office.change(Household, Household.id == home, stopped=True)
    office.send()
    assert office.reasons() == {"stopped": 1}


def test_who_already_applied_or_receives_is_not_written_to_and_who_was_told_or_knows_is(
    office: Office,
) -> None:
    facts = ["applied", "received", "delivered", "in_person", "published", "aware"]
    people = {fact: office.person() for fact in facts}
    office.plan()
    for fact, person in people.items():
        has(office, person, fact)
    office.send()
    assert office.reasons() == {"already_has": 2}
    assert office.states() == {"accepted": 4, "skipped": 2}


def test_one_of_two_children_who_receives_it_leaves_the_message_to_the_other(
    office: Office,
) -> None:
    mother = office.person(birth=date(1995, 1, 1))
    first, second = (
        office.person(birth=date(2025, 1, day), guardian_id=mother, phone=None) for day in (1, 2)
    )
    office.plan()
    has(office, first, "received", CHILD)
    office.send()
    assert len(office.channel.sent) == 1
    office.plan()
    has(office, second, "received", CHILD)
    office.send()
    assert office.reasons() == {"already_has": 1}
    assert len(office.channel.sent) == 1


def test_a_withdrawn_policy_leaves_the_others_of_the_bundle(office: Office) -> None:
    grandmother = office.person()
    office.person(birth=date(2025, 1, 1), guardian_id=grandmother, phone=None)
    office.plan()
    office.change(Policy, Policy.ref == ELDER, status="withdrawn")
    office.send()
    [message] = office.channel.sent
    assert "3岁以下" in message.text
    assert "65周岁" not in message.text


def test_a_withdrawn_policy_stops_messages_and_posts(office: Office) -> None:
    with office.store.begin() as connection:
        robot = add_account(connection, "group")
        add_group(connection, office.vault, robot)
    office.person(birth=date(2025, 1, 1), guardian_id=office.person(birth=date(1990, 1, 1)))
    office.plan(policies=[CHILD], steps=[{"channel": "sms"}, {"channel": "group"}])
    office.change(Policy, Policy.ref == CHILD, status="withdrawn")
    office.send()
    office.send(office.sender(account=robot))
    assert office.channel.sent == []
    assert office.reasons() == {"withdrawn": 2}


@pytest.mark.parametrize("who", ["number", "person"])
def test_an_opt_out_is_obeyed_whether_of_the_number_or_of_the_person(
    office: Office, who: str
) -> None:
    person = office.person(phone=PHONE)
    office.plan()
    key = phone_key(office.vault, PHONE)
    refuse(office, **({"address_key": key} if who == "number" else {"person_id": person}))
    office.send()
    assert office.reasons() == {"refused_channel": 1}


@pytest.mark.parametrize(
    "other",
    [{"channel": "call"}, {"message_class": "own-benefit"}, {"ended_at": NOON}],
    ids=["another channel", "another class", "taken back"],
)
def test_a_refusal_of_something_else_does_not_count(office: Office, other: dict[str, Any]) -> None:
    person = office.person()
    office.plan()
    refuse(office, person_id=person, **other)
    office.send()
    assert office.states() == {"accepted": 1}


def test_a_number_that_refused_is_not_written_to_after_a_change_of_number(office: Office) -> None:
    person = office.person()
    office.plan()
    key = phone_key(office.vault, PHONE)
    refuse(office, address_key=key)
    office.change(
        Person, Person.id == person, phone=office.vault.encrypt("phone", PHONE), phone_key=key
    )
    office.send()
    assert office.reasons() == {"refused_channel": 1}


def test_who_shares_a_phone_and_said_no_is_left_out_of_its_message(office: Office) -> None:
    first, second = (office.person(phone=PHONE) for _ in range(2))
    office.plan()
    refuse(office, person_id=second)
    office.send()
    assert len(office.channel.sent) == 1
    refuse(office, person_id=first)
    office.plan()
    office.send()
    assert office.reasons() == {"refused_channel": 1}


def test_a_language_without_a_text_is_a_gap_that_is_listed(office: Office) -> None:
    office.person(language="bo")
    office.person()
    office.plan()
    office.send()
    assert office.reasons() == {"no_text": 1}
    assert office.states() == {"accepted": 1, "skipped": 1}


def test_an_invented_person_is_never_sent_to_another_machine(office: Office) -> None:
    office.person(synthetic=True)
    office.person()
    office.plan()
    office.send(office.sender(loopback=False))
    assert office.reasons() == {"synthetic": 1}
    assert office.attempts() == 1
    assert len(office.channel.sent) == 1


def test_an_invented_person_is_written_to_on_this_machine(office: Office) -> None:
    office.person(synthetic=True)
    office.plan()
    office.send()
    assert office.states() == {"accepted": 1}


def test_signed_texts_are_sent_even_when_newer_ones_exist(office: Office) -> None:
    office.person()
    office.plan()
    with office.store.begin() as connection:
        old = next(
            one
            for one in messages.newest(connection, [ELDER])
            if (one.channel, one.language) == ("sms", "zh-Hans")
        )
        row = dict(
            connection.execute(Variant.__table__.select().where(Variant.id == old.id))
            .mappings()
            .one()
        )
        fresh = {**row, "body": "新的文字", "hash": "x", "version": old.version + 1}
        del fresh["id"]
        connection.execute(insert(Variant).values(fresh))
    office.send()
    [message] = office.channel.sent
    assert "65周岁" in message.text
    assert office.count(CampaignVariant) > 0
