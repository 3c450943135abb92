"""From the frozen audience to deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import Connection, insert, select

from outreach.campaigns import schedule
from outreach.deliveries import plan
from outreach.models.campaigns import Firing, Step
from outreach.models.deliveries import Delivery, DeliveryBatch, DeliverySubject, GroupChat
from outreach.models.people import Region
from tests.factories import (
    CHILD,
    ELDER,
    NOON,
    VILLAGE,
    ZONE,
    Office,
    add_account,
    add_group,
    add_household,
    add_region,
)

BABY = date(2025, 6, 1)


def test_two_children_of_one_mother_make_one_message_with_both_as_subjects(office: Office) -> None:
    mother = office.person(birth=date(1995, 5, 5))
    twins = {office.person(birth=BABY, guardian_id=mother, phone=None) for _ in range(2)}
    office.plan()
    [delivery] = office.deliveries()
    assert office.one()["addressee"] == mother
    assert office.subjects(delivery) == twins
    office.send()
    [message] = office.channel.sent
    assert message.text.count("3岁以下孩子") == 1
    assert office.states() == {"accepted": 1}


def test_two_adults_who_share_a_phone_get_one_message_that_serves_both(office: Office) -> None:
    shared = "+8613800001111"
    pair = {office.person(phone=shared, phone_kind="family") for _ in range(2)}
    office.plan()
    [delivery] = office.deliveries()
    assert office.subjects(delivery) == pair
    assert office.one()["addressee"] == min(pair)


def test_a_grandmother_with_a_grandchild_in_her_care_gets_one_bundled_message(
    office: Office,
) -> None:
    grandmother = office.person()
    office.person(birth=BABY, guardian_id=grandmother, phone=None)
    office.plan()
    office.send()
    [message] = office.channel.sent
    assert "这2项政策" in message.text


def test_an_adults_named_contact_is_the_recipient(office: Office) -> None:
    daughter = office.person(birth=date(1980, 1, 1))
    father = office.person(contact_id=daughter, phone=None)
    office.plan()
    [delivery] = office.deliveries()
    assert office.one()["addressee"] == daughter
    assert office.subjects(delivery) == {father}


UNADDRESSED: list[tuple[dict[str, object], str]] = [
    ({"birth": BABY, "phone": None}, "no_guardian"),
    ({"birth": BABY}, "no_guardian"),
    ({"phone": None}, "no_address"),
    ({"phone_kind": "landline"}, "no_address"),
    ({"phone_kind": "clerk"}, "no_address"),
    ({"phone_kind": ""}, "no_address"),
    ({"phone_closed": True}, "no_address"),
]


def test_nobody_is_dropped_without_a_reason(office: Office) -> None:
    expected = {office.person(**facts): reason for facts, reason in UNADDRESSED}
    office.plan()
    rows = [office.one(one) for one in office.deliveries()]
    assert {row["addressee"]: row["reason"] for row in rows} == expected
    assert office.states() == {"skipped": len(expected)}
    office.send()
    assert office.channel.sent == []


def test_a_guardian_without_a_phone_is_no_address_and_not_no_guardian(office: Office) -> None:
    guardian = office.person(birth=date(1990, 1, 1), phone=None)
    office.person(birth=BABY, guardian_id=guardian)
    office.plan()
    assert office.reasons() == {"no_address": 1}


def test_batches_cover_every_unsettled_delivery_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "BATCH", 3)
    for _ in range(8):
        office.person()
    office.person(phone=None)
    office.plan()
    with office.store.read() as connection:
        ranges = connection.execute(
            select(DeliveryBatch.lo, DeliveryBatch.hi).order_by(DeliveryBatch.lo)
        ).all()
    ids = office.deliveries()
    unsent = [one for one in ids if office.one(one)["state"] == "planned"]
    assert len(unsent) == 8
    assert [tuple(row) for row in ranges] == [
        (part[0], part[-1]) for part in (unsent[:3], unsent[3:6], unsent[6:])
    ]


def _rows(office: Office) -> tuple[list[object], ...]:
    """Everything that a plan writes, without row numbers that a killed planner used up."""
    columns = (
        Delivery.kind,
        Delivery.addressee,
        Delivery.address_key,
        Delivery.language,
        Delivery.village,
    )
    with office.store.read() as connection:
        deliveries = connection.execute(
            select(*columns, Delivery.age_band).order_by(Delivery.kind, Delivery.addressee)
        ).all()
        subjects = connection.execute(
            select(Delivery.addressee, DeliverySubject.person_id, DeliverySubject.policy_id)
            .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
            .order_by(Delivery.addressee, DeliverySubject.person_id, DeliverySubject.policy_id)
        ).all()
        batches = connection.execute(select(DeliveryBatch.lo, DeliveryBatch.hi)).all()
    return [tuple(row) for row in deliveries], [tuple(row) for row in subjects], [len(batches)]


class PlannerDied(Exception):
    """Stands for kill -9."""


@pytest.mark.parametrize("death", [0, 2, 4])
def test_a_planner_that_dies_and_starts_again_ends_in_the_same_rows(
    office: Office, monkeypatch: pytest.MonkeyPatch, death: int
) -> None:
    monkeypatch.setattr(plan, "CHUNK", 2)
    mother = office.person(birth=date(1990, 1, 1))
    for number in range(4):
        office.person(birth=BABY, guardian_id=mother, phone=None)
        office.person(phone=f"+861380000000{number % 2}")
    office.sign()
    opened = 0

    @contextmanager
    def begin() -> Iterator[Connection]:
        nonlocal opened
        opened += 1
        with office.store.begin() as connection:
            yield connection
            if opened == death + 5:  # the tick itself opens four before the planner begins
                raise PlannerDied

    try:
        schedule.tick(begin, ZONE)
    except PlannerDied:
        assert office.count(Firing, Firing.planned) == 0
    schedule.tick(office.store.begin, ZONE)
    found = _rows(office)
    again = schedule.tick(office.store.begin, ZONE)
    assert again == 0
    assert _rows(office) == found
    assert [len(part) for part in found[:2]] == [3, 8]
    assert office.states() == {"waiting": 3}
    office.send()
    assert len(office.channel.sent) == 3


def test_a_plan_written_twice_changes_nothing(office: Office) -> None:
    for _ in range(3):
        office.person()
    office.plan()
    before = _rows(office)
    with office.store.read() as connection:
        step, firing = connection.execute(
            select(Step.id, Firing.id).join(Firing, Firing.step_id == Step.id)
        ).one()
        policies = tuple(connection.scalars(select(DeliverySubject.policy_id).distinct()))
    again = plan.Plan(
        office.campaign, step, 1, firing, "sms", "", policies, office.account, NOON.date(), NOON
    )
    assert plan.write(office.store.begin, again) == 0
    assert _rows(office) == before
    assert office.states() == {"waiting": 3}


def test_a_dialect_is_the_persons_else_that_of_the_deepest_region(office: Office) -> None:
    office.change(Region, Region.code == VILLAGE, dialect="yue-Hans")
    with office.store.begin() as connection:
        add_region(connection, "110101", "东城", dialect="zh-Hans-x-sichuan")
    here, elsewhere = office.person(), office.person(region="110101001002")
    own = office.person(language="zh-Hans")
    office.plan()
    rows = [office.one(one) for one in office.deliveries()]
    assert {row["addressee"]: row["language"] for row in rows} == {
        here: "yue-Hans",
        elsewhere: "zh-Hans-x-sichuan",
        own: "zh-Hans",
    }


def test_one_sheet_per_household_and_one_for_who_lives_alone(office: Office) -> None:
    with office.store.begin() as connection:
        add_account(connection, "flyer", provider="paper")
        home = add_household(connection)
    pair = {office.person(household_id=home) for _ in range(2)}
    alone = office.person()
    office.plan(steps=[{"channel": "flyer"}])
    kinds = {office.one(one)["kind"]: office.subjects(one) for one in office.deliveries()}
    assert kinds == {"household": pair, "person": {alone}}


def test_a_post_per_group_where_somebody_lives_and_a_broadcast_per_village(office: Office) -> None:
    with office.store.begin() as connection:
        robot = add_account(connection, "group")
        add_account(connection, "broadcast", provider="manual")
        add_region(connection, "110101001009", "无人村")
        group = add_group(connection, office.vault, robot)
        empty = {"region": "110101001009", "name": "空群", "account_id": robot, "address": "x"}
        connection.execute(insert(GroupChat).values(empty))
        village = connection.scalar(select(Region.id).where(Region.code == VILLAGE))
    people = {office.person(), office.person(phone=None)}
    office.plan(
        policies=[CHILD, ELDER],
        steps=[{"channel": "group", "policies": [CHILD]}, {"channel": "broadcast"}],
    )
    office.person(birth=BABY)
    found = {office.one(one)["kind"]: one for one in office.deliveries()}
    assert set(found) == {
        "region"
    }  # nobody under three was in the audience, so no group hears of it
    assert office.one(found["region"])["addressee"] == village
    assert office.subjects(found["region"]) == people
    office.plan(policies=[CHILD], steps=[{"channel": "group"}])
    [post] = office.deliveries()
    assert (office.one()["kind"], office.one()["addressee"]) == ("group", group)
    assert len(office.subjects(post)) == 1


def test_the_second_step_takes_only_whom_nobody_has_handed_anything(office: Office) -> None:
    with office.store.begin() as connection:
        add_account(connection, "flyer", provider="paper")
    reached, unreached = office.person(), office.person(phone=None)
    office.plan(
        steps=[
            {"channel": "sms"},
            {"channel": "flyer", "after": 1, "when": "unreached", "wait": "0s"},
        ]
    )
    office.send()
    for _ in range(2):
        schedule.tick(office.store.begin, ZONE)
    subjects = [office.subjects(one) for one in office.deliveries()]
    assert subjects.count({unreached}) == 2  # the skipped message, and the sheet
    assert subjects.count({reached}) == 1
