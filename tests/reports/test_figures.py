from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, select, update

from outreach.access.scope import Scope
from outreach.campaigns import queries as campaign_queries
from outreach.campaigns import schedule
from outreach.deliveries import settle
from outreach.models.deliveries import Delivery, DeliverySubject
from outreach.models.people import Person
from outreach.models.policies import Reach
from outreach.policies import service as policies
from outreach.reports import queries, service
from outreach.store import Store
from outreach.vault import Vault
from tests import town

COUNTY, EAST, WEST = Scope(town.COUNTY), Scope(town.EAST), Scope(town.WEST)


@pytest.fixture
def office(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def mark(store: Store, policy: str, facts: dict[int, str]) -> None:
    """Person by their order of registration (from 0) → what is known."""
    with store.begin() as connection:
        key = policies.get(connection, policy).id
        ids = list(connection.scalars(select(Person.id).order_by(Person.id)))
        for place, names in facts.items():
            for fact in names.split():
                row = {
                    "policy_id": key, "person_id": ids[place], "fact": fact, "on": town.TODAY, "channel": "",
                }  # fmt: skip
                connection.execute(insert(Reach).values(**row))


@pytest.mark.parametrize(
    ("scope", "eligible", "told", "untold"),
    [
        pytest.param(COUNTY, 3, 2, 0, id="the county"),
        pytest.param(EAST, 2, 2, 0, id="the eastern village"),
        pytest.param(WEST, 1, 0, 0, id="the western village, told by the family only"),
        pytest.param(Scope("600102"), 0, 0, 0, id="another county"),
    ],
)
def test_people_count_once_by_the_strongest_proof(
    office: Store, scope: Scope, eligible: int, told: int, untold: int
) -> None:
    mark(office, "check", {0: "in_person delivered published", 1: "relayed published", 3: "delivered applied"})  # fmt: skip
    with office.read() as connection:
        policy = policies.get(connection, "check")
        figures = service.reach(connection, scope, policy, town.TODAY)
    total = figures.total
    assert (total.eligible, total.told, total.untold) == (eligible, told, untold)
    assert total.in_person + total.delivered + total.relayed + total.untold == total.eligible
    if scope == COUNTY:
        assert (total.in_person, total.delivered, total.relayed) == (1, 1, 1)
        assert (total.published, total.applied, total.received) == (2, 1, 0)
        assert [place.code for place in figures.places] == [town.EAST, town.WEST]
        assert [place.code for place in figures.by_length(9)] == [town.TOWN]
        assert figures.by_length(9)[0].eligible == 3


def test_what_is_not_known_is_counted_beside_and_who_moved_is_not_counted(
    office: Store, vault: Vault
) -> None:
    with office.begin() as connection:
        town.add_person(connection, vault, circumstances_known=0)
        town.add_person(connection, vault, status="deceased")
        policy = policies.get(connection, "insure")
    with office.read() as connection:
        total = service.reach(connection, COUNTY, policy, town.TODAY).total
    assert (total.eligible, total.unknown) == (3, 1)


def test_everybody_who_was_never_told_has_a_reason(office: Store, vault: Vault) -> None:
    with office.begin() as connection:
        town.add_person(connection, vault)  # no number
        key = town.released(connection, policies=["check"])
    schedule.tick(office.begin, town.ZONE)
    with office.begin() as connection:
        ids = list(
            connection.scalars(
                select(Delivery.id)
                .where(Delivery.address_key.is_not(None))
                .order_by(Delivery.village, Delivery.id)
            )
        )
        settle.apply(connection, [settle.Change(ids[0], 1, "undelivered", error="30005")])
    with office.read() as connection:
        policy = policies.get(connection, "check")
        rows = service.untold(connection, COUNTY, policy, town.TODAY)
        found = {(row.stage, row.reason): row.n for row in rows}
        total = service.reach(connection, COUNTY, policy, town.TODAY).total
        here = service.untold(connection, WEST, policy, town.TODAY)
    assert found == {("pending", ""): 2, ("failed", ""): 1, ("skipped", "no_address"): 1}
    assert sum(found.values()) == total.untold
    assert [(row.stage, row.n) for row in here] == [("pending", 1)]
    with office.begin() as connection:  # it went to the others of its phone, and not to them
        mine = DeliverySubject.delivery_id == ids[1]
        connection.execute(update(DeliverySubject).where(mine).values(reason="refused_channel"))
        rows = service.untold(connection, COUNTY, policy, town.TODAY)
    left = {("pending", ""): 1, ("failed", ""): 1, ("skipped", "no_address"): 1, ("skipped", "refused_channel"): 1}  # fmt: skip
    assert {(row.stage, row.reason): row.n for row in rows} == left
    with office.read() as connection:
        campaign = campaign_queries.by_id(connection, key)
        standing = service.standing(connection, COUNTY, campaign)
        west = service.standing(connection, WEST, campaign)
    assert standing.states == {"planned": 2, "undelivered": 1, "skipped": 1}
    assert west.states == {"planned": 1}
    assert {(why.state, why.reason or why.error): why.n for why in standing.whys} == {
        ("undelivered", "30005"): 1, ("skipped", "no_address"): 1,
    }  # fmt: skip
    assert west.whys == ()
    assert [line.detail["move"] for line in standing.log][:2] == ["release", "approve"]


@pytest.mark.parametrize(
    ("scope", "planned"),
    [
        pytest.param(COUNTY, 4, id="the county"),
        pytest.param(EAST, 3, id="the eastern village"),
        pytest.param(WEST, 1, id="the western village"),
    ],
)
def test_sheets_wait_where_they_are_to_be_handed_over(
    office: Store, scope: Scope, planned: int
) -> None:
    with office.begin() as connection:
        key = town.released(connection, steps=[{"channel": "flyer"}])
    schedule.tick(office.begin, town.ZONE)
    with office.read() as connection:
        facts = service.office(connection, scope, town.TODAY)
    assert facts.unprinted == {key: planned}
    assert facts.printed == {}
    assert facts.people == planned


def test_people_without_a_usable_number_are_counted_but_not_children(
    office: Store, vault: Vault
) -> None:
    with office.begin() as connection:
        town.add_person(connection, vault)  # none
        town.add_person(connection, vault, "+8613800000201", phone_closed=True)  # closed
        town.add_person(connection, vault, birth=date(2015, 1, 1))  # a child
        town.add_person(connection, vault, region=town.WEST)  # none, elsewhere
    with office.read() as connection:
        assert queries.without_number(connection, COUNTY, town.TODAY) == 3
        assert queries.without_number(connection, EAST, town.TODAY) == 2


YOUNG = {
    **town.CHECK, "id": "young", "plain_name": "育儿补贴", "rule": {"all": [{"field": "age", "op": "<", "value": 3}]},
}  # fmt: skip


def test_whose_right_ends_within_a_month_and_who_has_not_applied(
    office: Store, vault: Vault
) -> None:
    with office.begin() as connection:
        town.load(connection, YOUNG)
        for birth in (date(2023, 11, 26), date(2023, 12, 20), date(2024, 3, 1), date(2023, 11, 22)):
            town.add_person(connection, vault, birth=birth)
        done = town.add_person(connection, vault, birth=date(2023, 11, 28))
        policy = policies.get(connection, "young")
        row = {"policy_id": policy.id, "person_id": done, "fact": "applied", "on": town.TODAY, "channel": ""}  # fmt: skip
        connection.execute(insert(Reach).values(**row))
    with office.read() as connection:
        every = policies.all_policies(connection)
        (found,) = service.losing(connection, COUNTY, every, town.TODAY)
        nowhere = service.losing(connection, WEST, every, town.TODAY)
    assert (found.policy, found.days) == (
        "young",
        (2, 26),
    )  # the last day is the eve of the birthday
    assert found.ends_on == date(2026, 11, 25)
    assert nowhere == []


@pytest.mark.parametrize(
    ("scope", "region", "concerned"),
    [
        pytest.param(Scope(), town.COUNTY, True, id="the whole installation"),
        pytest.param(EAST, town.COUNTY, True, id="a village of the campaign's county"),
        pytest.param(COUNTY, town.EAST, True, id="the county of the campaign's village"),
        pytest.param(EAST, town.WEST, False, id="the next village"),
    ],
)
def test_whose_business_a_campaign_is(scope: Scope, region: str, concerned: bool) -> None:
    assert service.concerns(scope, {"region": region}) is concerned
