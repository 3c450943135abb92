"""The invented county: as many people as asked for, with the ages of the census and nobody's numbers."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from outreach.demo import county, residents, workbook
from outreach.demo.county import COUNTY, HOUSEHOLDS_PER_GRID
from outreach.demo.residents import Resident
from outreach.models.people import Region
from outreach.people import regions
from outreach.people.identity import parse_id_card, parse_mobile
from outreach.people.intake import importer
from outreach.people.schemas import ImportReport
from outreach.store import Store
from outreach.vault import Vault
from segments.person import age_on
from tests.town import TODAY

CENSUS = {"0-14": 17.95, "15-59": 63.35, "60+": 18.70}
WRONG = [
    ("身份证号码", "people.id_checksum"), ("身份证号码", "people.id_excel_number"), ("性别", "people.sex_contradicts_id"),
    ("出生年月日", "people.birth_impossible"), ("联系电话", "people.phone_excel_number"),
    ("人员类别", "people.circumstance_unknown"), ("姓名", "people.name_missing"),
]  # fmt: skip
"""Column and code of the seven rows that are wrong, in their order."""


@cache
def everybody(people: int = 10_000) -> tuple[Resident, ...]:
    return tuple(residents.generate(county.build(round(people / 2.5)), people, TODAY))


def test_ages_are_those_of_the_census() -> None:
    bands = Counter(
        "0-14" if age < 15 else "15-59" if age < 60 else "60+"
        for age in (age_on(one.birth, TODAY) for one in everybody())
    )
    shares = {band: 100 * bands[band] / 10_000 for band in CENSUS}
    assert shares == pytest.approx(CENSUS, abs=2.5)


@pytest.mark.parametrize("people", [1, 20, 149, 2000])
def test_exactly_as_many_people_as_asked_for(people: int) -> None:
    assert (
        len(list(residents.generate(county.build(max(20, round(people / 2.5))), people, TODAY)))
        == people
    )


def test_the_same_every_time_and_another_day_the_same_people_older() -> None:
    place = county.build(200)
    first = list(residents.generate(place, 500, TODAY))
    assert first == list(residents.generate(place, 500, TODAY))
    assert first != list(residents.generate(place, 500, TODAY, seed=1))


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2027, 3, 1), date(2026, 12, 31)])
def test_any_day_will_do(today: date) -> None:
    listed = list(residents.generate(county.build(100), 250, today))
    assert all(one.birth <= today for one in listed)


def test_identity_numbers_are_valid_distinct_and_nobodys() -> None:
    cards = [one.id_card for one in everybody()]
    assert len(set(cards)) == len(cards)
    for one in everybody()[:2000]:
        card = parse_id_card(one.id_card, TODAY)
        assert (card.birth, card.sex, card.region) == (
            one.birth,
            "M" if one.sex == "男" else "F",
            COUNTY,
        )


def test_the_countys_code_is_given_to_no_place(store: Store) -> None:
    regions.seed(store.begin)
    with store.read() as connection:
        count = connection.scalar(select(func.count()).where(Region.code.startswith(COUNTY[:2])))
    assert count == 0


def test_numbers_are_shared_within_a_household_only() -> None:
    homes: dict[str, set[str]] = {}
    for one in everybody():
        if one.phone:
            assert parse_mobile(one.phone) == f"+86{one.phone}"
            homes.setdefault(one.phone, set()).add(one.household)
    assert max(len(found) for found in homes.values()) == 1
    assert 0 < sum(one.phone != "" for one in everybody()) - len(homes) < 500


def test_households_belong_together() -> None:
    by_home: dict[str, list[Resident]] = {}
    for one in everybody(2000):
        by_home.setdefault(one.household, []).append(one)
    full = list(by_home.values())[:-1]  # the last one may be cut off
    for members in full:
        assert len({one.address for one in members}) == 1
        assert {one.size for one in members} == {len(members)}
        heads = [one for one in members if one.relation == "户主"]
        assert [one.id_card for one in heads] == [members[0].head_id]
        cards = {one.id_card for one in members}
        assert all(one.guardian_id in cards for one in members if one.guardian_id)
        old = TODAY - timedelta(days=14 * 366)
        assert not any(one.guardian_id for one in members if one.birth < old)
    sizes = Counter(one.grid for members in full for one in members[:1])
    assert max(sizes.values()) <= HOUSEHOLDS_PER_GRID
    assert len({members[0].address for members in full}) > len(full) * 0.95


def rows(path: Path) -> list[list[Any]]:
    return list(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())


@pytest.fixture
def taken_in(store: Store, vault: Vault, tmp_path: Path) -> tuple[Path, int, ImportReport]:
    """The sheet, how many rows are meant to be refused, and what the importer said about it."""
    sheet, place = tmp_path / "台账.xlsx", county.build(120)
    wrong = workbook.write(residents.generate(place, 300, TODAY), sheet)
    listed = tmp_path / "地区.csv"
    county.write_regions(place, listed)
    assert not regions.import_csv(listed, store.begin).errors
    report = importer.import_file(
        sheet, begin=store.begin, vault=vault, today=TODAY, region=COUNTY, rejected=tmp_path / "退回.xlsx",
        by="officer", source="台账",
    )  # fmt: skip
    return sheet, wrong, report


def test_every_row_carries_the_mark_and_the_wrong_ones_come_back(
    taken_in: tuple[Path, int, ImportReport], tmp_path: Path
) -> None:
    sheet, wrong, report = taken_in
    header, *body = rows(sheet)
    mark = header.index("演示数据")
    assert {row[mark] for row in body} == {"是"}
    assert (report.rows, report.accepted, report.rejected, report.duplicates) == (307, 300, 7, 0)
    assert wrong == len(WRONG)
    assert report.new == 300
    found = sorted((problem.row, problem.column, problem.code) for problem in report.errors)
    assert found == [(row, *place) for row, place in enumerate(WRONG, 302)]
    assert not any("{" in problem.message for problem in report.errors)
    returned_header, *returned = rows(tmp_path / "退回.xlsx")
    assert returned_header == [*header, "错误"]
    assert [row[:-1] for row in returned] == body[300:]
    assert all(row[-1] for row in returned)
