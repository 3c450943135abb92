"""Households and their helpers, training, duty: on both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Connection, insert, select, update

from outreach.access.queries import insert_user
from outreach.access.scope import Scope
from outreach.errors import Invalid, Missing, OutreachError, Refused
from outreach.models.campaigns import Campaign, CampaignPolicy
from outreach.models.people import Household, Person
from outreach.models.policies import PolicyVersion
from outreach.models.work import HelperHousehold, Task
from outreach.reach.helpers import duty, lists, service, training
from outreach.reach.helpers.schemas import Turn
from outreach.reach.helpers.service import Desk, Lot
from outreach.reach.helpers.training import Lesson
from outreach.store import Store
from outreach.vault import Vault
from tests import town

EAST, WEST, GRID = town.EAST, town.WEST, town.EAST + "01"
ZHOU = Desk("zhou", Scope(town.COUNTY), town.TODAY)


@pytest.fixture
def place(store: Store, vault: Vault) -> Store:
    """Three homes in one grid, one in another village; two workers in the east, one in the west."""
    with store.begin() as connection:
        town.build(connection, vault)
        for name, role, region in (
            ("wu", "worker", EAST), ("xie", "worker", EAST), ("xi", "worker", WEST), ("zhou", "officer", town.COUNTY),
            ("chen", "manager", town.COUNTY),
        ):  # fmt: skip
            insert_user(connection, {
                "name": name, "display": f"{name}某", "role": role, "region": region, "password": "", "active": True,
                "created_at": town.MORNING, "lists": [],
            })  # fmt: skip
        connection.execute(update(Person).values(status="moved"))
        for number, (address, region) in enumerate(
            (
                ("1栋1单元101", GRID),
                ("1栋2单元201", GRID),
                ("2栋1单元101", GRID),
                ("西组5号", WEST),
            ),
            1,
        ):
            home(connection, vault, number, address, region)
    return store


def home(connection: Connection, vault: Vault, number: int, address: str, region: str) -> int:
    person = town.add_person(connection, vault, region=region)
    values = {
        "id": number, "key": number.to_bytes(16, "big"), "region": region, "head_id": person,
        "address": vault.encrypt("address", address),
    }  # fmt: skip
    connection.execute(insert(Household).values(**values))
    connection.execute(update(Person).where(Person.id == person).values(household_id=number))
    return number


def assign(store: Store, vault: Vault, helper: str, lot: Lot, desk: Desk = ZHOU) -> Any:
    with store.begin() as connection:
        return service.assign(connection, desk, helper, lot, vault.decrypt)


def whose(store: Store) -> dict[int, str]:
    with store.read() as connection:
        rows = connection.execute(select(HelperHousehold.household_id, HelperHousehold.helper))
        return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize(
    ("lot", "homes"),
    [
        pytest.param(Lot(GRID), {1, 2, 3}, id="a grid"),
        pytest.param(Lot(GRID, "1栋"), {1, 2}, id="a building"),
        pytest.param(Lot(EAST, "1栋2单元"), {2}, id="one staircase"),
        pytest.param(Lot(households=(1, 3)), {1, 3}, id="by number"),
    ],
)
def test_households_are_given_by_place_or_by_number(
    place: Store, vault: Vault, lot: Lot, homes: set[int]
) -> None:
    done = assign(place, vault, "wu", lot)
    assert (done.households, done.total, done.too_many) == (len(homes), len(homes), False)
    assert whose(place) == dict.fromkeys(homes, "wu")
    with place.read() as connection:
        assert {one.id for one in service.unassigned(connection, ZHOU.scope)} == {
            1,
            2,
            3,
            4,
        } - homes
        assert service.households_of(connection, "wu") == homes


def test_a_household_has_one_helper_the_last_one(place: Store, vault: Vault) -> None:
    assign(place, vault, "wu", Lot(GRID))
    done = assign(place, vault, "xie", Lot(GRID, "2栋"))
    assert (done.taken, whose(place)) == (1, {1: "wu", 2: "wu", 3: "xie"})


@pytest.mark.parametrize(
    ("helper", "lot", "desk", "kind", "code"),
    [
        ("nobody", Lot(GRID), ZHOU, Invalid, "helpers.not_able"),
        ("chen", Lot(GRID), ZHOU, Invalid, "helpers.not_able"),
        ("xi", Lot(GRID), ZHOU, Invalid, "helpers.not_able"),
        ("wu", Lot(GRID, "9栋"), ZHOU, Missing, "helpers.no_homes"),
        ("wu", Lot(GRID), Desk("dong", Scope(WEST), town.TODAY), Refused, "access.outside_region"),
    ],
)
def test_what_cannot_be_given_out_is_refused(
    place: Store, vault: Vault, helper: str, lot: Lot, desk: Desk, kind: type[OutreachError], code: str
) -> None:  # fmt: skip
    with pytest.raises(kind) as caught:
        assign(place, vault, helper, lot, desk)
    assert caught.value.code == code
    assert whose(place) == {}


def test_more_than_twenty_households_are_given_with_a_warning(place: Store, vault: Vault) -> None:
    with place.begin() as connection:
        for number in range(10, 28):
            home(connection, vault, number, f"9栋1单元{number}01", GRID)
    done = assign(place, vault, "wu", Lot(GRID))
    assert (done.total, done.too_many) == (21, True)
    with place.read() as connection:
        [wu] = [one for one in service.helpers(connection, ZHOU.scope) if one.name == "wu"]
    assert (wu.households, wu.too_many) == (21, True)


def test_a_helper_who_leaves_hands_over_households_and_open_tasks(
    place: Store, vault: Vault
) -> None:
    assign(place, vault, "wu", Lot(GRID))
    with place.begin() as connection:
        for state in ("open", "done"):
            values = {"kind": "assist", "region": GRID, "household_id": 1, "opened_by": "wu", "opened_at": town.MORNING, "helper": "wu", "state": state}  # fmt: skip
            connection.execute(insert(Task).values(**values))
        done = service.release(connection, ZHOU, "wu", "xie")
        assert (done.households, done.tasks) == (3, 1)
    assert set(whose(place).values()) == {"xie"}
    with place.begin() as connection:
        assert service.release(connection, ZHOU, "xie").to == ""
        with pytest.raises(Missing, match=r"helpers\.has_none"):
            service.release(connection, ZHOU, "xie")
    assert whose(place) == {}


# -- a sheet ------------------------------------------------------------------------------------------------


def sheet(path: Path, *rows: tuple[str, ...]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    return path


HEADER = ("政策明白人", "地区代码", "楼栋")


def test_a_sheet_gives_out_households_row_by_row(
    place: Store, vault: Vault, tmp_path: Path
) -> None:
    file = sheet(
        tmp_path / "a.xlsx", ("分户表",), HEADER, ("wu", GRID, "1栋"), ("xie", GRID, "2栋")
    )
    with place.begin() as connection:
        taken = lists.take(connection, ZHOU, lists.read(file), vault.decrypt)
    assert ([one.helper for one in taken.assigned], taken.errors) == (["wu", "xie"], ())
    assert whose(place) == {1: "wu", 2: "wu", 3: "xie"}


def test_a_wrong_row_is_named_as_an_office_counts_it(
    place: Store, vault: Vault, tmp_path: Path
) -> None:
    rows = (HEADER, ("wu", GRID, "1栋"), ("nobody", GRID, ""), ("xie", "", ""))
    file = sheet(tmp_path / "a.xlsx", *rows)
    with place.begin() as connection:
        taken = lists.take(connection, ZHOU, lists.read(file), vault.decrypt)
    assert (taken.assigned, [row for row, _ in taken.errors]) == ((), [3, 4])


def test_a_sheet_without_the_columns_says_which_it_needs(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"helpers\.no_header"):
        lists.read(sheet(tmp_path / "a.xlsx", ("姓名", "电话"), ("张三", "1")))


# -- training -----------------------------------------------------------------------------------------------


def tell_about(store: Store, status: str = "running") -> None:
    with store.begin() as connection:
        values = {"ref": "w", "title": "w", "status": status, "region": TOWN, "created_by": "gan", "created_at": town.MORNING}  # fmt: skip
        key = connection.scalar(insert(Campaign).values(**values).returning(Campaign.id))
        version = connection.execute(select(PolicyVersion.id, PolicyVersion.policy_id).limit(1)).one()  # fmt: skip
        row = {"campaign_id": key, "policy_id": version.policy_id, "version_id": version.id}
        connection.execute(insert(CampaignPolicy).values(**row))


TOWN = town.TOWN


def test_who_was_not_taught_a_live_policy_is_listed_until_they_were(place: Store) -> None:
    tell_about(place)
    with place.begin() as connection:
        missing = training.untaught(connection, ZHOU.scope)
        assert [(one.helper, one.policy, one.version) for one in missing] == [
            ("wu", "check", 1), ("xi", "check", 1), ("xie", "check", 1),
        ]  # fmt: skip
        lesson = Lesson("check", town.TODAY)
        assert training.record(connection, ZHOU, ["wu", "xi", "wu"], lesson) == 2
        assert training.record(connection, ZHOU, ["wu"], lesson) == 0
        assert [one.helper for one in training.untaught(connection, ZHOU.scope)] == ["xie"]
        assert {one.helper for one in training.listed(connection, ZHOU.scope)} == {"wu", "xi"}
        training.forget(connection, ZHOU, "wu", lesson)
        assert [one.helper for one in training.untaught(connection, ZHOU.scope)] == ["wu", "xie"]


def test_a_campaign_that_is_over_asks_for_no_training(place: Store) -> None:
    tell_about(place, "finished")
    with place.read() as connection:
        assert training.untaught(connection, ZHOU.scope) == []


@pytest.mark.parametrize(
    ("helper", "lesson", "code"),
    [
        ("wu", Lesson("none", town.TODAY), "helpers.no_version"),
        ("wu", Lesson("check", town.TODAY, version=9), "helpers.no_version"),
        ("wu", Lesson("check", date(2026, 12, 1)), "helpers.not_yet"),
        ("nobody", Lesson("check", town.TODAY), "helpers.not_able"),
    ],
)
def test_a_lesson_that_cannot_have_been_is_refused(
    place: Store, helper: str, lesson: Lesson, code: str
) -> None:
    with place.begin() as connection, pytest.raises(OutreachError) as caught:
        training.record(connection, ZHOU, [helper], lesson)
    assert caught.value.code == code


# -- duty ---------------------------------------------------------------------------------------------------


def turn(**changes: Any) -> Turn:
    values = {"region": EAST, "on": town.TODAY, "starts": "08:30", "ends": "12:00", "helper": "wu", "phone": "0100-1"}  # fmt: skip
    return Turn(**{**values, **changes})


def test_who_answers_is_found_from_below_and_the_nearest_stands_first(place: Store) -> None:
    with place.begin() as connection:
        duty.add(connection, ZHOU, turn(region=town.COUNTY, helper="zhou", phone="0100-9"))
        key = duty.add(connection, ZHOU, turn())
        duty.add(connection, ZHOU, turn(region=WEST, helper="xi"))
        found = duty.answering(connection, GRID, town.TODAY)
        assert [one.helper for one in found] == ["wu", "zhou"]
        assert duty.phone_at(connection, GRID, town.TODAY) == "0100-1"
        assert duty.phone_at(connection, GRID, date(2026, 11, 24)) == ""
        assert len(duty.roster(connection, ZHOU.scope, town.TODAY, town.TODAY)) == 3
        duty.remove(connection, ZHOU, key)
        assert duty.phone_at(connection, GRID, town.TODAY) == "0100-9"
        with pytest.raises(Missing, match=r"helpers\.no_duty"):
            duty.remove(connection, ZHOU, key)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"starts": "8:30"}, "helpers.duty_time"),
        ({"starts": "12:00", "ends": "08:30"}, "helpers.duty_time"),
        ({"helper": "xi"}, "helpers.not_able"),
        ({"region": town.COUNTY + "999"}, "people.region_unknown"),
    ],
)
def test_a_turn_that_cannot_be_is_refused(place: Store, changes: dict[str, str], code: str) -> None:
    with place.begin() as connection, pytest.raises(OutreachError) as caught:
        duty.add(connection, ZHOU, turn(**changes))
    assert caught.value.code == code
