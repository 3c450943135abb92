"""Kept counts come to what the direct questions say, and to what a rebuild makes, whatever happened before."""

from __future__ import annotations

import random
from typing import Any

import pytest

from outreach.access.scope import Scope
from outreach.people.queries import people
from outreach.policies import service as policies
from outreach.reports import queries
from outreach.reports.counted import queries as kept_queries
from outreach.reports.counted import service as counted
from outreach.reports.schemas import PlaceCount
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.reports.counted.changes import Office

SCOPES = (Scope(), Scope(town.COUNTY), Scope(town.TOWN), Scope(town.EAST), Scope(town.WEST))


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the town were so large that nobody asks the register itself."""
    monkeypatch.setattr(counted, "FEW_PEOPLE", -1)


def kept(office: Office) -> dict[str, Any]:
    """Policy and scope → what pages would read."""
    found: dict[str, Any] = {}
    with office.store.read() as connection:
        for view in policies.all_policies(connection):
            for scope in SCOPES:
                places = counted.reach(connection, scope, view.id).places
                why = counted.untold(connection, scope, view.id)
                found[f"{view.ref} {scope.region}"] = (
                    list(places),
                    sorted((one.stage, one.reason, one.n) for one in why),
                )
        for scope in SCOPES:
            found[scope.region] = counted.register(connection, scope)
    return found


def asked(office: Office) -> dict[str, Any]:
    """The same, asked of the register itself."""
    terms, found = office.terms, {}
    with office.store.read() as connection:
        for view in policies.all_policies(connection):
            for scope in SCOPES:
                rows = queries.reach(connection, scope, view, terms.on, terms.home)
                why = queries.untold(connection, scope, view, terms.on, terms.home)
                places = [PlaceCount(**row) for row in rows]
                found[f"{view.ref} {scope.region}"] = (places, sorted(why))
        for scope in SCOPES:
            count = people.count_people(connection, scope)
            found[scope.region] = (count, queries.without_number(connection, scope, terms.on))
    return found


def play(store: Store, vault: Vault, seed: int, moves: int) -> None:
    office = Office(store, vault, random.Random(seed))
    office.sweep()
    assert kept(office) == asked(office)
    done = []
    for _ in range(moves):
        done.append(office.act())
        if done[-1] == "do_sweep":
            counted.sweep(store, office.terms, seconds=0)
    office.sweep()
    assert kept(office) == asked(office), done
    with store.read() as connection:
        swept = kept_queries.everything(connection)
    counted.rebuild(store, office.terms)
    with store.read() as connection:
        assert kept_queries.everything(connection) == swept, done


@pytest.mark.parametrize("seed", range(2))
def test_after_anything_kept_counts_are_those_of_the_register_and_of_a_rebuild(
    store: Store, vault: Vault, seed: int
) -> None:
    play(store, vault, seed, 40)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
def test_after_anything_at_length(store: Store, vault: Vault, seed: int) -> None:
    play(store, vault, seed, 60)
