"""What exactly one person would get: the very text that is sent, or the reason why nothing is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from channels.parts import count_parts
from outreach.campaigns import schedule, service
from outreach.campaigns.preview.persons import NOT_IN_AUDIENCE, PersonPreview, person_preview
from outreach.models.people import Household, Person
from outreach.people import consent
from outreach.store import Store
from outreach.vault import Vault
from tests import town

NAME = "欧阳小明"
GREETING = "{{ signature }}{{ name }}：{{ policy.one_line }}。" + "惠" * 30 + "。{{ opt_out }}"


@pytest.fixture
def people(store: Store, vault: Vault) -> dict[str, int]:
    """Name of a case → the person's number, in the town."""
    with store.begin() as connection:
        town.build(connection, vault)
        town.write_text(connection, "sms/zh-Hans/check", GREETING, version=2)
        town.write_text(connection, "sms/zh-Hans/insure", GREETING, version=2)

        def add(phone: str = "", **facts: Any) -> int:
            facts = {"name": vault.encrypt("name", NAME), **facts}
            return town.add_person(connection, vault, phone, **facts)

        found = {"old": add("+8613800000501", circumstances=town.EMPLOYEE)}
        mother = add("+8613800000502", birth=town.THIRTY)
        found["child"] = add(birth=town.CHILD, guardian_id=mother, region=town.WEST)
        found["orphan"] = add(birth=town.CHILD)
        found["silent"] = add()
        son = add("+8613800000503", birth=town.THIRTY, circumstances=town.EMPLOYEE)
        found["through a contact"] = add(contact_id=son, circumstances=town.EMPLOYEE)
        found["refuses"] = add("+8613800000504")
        key = vault.keyed_hash("phone", "+8613800000504")
        refuse(connection, key)
        found["nobody"] = add("+8613800000505", birth=town.THIRTY, circumstances=town.EMPLOYEE)
        sharing = {"circumstances": town.EMPLOYEE, "birth": date(1940, 1, 1)}
        found["shares"] = add("+8613800000506", **sharing)
        add("+8613800000506", **sharing)
        found["no language"] = add("+8613800000507", language="bo")
        stopped = insert(Household).values(key=b"h", region=town.EAST, stopped=True)
        home = connection.execute(stopped.returning(Household.id)).scalar_one()
        found["stopped"] = add("+8613800000508", household_id=home)
    return found


def refuse(connection: Connection, key: bytes) -> None:
    subject = consent.Subject(address_key=key)
    consent.refuse(
        connection, subject, channel="sms", message_class="publicity", source="reply", at=town.MORNING
    )  # fmt: skip


def seen(store: Store, vault: Vault, person: int, **changes: Any) -> PersonPreview:
    with store.begin() as connection:
        order = town.order(**changes)
        service.create(connection, order, "gan")
        campaign = service.get(connection, order.ref)
        look = service.looking(connection, campaign, town.TODAY, vault)
        return person_preview(connection, look, person)


REASONS = {
    "orphan": ("no_guardian", ""),
    "silent": ("no_address", ""),
    "refuses": ("refused_channel", "own"),
    "nobody": (NOT_IN_AUDIENCE, "own"),
    "no language": ("no_text", "own"),
    "stopped": ("stopped", "own"),
}


@pytest.mark.parametrize(("who", "expected"), REASONS.items(), ids=REASONS)
def test_who_gets_nothing_is_told_why(
    store: Store, vault: Vault, people: dict[str, int], who: str, expected: tuple[str, str]
) -> None:
    found = seen(store, vault, people[who])
    (got,) = found.steps
    assert (got.reason, found.way.kind if found.way else "") == expected
    assert got.text == got.shown == ""


GOT = {
    "old": (("check",), "", True),
    "child": (("insure",), "guardian", True),
    "through a contact": (("check",), "contact", True),
    "shares": (("check",), "", False),
}


@pytest.mark.parametrize(("who", "expected"), GOT.items(), ids=GOT)
def test_the_text_is_the_one_that_is_sent(
    store: Store, vault: Vault, people: dict[str, int], who: str, expected: tuple[Any, ...]
) -> None:
    policies, through, alone = expected
    found = seen(store, vault, people[who], policies=list(policies))
    (got,) = found.steps
    assert got.request
    assert got.request.policies == policies
    assert found.way
    assert (found.way.through, found.way.alone) == (through, alone)
    assert (got.place, got.version) == (f"sms/zh-Hans/{policies[0]}", 2)
    assert NAME in got.text
    assert NAME not in got.shown
    assert "欧阳**" in got.shown
    assert len(got.shown) == len(got.text)
    assert got.parts == count_parts(got.text, "china").parts
    assert got.text in sent(store, vault)
    assert NAME not in str(found.as_dict())


def sent(store: Store, vault: Vault) -> list[str]:
    with store.begin() as connection:
        service.submit(connection, "winter", "gan", town.TODAY, vault)
        service.approve(connection, "winter", "zhang")
        service.release(connection, "winter", "gan")
    schedule.tick(store.begin, town.ZONE)
    return town.carrier(store, vault, "sms").send_all()


def test_who_is_not_in_the_audience_is_told_which_clause_fails(
    store: Store, vault: Vault, people: dict[str, int]
) -> None:
    found = seen(store, vault, people["nobody"])
    assert [(fit.policy, fit.certainty, bool(fit.why)) for fit in found.fits] == [
        ("check", "", True), ("insure", "", True),
    ]  # fmt: skip


def test_a_group_covers_everybody_of_its_place(
    store: Store, vault: Vault, people: dict[str, int]
) -> None:
    found = seen(store, vault, people["child"], steps=[{"channel": "group"}, {"channel": "flyer"}])
    post, sheet = found.steps
    assert post.text.startswith("西村：")
    assert (post.kind, post.parts) == ("group", 0)
    assert (sheet.reason, sheet.text, sheet.kind) == ("", "", "person")


def test_looking_for_a_person_of_a_signed_campaign_uses_what_was_signed(
    store: Store, vault: Vault, people: dict[str, int]
) -> None:
    before = seen(store, vault, people["old"], policies=["check"])
    with store.begin() as connection:
        service.submit(connection, "winter", "gan", town.TODAY, vault)
        town.write_text(
            connection, "sms/zh-Hans/check", "{{ signature }}另一句话。{{ opt_out }}", version=3
        )
        campaign = service.get(connection, "winter")
        look = service.looking(connection, campaign, town.TODAY, vault)
        after = person_preview(connection, look, people["old"])
        assert connection.scalars(select(Person.id).where(Person.id == people["old"])).one()
    assert after.steps == before.steps
