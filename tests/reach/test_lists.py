"""Lists of who applied or received: matched on subjects, dated, and saying no only as long as they may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from outreach import clock
from outreach.access.scope import Scope
from outreach.errors import Invalid, Missing
from outreach.models.people import ImportRun, Person
from outreach.models.policies import PolicyList, Reach
from outreach.people.handed_in.report import Desk, ListReport
from outreach.people.handed_in.taking import Terms
from outreach.reach import service
from outreach.reach.lists import take_policy_list
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.people.office import csv_file, id_number
from tests.people.registered import register

ON = date(2026, 11, 20)
OLD = id_number(date(1950, 1, 1), 1)
OTHER = id_number(date(1951, 1, 1), 3)
MOTHER = id_number(date(1992, 1, 1), 2)
BABY, SECOND = id_number(date(2025, 3, 1), 5), id_number(date(2024, 3, 1), 7)
CARE = {
    **town.CHECK, "id": "care", "official_name": "育儿补贴", "plain_name": "育儿补贴",
    "rule": {"all": [{"field": "age", "op": "<", "value": 3}]},
}  # fmt: skip


@pytest.fixture
def people(store: Store, vault: Vault) -> dict[str, int]:
    """Two old people, a mother and her child; another old one in the next town."""
    with store.begin() as connection:
        town.load(connection, town.CHECK)
        town.load(connection, CARE)
    found = {
        "old": register(store, vault, "老一", OLD, region=town.EAST),
        "other": register(store, vault, "老二", OTHER, region=town.WEST),
        "mother": register(store, vault, "母", MOTHER, region=town.EAST),
    }
    found["baby"] = register(
        store, vault, "宝", BABY, region=town.EAST, guardian_id=found["mother"]
    )
    return found


Take = Callable[..., ListReport]


@pytest.fixture
def take(store: Store, vault: Vault, people: dict[str, int], tmp_path: Path) -> Take:
    def run(
        *rows: Sequence[str],
        ref: str = "applied:check",
        header: Sequence[str] = ("姓名", "身份证号"),
        **more: Any,
    ) -> ListReport:
        usual: dict[str, Any] = {
            "on": ON, "source": "卫健局", "legal_basis": "法定职责", "purpose": "对账", "region": town.COUNTY,
            "complete": True,
        }  # fmt: skip
        dry_run = more.pop("dry_run", False)
        desk = Desk(store.begin, vault, town.TODAY, Scope(town.COUNTY), "ke")
        path = csv_file(tmp_path, [list(header), *map(list, rows)], "list.csv")
        with clock.fixed(town.MORNING):
            return take_policy_list(path, ref, Terms(**usual | more), desk, dry_run=dry_run)

    return run


def rows(store: Store) -> dict[tuple[int, str], date]:
    with store.read() as connection:
        found = connection.execute(select(Reach.person_id, Reach.fact, Reach.on))
        return {(person, fact): on for person, fact, on in found}


def known(
    store: Store, person: int, fact: str, ref: str = "check", on: date = town.TODAY
) -> bool | None:
    with store.read() as connection:
        return service.known_about(connection, person)(fact, ref, on)


def test_who_is_on_the_list_applied_and_who_is_not_had_not_by_its_cut_off(
    take: Take, store: Store, people: dict[str, int]
) -> None:
    report = take(["老一", OLD])
    assert (report.rows, report.matched, report.gained, report.written) == (1, 1, 1, True)
    assert rows(store) == {(people["old"], "applied"): ON}
    assert known(store, people["old"], "applied") is True
    assert known(store, people["old"], "applied", on=date(2026, 11, 19)) is None
    assert known(store, people["other"], "applied") is False
    assert known(store, people["other"], "received") is None
    assert known(store, people["other"], "applied", on=date(2027, 3, 1)) is None  # too old by then
    assert known(store, people["other"], "told") is False
    assert known(store, people["other"], "aware") is None


def test_a_list_of_a_part_says_no_to_nobody(
    take: Take, store: Store, people: dict[str, int]
) -> None:
    take(["老一", OLD], complete=False)
    assert known(store, people["old"], "applied") is True
    assert known(store, people["other"], "applied") is None


def test_above_five_in_a_hundred_unmatched_the_list_is_an_estimate(
    take: Take, store: Store, people: dict[str, int]
) -> None:
    report = take(["老一", OLD], ["外人", id_number(date(1940, 1, 1), 9)])
    assert (report.unmatched, report.estimate) == (1, True)
    assert known(store, people["other"], "applied") is None
    with store.read() as connection:
        applied, received = service.standing(connection, "check", town.TODAY, town.EAST)
    assert (applied.word, received.word) == ("estimate", "none")
    assert applied.newest is not None
    assert applied.newest.share == 0.5


def test_newcomers_and_who_was_born_later_are_not_spoken_of(
    take: Take, store: Store, vault: Vault, people: dict[str, int]
) -> None:
    take(["宝", BABY], ref="received:care")
    with store.begin() as connection:
        late = town.MORNING.replace(hour=9)
        connection.execute(
            update(Person).where(Person.id == people["other"]).values(created_at=late)
        )
    born = register(
        store, vault, "新", birth=date(2026, 11, 21), phone="13800138009", region=town.EAST
    )
    assert known(store, people["other"], "received", "care") is None
    assert known(store, born, "received", "care") is None
    assert known(store, people["old"], "received", "care") is False


def test_the_earlier_date_stays_and_a_row_may_have_its_own(
    take: Take, store: Store, people: dict[str, int]
) -> None:
    header = ["姓名", "身份证号", "申请日期"]
    take(["老一", OLD, "2026.11.03"], ["老二", OTHER, ""], header=header)
    assert rows(store)[people["old"], "applied"] == date(2026, 11, 3)
    again = take(["老一", OLD, "2026-11-10"], ["老二", OTHER, "2026-11-02"], header=header)
    assert (again.gained, again.kept) == (0, 2)
    assert rows(store) == {
        (people["old"], "applied"): date(2026, 11, 3),
        (people["other"], "applied"): date(2026, 11, 2),
    }


@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param(["申请人姓名", "申请人身份证号", "儿童姓名", "儿童身份证号"], ["母", MOTHER, "宝", BABY], id="with columns about the child"),
        pytest.param(["姓名", "身份证号"], ["母", MOTHER], id="with the parent alone"),
        pytest.param(["姓名", "身份证号"], ["宝", BABY], id="with the child alone"),
    ],
)  # fmt: skip
def test_a_list_is_matched_on_the_child_for_whom_the_parent_applied(
    take: Take, store: Store, people: dict[str, int], header: list[str], row: list[str]
) -> None:
    report = take(row, ref="applied:care", header=header)
    assert (report.matched, report.errors) == (1, [])
    assert rows(store) == {(people["baby"], "applied"): ON}


def test_of_two_children_nobody_is_guessed(
    take: Take, store: Store, vault: Vault, people: dict[str, int]
) -> None:
    register(store, vault, "二宝", SECOND, region=town.EAST, guardian_id=people["mother"])
    report = take(["母", MOTHER], ["老一", OLD], ref="applied:care")
    assert (report.ambiguous, report.matched) == (1, 1)
    assert [one.code for one in report.errors] == ["reach.list_several_wards"]
    assert rows(store) == {(people["old"], "applied"): ON}


def test_who_received_need_not_apply(take: Take, store: Store, people: dict[str, int]) -> None:
    take(["老一", OLD], ref="received:check")
    assert known(store, people["old"], "applied") is True
    assert known(store, people["other"], "applied") is None
    assert known(store, people["other"], "received") is False


def test_a_dry_run_writes_nothing(take: Take, store: Store) -> None:
    report = take(["老一", OLD], dry_run=True)
    assert (report.gained, report.written) == (1, False)
    assert rows(store) == {}
    with store.read() as connection:
        assert connection.execute(select(PolicyList.id)).all() == []
        assert connection.execute(select(ImportRun.id)).all() == []


def test_lists_of_nothing_are_refused(take: Take) -> None:
    with pytest.raises(Invalid, match=r"reach\.list_ref"):
        take(["老一", OLD], ref="heard:check")
    with pytest.raises(Missing, match=r"policies\.unknown"):
        take(["老一", OLD], ref="applied:none")
