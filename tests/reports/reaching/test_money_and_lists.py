"""Coverage before and after, applied after contact, money: what each is divided by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from channels.base import Receipt as Said
from outreach import clock
from outreach.access.scope import Scope
from outreach.deliveries.receipts import Event
from outreach.models.deliveries import Attempt
from outreach.models.people import Person
from outreach.models.policies import Policy, PolicyList, Reach
from outreach.policies import service as policies
from outreach.reports.reaching import service
from outreach.reports.reaching.schemas import Conversion, Coverage
from tests.factories import ELDER, NOON, VILLAGE, Office

TODAY = date(2026, 11, 23)
BEFORE, AFTER = TODAY - timedelta(days=30), TODAY + timedelta(days=60)


def facts(office: Office, people: list[int], fact: str, on: date, ref: str = ELDER) -> None:
    with office.store.begin() as connection:
        key = connection.scalar(select(Policy.id).where(Policy.ref == ref))
        for person in people:
            values = {
                "policy_id": key,
                "person_id": person,
                "fact": fact,
                "on": on,
                "channel": "list",
            }
            connection.execute(insert(Reach).values(**values))  # fmt: skip


def listed(office: Office, fact: str, cut_off: date, rows: int = 100, unmatched: int = 2) -> None:
    with office.store.begin() as connection:
        key = connection.scalar(select(Policy.id).where(Policy.ref == ELDER))
        values: dict[str, Any] = {
            "policy_id": key, "fact": fact, "region": "", "cut_off": cut_off, "rows": rows, "unmatched": unmatched,
            "source": "x", "at": NOON,
        }  # fmt: skip
        connection.execute(insert(PolicyList).values(**values))


def coverage(office: Office, on: date = AFTER) -> Coverage:
    with office.store.read() as connection:
        return service.coverage(connection, Scope(), policies.get(connection, ELDER), on)


def conversion(office: Office, on: date = AFTER) -> Conversion:
    with office.store.read() as connection:
        return service.conversion(connection, Scope(), policies.get(connection, ELDER), on)


def test_coverage_rises_from_60_to_98_percent_as_in_the_source(office: Office) -> None:
    """资助覆盖率 60 % → 98 %: a list from before the first contact, and one from after it."""
    people = [office.person() for _ in range(50)]
    facts(office, people[:30], "received", BEFORE)
    listed(office, "received", BEFORE)
    office.plan()
    facts(office, people[30:49], "received", AFTER)
    listed(office, "received", AFTER)
    found = coverage(office)
    assert (found.eligible, found.before, found.after, found.since) == (50, 30, 49, TODAY)
    assert found.rate_before == pytest.approx(0.60)
    assert found.rate_after == pytest.approx(0.98)
    assert (found.state.word, found.state.cut_off, found.state.share) == ("good", AFTER, 0.02)


def test_without_a_list_from_before_nobody_knows_what_rose(office: Office) -> None:
    people = [office.person() for _ in range(4)]
    assert coverage(office).rate_after is None
    office.plan()
    facts(office, people[:2], "received", AFTER)
    listed(office, "received", AFTER, rows=10, unmatched=1)
    found = coverage(office)
    assert (found.rate_before, found.rate_after) == (None, 0.5)
    assert found.state.word == "estimate"  # 10 % of its rows fit nobody


def test_the_same_people_are_below_the_line_before_and_after(office: Office) -> None:
    """Who does not fit any more is in neither: a rate has one base."""
    people = [office.person() for _ in range(4)]
    facts(office, people, "received", BEFORE)
    listed(office, "received", BEFORE)
    office.plan()
    office.change(Person, Person.id == people[0], status="moved")
    office.change(Person, Person.id == people[1], birth=date(1990, 1, 1))
    found = coverage(office)
    assert (found.eligible, found.before, found.after) == (2, 2, 2)


@pytest.mark.parametrize(
    ("told", "applied", "cut_off", "expected"),
    [
        pytest.param(0, 10, 120, (1, 1, 1, 0), id="applied ten days after contact"),
        pytest.param(0, 90, 120, (1, 1, 1, 0), id="on the ninetieth day"),
        pytest.param(0, 91, 120, (1, 1, 0, 0), id="a day too late"),
        pytest.param(0, None, 120, (1, 1, 0, 0), id="never"),
        pytest.param(
            0, None, 60, (1, 1, 0, 1), id="its ninety days are not over when the list ends"
        ),
        pytest.param(0, 0, 120, (1, 1, 1, 0), id="on the day itself"),
        pytest.param(5, 3, 120, (1, 1, 0, 0), id="applied before it was told: not because of it"),
        pytest.param(None, 10, 120, (1, 0, 0, 0), id="applied without having been told"),
        pytest.param(0, -1, 120, (0, 0, 0, 0), id="had applied before it began"),
    ],
)
def test_applied_after_contact_counts_ninety_days_of_those_who_had_not(
    office: Office, told: int | None, applied: int | None, cut_off: int,
    expected: tuple[int, int, int, int],
) -> None:  # fmt: skip
    person = office.person()
    office.plan()
    if told is not None:
        facts(office, [person], "delivered", TODAY + timedelta(days=told))
    if applied is not None:
        facts(office, [person], "applied", TODAY + timedelta(days=applied))
    listed(office, "applied", TODAY + timedelta(days=cut_off))
    found = conversion(office, TODAY + timedelta(days=cut_off))
    assert (found.base, found.contacted, found.applied, found.young) == expected


def test_without_a_list_of_applicants_there_is_no_conversion(office: Office) -> None:
    person = office.person()
    office.plan()
    facts(office, [person], "delivered", TODAY)
    assert conversion(office).rate is None
    listed(office, "applied", AFTER)
    assert conversion(office).rate == 0.0


# -- money --------------------------------------------------------------------------------------------------


def sent(office: Office, *numbers: str) -> None:
    office.send()
    for number in numbers:
        office.receive(Event(Said(number, "delivered", "delivered", None, None)))


def test_cost_per_person_is_money_over_those_first_told_by_it(office: Office) -> None:
    people = [office.person() for _ in range(3)]
    facts(office, people[:1], "in_person", BEFORE)  # heard of it long before
    office.plan(policies=[ELDER])
    sent(office, "FK00000001", "FK00000002", "FK00000003")  # who gets which is left to the sender
    with office.store.begin() as connection:
        connection.execute(update(Attempt).values(cost_fen=10))
    with office.store.read() as connection:
        view = policies.get(connection, ELDER)
        by_policy = service.costs(connection, Scope(), view)
        by_campaign = service.campaign_costs(connection, Scope(), office.campaign)
        elsewhere = service.costs(connection, Scope("99"), view)
    assert (by_policy.fen, by_policy.people) == (30, 2)
    assert (by_campaign.fen, by_campaign.people, by_campaign.per_person) == (30, 2, 15)
    assert (elsewhere.fen, elsewhere.people) == (0, 0)


def test_what_tells_of_two_policies_is_divided_among_the_pairs_that_it_is_about(
    office: Office,
) -> None:
    """One message to a grandmother about herself and two grandchildren: a third of it is hers."""
    grandmother = office.person()
    for _ in range(2):
        office.person(birth=date(2025, 5, 1), guardian_id=grandmother, phone=None)
    office.plan()
    sent(office)
    with office.store.begin() as connection:
        connection.execute(update(Attempt).values(cost_fen=9))
    with office.store.read() as connection:
        shares = [
            service.costs(connection, Scope(), one).fen for one in policies.all_policies(connection)
        ]
        whole = service.campaign_costs(connection, Scope(), office.campaign).fen
    assert sorted(shares) == pytest.approx([3.0, 6.0])
    assert sum(shares) == pytest.approx(whole)


def test_levels_of_a_campaign_count_its_frozen_audience(office: Office) -> None:
    people = [office.person() for _ in range(3)]
    office.plan(policies=[ELDER])
    with clock.fixed(NOON):
        newcomer = office.person()
    facts(office, [people[0], newcomer], "delivered", TODAY)
    facts(office, people[:2], "applied", TODAY)
    with office.store.read() as connection:
        (levels,) = service.campaign_levels(connection, Scope(VILLAGE), office.campaign)
    assert (levels.policy, levels.due, levels.unknown) == (ELDER, 3, 0)
    assert (levels.told, levels.applied, levels.received) == (1, 2, 0)
