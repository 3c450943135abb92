"""Guardians and named contacts: set, replaced, taken back, and what is worth a look."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from outreach.access.scope import Scope
from outreach.errors import Invalid, Missing
from outreach.people import relations
from outreach.store import Store
from outreach.vault import Vault
from tests.people.office import TODAY
from tests.people.registered import columns, register

COUNTY, A, B = "430102", "430102001201", "430102002201"
CHILD, ADULT, OLD = date(2018, 1, 1), date(1990, 1, 1), date(1940, 1, 1)


@pytest.fixture
def people(store: Store, vault: Vault) -> dict[str, int]:
    def one(name: str, birth: date, number: int, region: str = A, **more: Any) -> int:
        phone = f"1380013800{number}"
        return register(store, vault, name, birth=birth, phone=phone, region=region, **more)

    return {
        "child": one("童", CHILD, 1), "mother": one("母", ADULT, 2), "sister": one("姐", date(2012, 1, 1), 3),
        "old": one("老", OLD, 4), "far": one("远", ADULT, 5, B), "dead": one("故", OLD, 6, status="deceased"),
    }  # fmt: skip


def guard(store: Store, child: int, guardian: int | None, scope: str = COUNTY) -> list[str]:
    with store.begin() as connection:
        remarks = relations.set_guardian(
            connection, Scope(scope), child, guardian, today=TODAY, by="wu"
        )
    return [one.code for one in remarks]


def without(store: Store, scope: str = COUNTY) -> list[int]:
    with store.read() as connection:
        found = relations.children_without_guardian(connection, Scope(scope), TODAY)
    return [row.id for row in found]


def test_a_guardian_is_set_replaced_and_taken_back(store: Store, people: dict[str, int]) -> None:
    child = people["child"]
    assert without(store) == [child]
    assert guard(store, child, people["mother"]) == []
    assert without(store) == []
    assert guard(store, child, people["far"]) == []
    assert columns(store, child, "guardian_id") == (people["far"],)
    guard(store, child, None)
    assert without(store) == [child]


def test_a_guardian_who_died_is_none(store: Store, people: dict[str, int]) -> None:
    assert guard(store, people["child"], people["dead"]) == ["people.guardian_gone"]
    assert without(store) == [people["child"]]


def test_what_is_odd_is_said_and_done(store: Store, vault: Vault, people: dict[str, int]) -> None:
    assert guard(store, people["old"], people["mother"]) == ["people.guardian_of_adult"]
    assert guard(store, people["child"], people["sister"]) == ["people.guardian_is_child"]
    silent = register(store, vault, "无号", birth=ADULT, region=A)
    assert guard(store, people["child"], silent) == ["people.guardian_no_phone"]


def test_what_cannot_be_is_refused(store: Store, people: dict[str, int]) -> None:
    guard(store, people["child"], people["mother"])
    with pytest.raises(Invalid, match=r"people\.guardian_self"):
        guard(store, people["child"], people["child"])
    with pytest.raises(Invalid, match=r"people\.guardian_circle"):
        guard(store, people["mother"], people["child"])
    with pytest.raises(Missing):
        guard(store, people["child"], people["far"], A)
    assert columns(store, people["child"], "guardian_id") == (people["mother"],)


def test_an_adult_names_a_contact(store: Store, people: dict[str, int]) -> None:
    with store.begin() as connection:
        scope = Scope(COUNTY)
        none = relations.set_contact(
            connection, scope, people["old"], people["mother"], today=TODAY, by="wu"
        )
        odd = relations.set_contact(
            connection, scope, people["child"], people["dead"], today=TODAY, by="wu"
        )
        with pytest.raises(Invalid, match=r"people\.contact_self"):
            relations.set_contact(
                connection, scope, people["old"], people["old"], today=TODAY, by="wu"
            )
    assert none == []
    assert [one.code for one in odd] == ["people.contact_of_child", "people.guardian_gone"]
    assert columns(store, people["old"], "contact_id") == (people["mother"],)
