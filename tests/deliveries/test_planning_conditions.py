"""For whom of its audience a step is: who was not reached, has not confirmed, whose sheet came back, who has no phone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from outreach import clock
from outreach.campaigns import schedule, schemas_steps
from outreach.deliveries import settle
from outreach.deliveries.planning.conditions import CONDITIONS
from outreach.deliveries.printing.handing_over import hand_over
from outreach.deliveries.printing.schemas import Made
from outreach.models.campaigns import Step
from outreach.models.deliveries import Delivery, DeliverySubject, delivery_state
from outreach.wording import catalogue
from tests.factories import ZONE, Office, add_account, add_household

BABY = date(2025, 6, 1)


def about(office: Office, number: int) -> set[int]:
    """Whom a step's deliveries are about."""
    with office.store.read() as connection:
        return set(
            connection.scalars(
                select(DeliverySubject.person_id)
                .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
                .join(Step, Step.id == Delivery.step_id)
                .where(Delivery.campaign_id == office.campaign, Step.number == number)
            )
        )


def serving(office: Office, person: int, number: int) -> int:
    with office.store.read() as connection:
        return connection.scalars(
            select(DeliverySubject.delivery_id)
            .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
            .join(Step, Step.id == Delivery.step_id)
            .where(DeliverySubject.person_id == person, Step.number == number)
            .limit(1)
        ).one()


def said(office: Office, states: dict[int, str], step: int = 1) -> None:
    """The later word on what went to some people."""
    keys = {serving(office, person, step): state for person, state in states.items()}
    with office.store.begin() as connection:
        settle.apply(connection, [settle.Change(key, 1, state) for key, state in keys.items()])


def accounts(office: Office, *channels: str) -> None:
    with office.store.begin() as connection:
        for channel in channels:
            provider = "paper" if channel == "flyer" else "manual"
            add_account(connection, channel, provider=provider)


def tick(office: Office) -> None:
    for _ in range(2):
        schedule.tick(office.store.begin, ZONE)


def steps(when: str, channel: str = "flyer") -> list[dict[str, Any]]:
    return [{"channel": "sms"}, {"channel": channel, "after": 1, "when": when, "wait": "1h"}]


def test_every_condition_can_be_written_and_is_said_in_words() -> None:
    assert set(schemas_steps.CONDITIONS) == set(CONDITIONS) - {"untold"}
    assert all(f"step.condition.{one}" in catalogue() for one in CONDITIONS if one)


@pytest.mark.parametrize(
    ("when", "expected"),
    [("unreached", {"undelivered", "unknown", "silent"}), ("unconfirmed", {"undelivered", "unknown", "silent", "accepted"})],
    ids=["unreached", "unconfirmed"],
)  # fmt: skip
def test_what_the_carrier_merely_took_is_reached_and_not_confirmed(
    office: Office, now: clock.fixed, when: str, expected: set[str]
) -> None:
    accounts(office, "flyer")
    people = {name: office.person() for name in ("delivered", "accepted", "undelivered", "unknown")}
    people["silent"] = office.person(phone=None)
    office.plan(steps=steps(when))
    office.send()
    said(office, {people[name]: name for name in ("delivered", "undelivered")})
    with office.store.begin() as connection:
        from sqlalchemy import update

        from outreach.models.deliveries import Outcome

        key = serving(office, people["unknown"], 1)
        connection.execute(
            update(Outcome).where(Outcome.delivery_id == key).values(state="unknown", rank=10)
        )
    tick(office)
    now.advance(hours=2)
    tick(office)
    assert about(office, 2) == {people[name] for name in expected}


def test_who_was_confirmed_within_the_wait_gets_nothing_more(
    office: Office, now: clock.fixed
) -> None:
    accounts(office, "flyer")
    one, other = office.person(), office.person()
    office.plan(steps=steps("unconfirmed"))
    office.send()
    tick(office)
    now.advance(minutes=59)
    said(office, {one: "delivered"})
    tick(office)
    assert about(office, 2) == set()  # the other's receipt may still come
    now.advance(minutes=2)
    tick(office)
    assert about(office, 2) == {other}


def test_a_visit_where_the_sheet_came_back(office: Office, now: clock.fixed) -> None:
    accounts(office, "flyer", "visit")
    with office.store.begin() as connection:
        homes = [add_household(connection) for _ in range(3)]
    people = [office.person(household_id=home) for home in homes]
    office.plan(
        steps=[
            {"channel": "flyer"},
            {"channel": "visit", "after": 1, "when": "returned", "wait": "14d"},
        ]
    )
    with office.store.begin() as connection:
        hand_over(connection, office.campaign, Made(b"", 0, office.deliveries()))
    tick(office)
    said(office, {people[0]: "undelivered", people[1]: "delivered"})
    now.advance(days=13)
    tick(office)
    assert about(office, 2) == set()  # others may still come back
    now.advance(days=2)
    tick(office)
    assert about(office, 2) == {people[0]}


def test_a_sheet_that_came_back_after_a_message_was_confirmed_needs_no_visit(
    office: Office, now: clock.fixed
) -> None:
    accounts(office, "flyer", "visit")
    told, untold = office.person(), office.person()
    office.plan(
        steps=[
            {"channel": "sms"},
            {"channel": "flyer"},
            {"channel": "visit", "after": 2, "when": "returned", "wait": "1h"},
        ]
    )
    office.send()
    said(office, {told: "delivered"})
    with office.store.begin() as connection:
        view = delivery_state.c
        sheets = connection.scalars(
            select(view.delivery_id)
            .join(Step, Step.id == view.step_id)
            .where(Step.channel == "flyer", view.campaign_id == office.campaign)
        ).all()
        hand_over(connection, office.campaign, Made(b"", 0, sheets))
    said(office, {told: "undelivered", untold: "undelivered"}, step=2)
    tick(office)
    now.advance(hours=2)
    tick(office)
    assert about(office, 3) == {untold}


def test_a_visit_to_those_without_a_phone_that_may_be_used(office: Office) -> None:
    """Their own, their contact's, or of a child their guardian's."""
    accounts(office, "visit")
    with_phone = office.person()
    without = {
        office.person(phone=None),
        office.person(phone_kind="clerk"),
        office.person(phone_closed=True),
    }
    daughter = office.person(birth=date(1980, 1, 1))
    by_daughter = office.person(phone=None, contact_id=daughter)
    mute_mother = office.person(birth=date(1990, 1, 1), phone=None)
    mother = office.person(birth=date(1990, 1, 1))
    without.add(office.person(birth=BABY, phone=None, guardian_id=mute_mother))
    cared_for = office.person(birth=BABY, phone=None, guardian_id=mother)
    orphan = office.person(birth=BABY)  # a number, and nobody on record who could be written to
    without.add(orphan)
    office.plan(steps=[{"channel": "visit", "when": "no_phone"}])
    assert about(office, 1) == without
    assert not {with_phone, by_daughter, cared_for} & about(office, 1)


def test_a_household_sheet_is_only_about_those_for_whom_the_step_is(office: Office) -> None:
    """The husband got the message; the sheet at the door is his wife's."""
    accounts(office, "flyer")
    with office.store.begin() as connection:
        home = add_household(connection)
    husband = office.person(household_id=home)
    wife = office.person(household_id=home, phone=None)
    office.plan(steps=[{"channel": "sms"}, {"channel": "flyer", "after": 1, "when": "unreached", "wait": "0s"}])  # fmt: skip
    office.send()
    tick(office)
    assert about(office, 2) == {wife}
    assert about(office, 1) == {husband, wife}
