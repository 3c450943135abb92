"""Each person of the audience ends with exactly one outcome or reason, whatever became of the deliveries behind it."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from outreach.campaigns import service as campaigns
from outreach.deliveries import ending
from outreach.deliveries.ending import RANKING, Ending
from outreach.deliveries.service import cancel_rest
from outreach.deliveries.states import RANK, WEIGHT, Reason
from outreach.models.campaigns import AudienceMember, Firing, Step
from outreach.models.deliveries import Attempt, Delivery, DeliverySubject, Outcome, delivery_state
from outreach.models.people import Person, Refusal
from outreach.models.policies import Policy, Reach
from outreach.people.keys import phone_key
from outreach.wording import catalogue
from tests.factories import CHILD, ELDER, NOON, VILLAGE, Office, add_account, add_group

PHONE = "+8613911112222"
BABY = date(2025, 1, 1)


def counts(office: Office) -> dict[str, int]:
    with office.store.read() as connection:
        found = ending.counts(connection, office.campaign)
        every = list(ending.people(connection, office.campaign))
        audience = set(
            connection.scalars(
                select(AudienceMember.person_id).where(
                    AudienceMember.campaign_id == office.campaign
                )
            )
        )
    assert [one.person_id for one in every] == sorted(audience)
    assert Counter(one.code for one in every) == found
    assert sum(found.values()) == len(audience)
    return found


def of(office: Office, person: int) -> str:
    with office.store.read() as connection:
        [code] = [
            one.code
            for one in ending.people(connection, office.campaign)
            if one.person_id == person
        ]
    return code


def has(office: Office, person: int, ref: str) -> None:
    with office.store.begin() as connection:
        policy = connection.scalar(select(Policy.id).where(Policy.ref == ref))
        values = {"policy_id": policy, "person_id": person, "fact": "received", "on": NOON.date()}
        connection.execute(insert(Reach).values(values))


def test_every_ending_has_its_place_and_its_words() -> None:
    assert sorted(WEIGHT) == sorted(Reason)
    assert len(set(RANKING)) == len(RANKING)
    for code in RANKING:
        prefix = "ending" if code in set(Ending) else "reason"
        assert f"{prefix}.{code}" in catalogue(), code


def test_who_shares_a_message_ends_for_themselves(office: Office) -> None:
    key = {
        "phone": office.vault.encrypt("phone", PHONE),
        "phone_key": phone_key(office.vault, PHONE),
    }
    told, dead, has_it = (office.person(**key, phone_kind="family") for _ in range(3))
    office.plan()
    office.change(Person, Person.id == dead, status="deceased")
    has(office, has_it, ELDER)
    office.send()
    assert office.states() == {"accepted": 1}
    assert [of(office, one) for one in (told, dead, has_it)] == [
        "accepted",
        "deceased",
        "already_has",
    ]
    assert counts(office) == {"accepted": 1, "deceased": 1, "already_has": 1}


def test_everybody_of_a_skipped_message_has_their_own_reason(office: Office) -> None:
    mother = office.person(birth=date(1995, 1, 1))
    first, second = (office.person(birth=BABY, guardian_id=mother, phone=None) for _ in range(2))
    office.plan()
    has(office, first, CHILD)
    office.change(Person, Person.id == second, birth=date(2020, 1, 1))
    office.send()
    assert office.reasons() == {"already_has": 1}
    assert (of(office, first), of(office, second)) == ("already_has", "not_eligible")


def test_one_policy_of_two_that_was_left_out_is_no_reach(office: Office) -> None:
    grandmother = office.person()
    child = office.person(birth=BABY, guardian_id=grandmother, phone=None)
    office.plan()
    has(office, grandmother, ELDER)
    office.send()
    assert (of(office, grandmother), of(office, child)) == ("already_has", "accepted")
    with office.store.read() as connection:
        left = connection.execute(
            select(DeliverySubject.person_id, DeliverySubject.reason).where(
                DeliverySubject.reason != ""
            )
        ).all()
    assert [tuple(row) for row in left] == [(grandmother, "already_has")]


GUARDIANS: list[tuple[str, str]] = [("deceased", "no_guardian"), ("moved", "no_guardian")]


@pytest.mark.parametrize(("status", "reason"), GUARDIANS)
def test_a_child_whose_guardian_is_gone_has_no_guardian(
    office: Office, status: str, reason: str
) -> None:
    mother = office.person(birth=date(1995, 1, 1))
    child = office.person(birth=BABY, guardian_id=mother, phone=None)
    office.plan()
    office.change(Person, Person.id == mother, status=status)
    office.send()
    assert of(office, child) == reason
    assert office.reasons() == {reason: 1}
    office.plan()  # the next campaign knows it when it is planned
    assert of(office, child) == reason
    assert office.states() == {"skipped": 1}


def test_an_adult_whose_contact_died_is_written_to_themselves_by_the_next_campaign(
    office: Office,
) -> None:
    contact = office.person(birth=date(1990, 1, 1))
    grandfather = office.person(contact_id=contact)
    office.plan()
    office.change(Person, Person.id == contact, status="deceased")
    office.send()
    assert of(office, grandfather) == "no_address"
    office.plan()
    office.send()
    assert of(office, grandfather) == "accepted"
    assert office.one()["addressee"] == grandfather


def test_a_mother_who_died_and_her_child_have_a_reason_each(office: Office) -> None:
    grandmother = office.person()
    child = office.person(birth=BABY, guardian_id=grandmother, phone=None)
    office.plan()
    office.change(Person, Person.id == grandmother, status="deceased")
    office.send()
    assert (of(office, grandmother), of(office, child)) == ("deceased", "no_guardian")


def test_a_sheet_that_was_handed_over_is_better_than_a_text_that_was_refused(
    office: Office,
) -> None:
    person = office.person(phone=None)
    with office.store.begin() as connection:
        add_account(connection, "flyer", provider="paper")
    office.plan(steps=[{"channel": "sms"}, {"channel": "flyer"}])
    assert counts(office) == {"waiting": 1}
    with office.store.begin() as connection:
        sheet = connection.scalar(select(Delivery.id).order_by(Delivery.id.desc()).limit(1))
        connection.execute(
            insert(Outcome).values(
                delivery_id=sheet, no=0, state="delivered", rank=RANK["delivered"], at=NOON
            )
        )
    assert of(office, person) == "delivered"


def test_a_post_covers_a_place_and_counts_nobody_as_told(office: Office) -> None:
    office.person()
    with office.store.begin() as connection:
        robot = add_account(connection, "group")
        add_group(connection, office.vault, robot)
    office.plan(steps=[{"channel": "group"}])
    office.send(office.sender(account=robot))
    assert counts(office) == {"published": 1}


def test_whom_nothing_was_planned_for_waits_and_is_cancelled_with_the_rest(office: Office) -> None:
    office.person()
    office.sign(steps=[{"channel": "sms", "at": "2026-12-24T10:00"}])
    assert counts(office) == {"waiting": 1}
    with office.store.begin() as connection:
        campaigns.cancel(connection, str(office.campaign), "gan")
    cancel_rest(office.store.begin, office.campaign)
    assert counts(office) == {"cancelled": 1}


# -- against an oracle that looks at one delivery after the other -----------------------------------------

STATES = ("", "unknown", "deferred", "refused", "accepted", "undelivered", "delivered", "skipped")


def _said(row: Any, subject: Any, refused: set[int]) -> str:
    """What one delivery says about one of its people, step by step."""
    if subject.reason:
        return str(subject.reason)
    if row.kind in ("group", "region") and row.state in ("accepted", "delivered"):
        return "published"
    handed = row.state in ("accepted", "delivered", "undelivered", "unknown")
    if handed and row.attempts and subject.person_id in refused:
        return "refused_channel"
    if row.state == "skipped":
        return str(row.reason)
    if row.state == "undelivered" and row.reason in ("deceased", "moved"):
        return str(row.reason)
    return "waiting" if row.state in ("planned", "waiting") else str(row.state)


@pytest.mark.parametrize("seed", range(4))
def test_endings_agree_with_a_look_at_each_delivery(office: Office, seed: int) -> None:
    dice = random.Random(seed)
    people = [office.person() for _ in range(25)]
    key = office.sign()
    with office.store.begin() as connection:
        step = connection.execute(select(Step.id).where(Step.campaign_id == key)).scalar_one()
        policy = connection.execute(select(Policy.id).where(Policy.ref == ELDER)).scalar_one()
        refused = set(dice.sample(people, 5))
        for person in refused:
            values = {"person_id": person, "channel": "sms", "message_class": "publicity"}
            connection.execute(insert(Refusal).values(**values, source="reply", at=NOON))
        for number in range(3):
            due_at = NOON + timedelta(hours=number)
            firing = connection.execute(
                insert(Firing)
                .values(step_id=step, due_at=due_at, fired_at=NOON, planned=True)
                .returning(Firing.id)
            ).scalar_one()
            for place in range(12):
                _delivery(
                    connection, dice, (key, step, firing, place), people, policy, office.account
                )
    with office.store.read() as connection:
        states = {row.delivery_id: row for row in connection.execute(select(delivery_state))}
        said: dict[int, list[str]] = {person: [] for person in people}
        for subject in connection.execute(select(DeliverySubject)):
            said[subject.person_id].append(_said(states[subject.delivery_id], subject, refused))
        found = {one.person_id: one.code for one in ending.people(connection, key)}
    assert found == {
        person: min(codes, key=RANKING.index) if codes else "waiting"
        for person, codes in said.items()
    }
    assert sum(counts(office).values()) == len(people)
    wanted = {"delivered", "deceased"}
    with office.store.read() as connection:
        some = {one.person_id for one in ending.people(connection, key, wanted)}
    assert some == {person for person, code in found.items() if code in wanted}


def _delivery(
    connection: Any, dice: random.Random, where: tuple[int, int, int, int], people: list[int],
    policy: int, account: int,
) -> None:  # fmt: skip
    campaign, step, firing, place = where
    values = {
        "campaign_id": campaign, "step_id": step, "firing_id": firing, "village": VILLAGE,
        "kind": dice.choice(("person", "household", "group", "region")), "addressee": place,
    }  # fmt: skip
    key = connection.execute(insert(Delivery).values(values).returning(Delivery.id)).scalar_one()
    state = dice.choice(STATES)
    no = 0 if state == "skipped" else 1
    if state and no:
        values = {"delivery_id": key, "no": 1, "campaign_id": campaign, "account_id": account}
        connection.execute(insert(Attempt).values(**values, at=NOON, deadline=NOON))
    if state:
        reasons: dict[str, list[str]] = {
            "skipped": list(Reason),
            "undelivered": ["", "deceased", "moved", "not_home"],
        }
        reason = str(dice.choice(reasons.get(state, [""])))
        values = {"delivery_id": key, "no": no, "state": state, "rank": RANK[state], "at": NOON}
        connection.execute(insert(Outcome).values(**values, reason=reason))
    for person in dice.sample(people, dice.randint(1, 3)):
        out = dice.choice(("", "", *Reason))
        row = {"delivery_id": key, "person_id": person, "policy_id": policy, "reason": str(out)}
        connection.execute(insert(DeliverySubject).values(row))
