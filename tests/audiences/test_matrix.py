"""Who gets several policies, who gets none, and whom no channel reaches: from SQL and from the snapshot alike."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from outreach.audiences import matrix, matrix_sheet, reaching, service, snapshot
from outreach.audiences.facts import facts_of
from outreach.audiences.segments.schemas import Asked
from outreach.models.people import Household, Refusal
from outreach.models.people import Person as Row
from outreach.people.reading.spreadsheet import read_sheets
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.store import Store
from outreach.vault import Vault
from segments.person import Person
from segments.rules import Rule
from tests import town
from tests.segments.strategies import people, rules

COLUMNS = [name for name in Person.__dataclass_fields__ if name not in ("members", "about")]
ASKED = Asked(town.TODAY)


def view(number: int, rule: Rule) -> PolicyView:
    facts = {"plain_name": f"第{number}项"}
    return PolicyView(number, f"p{number}", "live", number, 1, "", facts, rule, None, None, "")


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(each=st.lists(rules(), max_size=4), listed=st.lists(people(), max_size=8))
def test_the_figures_are_those_of_each_person(
    store: Store, each: list[Rule], listed: list[Person]
) -> None:
    views = [view(number, rule) for number, rule in enumerate(each)]
    with store.begin() as connection:
        connection.execute(delete(Row))
        moment = {"created_at": town.MORNING, "updated_at": town.MORNING}
        for one in listed:
            facts = {name: getattr(one, name) for name in COLUMNS}
            connection.execute(insert(Row).values({**facts, **moment}))
    fits: list[tuple[str, ...]] = []
    hopeless = 0
    with store.read() as connection:
        everybody = facts_of(connection, list(connection.scalars(select(Row.id))))
        for person in everybody.values():
            said = {one.ref: service.answer(one, person, town.TODAY) for one in views}
            fits.append(tuple(ref for ref, answer in said.items() if answer == "yes"))
            hopeless += set(said.values()) <= {"no"}
        found = matrix.survey(connection, views, ASKED)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(snapshot, "current", lambda _connection: None)
            assert matrix.survey(connection, views, ASKED) == found
    assert found.people == len(listed) == sum(found.by_number.values())
    assert found.by_number == Counter(len(refs) for refs in fits)
    assert found.each == {one.ref: sum(one.ref in refs for refs in fits) for one in views}
    assert found.pairs == Counter(pair for refs in fits for pair in combinations(refs, 2))
    assert found.impossible == hopeless
    assert sum(found.unreached.values()) == len(listed)  # nobody has a number or a household
    assert found.lost == sum(bool(refs) for refs in fits)


@pytest.fixture
def office(store: Store, vault: Vault) -> Store:
    """The town's four people, and two households: one with an address, one that a worker stopped."""
    with store.begin() as connection:
        town.build(connection, vault)
        for number, stopped in ((1, False), (2, True)):
            house = {
                "id": number,
                "key": bytes([number]) * 16,
                "region": town.EAST,
                "stopped": stopped,
            }
            connection.execute(
                insert(Household).values({**house, "address": vault.encrypt("address", "东村3号")})
            )
    return store


