"""Whoever answers for a town takes in that town's list, and neither changes nor sees anybody of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from outreach.access.scope import Scope
from outreach.people.intake.comparing import compare_file
from outreach.people.intake.importer import import_file
from outreach.people.intake.jobs import Jobs
from outreach.store import Store
from outreach.vault import Vault
from tests.people.office import TODAY, csv_file, id_number, people

EAST, WEST = "430102001", "430102002"
HEADER = ["姓名", "身份证号", "现住地区", "户籍地", "人员类别"]
ONE, TWO, THREE, FOUR, FIVE = (id_number(order=order) for order in range(1, 10, 2))
LIST = [
    HEADER,
    ["东一", ONE, EAST, "", "独居"],
    ["西二", TWO, EAST, "", "独居"],
    ["县三", THREE, EAST, "", "独居"],
    ["西四", FOUR, "", EAST, "独居"],
    ["新五", FIVE, EAST, "", "独居"],
    ["西二", TWO, EAST, "", "空巢"],
]


@pytest.fixture
def before(store: Store, vault: Vault, tmp_path: Path) -> Any:
    """Four people, one of each town, one of whom only the county is known, one with the hukou in the east."""
    rows = [
        HEADER,
        ["东一", ONE, EAST, "", ""],
        ["西二", TWO, WEST, "", "低保"],
        ["县三", THREE, "430102", "", ""],
        ["西四", FOUR, WEST, EAST, ""],
    ]
    import_file(csv_file(tmp_path, rows), begin=store.begin, vault=vault, today=TODAY)
    return {one.id: tuple(one) for one in people(store)}


def test_a_row_about_somebody_of_another_town_is_a_bad_one(
    before: Any, store: Store, vault: Vault, tmp_path: Path
) -> None:
    report = import_file(
        csv_file(tmp_path, LIST), begin=store.begin, vault=vault, today=TODAY, region=EAST, scope=Scope(EAST)
    )  # fmt: skip
    assert [(one.row, one.code) for one in report.errors] == [
        (3, "people.row_outside"),
        (7, "people.row_outside"),
    ]
    assert (report.rows, report.accepted, report.rejected, report.duplicates) == (6, 4, 2, 0)
    assert (report.new, report.changed) == (1, 3)
    (west,) = (one for one in people(store) if one.id_last4 == TWO[-4:])
    assert before[west.id] == tuple(west)


def test_what_a_list_would_change_shows_nobody_of_another_town(
    before: Any, store: Store, vault: Vault, tmp_path: Path
) -> None:
    found = compare_file(
        csv_file(tmp_path, LIST), begin=store.read, vault=vault, today=TODAY, scope=Scope(EAST),
        options={"region": EAST},
    )  # fmt: skip
    assert [one.row for one in found.changed] == [2, 4, 5]
    assert "低保" not in str(found.as_dict())


def test_a_long_list_is_held_to_the_same_bounds_in_its_own_process(
    before: Any, store: Store, vault: Vault, tmp_path: Path
) -> None:
    jobs = Jobs(store.begin, tmp_path)
    run = jobs.queue(csv_file(tmp_path, LIST), {"region": EAST, "scope": Scope(EAST)})
    assert jobs.work(run, vault, TODAY).rejected == 2
