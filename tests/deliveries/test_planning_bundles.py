"""One message per recipient, with the policies that fit: guardians, contacts, shared phones, and no child addressed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from outreach.models.deliveries import Delivery, DeliverySubject
from outreach.models.people import Person
from tests.factories import CHILD, ELDER, NOON, Office

BABY = date(2025, 6, 1)
TODAY = NOON.date()


def told(office: Office) -> dict[int, dict[int, set[int]]]:
    """Recipient → whom the message is about → about how many policies."""
    with office.store.read() as connection:
        rows = connection.execute(
            select(Delivery.addressee, DeliverySubject.person_id, DeliverySubject.policy_id)
            .join(DeliverySubject, DeliverySubject.delivery_id == Delivery.id)
            .where(Delivery.campaign_id == office.campaign)
        ).all()
    found: dict[int, dict[int, set[int]]] = {}
    for addressee, person, policy in rows:
        found.setdefault(addressee, {}).setdefault(person, set()).add(policy)
    return found


def test_a_mother_of_three_who_cares_for_her_own_mother_gets_one_message(office: Office) -> None:
    mother = office.person(birth=date(1990, 1, 1))
    babies = [office.person(birth=BABY, guardian_id=mother, phone=None) for _ in range(3)]
    grandmother = office.person(phone=None, contact_id=mother)
    office.plan()
    found = told(office)
    assert set(found) == {mother}
    assert set(found[mother]) == {*babies, grandmother}
    office.send()
    [message] = office.channel.sent
    assert "2项" in message.text
    assert office.states() == {"accepted": 1}


def test_who_is_both_recipient_and_subject_is_told_of_both(office: Office) -> None:
    grandmother = office.person()
    baby = office.person(birth=BABY, guardian_id=grandmother, phone=None)
    office.plan()
    found = told(office)
    assert {person: len(policies) for person, policies in found[grandmother].items()} == {
        grandmother: 1,
        baby: 1,
    }


def test_a_bundle_says_only_what_fits_its_reader(office: Office) -> None:
    office.person()
    mother = office.person(birth=date(1990, 1, 1))
    office.person(birth=BABY, guardian_id=mother, phone=None)
    office.plan(policies=[CHILD, ELDER])
    office.send()
    texts = sorted(message.text for message in office.channel.sent)
    assert len(texts) == 2
    assert not any("2项" in text for text in texts)


def test_a_child_of_thirteen_is_not_addressed_and_one_of_fourteen_is(office: Office) -> None:
    thirteen = office.person(birth=date(TODAY.year - 14, TODAY.month, TODAY.day + 1))
    fourteen = office.person(birth=date(TODAY.year - 14, TODAY.month, TODAY.day))
    # the two policies fit neither: what is asked is who would be written to
    from outreach.audiences.reaching import recipient_of

    with office.store.read() as connection:
        rows = {
            row[0]: row[1]
            for row in connection.execute(select(Person.id, recipient_of(Person, TODAY)))
        }
    assert rows == {thirteen: None, fourteen: fourteen}


def test_the_contact_of_two_is_written_to_once_also_in_two_chunks(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from outreach.deliveries import plan

    monkeypatch.setattr(plan, "CHUNK", 1)
    daughter = office.person(birth=date(1980, 1, 1))
    parents = {office.person(phone=None, contact_id=daughter) for _ in range(2)}
    office.plan()
    assert {one: set(about) for one, about in told(office).items()} == {daughter: parents}


def test_a_number_shared_over_two_households_is_one_message(office: Office) -> None:
    number = "+8613800002222"
    pair = {office.person(phone=number, phone_kind="family") for _ in range(2)}
    mother = office.person(birth=date(1990, 1, 1), phone=number, phone_kind="family")
    baby = office.person(birth=BABY, guardian_id=mother, phone=None)
    office.plan()
    [delivery] = office.deliveries()
    assert office.subjects(delivery) == {*pair, baby}
    office.send()
    assert len(office.channel.sent) == 1


@st.composite
def families(draw: st.DrawFn) -> list[tuple[str, int | None, int]]:
    """(kind, who is written to instead, number) of each: kind elder, adult, child, baby."""
    size = draw(st.integers(1, 9))
    found: list[tuple[str, int | None, int]] = []
    for at in range(size):
        kind = draw(st.sampled_from(("elder", "adult", "child", "baby")))
        other = draw(st.sampled_from((None, *range(at))))
        found.append((kind, other, draw(st.integers(0, 3))))
    return found


BIRTHS = {
    "elder": date(1950, 1, 1),
    "adult": date(1990, 1, 1),
    "child": date(2016, 1, 1),
    "baby": BABY,
}


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(family=families())
def test_one_message_per_number_no_child_addressed_and_nobody_lost(
    office: Office, family: list[tuple[str, int | None, int]]
) -> None:
    office.change(Person, Person.status == "active", status="moved")  # those of the example before
    ids: list[int] = []
    for kind, other, number in family:
        key = "guardian_id" if kind in ("child", "baby") else "contact_id"
        facts = {} if other is None else {key: ids[other]}
        phone = f"+861380000000{number}" if number else None
        ids.append(
            office.person(birth=BIRTHS[kind], phone=phone, phone_kind="family" if phone else "", **facts)
        )  # fmt: skip
    wanted = {ids[n] for n, (kind, _, _) in enumerate(family) if kind in ("elder", "baby")}
    if not wanted:
        return
    office.plan()
    found = told(office)
    served = [person for about in found.values() for person in about]
    assert set(served) == wanted
    assert len(served) == len(set(served))
    kinds = dict(zip(ids, (one[0] for one in family), strict=True))
    with office.store.read() as connection:
        rows = connection.execute(
            select(Delivery.addressee, Delivery.address_key).where(
                Delivery.campaign_id == office.campaign, Delivery.address_key.is_not(None)
            )
        ).all()
    assert len({row.address_key for row in rows}) == len(rows)
    assert {kinds[row.addressee] for row in rows} <= {"elder", "adult"}


def test_a_child_is_nobodys_contact_or_guardian_whatever_a_list_says(office: Office) -> None:
    child = office.person(birth=BIRTHS["child"])
    elder = office.person(contact_id=child)
    office.person(birth=BABY, guardian_id=child)
    office.plan()
    office.send()
    assert len(office.channel.sent) == 1
    assert office.reasons() == {"no_guardian": 1}
    with office.store.read() as connection:
        reached = connection.scalars(
            select(Delivery.addressee).where(Delivery.address_key.is_not(None))
        ).all()
    assert reached == [elder]