REFUSED = [("sms", "own-benefit"), ("call", "own-benefit")]
PEOPLE: dict[str, tuple[dict[str, Any], list[tuple[str, str]], str]] = {
    "a number of one's own": ({"phone": "+8613800000201"}, [], ""),
    "the family's number": ({"phone": "+8613800000201", "phone_kind": "family"}, [], ""),
    "nothing at all": ({}, [], "no_number"),
    "no number, but an address": ({"household_id": 1}, [], ""),
    "a number, in a stopped household": ({"phone": "+8613800000201", "household_id": 2}, [], "stopped"),
    "a closed number": ({"phone": "+8613800000201", "phone_closed": True}, [], "closed"),
    "a clerk's number": ({"phone": "+8613800000201", "phone_kind": "clerk"}, [], "not_personal"),
    "a landline": ({"phone": "+8613800000201", "phone_kind": "landline"}, [], "not_personal"),
    "messages refused": ({"phone": "+8613800000201"}, REFUSED[:1], ""),
    "messages and calls refused": ({"phone": "+8613800000201"}, REFUSED, "refused"),
    "publicity refused": ({"phone": "+8613800000201"}, [("sms", "publicity"), ("call", "publicity")], ""),
    "refused, but with an address": ({"phone": "+8613800000201", "household_id": 1}, REFUSED, ""),
    "a child with a number and no guardian": ({"phone": "+8613800000201", "birth": town.CHILD}, [], "no_guardian"),
    "a child in a household": ({"birth": town.CHILD, "household_id": 1}, [], ""),
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_whom_no_channel_reaches(office: Store, vault: Vault, name: str) -> None:
    facts, refusals, reason = PEOPLE[name]
    with office.begin() as connection:
        person = town.add_person(connection, vault, **facts)
        if "phone_kind" in facts:
            kind = facts["phone_kind"]
            connection.execute(update(Row).where(Row.id == person).values(phone_kind=kind))
        for place, (channel, message_class) in enumerate(refusals):
            by_number = {"address_key": vault.keyed_hash("phone", "+8613800000201")}
            who = by_number if place else {"person_id": person}
            said = {
                "channel": channel,
                "message_class": message_class,
                "source": "test",
                "at": town.MORNING,
            }
            connection.execute(insert(Refusal).values({**who, **said}))
    with office.read() as connection:
        lost = {number: why for number, _, why in reaching.unreached(connection, town.TODAY)}
    assert lost == ({person: reason} if reason else {})


def test_a_guardian_or_contact_is_who_must_be_reached(office: Store, vault: Vault) -> None:
    with office.begin() as connection:
        mother = town.add_person(connection, vault, "+8613800000301", birth=town.THIRTY)
        dead = town.add_person(connection, vault, "+8613800000302", status="deceased")
        away = town.add_person(connection, vault, "+8613800000303", household_id=2)
        town.add_person(connection, vault, birth=town.CHILD, guardian_id=mother)
        town.add_person(connection, vault, contact_id=mother)
        orphan = town.add_person(connection, vault, birth=town.CHILD, guardian_id=dead)
        alone = town.add_person(connection, vault, contact_id=away)
    with office.read() as connection:
        lost = {number: why for number, _, why in reaching.unreached(connection, town.TODAY)}
    assert lost == {orphan: "no_guardian", alone: "stopped", away: "stopped"}


def test_households_and_the_sheet(office: Store, vault: Vault, tmp_path: Path) -> None:
    with office.begin() as connection:
        town.load(connection, {
            **town.CHECK, "id": "poor", "plain_name": "低保",
            "rule": {"all": [{"field": "circumstances", "op": "has", "value": "income.dibao"}]},
        })  # fmt: skip
        old = town.add_person(connection, vault, household_id=1)
        child = town.add_person(
            connection,
            vault,
            household_id=1,
            birth=town.CHILD,
            circumstances=1,
            circumstances_known=1,
        )
    asked = Asked(town.TODAY, scope=town.EAST)
    with office.read() as connection:
        views = policies.all_policies(connection, ["check", "insure", "poor"])
        homes = matrix.homes(connection, views, asked)
        (house,) = [one for one in homes if one.household == 1]
        assert house.members == {old: ("check", "insure"), child: ("poor",)}
        assert set(house.policies) == {"check", "insure", "poor"}
        open_, sealed = tmp_path / "open.xlsx", tmp_path / "sealed.xlsx"
        # the child is in it only with the policy that is nobody's business
        assert matrix_sheet.write(connection, views, asked, open_) == (4, 1)
        assert matrix_sheet.write(connection, views, asked, sealed, sealed=True) == (4, 0)
    texts = [
        "\n".join(str(cell) for sheet in read_sheets(path) for row in sheet.rows for cell in row)
        for path in (open_, sealed)
    ]
    assert "低保" not in texts[0]
    assert "另有1项涉及敏感情况的政策不在本表" in texts[0]
    assert "低保" in texts[1]
    assert "张三" not in texts[1]
