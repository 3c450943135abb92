"""Who was never told: by place, with a reason and a next way, the same people in counts and on lists."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from outreach.access.scope import Scope
from outreach.deliveries.telling import service as telling
from outreach.deliveries.telling.follow import Hand
from outreach.models.people import Household, Person, Refusal
from outreach.models.policies import Policy, Reach
from outreach.policies import service as policies
from outreach.reports import service as reports
from outreach.reports.reaching import service
from outreach.reports.reaching.schemas import NeverReached
from tests.factories import CHILD, ELDER, NOON, VILLAGE, Office, add_household, add_region
from tests.reports.reaching.test_ledger import TODAY, hand_out, mark

OTHER = "110101001002"
GRID = VILLAGE + "01"
WU = Hand("wu", Scope(VILLAGE), TODAY)


def never(office: Office, scope: str = "", level: int = service.DEEPEST, ref: str = ELDER) -> NeverReached:  # fmt: skip
    with office.store.read() as connection:
        view = policies.get(connection, ref)
        found = service.never_reached(connection, Scope(scope), view, TODAY, level=level)
        figures = reports.reach(connection, Scope(scope), view, TODAY)
    assert found.to_find + found.done + found.stopped == figures.total.untold
    return found


def advised(office: Office, **more: Any) -> dict[tuple[str, str], int]:
    return {(row.advice.why, row.advice.next): row.n for row in never(office, **more).together()}


def at_home(office: Office, **facts: Any) -> int:
    """Somebody in a home with an address."""
    with office.store.begin() as connection:
        home = add_household(connection)
    office.change(Household, Household.id == home, address=office.vault.encrypt("address", "一组1号"))  # fmt: skip
    person = office.person(household_id=home, **facts)
    office.change(Household, Household.id == home, head_id=person)
    return person


def test_each_of_them_has_a_reason_and_a_way_of_their_own(office: Office) -> None:
    at_home(office)
    at_home(office, phone=None)
    office.person(phone=None)
    refuses = at_home(office)
    with office.store.begin() as connection:
        values = {"person_id": refuses, "channel": "sms", "message_class": "own-benefit", "source": "x", "at": NOON}  # fmt: skip
        connection.execute(insert(Refusal).values(**values))
    mark(office, at_home(office), "published")
    for fact in ("in_person", "delivered", "relayed"):
        mark(office, at_home(office), fact)
    assert advised(office) == {
        ("never_planned", "sms"): 1, ("never_planned", "visit"): 1, ("never_planned", "number"): 1,
        ("never_planned", "call"): 1, ("published_only", "sms"): 1,
    }  # fmt: skip


def test_who_died_moved_was_stopped_or_has_it_already_is_on_no_list(office: Office) -> None:
    at_home(office, status="deceased")
    at_home(office, status="moved")
    stopped = at_home(office)
    with office.store.read() as connection:
        home = connection.scalar(select(Person.household_id).where(Person.id == stopped))
    office.change(Household, Household.id == home, stopped=True)
    mark(office, at_home(office), "applied")
    mark(office, at_home(office), "received")
    open_one = at_home(office)
    found = never(office)
    assert (found.to_find, found.done, found.stopped) == (1, 2, 1)
    with office.store.read() as connection:
        view = policies.get(connection, ELDER)
        listed = service.missed_people(connection, Scope(), view, TODAY)
    assert [one.id for one in listed.people] == [open_one]
    assert (listed.done, listed.stopped) == (2, 1)


def test_what_a_campaign_came_to_is_the_reason(office: Office) -> None:
    at_home(office)
    at_home(office, phone=None)
    office.plan()
    assert advised(office) == {("pending", "wait"): 1, ("no_number", "visit"): 1}
    office.send()
    assert advised(office) == {("accepted", "receipt"): 1, ("no_number", "visit"): 1}


def test_an_empty_home_is_visited_twice_and_then_the_family_is_asked(office: Office) -> None:
    [delivery] = hand_out(office, "visit", 1)
    [person] = office.subjects(delivery)
    with office.store.read() as connection:
        home = connection.scalar(select(Person.household_id).where(Person.id == person))
    office.change(Household, Household.id == home, address=office.vault.encrypt("address", "一组1号"))  # fmt: skip
    assert advised(office) == {("in_hand.visit", "visit"): 1}
    said = telling.Said(0, changed=False)
    for expected in ("visit", "letter"):
        with office.store.begin() as connection:
            said = telling.tell(connection, [delivery], "not_home", WU)
        assert advised(office) == {("not_home", expected): 1}
    office.person(
        household_id=home, birth=date(1990, 1, 1)
    )  # a son with a phone, whom it does not fit
    assert advised(office) == {("not_home", "family"): 1}
    with office.store.begin() as connection:
        telling.undo(connection, said.word, WU)
    assert advised(office) == {("not_home", "visit"): 1}


def test_a_child_without_a_guardian_waits_for_one_to_be_recorded(office: Office) -> None:
    at_home(office, birth=date(2025, 5, 1), phone=None)
    assert advised(office, ref=CHILD) == {("no_guardian", "guardian"): 1}


def test_places_are_as_deep_as_people_are_registered_and_in_the_order_of_codes(
    office: Office,
) -> None:
    with office.store.begin() as connection:
        add_region(connection, OTHER, "二村")
        add_region(connection, GRID, "一网格")
    for region in (OTHER, GRID, VILLAGE, GRID):
        at_home(office, region=region)
    assert [(place.code, place.n) for place in never(office).places] == [(VILLAGE, 1), (GRID, 2), (OTHER, 1)]  # fmt: skip
    assert [place.code for place in never(office, level=12).places] == [VILLAGE, OTHER]
    assert [place.n for place in never(office, level=9).places] == [4]
    assert [place.code for place in never(office, scope=GRID).places] == [GRID]


@pytest.mark.parametrize("size", [1, 2, 7])
def test_reading_in_parts_of_any_size_finds_everybody_once(office: Office, size: int) -> None:
    from outreach.reports.reaching.queries import missing

    people = {at_home(office) for _ in range(5)}
    with office.store.read() as connection:
        view = policies.get(connection, ELDER)
        found = [one.id for one, _ in missing.untold(connection, Scope(), view, TODAY, "", size)]
    assert sorted(found) == sorted(people)
    with office.store.begin() as connection:
        key = connection.scalar(select(Policy.id).where(Policy.ref == ELDER))
        values = {"policy_id": key, "person_id": min(people), "fact": "delivered", "on": TODAY}
        connection.execute(insert(Reach).values(**values))
        assert len(list(missing.untold(connection, Scope(), view, TODAY, "", size))) == 4
