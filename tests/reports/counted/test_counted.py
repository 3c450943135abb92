"""Kept counts come to what the direct questions say, and to what a rebuild makes, whatever happened before."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, update

from outreach import clock
from outreach.access.scope import Scope
from outreach.deliveries import funnel, reckoning
from outreach.models.campaigns import Campaign
from outreach.models.counts import ReachCount, ReachPart, SpendDelta
from outreach.models.deliveries import delivery_state
from outreach.models.people import Household, Region
from outreach.people.queries import people
from outreach.policies import service as policies
from outreach.reports import queries
from outreach.reports.counted import service as counted
from outreach.reports.counted.queries import keeping as kept_queries
from outreach.reports.counted.queries import old
from outreach.reports.reaching import service as reaching
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
    terms = office.terms
    found: dict[str, Any] = {}
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


def reckoned(office: Office) -> tuple[dict[int, Any], dict[int, Any]]:
    """(kept, asked of deliveries and attempts): reasons and money of each campaign."""
    view, kept, walked = delivery_state.c, {}, {}
    with office.store.read() as connection:
        for campaign in connection.scalars(select(Campaign.id)).all():
            words = [
                view.step_id,
                view.state,
                *(func.coalesce(view[one], "") for one in ("reason", "error")),
            ]
            rows = connection.execute(
                select(*words, func.count())
                .where(view.campaign_id == campaign, view.state.in_(reckoning.KEPT))
                .group_by(*words)
            )
            whys = {tuple(row[:4]): row[4] for row in rows}
            walked[campaign] = (whys, reckoning.spent_by_walking(connection, campaign))
            kept[campaign] = (
                reckoning.whys(connection, campaign), reckoning.spent(connection, campaign),
            )  # fmt: skip
    return kept, walked


def play(store: Store, vault: Vault, seed: int, moves: int) -> None:
    office = Office(store, vault, random.Random(seed))
    office.sweep()
    assert kept(office) == asked(office)
    done = []
    for _ in range(moves):
        done.append(office.act())
        if done[-1] == "do_sweep":
            counted.sweep(store, office.terms, seconds=0)
    figures, walked = reckoned(office)
    assert figures == walked, done
    office.sweep()
    assert kept(office) == asked(office), done
    with store.read() as connection:
        swept = kept_queries.everything(connection)
    counted.rebuild(store, office.terms)
    with store.read() as connection:
        assert kept_queries.everything(connection) == swept, done
    with store.begin() as connection:
        funnel.rebuild(connection)
        funnel.fold(connection)
    assert reckoned(office) == (walked, walked), done


def test_a_rebuild_mends_what_was_miscounted(store: Store, vault: Vault) -> None:
    office = Office(store, vault, random.Random(3))
    office.sweep()
    with store.begin() as connection:
        connection.execute(update(ReachCount).values(eligible=77))
        connection.execute(
            insert(SpendDelta).values(campaign_id=1, step_id=1, parts=5, cost_fen=5, resent=1)
        )
        stray = {
            "policy_id": 999,
            "village": "x",
            "about": "untold",
            "one": "",
            "other": "",
            "n": 1,
        }
        connection.execute(insert(ReachPart).values(stray))
        funnel.rebuild(connection)
    counted.rebuild(store, office.terms)
    assert kept(office) == asked(office)
    with store.read() as connection:
        assert reckoning.spent(connection, 1) == (0, 0, 0)
        assert not connection.scalar(select(ReachPart.n).where(ReachPart.policy_id == 999))


def test_who_dies_over_a_count_leaves_it_to_the_next(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(store, vault, random.Random(4))
    office.sweep()
    with store.begin() as connection:
        town.add_person(connection, vault, region=town.WEST)

    def die(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(old, "still_mine", die)
    with pytest.raises(RuntimeError):
        counted.sweep(store, office.terms)
    monkeypatch.undo()
    monkeypatch.setattr(counted, "FEW_PEOPLE", -1)
    with clock.fixed(clock.now()) as now:
        with store.read() as connection:
            policy = policies.get(connection, "check")
            behind = counted.as_of(connection, policy)
        assert behind is not None
        office.sweep()
        assert kept(office) != asked(office)  # somebody may still be at it
        now.advance(minutes=6)
        office.sweep()
        assert kept(office) == asked(office)
        with store.read() as connection:
            assert counted.as_of(connection, policy) == clock.now()


def test_what_two_count_at_once_is_that_of_the_one_who_looked_last(
    store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(store, vault, random.Random(5))
    office.sweep()
    with store.begin() as connection:
        town.add_person(connection, vault, region=town.WEST)
    look = counted._look
    slow: list[bool] = []

    def late(connection: Connection, taken: Any) -> Any:
        found = look(connection, taken)
        if not slow:  # while the first one is away, somebody is added, and another machine counts
            slow.append(True)
            connection.rollback()
            with store.begin() as writing:
                town.add_person(writing, vault, region=town.WEST)
            office.sweep()
        return found

    monkeypatch.setattr(counted, "_look", late)
    office.sweep()
    assert slow
    assert kept(office) == asked(office)


@pytest.mark.parametrize("seed", range(2))
def test_after_anything_kept_counts_are_those_of_the_register_and_of_a_rebuild(
    store: Store, vault: Vault, seed: int
) -> None:
    play(store, vault, seed, 40)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
def test_after_anything_at_length(store: Store, vault: Vault, seed: int) -> None:
    play(store, vault, seed, 60)


def test_grids_are_counted_with_their_village_and_leave_nobody_less_than_none(
    store: Store, vault: Vault
) -> None:
    office = Office(store, vault, random.Random(7))
    office.sweep()
    grid = f"{town.EAST}01"
    with store.begin() as connection:
        row = {"code": grid, "name": "一网格", "level": "grid", "parent": town.EAST, "dialect": ""}
        connection.execute(insert(Region).values(**row))
        for _ in range(9):
            town.add_person(connection, vault, region=grid)
        policy = policies.get(connection, "check")
        with clock.fixed(town.MORNING):
            assert counted.serves(connection, Scope(town.EAST), policy.id, town.TODAY, town.COUNTY)
            rows = reaching.by_grid(connection, Scope(town.EAST), policy, town.TODAY, town.COUNTY)
    assert rows[0].eligible == 9
    assert min(row.eligible for row in rows) >= 0


def test_a_policy_about_families_has_its_never_reached_too(store: Store, vault: Vault) -> None:
    office = Office(store, vault, random.Random(8))
    with store.begin() as connection:
        policy = policies.get(connection, "family")
        home = insert(Household).values(key=b"h" * 16, region=town.EAST, complete=True)
        key = connection.scalar(home.returning(Household.id))
        town.add_person(
            connection, vault, region=town.EAST, household_id=key, birth=date(2024, 1, 1)
        )
        where = (Scope(), policy, office.terms.on, office.terms.home)
        found = reaching.never_reached(connection, *where)
        total = queries.reach(connection, *where)
    assert found.to_find + found.done + found.stopped == sum(row["eligible"] for row in total) > 0
