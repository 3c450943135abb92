"""Who would be written to is who is written to; and how far a text may speak to them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from outreach import clock
from outreach.campaigns import queries as campaigns
from outreach.deliveries import drop, orders, requests
from outreach.deliveries.addressees import addressees
from outreach.deliveries.plan import Plan
from outreach.messages.schemas import Request
from outreach.models.campaigns import AudienceMember, Step
from outreach.models.deliveries import Delivery
from outreach.models.people import Person
from outreach.policies import service as policies
from tests.factories import (
    CHILD,
    ELDER,
    NOON,
    ZONE,
    Office,
    add_account,
    add_group,
    add_household,
    add_region,
)

BABY = date(2025, 6, 1)
OTHER = "110101001002"
CHANNELS = ("sms", "call", "flyer", "visit", "group", "broadcast")


def people(office: Office) -> None:
    """Two villages, one with a dialect; shared numbers, children, a contact, households, somebody without a number."""
    with office.store.begin() as connection:
        add_region(connection, OTHER, "小村", dialect="yue-Hans")
        home = add_household(connection)
        away = add_household(connection, region=OTHER)
        for channel in CHANNELS[1:]:
            account = add_account(connection, channel)
            if channel == "group":
                add_group(connection, office.vault, account)
    shared = "+8613800001111"
    office.person(phone=shared, phone_kind="family", household_id=home)
    office.person(phone=shared, phone_kind="family", household_id=home, language="bo")
    mother = office.person(birth=date(1995, 5, 5), household_id=away, region=OTHER)
    for _ in range(2):
        office.person(birth=BABY, guardian_id=mother, phone=None, household_id=away, region=OTHER)
    daughter = office.person(birth=date(1980, 1, 1))
    office.person(contact_id=daughter, phone=None, region=OTHER)
    grandmother = office.person(region=OTHER)
    office.person(birth=BABY, guardian_id=grandmother, phone=None)
    office.person(phone=None)
    office.person(language="ug-Arab")


def looked_at(office: Office, channel: str) -> tuple[Plan, Any]:
    """The plan of the campaign's only step as a preview has it, and the campaign's policies."""
    with office.store.read() as connection:
        (step,) = campaigns.steps(connection, office.campaign)
        views = policies.all_policies(connection, [ELDER, CHILD])
        ids = [view.id for view in views]
        plan = Plan(
            campaign_id=office.campaign, step_id=step["id"], step_number=1, firing_id=0, channel=channel,
            condition="", policy_ids=tuple(ids), account_id=0, on=clock.today(ZONE), due_at=clock.now(),
            form=requests.form_of(step),
        )  # fmt: skip
        return plan, views


def written(office: Office) -> dict[tuple[str, int], Request]:
    """What a sender asks for, for every delivery that is not skipped."""
    with office.store.read() as connection:
        step = connection.scalars(select(Step.id).where(Step.campaign_id == office.campaign)).one()
        signed = orders.read(connection, office.campaign, step)
        today = clock.today(ZONE)
        ids = office.deliveries()
        left = drop.remaining(connection, ids, signed.terms(today))
        found = [one for one in addressees(connection, ids) if not left[one.delivery_id].reason]
        standings = requests.standing(connection, signed, ids, today)
        made = requests.of_chunk(office.vault, signed, found, left, standings)
        keys = {
            row.id: (row.kind, row.addressee)
            for row in connection.execute(select(Delivery.id, Delivery.kind, Delivery.addressee))
        }
    return {keys[one.delivery_id]: request for one, request in zip(found, made, strict=True)}


@pytest.mark.parametrize("announce", ["general", "personal"])
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_step_that_is_looked_at_asks_for_what_its_sender_will(
    office: Office, channel: str, announce: str
) -> None:
    people(office)
    office.plan(steps=[{"channel": channel}], announce=announce)
    plan, views = looked_at(office, channel)
    with office.store.read() as connection:
        looked = {
            (one.kind, one.id): one.request
            for one in requests.planned(connection, plan, views, "张三")
        }
        counted = requests.grouped(connection, plan, views)
    sent = written(office)
    if channel in ("group", "broadcast"):  # places have no name to say
        looked = {key: _named(request, "") for key, request in looked.items()}
    if (
        announce == "general"
    ):  # where nothing may be personal a sender does not ask whether it might
        looked = {key: _impersonal(request) for key, request in looked.items()}
        sent = {key: _impersonal(request) for key, request in sent.items()}
    assert looked == sent
    assert len(sent) >= (1 if channel == "group" else 2)
    one_by_one = Counter(_bare(request) for request in looked.values())
    together = Counter({_bare(one.request): 0 for one in counted})
    for one in counted:
        request = _impersonal(one.request) if announce == "general" else one.request
        together[_bare(request)] += one.count
    assert +together == one_by_one


def _named(request: Request, name: str) -> Request:
    return Request(**{**vars(request), "name": name})


def _impersonal(request: Request) -> Request:
    return Request(**{**vars(request), "certain": False, "private": False})


def _bare(request: Request) -> Request:
    return Request(**{**vars(request), "name": "", "region": "", "village": ""})


NUMBERS: list[Any] = [
    pytest.param({}, True, id="a number of their own"),
    pytest.param({"phone_kind": "family"}, False, id="the family's number"),
    pytest.param({"phone_kind": "unknown"}, False, id="nobody knows whose number"),
    pytest.param(
        {"updated_at": NOON - timedelta(days=725)}, True, id="heard of less than two years ago"
    ),
    pytest.param(
        {"updated_at": NOON - timedelta(days=735)}, False, id="nothing heard of for two years"
    ),
]


@pytest.mark.parametrize(("facts", "private"), NUMBERS)
@pytest.mark.parametrize("channel", ["sms", "call"])
def test_whose_number_decides_whether_a_message_is_private(
    office: Office, facts: dict[str, Any], private: bool, channel: str
) -> None:
    with office.store.begin() as connection:
        add_account(connection, "call")
    office.person(**facts)
    office.plan(steps=[{"channel": channel}], announce="personal")
    (request,) = written(office).values()
    assert (request.certain, request.private) == (True, private)


def test_a_number_that_somebody_else_has_by_now_is_nobodys_own(office: Office) -> None:
    mine = office.person()
    office.plan(announce="personal")
    assert [one.private for one in written(office).values()] == [True]
    with office.store.begin() as connection:
        key = connection.scalar(select(Person.phone_key).where(Person.id == mine))
    other = office.person(birth=date(1990, 1, 1), phone_key=key)
    assert [one.private for one in written(office).values()] == [False]
    office.change(Person, Person.id == other, status="moved")
    assert [one.private for one in written(office).values()] == [True]


def test_a_guardian_is_spoken_to_about_the_child_and_a_contact_is_not_the_person(
    office: Office,
) -> None:
    mother = office.person(birth=date(1995, 5, 5))
    office.person(birth=BABY, guardian_id=mother, phone=None)
    daughter = office.person(birth=date(1980, 1, 1))
    office.person(contact_id=daughter, phone=None)
    office.plan(announce="personal")
    found = {key[1]: request.private for key, request in written(office).items()}
    assert found == {mother: True, daughter: False}


@pytest.mark.parametrize(("channel", "private"), [("visit", True), ("flyer", False)])
def test_a_visit_is_face_to_face_and_an_open_sheet_is_not(
    office: Office, channel: str, private: bool
) -> None:
    with office.store.begin() as connection:
        home = add_household(connection)
        add_account(connection, channel)
    office.person(household_id=home)
    office.plan(steps=[{"channel": channel}], announce="personal")
    plan, views = looked_at(office, channel)
    with office.store.read() as connection:
        (looked,) = requests.planned(connection, plan, views)
    (sent,) = written(office).values()
    assert (looked.request.private, sent.private) == (private, private)
    assert looked.kind == "household"


def test_who_is_not_certain_is_not_spoken_to(office: Office) -> None:
    office.person()
    office.plan(announce="personal")
    office.change(
        AudienceMember, AudienceMember.campaign_id == office.campaign, certainty="unknown"
    )
    plan, views = looked_at(office, "sms")
    with office.store.read() as connection:
        (looked,) = requests.planned(connection, plan, views)
    (sent,) = written(office).values()
    assert not looked.request.certain
    assert not sent.certain


def test_a_household_visit_is_handed_to_a_worker(office: Office) -> None:
    """It stands on the worker's list as soon as it is due, like a call."""
    with office.store.begin() as connection:
        home = add_household(connection)
        account = add_account(connection, "visit", provider="manual")
    office.person(household_id=home)
    office.plan(steps=[{"channel": "visit"}])
    office.send(office.sender(account=account))
    assert office.states() == {"accepted": 1}
    (message,) = office.channel.sent
    assert "体检" in message.text


def test_a_household_whose_language_has_no_script_is_visited_all_the_same(office: Office) -> None:
    """A text message without a text is not sent; a worker who speaks the language can go."""
    with office.store.begin() as connection:
        home = add_household(connection)
        account = add_account(connection, "visit", provider="manual")
    office.person(household_id=home, language="ii-Yiii")
    office.plan(steps=[{"channel": "visit"}, {"channel": "sms"}])
    office.send(office.sender(account=account))
    office.send()
    assert office.states() == {"accepted": 1, "skipped": 1}
    assert office.reasons() == {"no_text": 1}


def test_a_change_of_the_number_before_the_commit_is_looked_at_again(office: Office) -> None:
    """A personal text that was composed while the number was private is not sent when it no longer is."""
    import asyncio

    office.person()
    office.plan(announce="personal")
    sender = office.sender()
    lease = sender._claim(None)
    assert lease is not None
    chunk = sender._prepare(lease)
    assert chunk is not None
    with office.store.begin() as connection:
        connection.execute(update(Person).values(phone_kind="family"))
    assert sender._commit(lease, chunk) is None
    asyncio.run(sender.step())
    assert office.states() == {"accepted": 1}
